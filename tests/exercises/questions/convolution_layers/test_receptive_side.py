"""Right answers to "Receptive field", and what its solution gives."""

import numpy as np

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def field_backwards(layers):
    side = 1
    for kernel, stride in reversed(layers):
        side = (side - 1) * stride + kernel
    return side


def field_by_products(layers):
    strides = [stride for _, stride in layers]
    return 1 + sum((kernel - 1) * np.prod(strides[:i]) for i, (kernel, _) in enumerate(layers))


def field_by_intervals(layers):
    low, high = 0, 0
    for kernel, stride in layers[::-1]:
        low, high = low * stride, high * stride + kernel - 1
    return high - low + 1


def field_by_recursion(layers):
    if not layers:
        return 1
    *before, (kernel, _) = layers
    return field_by_recursion(before) + (kernel - 1) * int(np.prod([s for _, s in before]))


RIGHT_ANSWERS = (
    field_backwards,
    field_by_products,
    field_by_intervals,
    field_by_recursion,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("receptive_side", answer)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("receptive_side", reference.receptive_field, seed=11, rtol=1e-9, atol=1e-12)


def test_fields():
    field = get("receptive_side").reference
    assert [field([(3, 1)] * depth) for depth in (1, 2, 3)] == [3, 5, 7]
    assert field([(3, 1)] * 3 + [(2, 2)]) == 8  # not 14
