"""Right answers to "The gradient of an image", and what its solution gives."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import reference
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def image_by_collecting(dy, kernel):
    (height, width), (kh, kw) = dy.shape, kernel.shape
    dx = np.zeros((height + kh - 1, width + kw - 1), np.float32)
    for r in range(dx.shape[0]):
        for c in range(dx.shape[1]):
            for i in range(kh):
                for j in range(kw):
                    if 0 <= r - i < height and 0 <= c - j < width:
                        dx[r, c] += dy[r - i, c - j] * kernel[i, j]
    return dx


def image_as_full_correlation(dy, kernel):
    border = [(side - 1, side - 1) for side in kernel.shape]
    windows = sliding_window_view(np.pad(dy, border), kernel.shape)
    return np.einsum("rcij,ij->rc", windows, np.flip(kernel))


def image_by_weights(dy, kernel):
    dx = np.zeros((dy.shape[0] + kernel.shape[0] - 1, dy.shape[1] + kernel.shape[1] - 1))
    for (i, j), weight in np.ndenumerate(kernel):
        dx[i : i + dy.shape[0], j : j + dy.shape[1]] += weight * dy
    return dx


def image_by_fourier(dy, kernel):
    shape = tuple(a + b - 1 for a, b in zip(dy.shape, kernel.shape))
    return np.fft.irfft2(np.fft.rfft2(dy, shape) * np.fft.rfft2(kernel, shape), shape)


RIGHT_ANSWERS = (
    image_by_collecting,
    image_as_full_correlation,
    image_by_weights,
    image_by_fourier,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("image_gradient", answer)


def one_map(array):
    return array[np.newaxis, :, :, np.newaxis]


def reference_image(dy, kernel):
    shape = (dy.shape[0] + kernel.shape[0] - 1, dy.shape[1] + kernel.shape[1] - 1)
    kernels = kernel[:, :, np.newaxis, np.newaxis]
    return reference.conv2d_backward(one_map(dy), one_map(np.zeros(shape)), kernels)[0][0, :, :, 0]


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("image_gradient", reference_image, rtol=1e-12, atol=1e-13)
