"""Right answers to "A whole network", and what its solution gives."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import reference
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def cnn_in_loops(images, w_conv, b_conv, w_dense, b_dense):
    kernel_h, kernel_w, _, filters = w_conv.shape
    rows = (images.shape[1] - kernel_h + 1) // 2
    columns = (images.shape[2] - kernel_w + 1) // 2
    scores = []
    for image in images:
        pooled = np.zeros((rows, columns, filters))  # zeros: ReLU and maximum in one
        for r in range(2 * rows):
            for c in range(2 * columns):
                window = image[r : r + kernel_h, c : c + kernel_w]
                for f in range(filters):
                    value = (window * w_conv[..., f]).sum() + b_conv[f]
                    pooled[r // 2, c // 2, f] = max(pooled[r // 2, c // 2, f], value)
        scores.append(pooled.ravel() @ w_dense + b_dense)
    return np.array(scores)


def cnn_by_taps_with_relu_after_pooling(images, w_conv, b_conv, w_dense, b_dense):
    # ReLU never decreases, so it may come before or after the maximum.
    kernel_h, kernel_w = w_conv.shape[:2]
    height, width = images.shape[1] - kernel_h + 1, images.shape[2] - kernel_w + 1
    maps = b_conv + sum(
        images[:, i : i + height, j : j + width] @ w_conv[i, j]
        for i in range(kernel_h)
        for j in range(kernel_w)
    )
    maps = maps[:, : height // 2 * 2, : width // 2 * 2]
    pooled = np.max([maps[:, i::2, j::2] for i in (0, 1) for j in (0, 1)], axis=0)
    return np.maximum(pooled, 0).reshape(len(images), -1) @ w_dense + b_dense


def cnn_as_matrix_products(images, w_conv, b_conv, w_dense, b_dense):
    kernel_h, kernel_w, channels, filters = w_conv.shape
    windows = sliding_window_view(images, (kernel_h, kernel_w, channels), axis=(1, 2, 3))
    n, height, width = windows.shape[:3]
    patches = windows.reshape(n * height * width, -1)
    maps = (patches @ w_conv.reshape(-1, filters) + b_conv).clip(min=0)
    maps = maps.reshape(n, height, width, filters)
    pooled = sliding_window_view(maps, (2, 2), axis=(1, 2))[:, ::2, ::2].max(axis=(-1, -2))
    return np.dot(pooled.reshape(n, -1), w_dense) + b_dense


def cnn_in_float32(images, w_conv, b_conv, w_dense, b_dense):
    images, w_conv = images.astype(np.float32), w_conv.astype(np.float32)
    windows = sliding_window_view(images, w_conv.shape[:2], axis=(1, 2))
    maps = np.tensordot(windows, w_conv, axes=((4, 5, 3), (0, 1, 2))) + b_conv
    maps = np.where(maps > 0, maps, 0)
    rows, columns = maps.shape[1] // 2, maps.shape[2] // 2
    pooled = np.stack(
        [
            np.stack(
                [maps[:, 2 * r : 2 * r + 2, 2 * c : 2 * c + 2].max((1, 2)) for c in range(columns)],
                1,
            )
            for r in range(rows)
        ],
        1,
    )
    return np.einsum("nd,dk->nk", pooled.reshape(len(images), -1), w_dense) + b_dense


RIGHT_ANSWERS = (
    cnn_in_loops,
    cnn_by_taps_with_relu_after_pooling,
    cnn_as_matrix_products,
    cnn_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("cnn_scores", answer)


def reference_cnn(images, w_conv, b_conv, w_dense, b_dense):
    maps = reference.relu(reference.conv2d(images, w_conv, b_conv))
    return reference.dense(reference.flatten(reference.max_pool2d(maps)), w_dense, b_dense)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("cnn_scores", reference_cnn, rtol=1e-12)
