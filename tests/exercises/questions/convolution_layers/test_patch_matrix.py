"""Right answers to "Patches as rows", and what its solution gives."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def patches_as_view(image, kernel_height, kernel_width):
    windows = sliding_window_view(image, (kernel_height, kernel_width))
    return windows.reshape(-1, kernel_height * kernel_width)


def patches_pixel_by_pixel(image, kernel_height, kernel_width):
    height, width = image.shape[0] - kernel_height + 1, image.shape[1] - kernel_width + 1
    columns = [
        image[i : i + height, j : j + width].ravel()
        for i in range(kernel_height)
        for j in range(kernel_width)
    ]
    return np.stack(columns, axis=1)


def patches_by_index(image, kernel_height, kernel_width):
    height, width = image.shape[0] - kernel_height + 1, image.shape[1] - kernel_width + 1
    corner = (np.arange(height)[:, None] * image.shape[1] + np.arange(width)).reshape(-1, 1)
    within = (np.arange(kernel_height)[:, None] * image.shape[1] + np.arange(kernel_width)).ravel()
    return image.ravel()[corner + within]


def patches_in_float32(image, kernel_height, kernel_width):
    return patches_as_view(image, kernel_height, kernel_width).astype(np.float32)


RIGHT_ANSWERS = (
    patches_as_view,
    patches_pixel_by_pixel,
    patches_by_index,
    patches_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("patch_matrix", answer)


def test_patch_matrix_makes_correlation_a_product():
    exercise = get("patch_matrix")
    for arguments in exercise.draw_inputs(seed=11):
        kernel = np.arange(arguments["kernel_height"] * arguments["kernel_width"]) - 2.0
        product = exercise.reference(**arguments) @ kernel
        shape = arguments["kernel_height"], arguments["kernel_width"]
        np.testing.assert_allclose(
            product,
            reference.correlate2d(arguments["image"], kernel.reshape(shape)).ravel(),
            atol=1e-12,
        )
