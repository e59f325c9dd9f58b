"""Cyclic voltammograms from diffusion and electrode kinetics, by finite differences."""

import math

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.arguments import is_number, number, whole
from course_utils.reference.checks import as_numbers

FARADAY = 96485.33212  # C/mol
GAS_CONSTANT = 8.314462618  # J/(mol K)
TEMPERATURE = 298.15  # K

# Largest step of the potential in the computation, in units of RT/F (25.7 mV at 25 °C): the peaks
# of a reversible couple are then within 0.1% of their height and 0.5 mV of their place.
STEP = 0.02
# D dt / dx^2. The explicit scheme is stable up to 1/2.
MESH_RATIO = 0.45
# Curves computed at once: few enough that their concentrations stay in the processor's cache.
BATCH = 64


def simulate(
    *,
    formal_potential: ArrayLike = 0.0,
    rate_constant: ArrayLike = 1.0,
    transfer_coefficient: ArrayLike = 0.5,
    scan_rate: float = 0.1,
    start: float = -0.8,
    turn: float = 0.8,
    points_per_sweep: int = 300,
    concentration: ArrayLike = 1e-6,
    diffusion: float = 1e-5,
    area: float = 0.07,
    capacitance: ArrayLike = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Simulate the voltammogram of a one-electron couple, R = O + e, at a flat electrode.

    The solution initially holds R and no O. It does not move, so both reach and leave the
    electrode by diffusion alone (Fick's second law), and there the electron is transferred by
    the Butler-Volmer equation (Nicholson and Shain, 1964; Bard and Faulkner, Electrochemical
    Methods, chapters 3 and 6, and appendix B for the method). R and O have the same diffusion
    coefficient. The temperature is 25 °C.

    Whether the couple looks reversible depends on psi = k / sqrt(pi D F v / (R T)) (Nicholson,
    1965): above about 7 the peaks are 57 to 63 mV apart, below about 0.3 more than 120 mV.

    Parameters
    ----------
    formal_potential : float or array (n_curves,)
        Formal potential of the couple in volts.
    rate_constant : float or array (n_curves,)
        Standard rate constant in cm/s.
    transfer_coefficient : float or array (n_curves,)
        Of the reduction, above 0 and below 1.
    scan_rate : float
        In V/s.
    start, turn : float
        The potential goes from start to turn and back, in volts.
    points_per_sweep : int
        At least 2. Both sweeps have the point at `turn`.
    concentration : float or array (n_curves,)
        Of R, in mol/cm^3 (1e-6 is 1 mmol/L).
    diffusion : float
        Diffusion coefficient in cm^2/s.
    area : float
        Of the electrode in cm^2 (0.07 is a disk of 3 mm).
    capacitance : float or array (n_curves,)
        Of the double layer, in F: charging it adds capacitance times scan rate, with the sign of
        the sweep.

    Returns
    -------
    potential : float64 array (2 * points_per_sweep,)
        In volts.
    current : float64 array (n_curves, 2 * points_per_sweep)
        In amperes; one row if all parameters are numbers. Oxidation is positive (IUPAC).

    Raises
    ------
    ValueError
        If a parameter is out of range, or arrays have different lengths.
    """
    arrays = {
        "formal_potential": formal_potential,
        "rate_constant": rate_constant,
        "transfer_coefficient": transfer_coefficient,
        "concentration": concentration,
        "capacitance": capacitance,
    }
    for name, value in arrays.items():
        arrays[name] = np.atleast_1d(as_numbers(value, name)).astype(np.float64)
        if arrays[name].ndim != 1 or not np.isfinite(arrays[name]).all():
            raise ValueError(f"{name} must be a number or an array (n_curves,), got {value!r}")
    lengths = {len(array) for array in arrays.values()} - {1}
    if len(lengths) > 1:
        shapes = {name: len(array) for name, array in arrays.items() if len(array) > 1}
        raise ValueError(f"arrays must have the same length, one value for a curve; got {shapes}")
    for name in ("rate_constant", "concentration", "capacitance"):
        if (arrays[name] < 0).any():
            raise ValueError(f"{name} must not be negative, got {arrays[name].min()}")
    alpha = arrays["transfer_coefficient"]
    if not ((alpha > 0) & (alpha < 1)).all():
        raise ValueError(f"transfer_coefficient must be above 0 and below 1, got {alpha}")
    for name, value in dict(scan_rate=scan_rate, diffusion=diffusion, area=area).items():
        number(value, name, above=0)
    whole(points_per_sweep, "points_per_sweep", least=2)
    if not (is_number(start) and is_number(turn) and math.isfinite(turn - start) and start != turn):
        raise ValueError(
            f"start and turn must be two different potentials, got {start!r}, {turn!r}"
        )

    thermal = GAS_CONSTANT * TEMPERATURE / FARADAY
    sweep = np.linspace(start, turn, points_per_sweep)
    potential = np.concatenate([sweep, sweep[::-1]])
    # The computation's own steps, a whole number for each step of the sweep.
    per_point = math.ceil(abs(turn - start) / (points_per_sweep - 1) / (STEP * thermal))
    fine = np.linspace(start, turn, (points_per_sweep - 1) * per_point + 1)
    program = np.concatenate([fine, fine[-2::-1]])
    dt = abs(fine[1] - fine[0]) / scan_rate
    dx = math.sqrt(diffusion * dt / MESH_RATIO)

    # Rates at the electrode in each step, as multiples of diffusion's D / dx.
    theta = (program[:, None] - arrays["formal_potential"]) / thermal
    k = arrays["rate_constant"] * dx / diffusion
    oxidation = np.minimum(k * np.exp(np.minimum((1 - alpha) * theta, 600)), 1e12)
    reduction = np.minimum(k * np.exp(np.minimum(-alpha * theta, 600)), 1e12)
    batches = (slice(k, k + BATCH) for k in range(0, oxidation.shape[1], BATCH))
    flux = np.hstack([_flux(oxidation[:, batch], reduction[:, batch]) for batch in batches])
    current = FARADAY * area * diffusion / dx * arrays["concentration"] * flux
    # `program` has the turning point once, `potential` twice.
    kept = per_point * np.arange(points_per_sweep)
    kept = np.concatenate([kept, kept + kept[-1]])
    charging = arrays["capacitance"] * scan_rate * math.copysign(1, turn - start)
    current = current[kept] + charging * np.repeat([1, -1], points_per_sweep)[:, None]
    return potential, np.ascontiguousarray(current.T)


def _flux(oxidation, reduction):
    """Flux of R into the electrode (n_steps, n_curves), in units of D c / dx.

    Since R and O diffuse equally fast, their concentrations add up to the initial one of R, 1,
    everywhere: only that of R is computed.
    """
    steps, curves = oxidation.shape
    # Beyond 6 sqrt(D t) from the electrode nothing has changed: erfc(3) is 2e-5.
    reach = np.ceil(6 * np.sqrt(MESH_RATIO * np.arange(steps))).astype(int) + 4
    c = np.ones((reach[-1], curves))
    flux = np.empty((steps, curves))
    for step, near in enumerate(reach):
        neighbors = c[: near - 2] + c[2:near]
        neighbors *= MESH_RATIO
        c[1 : near - 1] *= 1 - 2 * MESH_RATIO
        c[1 : near - 1] += neighbors
        # At the electrode, diffusion (the slope of a parabola through three points) brings as
        # much as the reaction takes: (4 c1 - c2 - 3 c0) / 2 = oxidation c0 - reduction (1 - c0).
        slope = (4 * c[1] - c[2]) / 2
        c[0] = (slope + reduction[step]) / (1.5 + oxidation[step] + reduction[step])
        flux[step] = slope - 1.5 * c[0]
    return flux
