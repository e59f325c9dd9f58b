"""Right answers to "Backward through a network", and what its solution gives."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def network_in_loops(images, labels, w_conv, b_conv, w_dense, b_dense):
    kh, kw, _, filters = w_conv.shape
    height, width = images.shape[1] - kh + 1, images.shape[2] - kw + 1
    gradients = [np.zeros(array.shape) for array in (w_conv, b_conv, w_dense, b_dense)]
    for image, label in zip(images, labels):
        maps = np.zeros((height, width, filters))
        for r, c, f in np.ndindex(maps.shape):
            maps[r, c, f] = (image[r : r + kh, c : c + kw] * w_conv[..., f]).sum() + b_conv[f]
        row = np.maximum(maps, 0).ravel()
        scores = row @ w_dense + b_dense
        p = np.exp(scores - scores.max())
        p /= p.sum()
        p[label] -= 1
        p /= len(images)
        gradients[2] += np.outer(row, p)
        gradients[3] += p
        dmaps = (w_dense @ p).reshape(maps.shape)
        for r, c, f in np.ndindex(maps.shape):
            if maps[r, c, f] > 0:
                gradients[0][..., f] += dmaps[r, c, f] * image[r : r + kh, c : c + kw]
                gradients[1][f] += dmaps[r, c, f]
    return tuple(gradients)


def network_as_matrix_products(images, labels, w_conv, b_conv, w_dense, b_dense):
    kh, kw, channels, filters = w_conv.shape
    windows = sliding_window_view(images, (kh, kw, channels), axis=(1, 2, 3))
    patches = windows.reshape(-1, kh * kw * channels)
    maps = patches @ w_conv.reshape(-1, filters) + b_conv
    rows = maps.clip(min=0).reshape(len(images), -1)
    scores = rows @ w_dense + b_dense
    totals = np.logaddexp.reduce(scores, axis=1, keepdims=True)
    d = (np.exp(scores - totals) - np.eye(scores.shape[1])[labels]) / len(images)
    dmaps = (d @ w_dense.T).reshape(maps.shape)
    dmaps[maps <= 0] = 0
    return (patches.T @ dmaps).reshape(w_conv.shape), dmaps.sum(0), rows.T @ d, d.sum(0)


def network_by_taps_in_float32(images, labels, w_conv, b_conv, w_dense, b_dense):
    images, w_conv = images.astype(np.float32), w_conv.astype(np.float32)
    kh, kw = w_conv.shape[:2]
    height, width = images.shape[1] - kh + 1, images.shape[2] - kw + 1
    taps = {(i, j): images[:, i : i + height, j : j + width] for i, j in np.ndindex(kh, kw)}
    maps = sum(tap @ w_conv[place] for place, tap in taps.items()) + b_conv
    rows = np.where(maps > 0, maps, 0).reshape(len(images), -1)
    scores = rows @ w_dense + b_dense
    d = np.exp(scores - scores.max(1)[:, None])
    d /= d.sum(1)[:, None]
    d[range(len(labels)), labels] -= 1
    d /= len(labels)
    dmaps = np.where(maps > 0, (d @ w_dense.T).reshape(maps.shape), 0)
    dw = np.zeros(w_conv.shape)
    for place, tap in taps.items():
        dw[place] = np.tensordot(tap, dmaps, ((0, 1, 2), (0, 1, 2)))
    return [dw, np.einsum("nrcf->f", dmaps), np.dot(rows.T, d), np.ones(len(d)) @ d]


def network_image_by_image(images, labels, w_conv, b_conv, w_dense, b_dense):
    total = None
    for image, label in zip(images, labels):
        one = network_as_matrix_products(
            image[np.newaxis], np.array([label]), w_conv, b_conv, w_dense, b_dense
        )
        total = one if total is None else [a + b for a, b in zip(total, one)]
    return tuple(array / len(images) for array in total)


RIGHT_ANSWERS = (
    network_in_loops,
    network_as_matrix_products,
    network_by_taps_in_float32,
    network_image_by_image,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("cnn_gradients", answer)


def reference_network(images, labels, w_conv, b_conv, w_dense, b_dense):
    maps = reference.conv2d(images, w_conv, b_conv)
    rows = reference.flatten(reference.relu(maps))
    dscores = reference.cross_entropy_backward(reference.dense(rows, w_dense, b_dense), labels)
    drows, dw_dense, db_dense = reference.dense_backward(dscores, rows, w_dense)
    dmaps = reference.relu_backward(reference.flatten_backward(drows, maps), maps)
    _, dw_conv, db_conv = reference.conv2d_backward(dmaps, images, w_conv)
    return dw_conv, db_conv, dw_dense, db_dense


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("cnn_gradients", reference_network, rtol=1e-12, atol=1e-13)


def test_no_input_of_the_network_sits_on_the_bend_of_relu():
    # There an answer in float32 might open a gate that one in float64 keeps closed.
    for inputs in get("cnn_gradients").draw_inputs():
        maps = reference.conv2d(inputs["images"], inputs["w_conv"], inputs["b_conv"])
        assert np.abs(maps).min() > 1e-5
