"""The exercise "Slide the kernel"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution import CHAPTER
from course_utils.exercises.questions.convolution.images_and_kernels import (
    images_and_kernels,
)
from course_utils.exercises.slip import Slip


def slide_kernel(image, kernel):
    height, width = image.shape
    kernel_height, kernel_width = kernel.shape
    output = np.zeros((height - kernel_height + 1, width - kernel_width + 1))
    for row in range(output.shape[0]):
        for column in range(output.shape[1]):
            window = image[row : row + kernel_height, column : column + kernel_width]
            output[row, column] = np.sum(window * kernel)
    return output


def _padded_to_same(image, kernel_shape):
    before = [(side - 1) // 2 for side in kernel_shape]
    after = [side - 1 - first for side, first in zip(kernel_shape, before)]
    return np.pad(image, list(zip(before, after)))


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Slide the kernel",
    prompt="""Slide a kernel over an image; the feature map.

    image : array (H, W)
    kernel : array (kh, kw), not larger than the image

    The kernel moves one pixel at a time and never leaves the image. Entry
    [r, c] of the feature map belongs to the window whose top left pixel is
    image[r, c]. The kernel is not flipped.
    """,
    reference=slide_kernel,
    inputs=images_and_kernels,
    points=2.0,
    misconceptions=(
        Misconception(
            id="flipped-kernel",
            name="The kernel is turned by 180 degrees.",
            hint="Lay the kernel on the window as it is: corner on corner.",
            wrong=Slip(slide_kernel, "window * kernel", "window * kernel[::-1, ::-1]"),
        ),
        Misconception(
            id="size-off-by-one",
            name="The last position in each direction is missing.",
            hint="How many places are there for a kernel of width 2 on 3 pixels? List them.",
            wrong=lambda image, kernel: slide_kernel(image, kernel)[:-1, :-1],
        ),
        Misconception(
            id="rows-and-columns-swapped",
            name="Rows and columns of the feature map are swapped.",
            hint="The first index counts rows, downwards; `shape` is (height, width).",
            wrong=lambda image, kernel: slide_kernel(image, kernel).T,
        ),
        Misconception(
            id="same-for-valid",
            name="The image is padded with zeros, so that the map is as large as the image.",
            hint="The kernel must not leave the image: there are fewer places than pixels.",
            wrong=lambda image, kernel: slide_kernel(_padded_to_same(image, kernel.shape), kernel),
        ),
        Misconception(
            id="windows-do-not-overlap",
            name="The kernel moves by its own size, so that windows do not overlap.",
            hint="How far does the kernel move from one place to the next?",
            wrong=lambda image, kernel: slide_kernel(image, kernel)[
                :: kernel.shape[0], :: kernel.shape[1]
            ],
        ),
    ),
    hints=(
        "How many places are there for the kernel downwards? And across?",
        "Start with `np.zeros((H - kh + 1, W - kw + 1))` and fill it in two nested loops.",
        "The window at [r, c] is `image[r : r + kh, c : c + kw]`.",
    ),
)
