"""Right answers to "An average that knows its border", and what its solution gives."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import reference
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def average_with_nan(feature_map, size):
    padded = np.pad(feature_map, size // 2, constant_values=np.nan)
    return np.nanmean(sliding_window_view(padded, (size, size)), axis=(2, 3))


def average_by_counting(feature_map, size):
    def sums(a):
        return sliding_window_view(np.pad(a, size // 2), (size, size)).sum(axis=(2, 3))

    return sums(feature_map) / sums(np.ones(feature_map.shape))


def average_in_pixel_loops(feature_map, size):
    height, width = feature_map.shape
    reach = size // 2
    out = np.zeros(feature_map.shape, np.float32)
    for r in range(height):
        for c in range(width):
            total = count = 0
            for i in range(r - reach, r + reach + 1):
                for j in range(c - reach, c + reach + 1):
                    if 0 <= i < height and 0 <= j < width:
                        total += feature_map[i, j]
                        count += 1
            out[r, c] = total / count
    return out


def average_as_matrix_products(feature_map, size):
    def band(n):
        near = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= size // 2
        return near / near.sum(axis=1, keepdims=True)

    return band(feature_map.shape[0]) @ feature_map @ band(feature_map.shape[1]).T


RIGHT_ANSWERS = (
    average_with_nan,
    average_by_counting,
    average_in_pixel_loops,
    average_as_matrix_products,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("average_with_border", answer)


def reference_average(feature_map, size):
    maps = feature_map[None, :, :, None]
    return reference.avg_pool2d(maps, size, stride=1, padding="same")[0, :, :, 0]


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("average_with_border", reference_average, rtol=1e-12)
