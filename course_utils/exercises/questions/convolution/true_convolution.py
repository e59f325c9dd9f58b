"""The exercise "Convolution as mathematics has it"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution import CHAPTER
from course_utils.exercises.questions.convolution.images_and_kernels import (
    images_and_kernels,
)
from course_utils.exercises.questions.convolution.slide_kernel import slide_kernel
from course_utils.exercises.slip import Slip


def true_convolution(image, kernel):
    flipped = kernel[::-1, ::-1]
    height, width = image.shape
    kernel_height, kernel_width = kernel.shape
    output = np.zeros((height - kernel_height + 1, width - kernel_width + 1))
    for row in range(output.shape[0]):
        for column in range(output.shape[1]):
            window = image[row : row + kernel_height, column : column + kernel_width]
            output[row, column] = np.sum(window * flipped)
    return output


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Convolution as mathematics has it",
    prompt="""Slide the kernel turned by 180 degrees: convolution, not correlation.

    image : array (H, W)
    kernel : array (kh, kw), not larger than the image

    As in slide_kernel, one pixel at a time and within the image, but with
    the kernel flipped top to bottom and left to right.
    """,
    reference=true_convolution,
    inputs=images_and_kernels,
    misconceptions=(
        Misconception(
            id="not-flipped",
            name="The kernel is not flipped: this is correlation.",
            hint="Which kernel entry meets the top left pixel of a window?",
            wrong=Slip(true_convolution, "kernel[::-1, ::-1]", "kernel"),
        ),
        Misconception(
            id="rows-flipped-only",
            name="The kernel is flipped top to bottom, but not left to right.",
            hint="A turn by 180 degrees reverses both axes.",
            wrong=Slip(true_convolution, "kernel[::-1, ::-1]", "kernel[::-1]"),
        ),
        Misconception(
            id="columns-flipped-only",
            name="The kernel is flipped left to right, but not top to bottom.",
            hint="A turn by 180 degrees reverses both axes.",
            wrong=Slip(true_convolution, "kernel[::-1, ::-1]", "kernel[:, ::-1]"),
        ),
        Misconception(
            id="image-flipped",
            name="The image is flipped instead of the kernel.",
            hint="Now the feature map is upside down. What should have been turned?",
            wrong=lambda image, kernel: slide_kernel(image[::-1, ::-1], kernel),
        ),
        Misconception(
            id="transposed-kernel",
            name="The kernel is transposed instead of turned.",
            hint="`.T` swaps rows with columns. Turned by 180 degrees, [[1, 2]] is [[2, 1]].",
            wrong=lambda image, kernel: slide_kernel(image, kernel.T),
        ),
    ),
    hints=(
        "Everything but the kernel stays as in slide_kernel.",
        "An array is reversed by the slice `[::-1]`; each axis takes a slice of its own.",
        "The turned kernel is `kernel[::-1, ::-1]`.",
    ),
)
