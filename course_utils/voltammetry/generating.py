"""The two-class data set of cyclic voltammograms from the course's first document."""

from dataclasses import dataclass

import numpy as np

from course_utils.reference.arguments import number, whole

# What a leaking cell would add: current in proportion to the potential, per volt.
LEAK = 0.08


@dataclass(frozen=True)
class Peak:
    """A Gaussian peak: potential (V), width as a standard deviation (V), height (any unit)."""

    potential: float
    width: float
    height: float


# One pair for each class: the oxidation on the way up, the reduction on the way down.
CLASSES = (
    (Peak(0.25, 0.11, 1.0), Peak(0.10, 0.13, -0.8)),
    (Peak(-0.15, 0.09, 0.9), Peak(-0.30, 0.12, -0.75)),
)


def generate_curves(
    curves_per_class: int = 400,
    *,
    seed: int | np.random.Generator = 0,
    points_per_sweep: int = 300,
    separation: float = 0.4,
    noise: float = 0.015,
    drift: float = 0.0,
    potential_spread: float = 0.0,
    height_spread: float = 0.0,
    width_spread: float = 0.0,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw cyclic voltammograms of two classes that differ in where their peaks are.

    With the defaults they are those of document 1, section 7: the potential goes from -0.8 V to
    0.8 V and back, a Gaussian oxidation peak on the way up (class 0 at 0.25 V, class 1 at
    -0.15 V), a reduction peak 0.15 V lower on the way down, a leak of 0.08 per volt, and white
    noise. All curves of a class are then the same except for the noise. The last five parameters
    make the task harder.

    Gaussians are a cartoon of a voltammogram; `simulate` gives the shape that diffusion does.

    Parameters
    ----------
    curves_per_class : int
    seed : int or numpy.random.Generator
        The same seed draws the same random numbers whatever the other parameters are: with two
        noise levels the noise is the same, times another factor.
    points_per_sweep : int
        Points on the way up, and as many on the way down. Both have the point at 0.8 V.
    separation : float
        Distance in volts between the oxidation peaks of the two classes, and between their
        reduction peaks. The middle stays where it is. At 0 the classes still differ in the
        heights (by 10% and 6%) and widths (20% and 8%) of their peaks.
    noise : float
        Standard deviation of the white noise, in units of the current.
    drift : float
        Standard deviation of the baseline at the start and at the end of a curve, each drawn
        independently; between them it is linear in time. In units of the current.
    potential_spread : float
        Standard deviation in volts of a shift of all peaks of a curve, as a drifting reference
        electrode causes it.
    height_spread, width_spread : float
        Standard deviation of the logarithm of a factor on each peak's height and width: 0.1 is
        about 10%.

    Returns
    -------
    potential : float64 array (2 * points_per_sweep,)
        In volts, the same for all curves.
    current : float64 array (2 * curves_per_class, 2 * points_per_sweep)
        Oxidation is positive. The document gives no unit: class 0's oxidation peak is 1 high.
    labels : int64 array (2 * curves_per_class,)
        All of class 0, then all of class 1.

    Raises
    ------
    ValueError
        If a number of curves or points is not a positive integer, or a spread is negative.
    """
    for name, value in (
        ("curves_per_class", curves_per_class),
        ("points_per_sweep", points_per_sweep),
    ):
        whole(value, name)
    for name, value in (
        ("noise", noise),
        ("drift", drift),
        ("potential_spread", potential_spread),
        ("height_spread", height_spread),
        ("width_spread", width_spread),
    ):
        number(value, name, least=0)
    number(separation, "separation")

    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(2, dtype=np.int64), curves_per_class)
    n = len(labels)
    up = np.linspace(-0.8, 0.8, points_per_sweep)
    potential = np.concatenate([up, up[::-1]])
    # Everything is drawn whatever the parameters are, so that each changes only its own effect.
    white = rng.standard_normal((n, len(potential)))
    baseline = rng.standard_normal((n, 2)) * drift
    shift = rng.standard_normal(n) * potential_spread
    heights = np.exp(rng.standard_normal((n, 2)) * height_spread)
    widths = np.exp(rng.standard_normal((n, 2)) * width_spread)

    current = LEAK * potential + noise * white
    # Each class moves half of what the separation differs from the document's, outwards.
    outwards = (separation - (CLASSES[0][0].potential - CLASSES[1][0].potential)) / 2
    shift += np.where(labels == 0, outwards, -outwards)
    for sweep, points in enumerate((slice(None, len(up)), slice(len(up), None))):
        center, width, height = (
            np.array([getattr(peaks[sweep], name) for peaks in CLASSES])[labels]
            for name in ("potential", "width", "height")
        )
        distance = potential[points] - (center + shift)[:, None]
        distance /= (width * widths[:, sweep])[:, None]
        current[:, points] += (height * heights[:, sweep])[:, None] * np.exp(-0.5 * distance**2)
    if drift:
        time = np.linspace(0, 1, len(potential))
        current += baseline[:, :1] * (1 - time) + baseline[:, 1:] * time
    return potential, current, labels
