"""Right answers to "Where a number lands", and what its solution gives."""

import numpy as np

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def index_by_numpy(row, column, channel, shape):
    return np.ravel_multi_index((row, column, channel), shape)


def index_by_counting(row, column, channel, shape):
    places = np.arange(shape[0] * shape[1] * shape[2]).reshape(shape)
    return places[row, column, channel]


def index_by_strides(row, column, channel, shape):
    strides = np.cumprod((1, *shape[:0:-1]))[::-1]
    return int(np.dot(strides, (row, column, channel)))


def index_by_loops(row, column, channel, shape):
    place = 0
    for r in range(shape[0]):
        for c in range(shape[1]):
            for k in range(shape[2]):
                if (r, c, k) == (row, column, channel):
                    return place
                place += 1
    return None


RIGHT_ANSWERS = (
    index_by_numpy,
    index_by_counting,
    index_by_strides,
    index_by_loops,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("flatten_index", answer)


def test_positions_in_the_flattened_image():
    assert get("flatten_index").reference(5, 10, 0, (28, 28, 1)) == 150
    assert get("flatten_index").reference(6, 10, 0, (28, 28, 1)) == 178
    assert get("flatten_index").reference(1, 2, 1, (2, 4, 3)) == 19
