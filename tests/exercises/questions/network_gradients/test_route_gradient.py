"""Right answers to "Backward through max pooling", and what its solution gives."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def route_by_comparing(dy, feature_map, size, stride):
    dx = np.zeros(feature_map.shape)
    for r, c in np.ndindex(dy.shape):
        best = None
        for i in range(r * stride, r * stride + size):
            for j in range(c * stride, c * stride + size):
                if best is None or feature_map[i, j] > feature_map[best]:
                    best = (i, j)
        dx[best] += dy[r, c]
    return dx


def route_with_unravel_index(dy, feature_map, size, stride):
    windows = sliding_window_view(feature_map, (size, size))[::stride, ::stride]
    winners = windows.reshape(*dy.shape, size * size).argmax(axis=2)
    down, right = np.unravel_index(winners, (size, size))
    rows, columns = np.indices(dy.shape) * stride
    dx = np.zeros(feature_map.shape, np.float32)
    np.add.at(dx, (rows + down, columns + right), dy)
    return dx


def route_by_taps(dy, feature_map, size, stride):
    windows = sliding_window_view(feature_map, (size, size))[::stride, ::stride]
    pooled = windows.max(axis=(2, 3))
    dx, free = np.zeros_like(feature_map), np.ones(dy.shape, bool)
    rows, columns = dy.shape
    for i in range(size):
        for j in range(size):
            met = np.s_[i : i + rows * stride : stride, j : j + columns * stride : stride]
            wins = free & (feature_map[met] == pooled)
            dx[met] += np.where(wins, dy, 0)
            free &= ~wins
    return dx


def route_to_the_first_of_argwhere(dy, feature_map, size, stride):
    dx = feature_map * 0
    for r in range(len(dy)):
        for c in range(len(dy[0])):
            view = dx[r * stride :, c * stride :]
            window = feature_map[r * stride :, c * stride :][:size, :size]
            i, j = np.argwhere(window == window.max())[0]
            view[i, j] = view[i, j] + dy[r, c]
    return dx


RIGHT_ANSWERS = (
    route_by_comparing,
    route_with_unravel_index,
    route_by_taps,
    route_to_the_first_of_argwhere,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("route_gradient", answer)


def one_map(array):
    return array[np.newaxis, :, :, np.newaxis]


def reference_route(dy, feature_map, size, stride):
    dx = reference.max_pool2d_backward(one_map(dy), one_map(feature_map), size, stride=stride)
    return dx[0, :, :, 0]


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("route_gradient", reference_route, rtol=1e-12, atol=1e-13)


def test_some_pixels_win_twice_some_windows_are_tied_and_some_pixels_are_out_of_reach():
    twice = tied = beyond = False
    for inputs in get("route_gradient").draw_inputs():
        dy, feature_map, size, stride = inputs.values()
        wins = reference_route(np.ones_like(dy), feature_map, size, stride)
        twice |= wins.max() > 1
        windows = sliding_window_view(feature_map, (size, size))[::stride, ::stride]
        tied |= ((windows == windows.max((2, 3), keepdims=True)).sum((2, 3)) > 1).any()
        beyond |= (dy.shape[0] - 1) * stride + size < feature_map.shape[0]
    assert twice
    assert tied
    assert beyond
