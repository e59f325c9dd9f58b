"""Right answers to "Output size", and what its solution gives."""

import numpy as np

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def size_by_counting(n, kernel, stride, padding):
    return len(range(-padding, n + padding - kernel + 1, stride))


def size_by_walking(n, kernel, stride, padding):
    places, end = 0, kernel
    while end <= n + 2 * padding:
        places, end = places + 1, end + stride
    return places


RIGHT_ANSWERS = (
    size_by_counting,
    size_by_walking,
    lambda n, kernel, stride, padding: int((n + 2 * padding - kernel) / stride) + 1,
    lambda n, kernel, stride, padding: np.floor((n + 2 * padding - kernel) / stride + 1),
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("feature_map_size", answer)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("feature_map_size", reference.output_size, seed=11, rtol=1e-9, atol=1e-12)


def test_sizes():
    assert get("feature_map_size").reference(7, 3, 1, 0) == 5
    assert get("feature_map_size").reference(224, 3, 1, 1) == 224
