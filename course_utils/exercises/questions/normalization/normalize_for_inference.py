"""The exercise "Batch normalization at inference"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.normalization import CHAPTER
from course_utils.exercises.slip import Slip


def normalize_for_inference(x, gamma, beta, batch_means, batch_variances, momentum, epsilon):
    mean, variance = np.zeros(x.shape[1]), np.ones(x.shape[1])
    for batch_mean, batch_variance in zip(batch_means, batch_variances, strict=True):
        mean = momentum * mean + (1 - momentum) * batch_mean
        variance = momentum * variance + (1 - momentum) * batch_variance
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


def inputs(rng):
    yield {
        "x": np.array([[8.0], [14.0]]),
        "gamma": np.array([1.0]),
        "beta": np.array([0.5]),
        "batch_means": np.array([[8.0], [12.0]]),
        "batch_variances": np.array([[3.0], [14.0]]),
        "momentum": 0.5,
        "epsilon": 1.0,
    }
    for n, channels, batches, momentum in [(1, 2, 1, 0.75), (3, 2, 4, 0.9), (5, 3, 12, 0.8)]:
        yield {
            "x": rng.normal(2, 3, size=(n, channels)),
            "gamma": rng.uniform(0.5, 2, size=channels),
            "beta": rng.normal(size=channels),
            "batch_means": rng.normal(2, 1, size=(batches, channels)),
            "batch_variances": rng.uniform(2, 9, size=(batches, channels)),
            "momentum": momentum,
            "epsilon": 0.25,
        }
    yield {
        "x": rng.normal(size=(2, 4)),
        "gamma": np.ones(4),
        "beta": np.zeros(4),
        "batch_means": rng.normal(size=(40, 4)),
        "batch_variances": rng.uniform(0.1, 4, size=(40, 4)),
        "momentum": 0.99,
        "epsilon": 0.001,
    }


def _moving(start, values, momentum):
    moving = np.full(values.shape[1], start, float)
    for value in values:
        moving = momentum * moving + (1 - momentum) * value
    return moving


def _inference_with(statistics):
    """Normalize with the mean and the variance that `statistics` makes of x and the batches'."""

    def wrong(x, gamma, beta, batch_means, batch_variances, momentum, epsilon):
        mean, variance = statistics(x, batch_means, batch_variances, momentum)
        return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta

    return wrong


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Batch normalization at inference",
    prompt="""Keep moving averages over the training batches, normalize with them.

    batch_means, batch_variances : (T, C), of the T training batches in order
    The moving mean starts at 0 and the moving variance at 1; after each
    batch moving = momentum * moving + (1 - momentum) * the batch's.
    x : (N, C), the inputs at inference
    gamma, beta : (C,); epsilon : positive float, under the square root
    Returns x of shape (N, C), normalized with the moving averages, then
    scaled and shifted.
    """,
    reference=normalize_for_inference,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="batch-statistics",
            name="x is normalized with its own mean and variance, as in training.",
            hint="What would come out for a single x? At inference it may come alone.",
            wrong=_inference_with(
                lambda x, means, variances, momentum: (x.mean(axis=0), x.var(axis=0))
            ),
        ),
        Misconception(
            id="momentum-swapped",
            name="momentum weighs the new batch, and 1 - momentum the old average.",
            hint="That is PyTorch's meaning of the word. Read the line in the question again.",
            wrong=_inference_with(
                lambda x, means, variances, momentum: (
                    _moving(0, means, 1 - momentum),
                    _moving(1, variances, 1 - momentum),
                )
            ),
        ),
        Misconception(
            id="variance-from-zero",
            name="The moving variance starts at 0.",
            hint="Before any batch the layer should leave x nearly as it is: divide by 1.",
            wrong=Slip(normalize_for_inference, "np.ones(x.shape[1])", "np.zeros(x.shape[1])"),
        ),
        Misconception(
            id="plain-average",
            name="All batches count the same: it is a plain average.",
            hint="Early batches come from a network that no longer exists. Which must weigh more?",
            wrong=_inference_with(
                lambda x, means, variances, momentum: (
                    means.mean(axis=0),
                    variances.mean(axis=0),
                )
            ),
        ),
        Misconception(
            id="last-batch",
            name="Only the last batch's mean and variance are used.",
            hint="Each step keeps most of what was there: momentum * moving + ...",
            wrong=_inference_with(lambda x, means, variances, momentum: (means[-1], variances[-1])),
        ),
        Misconception(
            id="one-update",
            name="The averages start from 0 and 1 again at every batch: only the last counts.",
            hint="What belongs before the loop, and what inside it?",
            wrong=_inference_with(
                lambda x, means, variances, momentum: (
                    _moving(0, means[-1:], momentum),
                    _moving(1, variances[-1:], momentum),
                )
            ),
        ),
        Misconception(
            id="starts-at-the-first-batch",
            name="The averages start with the first batch's mean and variance.",
            hint="What are the two before any batch has come?",
            wrong=_inference_with(
                lambda x, means, variances, momentum: (
                    _moving(means[0], means[1:], momentum),
                    _moving(variances[0], variances[1:], momentum),
                )
            ),
        ),
        Misconception(
            id="mean-from-one",
            name="The moving mean starts at 1, as the variance does.",
            hint="What are mean and variance of values that need no normalization?",
            wrong=Slip(normalize_for_inference, "np.zeros(x.shape[1])", "np.ones(x.shape[1])"),
        ),
        Misconception(
            id="corrected-for-the-start",
            name="The averages are divided by 1 - momentum**T, as Adam does with its own.",
            hint="Batch normalization leaves the share of the start in. Read the update again.",
            wrong=_inference_with(
                lambda x, means, variances, momentum: (
                    _moving(0, means, momentum) / (1 - momentum ** len(means)),
                    _moving(0, variances, momentum) / (1 - momentum ** len(means)),
                )
            ),
        ),
        Misconception(
            id="x-in-the-averages",
            name="x's own mean and variance went into the moving averages.",
            hint="At inference the averages stay as training left them.",
            wrong=_inference_with(
                lambda x, means, variances, momentum: (
                    _moving(0, np.vstack([means, x.mean(axis=0)]), momentum),
                    _moving(1, np.vstack([variances, x.var(axis=0)]), momentum),
                )
            ),
        ),
        Misconception(
            id="all-channels-together",
            name="One moving mean and one moving variance serve all channels.",
            hint="batch_means[t] has one number for each channel.",
            wrong=_inference_with(
                lambda x, means, variances, momentum: (
                    _moving(0, means, momentum).mean(),
                    _moving(1, variances, momentum).mean(),
                )
            ),
        ),
        Misconception(
            id="deviations-averaged",
            name="The square roots of the variances were averaged.",
            hint="What is averaged is the variance. Where does the root belong then?",
            wrong=_inference_with(
                lambda x, means, variances, momentum: (
                    _moving(0, means, momentum),
                    _moving(1, np.sqrt(variances), momentum) ** 2,
                )
            ),
        ),
        Misconception(
            id="divided-by-variance",
            name="It divides by the variance; the square root is missing.",
            hint="If x is in volts, its variance is in volts squared. What has no unit?",
            wrong=Slip(
                normalize_for_inference, "np.sqrt(variance + epsilon)", "(variance + epsilon)"
            ),
        ),
        Misconception(
            id="epsilon-outside-the-root",
            name="epsilon is added after the square root.",
            hint="Which of the two does epsilon belong to, the variance or the deviation?",
            wrong=Slip(
                normalize_for_inference,
                "np.sqrt(variance + epsilon)",
                "(np.sqrt(variance) + epsilon)",
            ),
        ),
        Misconception(
            id="epsilon-forgotten",
            name="epsilon does not appear.",
            hint="It belongs under the root at inference as in training.",
            wrong=Slip(normalize_for_inference, "variance + epsilon", "variance"),
        ),
        Misconception(
            id="not-scaled",
            name="gamma and beta are not used.",
            hint="The scale and the shift were learned; inference needs them too.",
            wrong=Slip(
                normalize_for_inference,
                "gamma * (x - mean) / np.sqrt(variance + epsilon) + beta",
                "(x - mean) / np.sqrt(variance + epsilon)",
            ),
        ),
    ),
    hints=(
        "Loop over the T batches and update both averages; then look at x for the first time.",
        "The moving mean and variance have shape (C,): np.zeros and np.ones to begin with.",
        "The last line is the formula of training with the moving averages in it.",
    ),
    points=2.0,
)
