"""Right answers to "The line under the peak", and what its solution gives."""

import numpy as np

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def baseline_by_least_squares(potential, current, start, stop):
    design = np.stack([potential, np.ones_like(potential)], axis=1)
    flat = np.logical_and(potential >= start, potential <= stop)
    line, *_ = np.linalg.lstsq(design[flat], current[flat], rcond=None)
    return current - design @ line


def baseline_by_moments(potential, current, start, stop):
    flat = (start <= potential) & (potential <= stop)
    x, y = potential[flat], current[flat]
    slope = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return current - (y.mean() + slope * (potential - x.mean()))


def baseline_in_loops(potential, current, start, stop):
    points = [(e, i) for e, i in zip(potential, current, strict=True) if start <= e <= stop]
    n, sx, sy = len(points), sum(e for e, _ in points), sum(i for _, i in points)
    sxx, sxy = sum(e * e for e, _ in points), sum(e * i for e, i in points)
    slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    level = (sy - slope * sx) / n
    return np.array([i - level - slope * e for e, i in zip(potential, current, strict=True)])


def baseline_as_a_polynomial(potential, current, start, stop):
    flat = np.flatnonzero((potential >= start) & (potential <= stop))
    line = np.polynomial.Polynomial.fit(potential[flat], current[flat], 1)
    return (current - line(potential)).astype(np.float32)


RIGHT_ANSWERS = (
    baseline_by_least_squares,
    baseline_by_moments,
    baseline_in_loops,
    baseline_as_a_polynomial,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("subtract_baseline", answer)


def test_a_line_is_a_baseline():
    potential = np.linspace(-1, 1, 21)
    left = get("subtract_baseline").reference(potential, 3 * potential - 2, -1.0, 0.0)
    np.testing.assert_allclose(left, 0, atol=1e-12)
