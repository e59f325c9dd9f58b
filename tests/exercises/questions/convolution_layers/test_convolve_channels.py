"""Right answers to "A layer with channels, filters and biases", and what its solution gives."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import reference
from tests.exercises.questions.convolution.test_slide_kernel import slide_by_shifts
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def layer_by_einsum(x, w, b):
    windows = sliding_window_view(x, w.shape[:2], axis=(0, 1))
    return np.einsum("rcmij,ijmf->rcf", windows, w) + b


def layer_by_matrix_product(x, w, b):
    kh, kw, channels, filters = w.shape
    height, width = x.shape[0] - kh + 1, x.shape[1] - kw + 1
    places = [(r, c) for r in range(height) for c in range(width)]
    rows = [x[r : r + kh, c : c + kw].ravel() for r, c in places]
    return (np.array(rows) @ w.reshape(-1, filters) + b).reshape(height, width, filters)


def layer_channel_by_channel(x, w, b):
    height, width = x.shape[0] - w.shape[0] + 1, x.shape[1] - w.shape[1] + 1
    y = np.tile(np.asarray(b, float), (height, width, 1))
    for m in range(x.shape[2]):
        for f in range(w.shape[3]):
            y[:, :, f] += slide_by_shifts(x[:, :, m], w[:, :, m, f])
    return y


def layer_in_float32(x, w, b):
    return layer_by_einsum(x.astype(np.float32), w.astype(np.float32), b.astype(np.float32))


RIGHT_ANSWERS = (
    layer_by_einsum,
    layer_by_matrix_product,
    layer_channel_by_channel,
    layer_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("convolve_channels", answer)


def one_layer(x, w, b):
    return reference.conv2d(x[np.newaxis].astype(float), w, b)[0]


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("convolve_channels", one_layer, seed=11, rtol=1e-9, atol=1e-12)
