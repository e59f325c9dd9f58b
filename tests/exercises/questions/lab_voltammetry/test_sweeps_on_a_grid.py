"""Right answers to "Forward and reverse, side by side" in several styles."""

import numpy as np

from tests.exercises.right_answers import assert_passes, each_of


def sweeps_in_loops(potential, current, grid):
    turn = int(np.argmax(potential))
    result = np.zeros((len(grid), 2))
    for row, at in enumerate(grid):
        for k in range(len(potential) - 1):
            low, high = sorted(potential[[k, k + 1]])
            if low <= at <= high:
                part = (at - potential[k]) / (potential[k + 1] - potential[k])
                result[row, int(k >= turn)] = current[k] + part * (current[k + 1] - current[k])
    return result


def sweeps_by_negated_potentials(potential, current, grid):
    turn = potential.argmax()
    result = np.empty((grid.size, 2), np.float32)
    result[:, 0] = np.interp(grid, potential[: turn + 1], current[: turn + 1])
    result[:, 1] = np.interp(-grid, -potential[turn:], current[turn:])
    return result


def sweeps_by_searching(potential, current, grid):
    turn = np.argmax(potential)

    def along(x, y):
        k = np.clip(np.searchsorted(x, grid), 1, len(x) - 1)
        part = (grid - x[k - 1]) / (x[k] - x[k - 1])
        return (1 - part) * y[k - 1] + part * y[k]

    down = slice(None, turn - 1 if turn else None, -1)
    return np.column_stack(
        [along(potential[: turn + 1], current[: turn + 1]), along(potential[down], current[down])]
    )


def sweeps_by_sorting(potential, current, grid):
    turn = np.argmax(potential)
    parts = []
    for x, y in ((potential[: turn + 1], current[: turn + 1]), (potential[turn:], current[turn:])):
        order = np.argsort(x)
        parts.append(np.interp(grid, x[order], y[order]))
    return np.array(parts).T


RIGHT_ANSWERS = (
    sweeps_in_loops,
    sweeps_by_negated_potentials,
    sweeps_by_searching,
    sweeps_by_sorting,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("sweeps_on_a_grid", answer)
