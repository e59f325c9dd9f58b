"""The exercise "Depthwise convolution"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution_layers import CHAPTER


def filter_each_channel(x, w):
    height, width, channels = x.shape
    kernel_height, kernel_width, _ = w.shape
    y = np.zeros((height - kernel_height + 1, width - kernel_width + 1, channels))
    for row in range(y.shape[0]):
        for column in range(y.shape[1]):
            window = x[row : row + kernel_height, column : column + kernel_width, :]
            y[row, column] = np.sum(window * w, axis=(0, 1))
    return y


def inputs(rng):
    yield {"x": np.array([[[1, 2], [0, 1], [3, 0]]]), "w": np.array([[[1, 2], [0, -1]]])}
    for x_shape, w_shape in (
        ((4, 5, 3), (3, 2, 3)),
        ((6, 5, 4), (3, 3, 4)),
        ((5, 4, 2), (1, 3, 2)),
        ((5, 5, 3), (2, 2, 3)),
    ):
        yield {"x": rng.normal(size=x_shape), "w": rng.normal(size=w_shape)}


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Depthwise convolution",
    prompt="""Filter each channel with a kernel of its own.

    x : array (H, W, C)
    w : array (kh, kw, C), one kernel for each channel

    There is no padding, and the stride is 1. Returns an array
    (H - kh + 1, W - kw + 1, C).
    """,
    reference=filter_each_channel,
    inputs=inputs,
    points=2.0,
    misconceptions=(
        Misconception(
            id="channels-summed",
            name="The channels are summed into one map.",
            hint="Depthwise, the channels never meet. How many maps come out?",
            wrong=lambda x, w: filter_each_channel(x, w).sum(axis=2),
        ),
        Misconception(
            id="channels-summed-and-repeated",
            name="The channels are summed, and each map gets the sum.",
            hint="Map c depends on channel c alone.",
            wrong=lambda x, w: (
                filter_each_channel(x, w).sum(axis=2, keepdims=True) + np.zeros(x.shape[2])
            ),
        ),
        Misconception(
            id="one-kernel-for-all",
            name="All channels are filtered with the first kernel.",
            hint="Channel c has the kernel w[:, :, c].",
            wrong=lambda x, w: filter_each_channel(x, w[:, :, :1] + np.zeros(x.shape[2])),
        ),
        Misconception(
            id="flipped-kernel",
            name="The kernels are turned by 180 degrees.",
            hint="Lay the kernel on the window as it is: corner on corner.",
            wrong=lambda x, w: filter_each_channel(x, w[::-1, ::-1]),
        ),
    ),
    hints=(
        "It is slide_kernel, done once for each channel.",
        "`x[:, :, c]` is an image and `w[:, :, c]` its kernel.",
        "Or in one go: multiply window and w, and sum over the first two axes only.",
    ),
)
