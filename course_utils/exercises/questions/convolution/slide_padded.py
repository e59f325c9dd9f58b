"""The exercise "Stride and padding"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution import CHAPTER
from course_utils.exercises.slip import Slip


def slide_padded(image, kernel, stride, padding):
    padded = np.pad(image, padding)
    kernel_height, kernel_width = kernel.shape
    output_height = (padded.shape[0] - kernel_height) // stride + 1
    output_width = (padded.shape[1] - kernel_width) // stride + 1
    output = np.zeros((output_height, output_width))
    for row in range(output_height):
        for column in range(output_width):
            top, left = row * stride, column * stride
            window = padded[top : top + kernel_height, left : left + kernel_width]
            output[row, column] = np.sum(window * kernel)
    return output


def inputs(rng):
    yield {
        "image": np.array([[1, 2], [3, 4]]),
        "kernel": np.array([[1, 2]]),
        "stride": 1,
        "padding": 1,
    }
    yield {
        "image": np.array([[1, 0, 2, 1, 5], [0, 1, 0, 3, 1], [1, 2, 3, 0, 4]]),
        "kernel": np.array([[1, 2], [0, -1]]),
        "stride": 2,
        "padding": 0,
    }
    for image_shape, kernel_shape, stride, padding in (
        ((5, 5), (3, 3), 2, 1),
        ((7, 6), (3, 2), 3, 2),
        ((6, 9), (2, 4), 2, 1),
    ):
        image, kernel = rng.normal(size=image_shape), rng.normal(size=kernel_shape)
        yield {"image": image, "kernel": kernel, "stride": stride, "padding": padding}


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Stride and padding",
    prompt="""Slide a kernel with a stride over an image with a border of zeros.

    image : array (H, W)
    kernel : array (kh, kw), not larger than the padded image
    stride : int, pixels from one place to the next, downwards and across
    padding : int, rows and columns of zeros added on each of the four sides

    Returns the feature map. The kernel is not flipped, and places where it
    does not fit are left out.
    """,
    reference=slide_padded,
    inputs=inputs,
    points=2.0,
    misconceptions=(
        Misconception(
            id="stride-ignored",
            name="The stride is ignored.",
            hint="Where is the top left pixel of the window for entry [1, 1] of the map?",
            wrong=lambda image, kernel, stride, padding: slide_padded(image, kernel, 1, padding),
        ),
        Misconception(
            id="padding-ignored",
            name="The padding is ignored.",
            hint="Before anything slides, the image must grow on all four sides.",
            wrong=lambda image, kernel, stride, padding: slide_padded(image, kernel, stride, 0),
        ),
        Misconception(
            id="padding-on-one-side",
            name="The zeros are added at the top and left only.",
            hint="By how many rows must the image grow in all?",
            wrong=Slip(
                slide_padded,
                "np.pad(image, padding)",
                "np.pad(image, ((padding, 0), (padding, 0)))",
            ),
        ),
        Misconception(
            id="padding-after-only",
            name="The zeros are added at the bottom and right only.",
            hint="By how many rows must the image grow in all?",
            wrong=Slip(
                slide_padded,
                "np.pad(image, padding)",
                "np.pad(image, ((0, padding), (0, padding)))",
            ),
        ),
        Misconception(
            id="border-repeated",
            name="The border repeats the outer pixels instead of being zero.",
            hint="Which values does the prompt ask for outside the image?",
            wrong=Slip(
                slide_padded, "np.pad(image, padding)", 'np.pad(image, padding, mode="edge")'
            ),
        ),
        Misconception(
            id="stride-in-the-size-only",
            name="The map has the right size, but neighboring windows are one pixel apart.",
            hint="You use the stride to count the places. Where does the second window start?",
            wrong=Slip(slide_padded, "row * stride, column * stride", "row, column"),
        ),
        Misconception(
            id="stride-downwards-only",
            name="The stride is used downwards, but not across.",
            hint="Both indices of the window's corner depend on the stride.",
            wrong=lambda image, kernel, stride, padding: slide_padded(image, kernel, 1, padding)[
                ::stride
            ],
        ),
        Misconception(
            id="flipped-kernel",
            name="The kernel is turned by 180 degrees.",
            hint="Lay the kernel on the window as it is: corner on corner.",
            wrong=Slip(slide_padded, "window * kernel", "window * kernel[::-1, ::-1]"),
        ),
    ),
    hints=(
        "Two separate things: grow the image first, then slide over the larger image.",
        "`np.pad(image, padding)` adds zeros on all sides. Your output size has a formula now.",
        "The window for [r, c] starts at row `r * stride` and column `c * stride`.",
    ),
)
