"""Right answers to "Max pooling", and what its solution gives."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def max_pool_of_views(feature_map, size, stride):
    return sliding_window_view(feature_map, (size, size))[::stride, ::stride].max(axis=(2, 3))


def max_pool_by_taps(feature_map, size, stride):
    rows = (feature_map.shape[0] - size) // stride + 1
    columns = (feature_map.shape[1] - size) // stride + 1
    pooled = np.full((rows, columns), -np.inf, np.float32)
    for i in range(size):
        for j in range(size):
            tap = feature_map[i : i + rows * stride : stride, j : j + columns * stride : stride]
            pooled = np.maximum(pooled, tap[:rows, :columns])
    return pooled


def max_pool_from_lists(feature_map, size, stride):
    height, width = feature_map.shape
    return np.array(
        [
            [
                max(feature_map[r + i, c + j] for i in range(size) for j in range(size))
                for c in range(0, width - size + 1, stride)
            ]
            for r in range(0, height - size + 1, stride)
        ]
    )


def max_pool_one_axis_at_a_time(feature_map, size, stride):
    tall = sliding_window_view(feature_map, size, axis=0)[::stride].max(axis=-1)
    return sliding_window_view(tall, size, axis=1)[:, ::stride].max(axis=-1)


RIGHT_ANSWERS = (
    max_pool_of_views,
    max_pool_by_taps,
    max_pool_from_lists,
    max_pool_one_axis_at_a_time,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("max_pool_map", answer)


def reference_max_pool(feature_map, size, stride):
    return reference.max_pool2d(feature_map[None, :, :, None], size, stride=stride)[0, :, :, 0]


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("max_pool_map", reference_max_pool, rtol=1e-12)


def test_the_documents_numbers():
    pool = get("max_pool_map").reference
    feature_map = np.array([[1, 3, 2, 4], [5, 7, 6, 8], [9, 11, 10, 12], [13, 15, 14, 16]])
    assert pool(feature_map, 2, 2).tolist() == [[7, 8], [15, 16]]
    regions = np.array([[1, 3, 0, 2], [2, 4, 1, 3], [5, 1, 3, 1], [0, 2, 4, 0]])
    assert pool(regions, 2, 2).tolist() == [[4, 3], [5, 4]]
