"""The exercise "Backward through batch normalization"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.normalization import CHAPTER
from course_utils.exercises.slip import Slip


def normalize_channels_gradient(dy, x, gamma, epsilon):
    mean = x.mean(axis=(0, 1, 2))
    deviation = np.sqrt(x.var(axis=(0, 1, 2)) + epsilon)
    x_hat = (x - mean) / deviation
    dbeta = dy.sum(axis=(0, 1, 2))
    dgamma = (dy * x_hat).sum(axis=(0, 1, 2))
    n = x.shape[0] * x.shape[1] * x.shape[2]
    dx = gamma / deviation * (dy - dbeta / n - x_hat * dgamma / n)
    return dx, dgamma, dbeta


def inputs(rng):
    yield {
        "dy": np.array([1.0, 0, 0, 0]).reshape(4, 1, 1, 1),
        "x": np.array([3.0, 9, 11, 17]).reshape(4, 1, 1, 1),
        "gamma": np.array([2.0]),
        "epsilon": 0.001,
    }
    yield {
        "dy": np.array([1.0, 2, 0, -1, 3, 1]).reshape(1, 2, 3, 1),
        "x": np.array([1.0, 0, 2, 5, 4, 0]).reshape(1, 2, 3, 1),
        "gamma": np.array([1.0]),
        "epsilon": 1.0,
    }
    for shape, epsilon in [((2, 1, 3, 2), 0.1), ((3, 4, 2, 3), 0.001), ((5, 2, 2, 1), 0.5)]:
        yield {
            "dy": rng.normal(size=shape),
            "x": rng.normal(1, 2, size=shape),
            "gamma": rng.uniform(0.5, 2, size=shape[-1]),
            "epsilon": epsilon,
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Backward through batch normalization",
    prompt="""Gradients of batch normalization, through mean and variance too.

    Forward: y = gamma * x_hat + beta with
    x_hat = (x - mean) / sqrt(variance + epsilon); mean and variance of each
    channel over images, rows and columns.
    dy : (N, H, W, C), gradient of the loss with respect to y
    x : (N, H, W, C); gamma : (C,); epsilon : positive float
    Returns dx of shape (N, H, W, C), dgamma of shape (C,) and dbeta of
    shape (C,), in this order.
    """,
    reference=normalize_channels_gradient,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="statistics-as-constants",
            name="Mean and variance are treated as constants in dx.",
            hint="Nudge one x: the mean moves too, and with it every other output.",
            wrong=Slip(normalize_channels_gradient, "(dy - dbeta / n - x_hat * dgamma / n)", "dy"),
        ),
        Misconception(
            id="variance-as-constant",
            name="The path through the variance is missing in dx.",
            hint="The mean is subtracted, but an outlier also changes what all x are divided by.",
            wrong=Slip(normalize_channels_gradient, " - x_hat * dgamma / n", ""),
        ),
        Misconception(
            id="mean-as-constant",
            name="The path through the mean is missing in dx.",
            hint="If all x move by the same amount, y stays. So what must dx add up to?",
            wrong=Slip(normalize_channels_gradient, " - dbeta / n", ""),
        ),
        Misconception(
            id="missing-1/n",
            name="dx has sums where means should be: the factor 1/n is missing.",
            hint="One x makes up 1/n of the mean. Does your dx add up to 0?",
            wrong=Slip(
                normalize_channels_gradient,
                "dbeta / n - x_hat * dgamma / n",
                "dbeta - x_hat * dgamma",
            ),
        ),
        Misconception(
            id="n-counts-images-only",
            name="n is the number of images; rows and columns are not counted.",
            hint="Over how many values was each channel's mean taken?",
            wrong=Slip(
                normalize_channels_gradient, "x.shape[0] * x.shape[1] * x.shape[2]", "x.shape[0]"
            ),
        ),
        Misconception(
            id="n-counts-pixels-only",
            name="n is rows times columns; the images are not counted.",
            hint="Over how many values was each channel's mean taken?",
            wrong=Slip(
                normalize_channels_gradient,
                "x.shape[0] * x.shape[1] * x.shape[2]",
                "x.shape[1] * x.shape[2]",
            ),
        ),
        Misconception(
            id="n-counts-channels-too",
            name="n is x.size, which counts the channels too.",
            hint="Each channel has a mean of its own. Over how many values?",
            wrong=Slip(
                normalize_channels_gradient, "x.shape[0] * x.shape[1] * x.shape[2]", "x.size"
            ),
        ),
        Misconception(
            id="dx-n-times-too-large",
            name="dx is n times too large everywhere.",
            hint="If the brackets hold n * dy - ..., what must come before them?",
            wrong=Slip(normalize_channels_gradient, "gamma / deviation", "n * gamma / deviation"),
        ),
        Misconception(
            id="gamma-forgotten",
            name="gamma does not appear in dx.",
            hint="y = gamma * x_hat + beta: what is the slope of y along x_hat?",
            wrong=Slip(normalize_channels_gradient, "gamma / deviation", "1 / deviation"),
        ),
        Misconception(
            id="not-divided",
            name="dx is not divided by the deviation.",
            hint="x ten times as large gives the same y. What does that do to the slope?",
            wrong=Slip(normalize_channels_gradient, "gamma / deviation", "gamma"),
        ),
        Misconception(
            id="divided-by-variance",
            name="dx is divided by the variance, not by the deviation.",
            hint="sqrt(variance + epsilon) divides x in the forward pass. And in the slope?",
            wrong=Slip(normalize_channels_gradient, "gamma / deviation", "gamma / deviation**2"),
        ),
        Misconception(
            id="variance-path-added",
            name="The part through the variance has the wrong sign.",
            hint="What should dx times x_hat add up to, nearly? What does yours?",
            wrong=Slip(normalize_channels_gradient, "- x_hat * dgamma / n", "+ x_hat * dgamma / n"),
        ),
        Misconception(
            id="both-paths-added",
            name="The parts through mean and variance have the wrong sign.",
            hint="If x grows, its mean grows, and x_hat shrinks. Does your dx add up to 0?",
            wrong=Slip(
                normalize_channels_gradient,
                "- dbeta / n - x_hat * dgamma / n",
                "+ dbeta / n + x_hat * dgamma / n",
            ),
        ),
        Misconception(
            id="variance-path-doubled",
            name="The part through the variance is too large by a factor of 2: a 1/2 is missing.",
            hint="What is the slope of v ** -0.5? Both its factors count.",
            wrong=Slip(normalize_channels_gradient, "x_hat * dgamma / n", "2 * x_hat * dgamma / n"),
        ),
        Misconception(
            id="variance-path-halved",
            name="The part through the variance is too small by half: a 2 is missing.",
            hint="What is the slope of (x - mean) ** 2?",
            wrong=Slip(normalize_channels_gradient, "x_hat * dgamma / n", "x_hat * dgamma / n / 2"),
        ),
        Misconception(
            id="centered-for-normalized",
            name="dx has x - mean where x_hat should be.",
            hint="Check with x ten times as large: dx must become a tenth.",
            wrong=Slip(
                normalize_channels_gradient, "x_hat * dgamma / n", "(x - mean) * dgamma / n"
            ),
        ),
        Misconception(
            id="epsilon-forgotten",
            name="epsilon does not appear in the deviation.",
            hint="Go back through the forward pass as it is, with epsilon under the root.",
            wrong=Slip(normalize_channels_gradient, " + epsilon", ""),
        ),
        Misconception(
            id="dgamma-from-x",
            name="dgamma multiplies dy by x, not by the normalized x_hat.",
            hint="gamma multiplies x_hat in the forward pass.",
            wrong=Slip(
                normalize_channels_gradient,
                "return dx, dgamma",
                "return dx, (dy * x).sum(axis=(0, 1, 2))",
            ),
        ),
        Misconception(
            id="means-for-sums",
            name="dgamma and dbeta are means; they should be sums.",
            hint="gamma moves every output of its channel. How do their slopes add up?",
            wrong=Slip(
                normalize_channels_gradient, "dx, dgamma, dbeta", "dx, dgamma / n, dbeta / n"
            ),
        ),
        Misconception(
            id="order-swapped",
            name="dgamma and dbeta are swapped.",
            hint="In which order does the prompt name the three results?",
            wrong=Slip(normalize_channels_gradient, "dx, dgamma, dbeta", "dx, dbeta, dgamma"),
        ),
    ),
    hints=(
        "dbeta and dgamma come first: sums of dy and of dy * x_hat over images, rows, columns.",
        "dx has three parts: the direct one, one through the mean, one through the variance.",
        "dy minus its mean, minus x_hat times the mean of dy * x_hat; then a factor in front.",
        "That factor is gamma / sqrt(variance + epsilon).",
    ),
    points=3.0,
)
