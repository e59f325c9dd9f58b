"""The exercise "Batch normalization of feature maps"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.normalization import CHAPTER
from course_utils.exercises.slip import Slip


def normalize_channels(x, gamma, beta, epsilon):
    mean = x.mean(axis=(0, 1, 2))
    variance = ((x - mean) ** 2).mean(axis=(0, 1, 2))
    x_hat = (x - mean) / np.sqrt(variance + epsilon)
    return gamma * x_hat + beta


def inputs(rng):
    four = np.array([3.0, 9, 11, 17])
    yield {
        "x": four.reshape(4, 1, 1, 1),
        "gamma": np.array([2.0]),
        "beta": np.array([3.0]),
        "epsilon": 0.001,
    }
    yield {
        "x": np.stack([four, [5, 5, 5, 9]], axis=-1).reshape(2, 1, 2, 2),
        "gamma": np.array([1.0, 2.0]),
        "beta": np.array([0.0, -1.0]),
        "epsilon": 1.0,
    }
    for shape, epsilon in [((3, 2, 4, 1), 0.1), ((2, 5, 3, 4), 0.5), ((1, 4, 3, 2), 0.001)]:
        yield {
            "x": rng.normal(rng.normal(scale=3, size=shape[-1]), 2, size=shape),
            "gamma": rng.uniform(0.5, 2, size=shape[-1]),
            "beta": rng.normal(size=shape[-1]),
            "epsilon": epsilon,
        }


def _over(axes):
    """Batch normalization with other values sharing a mean."""

    def wrong(x, gamma, beta, epsilon):
        mean, variance = x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True)
        return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta

    return wrong


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Batch normalization of feature maps",
    prompt="""Normalize each channel of a batch of feature maps, scale and shift it.

    x : (N, H, W, C) float array
    gamma, beta : (C,) float arrays, one number for each channel
    epsilon : positive float, added to the variance under the square root
    Each channel has one mean and one variance, over all its N H W values
    (the variance is divided by N H W, not by one less).
    Returns gamma * (x - mean) / sqrt(variance + epsilon) + beta, of x's
    shape.
    """,
    reference=normalize_channels,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="per-pixel",
            name="Every pixel has a mean of its own, taken over the images alone.",
            hint="A channel shares one mean over images, rows and columns: which axes is that?",
            wrong=_over(0),
        ),
        Misconception(
            id="per-image",
            name="Every image is normalized on its own: that is instance normalization.",
            hint="The batch is in the name: the mean goes over the images too.",
            wrong=_over((1, 2)),
        ),
        Misconception(
            id="all-channels-together",
            name="One mean and one variance serve all channels.",
            hint="How many means must there be? gamma has one number for each channel.",
            wrong=_over((0, 1, 2, 3)),
        ),
        Misconception(
            id="layer-normalization",
            name="Every image has one mean for all its channels: that is layer normalization.",
            hint="The batch is in the name, and gamma has one number for each channel.",
            wrong=_over((1, 2, 3)),
        ),
        Misconception(
            id="over-channels",
            name="The mean goes over the channels of one pixel.",
            hint="axis=-1 is the axis that goes away. Which one should be left?",
            wrong=_over(3),
        ),
        Misconception(
            id="channels-first",
            name="The axes are those of a batch (N, C, H, W), as in PyTorch.",
            hint="Where are the channels in x's shape?",
            wrong=_over((0, 2, 3)),
        ),
        Misconception(
            id="unbiased-variance",
            name="The variance is divided by the number of values minus 1.",
            hint="Batch normalization divides by the number of values; ddof=0 in numpy.",
            wrong=Slip(
                normalize_channels,
                "((x - mean) ** 2).mean(axis=(0, 1, 2))",
                "x.var(axis=(0, 1, 2), ddof=1)",
            ),
        ),
        Misconception(
            id="divided-by-variance",
            name="It divides by the variance; the square root is missing.",
            hint="If x is in volts, its variance is in volts squared. What has no unit?",
            wrong=Slip(normalize_channels, "np.sqrt(variance + epsilon)", "(variance + epsilon)"),
        ),
        Misconception(
            id="epsilon-outside-the-root",
            name="epsilon is added after the square root.",
            hint="sqrt(variance + epsilon), not sqrt(variance) + epsilon.",
            wrong=Slip(
                normalize_channels, "np.sqrt(variance + epsilon)", "(np.sqrt(variance) + epsilon)"
            ),
        ),
        Misconception(
            id="epsilon-forgotten",
            name="epsilon does not appear.",
            hint="What happens if all values of a channel are the same?",
            wrong=Slip(normalize_channels, "variance + epsilon", "variance"),
        ),
        Misconception(
            id="mean-of-squares",
            name="The variance is taken as the mean of the squares of x.",
            hint="Add 100 to all x. Does the variance change? Does what your code computes?",
            wrong=Slip(normalize_channels, "((x - mean) ** 2)", "(x**2)"),
        ),
        Misconception(
            id="sum-of-squares",
            name="The squares are added up, but not divided by their number.",
            hint="A variance is a mean. Does yours grow with the number of images?",
            wrong=Slip(normalize_channels, "((x - mean) ** 2).mean(", "((x - mean) ** 2).sum("),
        ),
        Misconception(
            id="not-centered",
            name="The mean is not subtracted from x.",
            hint="What should the mean of the result be, with beta = 0?",
            wrong=Slip(normalize_channels, "x_hat = (x - mean)", "x_hat = x"),
        ),
        Misconception(
            id="only-the-mean-divided",
            name="The division goes before the subtraction: only the mean is divided.",
            hint="What does Python compute first in a - b / c?",
            wrong=Slip(
                normalize_channels,
                "(x - mean) / np.sqrt(variance + epsilon)",
                "x - mean / np.sqrt(variance + epsilon)",
            ),
        ),
        Misconception(
            id="not-scaled",
            name="gamma and beta are not used.",
            hint="After the division every channel is scaled and shifted by its own numbers.",
            wrong=Slip(normalize_channels, "gamma * x_hat + beta", "x_hat"),
        ),
        Misconception(
            id="not-shifted",
            name="beta is not used.",
            hint="Where do the values lie after the division, and where should they?",
            wrong=Slip(normalize_channels, " + beta", ""),
        ),
        Misconception(
            id="shifted-before-scaled",
            name="gamma multiplies beta too.",
            hint="Scale first, shift afterwards.",
            wrong=Slip(normalize_channels, "gamma * x_hat + beta", "gamma * (x_hat + beta)"),
        ),
        Misconception(
            id="gamma-and-beta-swapped",
            name="beta scales and gamma shifts.",
            hint="gamma is the scale, beta the shift.",
            wrong=Slip(normalize_channels, "gamma * x_hat + beta", "beta * x_hat + gamma"),
        ),
    ),
    hints=(
        "Which entries share a mean? All that have the same last index.",
        "x.mean(axis=(0, 1, 2)) has shape (C,), and x - mean works by broadcasting.",
        "The variance is a mean too, of (x - mean) ** 2; np.var computes it from x.",
    ),
)
