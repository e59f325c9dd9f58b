"""Right answers to "What a layer costs", and what its solution gives."""

import numpy as np

from course_utils import reference
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def cost_by_loops(height, width, channels, filters, kernel, stride):
    places = len(range(0, height, stride)) * len(range(0, width, stride))
    return places * channels * filters * kernel**2


def cost_as_float(height, width, channels, filters, kernel, stride):
    return np.ceil(height / stride) * np.ceil(width / stride) * channels * filters * kernel**2


RIGHT_ANSWERS = (
    cost_by_loops,
    cost_as_float,
    lambda height, width, channels, filters, kernel, stride: (
        ((height - 1) // stride + 1)
        * ((width - 1) // stride + 1)
        * (kernel * kernel * channels * filters)
    ),
    lambda height, width, channels, filters, kernel, stride: (
        sum(kernel**2 for _ in range(0, height, stride) for _ in range(0, width, stride))
        * (channels * filters)
    ),
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("multiply_adds", answer)


def by_flop_count(height, width, channels, filters, kernel, stride):
    shapes = (height, width, channels), (kernel, kernel, channels, filters)
    return reference.flop_count(*shapes, stride=stride, padding="same") // 2


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("multiply_adds", by_flop_count, seed=11, rtol=1e-9, atol=1e-12)
