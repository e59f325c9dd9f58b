"""The exercise "An average that knows its border"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.activation_and_pooling import CHAPTER


def average_with_border(feature_map, size):
    height, width = feature_map.shape
    reach = size // 2
    averages = np.empty((height, width))
    for row in range(height):
        for column in range(width):
            top, left = max(row - reach, 0), max(column - reach, 0)
            window = feature_map[top : row + reach + 1, left : column + reach + 1]
            averages[row, column] = window.mean()
    return averages


def inputs(rng):
    yield {"feature_map": np.array([[4.0, 8, 6, 2], [0, 4, 2, 6], [2, 6, 4, 0]]), "size": 3}
    yield {"feature_map": np.full((3, 4), 6.0), "size": 3}
    for shape, size in [((5, 7), 3), ((6, 5), 5), ((8, 9), 7), ((4, 3), 1)]:
        yield {"feature_map": rng.normal(size=shape), "size": size}


def _averages_inside(feature_map, size):
    return np.lib.stride_tricks.sliding_window_view(feature_map, (size, size)).mean(axis=(2, 3))


def _average_negative_index(feature_map, size):
    height, width = feature_map.shape
    reach = size // 2
    averages = np.full((height, width), np.nan)
    for row in range(height):
        for column in range(width):
            window = feature_map[row - reach : row + reach + 1, column - reach : column + reach + 1]
            if window.size:  # the mean of nothing is nan, with a warning
                averages[row, column] = window.mean()
    return averages


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="An average that knows its border",
    prompt="""Average pooling with stride 1 that keeps the size; padding is not counted.

    feature_map : (H, W) array
    size : odd int, side of the square window, which is centered on each pixel in turn
    Returns an (H, W) array: the mean of those pixels of each window that lie in the map.
    """,
    reference=average_with_border,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="padding-counted",
            name="The zeros around the map are counted, so the border comes out too small.",
            hint="The mean of a constant map must be that constant, at the corners too.",
            wrong=lambda feature_map, size: _averages_inside(np.pad(feature_map, size // 2), size),
        ),
        Misconception(
            id="border-repeated",
            name="The border pixels are repeated outside, so they count more than once.",
            hint="At a corner, a 3x3 window holds 4 real pixels. Each counts once.",
            wrong=lambda feature_map, size: _averages_inside(
                np.pad(feature_map, size // 2, mode="edge"), size
            ),
        ),
        Misconception(
            id="border-dropped",
            name="Only windows that lie inside the map are averaged, so the map shrinks.",
            hint="The result has one entry for each pixel, those at the border included.",
            wrong=_averages_inside,
        ),
        Misconception(
            id="negative-index",
            name="A slice starts at a negative index, which numpy counts from the other end.",
            hint="feature_map[-1:2] is not the first two rows. Where must the slice start?",
            wrong=_average_negative_index,
        ),
    ),
    hints=(
        "How many pixels does the window around a corner really hold?",
        "Cut the window off at the border, then take the mean of what is left.",
        "max(row - size // 2, 0) is where it starts. A slice may end beyond the map.",
    ),
    points=2.0,
)
