"""The exercise "A layer with channels, filters and biases"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution_layers import CHAPTER
from course_utils.exercises.questions.convolution_layers.filter_each_channel import (
    filter_each_channel,
)


def convolve_channels(x, w, b):
    height, width, _ = x.shape
    kernel_height, kernel_width, _, filters = w.shape
    y = np.zeros((height - kernel_height + 1, width - kernel_width + 1, filters))
    for row in range(y.shape[0]):
        for column in range(y.shape[1]):
            window = x[row : row + kernel_height, column : column + kernel_width, :]
            for f in range(filters):
                y[row, column, f] = np.sum(window * w[:, :, :, f]) + b[f]
    return y


def inputs(rng):
    yield {
        "x": np.array([[[1, 2], [0, 1], [3, 0]]]),
        "w": np.array([[[[1], [2]], [[0], [-1]]]]),
        "b": np.array([10]),
    }
    for x_shape, w_shape in (
        ((4, 5, 3), (3, 2, 3, 2)),
        ((6, 5, 4), (3, 3, 4, 3)),
        ((5, 4, 1), (2, 2, 1, 2)),
    ):
        yield {
            "x": rng.normal(size=x_shape),
            "w": rng.normal(size=w_shape),
            "b": rng.normal(size=w_shape[3]),
        }
    x, w = rng.integers(-3, 4, (4, 3, 2)), rng.integers(-3, 4, (2, 2, 2, 3))
    yield {"x": x, "w": w, "b": np.array([1, -2, 3])}


def _kernels_side_by_side(x, w, b):
    """One map for each pair of channel and filter."""
    maps = [filter_each_channel(x, w[..., f]) + b[f] for f in range(w.shape[3])]
    return np.stack(maps, axis=-1)


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="A layer with channels, filters and biases",
    prompt="""A convolution layer on one image, without padding, stride 1.

    x : array (H, W, C)
    w : array (kh, kw, C, F), F filters that each span all C channels
    b : array (F,), one bias for each filter

    Returns the F feature maps as an array (H - kh + 1, W - kw + 1, F).
    """,
    reference=convolve_channels,
    inputs=inputs,
    points=3.0,
    misconceptions=(
        Misconception(
            id="channels-not-summed",
            name="Each channel gets a map of its own: the channels are not summed.",
            hint="A filter spans all channels and gives one number at each place.",
            wrong=_kernels_side_by_side,
        ),
        Misconception(
            id="first-channel-only",
            name="Only the first channel is looked at.",
            hint="Change a value in the last channel: the feature maps have to change.",
            wrong=lambda x, w, b: convolve_channels(x[:, :, :1], w[:, :, :1], b),
        ),
        Misconception(
            id="last-channel-only",
            name="Only the last channel is left in the result.",
            hint="If you loop over channels: does each one add to the map, or replace it?",
            wrong=lambda x, w, b: convolve_channels(x[:, :, -1:], w[:, :, -1:], b),
        ),
        Misconception(
            id="channels-averaged",
            name="The channels are averaged instead of summed.",
            hint="Nothing is divided by the number of channels.",
            wrong=lambda x, w, b: convolve_channels(x, w / w.shape[2], b),
        ),
        Misconception(
            id="bias-forgotten",
            name="The bias is not added.",
            hint="What comes out for an image of zeros?",
            wrong=lambda x, w, b: convolve_channels(x, w, 0 * b),
        ),
        Misconception(
            id="bias-for-each-channel",
            name="The bias is added once for each input channel.",
            hint="What comes out for an image of zeros? It has to be b, whatever C is.",
            wrong=lambda x, w, b: convolve_channels(x, w, x.shape[2] * b),
        ),
        Misconception(
            id="flipped-kernel",
            name="The kernels are turned by 180 degrees.",
            hint="Lay the kernel on the window as it is: corner on corner.",
            wrong=lambda x, w, b: convolve_channels(x, w[::-1, ::-1], b),
        ),
        Misconception(
            id="rows-and-columns-swapped",
            name="Rows and columns of the feature maps are swapped.",
            hint="The first axis counts rows, the second columns, as in the image.",
            wrong=lambda x, w, b: convolve_channels(x, w, b).transpose(1, 0, 2),
        ),
    ),
    hints=(
        "One filter first: its window is a block (kh, kw, C), and so is the filter.",
        "The answer at one place is the sum of kh * kw * C products, plus one bias.",
        "Loop over rows, columns and filters: "
        "`np.sum(x[r : r + kh, c : c + kw, :] * w[:, :, :, f]) + b[f]`.",
    ),
)
