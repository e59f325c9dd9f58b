"""Right answers to "How long is the flattened vector?", and what its solution gives."""

import numpy as np

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def flatten_by_loop(height, width, filters):
    for _ in range(len(filters)):
        height = int((height - 3 + 1) / 2)
        width = int((width - 3 + 1) / 2)
    return height * width * filters[len(filters) - 1]


def flatten_by_recursion(height, width, filters):
    if len(filters) == 1:
        return ((height - 2) // 2) * ((width - 2) // 2) * filters[0]
    return flatten_by_recursion((height - 2) // 2, (width - 2) // 2, filters[1:])


def flatten_by_shapes(height, width, filters):
    maps = np.zeros((height, width))
    for _ in filters:
        maps = maps[2:, 2:]
        maps = maps[1::2, 1::2]
    return np.int32(maps.size * filters[-1])


def flatten_as_float(height, width, filters):
    sides = np.array([height, width], np.float64)
    for _ in filters:
        sides = np.floor(sides / 2 - 1)
    return sides.prod() * filters[-1]


RIGHT_ANSWERS = (
    flatten_by_loop,
    flatten_by_recursion,
    flatten_by_shapes,
    flatten_as_float,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("flatten_length", answer)


def reference_flatten_length(height, width, filters):
    for _ in filters:
        height, width = (
            reference.output_size(reference.output_size(n, 3), 2, stride=2) for n in (height, width)
        )
    return height * width * filters[-1]


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("flatten_length", reference_flatten_length, rtol=1e-12)


def test_the_documents_numbers():
    length = get("flatten_length").reference
    assert length(28, 28, (32, 64)) == 1600
    assert length(28, 28, (8,)) == 8 * 13 * 13
