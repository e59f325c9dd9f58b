"""Right answers to "Stride and padding", and what its solution gives."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import reference
from tests.exercises.questions.convolution.test_slide_kernel import slide_by_shifts
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def padded_by_hand(image, kernel, stride, padding):
    height, width = image.shape
    padded = np.zeros((height + 2 * padding, width + 2 * padding), image.dtype)
    padded[padding : padding + height, padding : padding + width] = image
    windows = sliding_window_view(padded, kernel.shape)[::stride, ::stride]
    return (windows * kernel).sum(axis=(2, 3))


def padded_without_padding(image, kernel, stride, padding):
    """Skips what lies outside instead of adding zeros."""
    (height, width), (kernel_height, kernel_width) = image.shape, kernel.shape
    rows = range(-padding, height + padding - kernel_height + 1, stride)
    columns = range(-padding, width + padding - kernel_width + 1, stride)
    output = np.zeros((len(rows), len(columns)), np.float32)
    for r, top in enumerate(rows):
        for c, left in enumerate(columns):
            for i in range(kernel_height):
                for j in range(kernel_width):
                    if 0 <= top + i < height and 0 <= left + j < width:
                        output[r, c] += image[top + i, left + j] * kernel[i, j]
    return output


RIGHT_ANSWERS = (
    padded_by_hand,
    padded_without_padding,
    lambda image, kernel, stride, padding: slide_by_shifts(np.pad(image, padding), kernel)[
        ::stride, ::stride
    ],
    lambda image, kernel, stride, padding: np.einsum(
        "rcij,ij->rc",
        sliding_window_view(np.pad(image, padding), kernel.shape)[::stride, ::stride],
        kernel,
    ),
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("slide_padded", answer)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees(
        "slide_padded",
        lambda image, kernel, stride, padding: reference.correlate2d(
            image, kernel, stride=stride, padding=padding
        ),
        seed=11,
        rtol=1e-9,
        atol=1e-12,
    )
