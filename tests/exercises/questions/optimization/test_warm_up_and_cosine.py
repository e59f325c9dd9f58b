"""Right answers to "Warm-up, then a cosine", and what its solution gives."""

import numpy as np
import pytest

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def rate_by_half_angle(step, steps, warm_up, peak):
    if warm_up and step <= warm_up:
        return step / warm_up * peak
    return peak * np.cos(np.pi / 2 * (step - warm_up) / (steps - warm_up)) ** 2


def rate_from_a_table(step, steps, warm_up, peak):
    rise = np.linspace(0, peak, warm_up, endpoint=False)
    fall = 0.5 * peak * (1 + np.cos(np.linspace(0, np.pi, steps - warm_up + 1)))
    return np.concatenate([rise, fall])[step]


def rate_in_one_expression(step, steps, warm_up, peak):
    angle = np.pi * max(step - warm_up, 0) / (steps - warm_up)
    return min(step / max(warm_up, 1e-9), 1.0) * peak * 0.5 * (1 + np.cos(angle))


def rate_in_float32(step, steps, warm_up, peak):
    x = np.float32(step)
    low, high = np.float32(warm_up), np.float32(steps)
    falling = np.float32(0.5) + np.cos(np.float32(np.pi) * (x - low) / (high - low)) / 2
    return np.float32(peak) * (x / low if x < low else falling)


RIGHT_ANSWERS = (
    rate_by_half_angle,
    rate_from_a_table,
    rate_in_one_expression,
    rate_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("warm_up_and_cosine", answer)


def test_the_schedule_has_its_four_corners():
    rate = get("warm_up_and_cosine").reference
    assert [rate(step, 100, 20, 0.3) for step in (0, 10, 20)] == pytest.approx([0, 0.15, 0.3])
    assert [rate(step, 100, 20, 0.3) for step in (60, 100)] == pytest.approx([0.15, 0])
