"""Right answers to "How far apart are the peaks?", and what its solution gives."""

import numpy as np
import pytest

from course_utils.exercises import get
from course_utils.voltammetry import simulate
from tests.exercises.right_answers import assert_passes, each_of


def separation_in_loops(potential, current):
    turn = list(potential).index(max(potential))
    anodic = max(range(turn + 1), key=lambda k: current[k])
    cathodic = min(range(turn, len(current)), key=lambda k: current[k])
    return (potential[anodic] - potential[cathodic]) * 1e3


def separation_by_slices(potential, current):
    turn = int(potential.argmax())
    up, down = slice(turn + 1), slice(turn, None)
    return 1000 * (
        potential[up][current[up].argmax()] - potential[down][current[down].argmin()]
    ).astype(np.float32)


def separation_by_differences(potential, current):
    rising = np.concatenate([[True], np.diff(potential) > 0])
    falling = np.concatenate([np.diff(potential) < 0, [True]])
    anodic = np.where(rising, current, -np.inf).argmax()
    cathodic = np.where(falling, current, np.inf).argmin()
    return np.float64(1000 * potential[anodic] - 1000 * potential[cathodic])


def separation_by_sorting(potential, current):
    turn = np.flatnonzero(potential == potential.max())[0]
    anodic = np.argsort(-current[: turn + 1], kind="stable")[0]
    cathodic = np.argsort(current[turn:], kind="stable")[0] + turn
    return np.diff(potential[[cathodic, anodic]])[0] * 1000


RIGHT_ANSWERS = (
    separation_in_loops,
    separation_by_slices,
    separation_by_differences,
    separation_by_sorting,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("peak_separation", answer)


def test_a_simulated_reversible_couple_has_its_peak_separation():
    potential, current = simulate(rate_constant=1e3, start=-0.4, turn=0.4, points_per_sweep=801)
    # 57 mV (2.2 RT/F) without a turn, a little more with one 0.4 V behind the formal potential.
    separation = get("peak_separation").reference(potential, current[0])
    assert separation == pytest.approx(57.5, abs=1.5)
