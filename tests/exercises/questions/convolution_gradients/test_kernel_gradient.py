"""Right answers to "The gradient of a kernel", and what its solution gives."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import reference
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def kernel_by_windows(image, dy):
    shape = (image.shape[0] - dy.shape[0] + 1, image.shape[1] - dy.shape[1] + 1)
    dw = np.zeros(shape)
    for (r, c), slope in np.ndenumerate(dy):
        dw += slope * image[r : r + shape[0], c : c + shape[1]]
    return dw


def kernel_of_views(image, dy):
    return (sliding_window_view(image, dy.shape) * dy).sum(axis=(2, 3))


def kernel_with_einsum(image, dy):
    return np.einsum("ijrc,rc->ij", sliding_window_view(image, dy.shape), dy).astype(np.float32)


def kernel_as_patches(image, dy):
    shape = (image.shape[0] - dy.shape[0] + 1, image.shape[1] - dy.shape[1] + 1)
    patches = sliding_window_view(image, shape).reshape(dy.size, -1)
    return (dy.reshape(1, -1) @ patches).reshape(shape)


RIGHT_ANSWERS = (
    kernel_by_windows,
    kernel_of_views,
    kernel_with_einsum,
    kernel_as_patches,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("kernel_gradient", answer)


def reference_kernel(image, dy):
    return reference.correlate2d(image, dy)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("kernel_gradient", reference_kernel, rtol=1e-12, atol=1e-13)
