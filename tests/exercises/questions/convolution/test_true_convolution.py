"""Right answers to "Convolution as mathematics has it", and what its solution gives."""

import numpy as np

from course_utils import reference
from tests.exercises.questions.convolution.test_slide_kernel import (
    slide_by_shifts,
    slide_by_strides,
)
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def convolve_as_defined(image, kernel):
    (height, width), (kernel_height, kernel_width) = image.shape, kernel.shape
    output = np.zeros((height - kernel_height + 1, width - kernel_width + 1))
    for r in range(output.shape[0]):
        for c in range(output.shape[1]):
            for i in range(kernel_height):
                for j in range(kernel_width):
                    pixel = image[r + kernel_height - 1 - i, c + kernel_width - 1 - j]
                    output[r, c] += pixel * kernel[i, j]
    return output


RIGHT_ANSWERS = (
    convolve_as_defined,
    lambda image, kernel: slide_by_shifts(image, np.rot90(kernel, 2)),
    lambda image, kernel: slide_by_strides(image, np.flip(kernel)),
    lambda image, kernel: slide_by_shifts(np.flip(image), kernel)[::-1, ::-1],
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("true_convolution", answer)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees(
        "true_convolution",
        lambda image, kernel: reference.correlate2d(image, kernel[::-1, ::-1]),
        seed=11,
        rtol=1e-9,
        atol=1e-12,
    )
