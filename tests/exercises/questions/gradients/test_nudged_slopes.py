"""Right answers to "Slopes by nudging", and what its solution gives."""

import numpy as np

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def slopes_by_copies(w, x, step):
    slopes = []
    for i in range(w.size):
        up, down = w.copy(), w.copy()
        up[i] += step
        down[i] -= step
        slopes.append((((x @ up) ** 3).sum() - ((x @ down) ** 3).sum()) / (step + step))
    return np.array(slopes)


def slopes_of_a_matrix_of_nudges(w, x, step):
    nudges = step * np.eye(len(w))
    up, down = ((x @ (w + sign * nudges).T) ** 3 for sign in (1, -1))
    return (up.sum(axis=0) - down.sum(axis=0)) / (2 * step)


def slopes_from_the_cube(w, x, step):
    # ((y + d)^3 - (y - d)^3) / (2 s) with d = s x, multiplied out
    y = (x @ w)[:, np.newaxis]
    return (3 * y**2 * x + step**2 * x**3).sum(axis=0)


def slopes_in_float32(w, x, step):
    w, x, step = w.astype(np.float32), x.astype(np.float32), np.float32(step)
    slopes = np.empty_like(w)
    for i, value in enumerate(w):
        moved = w.copy()
        moved[i] = value + step
        up = np.sum(np.dot(x, moved) ** 3)
        moved[i] = value - step
        slopes[i] = (up - np.sum(np.dot(x, moved) ** 3)) / step / 2
    return slopes


RIGHT_ANSWERS = (
    slopes_by_copies,
    slopes_of_a_matrix_of_nudges,
    slopes_from_the_cube,
    slopes_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("nudged_slopes", answer)


def test_nudged_slopes_by_hand():
    slopes = get("nudged_slopes").reference
    # (2^3 - 0^3) / 2 and (6^3 - 2^3) / 2
    assert slopes(np.array([1.0, 2.0]), np.array([[1.0, 0], [0, 2]]), 1.0).tolist() == [4, 104]
