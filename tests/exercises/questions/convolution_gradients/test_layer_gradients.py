"""Right answers to "Backward through a convolutional layer", and what its solution gives."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import reference
from course_utils.exercises import evaluate, get
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def layer_by_windows(dy, x, w, stride):
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[3])
    for n, r, c, f in np.ndindex(dy.shape):
        top, left = r * stride, c * stride
        window = np.s_[n, top : top + w.shape[0], left : left + w.shape[1]]
        dx[window] += dy[n, r, c, f] * w[:, :, :, f]
        dw[:, :, :, f] += dy[n, r, c, f] * x[window]
        db[f] += dy[n, r, c, f]
    return dx, dw, db


def layer_with_spread_gradient(dy, x, w, stride):
    n, height, width, _ = x.shape
    kh, kw, _, filters = w.shape
    spread = np.zeros((n, height - kh + 1, width - kw + 1, filters))
    spread[:, ::stride, ::stride] = dy
    windows = sliding_window_view(x, spread.shape[1:3], axis=(1, 2))
    dw = np.einsum("nijcrs,nrsf->ijcf", windows, spread)
    padded = np.pad(spread, ((0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1), (0, 0)))
    windows = sliding_window_view(padded, (kh, kw), axis=(1, 2))
    return np.einsum("nrsfij,ijcf->nrsc", windows, w[::-1, ::-1]), dw, dy.sum((0, 1, 2))


def layer_as_matrix_products(dy, x, w, stride):
    kh, kw, channels, filters = w.shape
    windows = sliding_window_view(x, (kh, kw, channels), axis=(1, 2, 3))[:, ::stride, ::stride]
    flat = dy.reshape(-1, filters)
    dw = windows.reshape(len(flat), -1).T @ flat
    patches = (flat @ w.reshape(-1, filters).T).reshape(*dy.shape[:3], kh, kw, channels)
    dx = np.zeros(x.shape)
    for r in range(dy.shape[1]):
        for c in range(dy.shape[2]):
            top, left = r * stride, c * stride
            dx[:, top : top + kh, left : left + kw] += patches[:, r, c]
    return dx, dw.reshape(w.shape), flat.sum(axis=0)


def layer_by_entries_in_float32(dy, x, w, stride):
    dy, x, w = (array.astype(np.float32) for array in (dy, x, w))
    dx, dw = np.zeros_like(x), np.empty_like(w)
    for i, j in np.ndindex(w.shape[:2]):
        rows, columns = (np.arange(k) * stride for k in dy.shape[1:3])
        met = np.ix_(np.arange(len(x)), rows + i, columns + j, np.arange(x.shape[3]))
        dw[i, j] = np.tensordot(x[met], dy, axes=((0, 1, 2), (0, 1, 2)))
        dx[met] += np.matmul(dy, w[i, j].T)
    return dx, dw, np.einsum("nrcf->f", dy)


RIGHT_ANSWERS = (
    layer_by_windows,
    layer_with_spread_gradient,
    layer_as_matrix_products,
    layer_by_entries_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("layer_gradients", answer)


def reference_layer(dy, x, w, stride):
    return reference.conv2d_backward(dy, x, w, stride=stride)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("layer_gradients", reference_layer, rtol=1e-12, atol=1e-13)


def test_a_report_on_dw_shows_rows_and_columns_of_the_kernel():
    def signs_turned(dy, x, w, stride):
        dx, dw, db = get("layer_gradients").reference(dy, x, w, stride)
        return dx, -dw, db

    text = str(evaluate("layer_gradients", signs_turned))
    assert "Item 1 of the returned tuple is wrong" in text
    assert "expected[:, :, 0, 0], shape (2, 2, 1, 1)" in text
