"""Exercises of chapter 6: batch normalization, forward, at inference and backward."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def normalize_channels(x, gamma, beta, epsilon):
    mean = x.mean(axis=(0, 1, 2))
    variance = ((x - mean) ** 2).mean(axis=(0, 1, 2))
    x_hat = (x - mean) / np.sqrt(variance + epsilon)
    return gamma * x_hat + beta


def normalize_channels_inputs(rng):
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


def _normalize(x, gamma, beta, epsilon, axes=(0, 1, 2), ddof=0):
    mean = x.mean(axis=axes, keepdims=True)
    variance = x.var(axis=axes, keepdims=True, ddof=ddof)
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


def steps_until_ninety_percent():
    # After k steps the moving mean is (1 - 0.99**k) times the true one.
    k = 0
    while 1 - 0.99**k < 0.9:
        k += 1
    return k


def normalize_for_inference(x, gamma, beta, batch_means, batch_variances, momentum, epsilon):
    mean, variance = np.zeros(x.shape[1]), np.ones(x.shape[1])
    for batch_mean, batch_variance in zip(batch_means, batch_variances, strict=True):
        mean = momentum * mean + (1 - momentum) * batch_mean
        variance = momentum * variance + (1 - momentum) * batch_variance
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


def normalize_for_inference_inputs(rng):
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
            "epsilon": 0.001,
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
    moving = np.full(values.shape[1], float(start))
    for value in values:
        moving = momentum * moving + (1 - momentum) * value
    return moving


def _inference_with(statistics):
    """Normalize with the mean and the variance that `statistics` makes of x and the batches'."""

    def wrong(x, gamma, beta, batch_means, batch_variances, momentum, epsilon):
        mean, variance = statistics(x, batch_means, batch_variances, momentum)
        return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta

    return wrong


def normalize_channels_gradient(dy, x, gamma, epsilon):
    mean = x.mean(axis=(0, 1, 2))
    deviation = np.sqrt(x.var(axis=(0, 1, 2)) + epsilon)
    x_hat = (x - mean) / deviation
    dbeta = dy.sum(axis=(0, 1, 2))
    dgamma = (dy * x_hat).sum(axis=(0, 1, 2))
    n = x.shape[0] * x.shape[1] * x.shape[2]
    dx = gamma / deviation * (dy - dbeta / n - x_hat * dgamma / n)
    return dx, dgamma, dbeta


def normalize_channels_gradient_inputs(rng):
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


def _gradient(dy, x, gamma, epsilon, *, by_mean=1.0, by_variance=1.0, weigh=True, raw=False):
    """dx with the paths through mean and variance weighed; each weight is 1 if all is right."""
    deviation = np.sqrt(x.var(axis=(0, 1, 2)) + epsilon)
    x_hat = (x - x.mean(axis=(0, 1, 2))) / deviation
    through_mean = by_mean * dy.mean(axis=(0, 1, 2))
    through_variance = by_variance * x_hat * (dy * x_hat).mean(axis=(0, 1, 2))
    scale = gamma if weigh else 1
    dx = scale / deviation * (dy - through_mean - through_variance)
    return dx, (dy * (x if raw else x_hat)).sum(axis=(0, 1, 2)), dy.sum(axis=(0, 1, 2))


def _gradient_over_positions_only(dy, x, gamma, epsilon):
    many = x.shape[1] * x.shape[2]  # the sums still go over all images
    return _gradient(dy, x, gamma, epsilon, by_mean=many, by_variance=many)


EXERCISES = (
    Exercise(
        chapter=6,
        title="Batch normalization of feature maps",
        prompt="""Normalize each channel of a batch of feature maps, then scale and shift it.

        x : (N, H, W, C) float array; gamma, beta : (C,), one number for each channel
        epsilon : positive float, added to the variance under the square root
        Each channel has one mean and one variance (divided by the number of values, N H W).
        Returns gamma * (x - mean) / sqrt(variance + epsilon) + beta, of x's shape.
        """,
        reference=normalize_channels,
        inputs=normalize_channels_inputs,
        misconceptions=(
            Misconception(
                id="per-pixel",
                name="Every pixel has a mean of its own, taken over the images alone.",
                hint="A channel shares one mean over images, rows and columns: which axes is that?",
                wrong=lambda x, gamma, beta, epsilon: _normalize(x, gamma, beta, epsilon, axes=0),
            ),
            Misconception(
                id="per-image",
                name="Every image is normalized on its own: that is instance normalization.",
                hint="The batch is in the name: the mean goes over the images too.",
                wrong=lambda x, gamma, beta, epsilon: _normalize(
                    x, gamma, beta, epsilon, axes=(1, 2)
                ),
            ),
            Misconception(
                id="all-channels-together",
                name="One mean and one variance serve all channels.",
                hint="How many means must there be? gamma has one number for each channel.",
                wrong=lambda x, gamma, beta, epsilon: _normalize(
                    x, gamma, beta, epsilon, axes=(0, 1, 2, 3)
                ),
            ),
            Misconception(
                id="unbiased-variance",
                name="The variance is divided by the number of values minus 1.",
                hint="Batch normalization divides by the number of values; ddof=0 in numpy.",
                wrong=lambda x, gamma, beta, epsilon: _normalize(x, gamma, beta, epsilon, ddof=1),
            ),
            Misconception(
                id="divided-by-variance",
                name="It divides by the variance; the square root is missing.",
                hint="If x is in volts, its variance is in volts squared. What has no unit?",
                wrong=lambda x, gamma, beta, epsilon: (
                    gamma * (x - x.mean(axis=(0, 1, 2))) / (x.var(axis=(0, 1, 2)) + epsilon) + beta
                ),
            ),
            Misconception(
                id="epsilon-outside-the-root",
                name="epsilon is added after the square root.",
                hint="sqrt(variance + epsilon), not sqrt(variance) + epsilon.",
                wrong=lambda x, gamma, beta, epsilon: (
                    gamma * (x - x.mean(axis=(0, 1, 2))) / (x.std(axis=(0, 1, 2)) + epsilon) + beta
                ),
            ),
            Misconception(
                id="not-scaled",
                name="gamma and beta are not used.",
                hint="After the division every channel is scaled and shifted by its own numbers.",
                wrong=lambda x, gamma, beta, epsilon: _normalize(x, 1, 0, epsilon),
            ),
        ),
        hints=(
            "Which entries share a mean? All that have the same last index.",
            "x.mean(axis=(0, 1, 2)) has shape (C,), and x - mean works by broadcasting.",
            "The variance is ((x - mean) ** 2).mean(axis=(0, 1, 2)).",
        ),
    ),
    Exercise(
        chapter=6,
        title="How long a moving mean takes",
        prompt="""Steps until a moving mean has come 90% of the way.

        The moving mean starts at 0 and its momentum is 0.99: at every step it becomes
        0.99 times itself plus 0.01 times the batch's mean, which is 10 in every batch.
        Return after how many steps it is 9 or more for the first time.
        """,
        reference=steps_until_ninety_percent,
        misconceptions=(
            Misconception(
                id="one-percent-each",
                name="Each step is taken to go one hundredth of the whole way.",
                hint="It goes one hundredth of the way that is left, which gets shorter.",
                wrong=lambda: 90,
            ),
            Misconception(
                id="rounded-down",
                name="That is one step too few: the count was rounded down.",
                hint="Is it 9 already, or only nearly?",
                wrong=lambda: 229,
            ),
            Misconception(
                id="momentum-of-pytorch",
                name="That is the count if each step goes a tenth of the way, PyTorch's default.",
                hint="With a momentum of 0.99, a hundredth of the way that is left goes at a step.",
                wrong=lambda: 22,
            ),
            Misconception(
                id="the-new-weighs-99",
                name="The new batch is given 0.99 of the weight, the old mean 0.01.",
                hint="Momentum is how much of the old value stays.",
                wrong=lambda: 1,
            ),
        ),
        hints=(
            "What is missing to 10 is multiplied by 0.99 at every step.",
            "After k steps, 10 * 0.99**k is missing. When is that 1 or less?",
        ),
    ),
    Exercise(
        chapter=6,
        title="Batch normalization at inference",
        prompt="""Keep moving averages over the training batches, then normalize with them.

        batch_means, batch_variances : (T, C), those of the T training batches in order
        The moving mean starts at 0 and the moving variance at 1; after each batch
        moving = momentum * moving + (1 - momentum) * the batch's.
        x : (N, C), the inputs at inference; gamma, beta : (C,); epsilon : positive float
        Returns x of shape (N, C), normalized with the moving averages, scaled and shifted.
        """,
        reference=normalize_for_inference,
        inputs=normalize_for_inference_inputs,
        misconceptions=(
            Misconception(
                id="batch-statistics",
                name="x is normalized with its own mean and variance, as in training.",
                hint="What would come out for a single x? At inference nobody may be needed beside "
                "it.",
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
                wrong=_inference_with(
                    lambda x, means, variances, momentum: (
                        _moving(0, means, momentum),
                        _moving(0, variances, momentum),
                    )
                ),
            ),
            Misconception(
                id="plain-average",
                name="All batches count the same: it is a plain average.",
                hint="Early batches come from a network that no longer exists. Which weigh more?",
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
                wrong=_inference_with(
                    lambda x, means, variances, momentum: (means[-1], variances[-1])
                ),
            ),
        ),
        hints=(
            "Loop over the T batches and update both averages; then look at x for the first time.",
            "The moving mean and variance have shape (C,): np.zeros and np.ones to begin with.",
            "The last line is the formula of training with the moving averages in it.",
        ),
        points=2.0,
    ),
    Exercise(
        chapter=6,
        title="Backward through batch normalization",
        prompt="""Gradients of batch normalization, also through the mean and the variance.

        Forward: y = gamma * x_hat + beta, x_hat = (x - mean) / sqrt(variance + epsilon),
        with the mean and the variance of each channel over images, rows and columns.
        dy : (N, H, W, C), gradient of the loss with respect to y; x : (N, H, W, C)
        gamma : (C,); epsilon : positive float
        Returns dx of shape (N, H, W, C), dgamma of shape (C,) and dbeta of shape (C,).
        """,
        reference=normalize_channels_gradient,
        inputs=normalize_channels_gradient_inputs,
        misconceptions=(
            Misconception(
                id="statistics-as-constants",
                name="Mean and variance are treated as constants in dx.",
                hint="Nudge one x: the mean moves too, and with it every other output.",
                wrong=lambda dy, x, gamma, epsilon: _gradient(
                    dy, x, gamma, epsilon, by_mean=0, by_variance=0
                ),
            ),
            Misconception(
                id="variance-as-constant",
                name="The path through the variance is missing in dx.",
                hint="The mean is taken away, but an outlier also changes what all are divided by.",
                wrong=lambda dy, x, gamma, epsilon: _gradient(dy, x, gamma, epsilon, by_variance=0),
            ),
            Misconception(
                id="mean-as-constant",
                name="The path through the mean is missing in dx.",
                hint="If all x move by the same amount, y stays. So what must dx add up to?",
                wrong=lambda dy, x, gamma, epsilon: _gradient(dy, x, gamma, epsilon, by_mean=0),
            ),
            Misconception(
                id="missing-1/n",
                name="Sums stand in dx where means should be: the factor 1/n is missing.",
                hint="One x has 1/n of the say in the mean. Does your dx add up to 0?",
                wrong=lambda dy, x, gamma, epsilon: _gradient(
                    dy, x, gamma, epsilon, by_mean=x[..., 0].size, by_variance=x[..., 0].size
                ),
            ),
            Misconception(
                id="n-counts-images-only",
                name="n is the number of images; rows and columns are not counted.",
                hint="Over how many values was each channel's mean taken?",
                wrong=_gradient_over_positions_only,
            ),
            Misconception(
                id="gamma-forgotten",
                name="gamma does not appear in dx.",
                hint="y = gamma * x_hat + beta: what is the slope of y along x_hat?",
                wrong=lambda dy, x, gamma, epsilon: _gradient(dy, x, gamma, epsilon, weigh=False),
            ),
            Misconception(
                id="dgamma-from-x",
                name="dgamma multiplies dy by x, not by the normalized x_hat.",
                hint="gamma multiplies x_hat in the forward pass.",
                wrong=lambda dy, x, gamma, epsilon: _gradient(dy, x, gamma, epsilon, raw=True),
            ),
        ),
        hints=(
            "dbeta and dgamma come first: sums of dy and of dy * x_hat over images, rows, columns.",
            "dx has three parts: the direct one, one through the mean, one through the variance.",
            "dy minus its mean, minus x_hat times the mean of dy * x_hat; then a factor in front.",
            "That factor is gamma / sqrt(variance + epsilon).",
        ),
        points=3.0,
    ),
)
