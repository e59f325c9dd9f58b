"""The generated curves against the listing in document 1, section 7; the effect of each knob."""

import numpy as np
import pytest

from course_utils.voltammetry import generate_curves


def gaussian(x, mu, sigma, amp):
    return amp * np.exp(-0.5 * ((x - mu) / sigma) ** 2)


def listing(label, rng, n_points=300, noise_level=0.015):
    """The document's generate_cv_curve, but for its use of a global generator."""
    forward_v = np.linspace(-0.8, 0.8, n_points)
    reverse_v = np.linspace(0.8, -0.8, n_points)
    if label == 0:
        forward_i = gaussian(forward_v, 0.25, 0.11, 1.0)
        reverse_i = -gaussian(reverse_v, 0.10, 0.13, 0.8)
    else:
        forward_i = gaussian(forward_v, -0.15, 0.09, 0.9)
        reverse_i = -gaussian(reverse_v, -0.30, 0.12, 0.75)
    forward_i = forward_i + 0.08 * forward_v + rng.normal(0, noise_level, n_points)
    reverse_i = reverse_i + 0.08 * reverse_v + rng.normal(0, noise_level, n_points)
    return np.concatenate([forward_v, reverse_v]), np.concatenate([forward_i, reverse_i])


def test_defaults_are_the_documents_listing():
    potential, current, labels = generate_curves(3, seed=5)
    rng = np.random.default_rng(5)
    for label, curve in zip(labels, current, strict=True):
        expected_potential, expected = listing(label, rng)
        np.testing.assert_allclose(potential, expected_potential, atol=1e-15)
        np.testing.assert_allclose(curve, expected, atol=1e-14)


def test_shapes_types_and_the_documents_number_of_curves():
    potential, current, labels = generate_curves(points_per_sweep=50)
    assert potential.shape == (100,)
    assert current.shape == (800, 100)
    assert potential.dtype == current.dtype == np.float64
    assert labels.dtype == np.int64
    np.testing.assert_array_equal(labels, np.repeat([0, 1], 400))


def peaks(potential, current):
    """Potentials of the oxidation and of the reduction peak of each curve."""
    half = len(potential) // 2
    up = potential[current[:, :half].argmax(axis=1)]
    return up, potential[half + current[:, half:].argmin(axis=1)]


@pytest.mark.parametrize("separation", [0.4, 0.2, 0.0, -0.1])
def test_separation_is_between_the_classes_and_keeps_the_middle(separation):
    potential, current, _ = generate_curves(
        1, noise=0, separation=separation, points_per_sweep=1601
    )
    for (first, second), middle in zip(peaks(potential, current), (0.05, -0.10), strict=True):
        # The leak's slope moves the tops by a millivolt or two.
        assert first - second == pytest.approx(separation, abs=0.003)
        assert (first + second) / 2 == pytest.approx(middle, abs=0.003)


def test_a_knob_changes_its_own_effect_only():
    settings = dict(noise=0.01, drift=0.1, potential_spread=0.02, height_spread=0.1, width_spread=0)
    _, quiet, _ = generate_curves(4, seed=1, **settings | {"noise": 0})
    _, once, _ = generate_curves(4, seed=1, **settings)
    _, twice, _ = generate_curves(4, seed=1, **settings | {"noise": 0.02})
    np.testing.assert_allclose(twice - quiet, 2 * (once - quiet), atol=1e-12)
    assert (once - quiet).std() == pytest.approx(0.01, rel=0.1)


def test_drift_is_a_straight_line_in_time():
    _, plain, _ = generate_curves(300, noise=0, points_per_sweep=20)
    _, drifting, _ = generate_curves(300, noise=0, points_per_sweep=20, drift=0.2)
    line = drifting - plain
    np.testing.assert_allclose(np.diff(line, n=2), 0, atol=1e-12)
    for end in (0, -1):
        assert line[:, end].std() == pytest.approx(0.2, rel=0.15)
    assert abs(np.corrcoef(line[:, 0], line[:, -1])[0, 1]) < 0.15


def test_spreads_are_as_wide_as_they_say():
    settings = dict(noise=0, points_per_sweep=801)
    potential, current, labels = generate_curves(200, potential_spread=0.03, **settings)
    up, down = peaks(potential, current)
    assert up[labels == 0].std() == pytest.approx(0.03, rel=0.2)
    np.testing.assert_allclose(up - down, 0.15, atol=0.005)  # both peaks move together
    _, current, labels = generate_curves(200, height_spread=0.1, **settings)
    heights = np.log(current.max(axis=1)[labels == 0])
    assert heights.std() == pytest.approx(0.1, rel=0.2)
    _, current, labels = generate_curves(200, width_spread=0.2, **settings)
    # A Gaussian's area goes with its width.
    areas = np.log(current[labels == 1, :801].sum(axis=1))
    assert areas.std() == pytest.approx(0.2, rel=0.2)


def test_a_generator_goes_on_and_a_seed_repeats():
    rng = np.random.default_rng(3)
    first, second = generate_curves(2, seed=rng)[1], generate_curves(2, seed=rng)[1]
    assert (first != second).any()
    np.testing.assert_array_equal(first, generate_curves(2, seed=3)[1])


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("curves_per_class", 0),
        ("curves_per_class", 1.5),
        ("points_per_sweep", -1),
        ("noise", -0.1),
        ("drift", "much"),
        ("width_spread", np.inf),
        ("separation", np.nan),
    ],
)
def test_errors_name_the_argument_and_the_value(argument, value):
    with pytest.raises(ValueError, match=rf"^{argument} must be .*got {value!r}"):
        generate_curves(**{argument: value})
