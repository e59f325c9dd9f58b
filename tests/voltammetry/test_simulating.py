"""The simulation against the textbook: Nicholson and Shain (1964), Nicholson (1965)."""

import numpy as np
import pytest

from course_utils.voltammetry import simulate

# Concentration, diffusion coefficient, area, scan rate of the defaults, at 25 °C.
F, RT = 96485.33212, 8.314462618 * 298.15
C, D, A, V = 1e-6, 1e-5, 0.07, 0.1
# Currents in units of F A c sqrt(D F v / RT), as Nicholson and Shain tabulate them.
UNIT = F * A * C * np.sqrt(D * F * V / RT)


def top(x, y):
    """Place and height of the maximum, from the parabola through three points."""
    k = int(np.argmax(y))
    a, b, c = np.polyfit(x[k - 1 : k + 2] - x[k], y[k - 1 : k + 2], 2)
    return x[k] - b / (2 * a), c - b**2 / (4 * a)


def peaks(potential, current):
    half = len(potential) // 2
    up, height = top(potential[:half], current[:half])
    down, depth = top(potential[half:], -current[half:])
    return up, height, down, depth


@pytest.fixture(scope="module")
def reversible():
    return simulate(rate_constant=1e3, start=-0.4, turn=0.4, points_per_sweep=401)


def test_reversible_peaks(reversible):
    potential, current = reversible
    up, height, down, _ = peaks(potential, current[0])
    assert height / UNIT == pytest.approx(0.4463, rel=0.002)
    assert up == pytest.approx(0.0285, abs=0.0005)
    # 57.0 mV if it never turned around, 57.8 mV if it does 270 mV behind the peak.
    assert up - down == pytest.approx(0.0575, abs=0.001)


def test_reversible_wave_point_by_point(reversible):
    # sqrt(pi) chi(at) of Nicholson and Shain's table I, at n (E - E1/2) = -120 .. 128 mV past it.
    potential, current = reversible
    table = {-0.120: 0.009, -0.060: 0.084, -0.020: 0.269, 0.0: 0.380, 0.050: 0.421, 0.150: 0.245}
    found = np.interp(list(table), potential[:401], current[0, :401] / UNIT)
    np.testing.assert_allclose(found, list(table.values()), atol=0.002)


def test_peak_separation_of_slow_couples():
    # psi -> millivolts: Nicholson (1965), table I.
    table = {20: 61, 7: 63, 3: 68, 1: 84, 0.5: 105, 0.1: 212}
    k = np.array(list(table)) * np.sqrt(np.pi * D * F * V / RT)
    potential, currents = simulate(rate_constant=k, start=-0.35, turn=0.35, points_per_sweep=351)
    for current, expected in zip(currents, table.values(), strict=True):
        up, _, down, _ = peaks(potential, current)
        assert 1e3 * (up - down) == pytest.approx(expected, abs=2.5, rel=0.025)


@pytest.mark.parametrize("alpha", [0.3, 0.6])
def test_irreversible_peak(alpha):
    settings = dict(rate_constant=1e-7, transfer_coefficient=alpha, points_per_sweep=201)
    potential, current = simulate(start=0.1, turn=1.6, **settings)
    # The oxidation goes with 1 - alpha: 0.4958 of sqrt(1 - alpha).
    height = current[0, :201].max() / UNIT
    assert height == pytest.approx(0.4958 * np.sqrt(1 - alpha), rel=0.003)


def test_randles_sevcik():
    settings = dict(rate_constant=1e3, start=-0.3, turn=0.3, points_per_sweep=101)
    _, plain = simulate(**settings)
    _, faster = simulate(scan_rate=0.4, **settings)
    _, more = simulate(concentration=3e-6, diffusion=4e-5, area=0.14, **settings)
    np.testing.assert_allclose(faster, 2 * plain, rtol=1e-3)
    np.testing.assert_allclose(more, 3 * 2 * 2 * plain, rtol=1e-3)


def test_formal_potential_shifts_and_a_downward_scan_starts_with_nothing_to_reduce():
    settings = dict(start=-0.4, turn=0.4, points_per_sweep=81)
    potential, plain = simulate(**settings)
    _, shifted = simulate(formal_potential=[0.0, 0.1], **settings)
    np.testing.assert_allclose(shifted[0], plain[0], rtol=1e-9)
    np.testing.assert_allclose(shifted[1, 20:70], plain[0, 10:60], rtol=2e-2, atol=1e-9)
    _, down = simulate(start=-0.2, turn=-0.6, points_per_sweep=81)
    assert np.abs(down).max() < 1e-2 * plain.max()


def test_capacitance_and_concentration_add_up():
    settings = dict(start=-0.3, turn=0.3, points_per_sweep=31)
    potential, plain = simulate(**settings)
    _, charged = simulate(capacitance=[0, 2e-6], **settings)
    expected = 2e-6 * 0.1 * np.repeat([1, -1], 31)
    np.testing.assert_allclose(charged[1] - plain[0], expected, atol=1e-15)
    _, nothing = simulate(concentration=[0, 1e-6], **settings)
    np.testing.assert_array_equal(nothing, [0 * plain[0], plain[0]])
    assert potential.shape == (62,)
    np.testing.assert_array_equal(potential[30:32], [0.3, 0.3])


def test_many_curves_are_each_what_they_are_alone():
    k = np.geomspace(1e-4, 1, 130)
    settings = dict(start=-0.2, turn=0.2, points_per_sweep=11)
    _, together = simulate(rate_constant=k, **settings)
    for index in (0, 63, 64, 129):
        _, alone = simulate(rate_constant=k[index], **settings)
        np.testing.assert_allclose(together[index], alone[0], rtol=1e-12)


@pytest.mark.parametrize(
    ("argument", "value", "message"),
    [
        ("rate_constant", -1, "must not be negative, got -1"),
        ("transfer_coefficient", 1, "above 0 and below 1"),
        ("scan_rate", 0, "must be a positive number, got 0"),
        ("points_per_sweep", 1, "at least 2, got 1"),
        ("turn", -0.8, "two different potentials"),
        ("formal_potential", [[0]], r"array \(n_curves,\)"),
        ("concentration", [1, 2, 3], "same length"),
        ("capacitance", np.nan, r"array \(n_curves,\)"),
    ],
)
def test_errors(argument, value, message):
    with pytest.raises(ValueError, match=message):
        simulate(**{"formal_potential": [0, 0.1]} | {argument: value})
