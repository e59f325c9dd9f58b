"""The peaks of a voltammogram are those of its two sweeps."""

import numpy as np
import pytest

from course_utils.exercises import get
from course_utils.voltammetry import read_peaks, simulate


def test_by_hand():
    potential = np.array([0.0, 0.1, 0.2, 0.3, 0.1, 0.0])
    assert read_peaks(potential, [0, 1, 5, 3, -4, -1]) == (0.2, 5.0, 0.1, -4.0)


def test_each_peak_belongs_to_its_sweep():
    # The lowest current of all is on the way up, the highest on the way down.
    potential = [-0.2, -0.1, 0.0, 0.1, 0.2, 0.1, 0.0, -0.1, -0.2]
    current = [-7.0, 0, 2, 4, 3, 6, -3, -1, 0]
    assert read_peaks(potential, current) == (0.1, 4.0, 0.0, -3.0)


def test_it_agrees_with_the_exercise():
    potential, current = simulate(rate_constant=1e-3)
    e_pa, _, e_pc, _ = read_peaks(potential, current[0])
    expected = get("peak_separation").reference(potential, current[0])
    assert 1000 * (e_pa - e_pc) == pytest.approx(expected)


def test_measured_from_the_continued_way_up_both_peaks_are_equal():
    potential, current = simulate(start=-0.4, turn=0.4, points_per_sweep=801)
    _, i_pa, e_pc, i_pc = read_peaks(potential, current[0])
    further, onward = simulate(start=-0.4, turn=1.2, points_per_sweep=1601)
    still = np.interp(0.8 - e_pc, further[:1601], onward[0, :1601])
    assert still - i_pc == pytest.approx(i_pa, rel=1e-3)


@pytest.mark.parametrize(
    ("potential", "current"), [([0.0, 1.0], [0.0]), ([], []), ([[0.0, 1.0]], [[0.0, 1.0]])]
)
def test_shapes_that_do_not_belong_together(potential, current):
    with pytest.raises(ValueError, match="same shape"):
        read_peaks(potential, current)
