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


def _over(axes):
    """Batch normalization with other values sharing a mean."""
    return lambda x, gamma, beta, epsilon: _normalize(x, gamma, beta, epsilon, axes=axes)


def steps_until_ninety_percent():
    # After k steps the moving mean is (1 - 0.999**k) times the true one.
    k = 0
    while 1 - 0.999**k < 0.9:
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


def _inference_by(formula):
    """The right moving averages, and a wrong last line."""

    def wrong(x, gamma, beta, batch_means, batch_variances, momentum, epsilon):
        mean, variance = _moving(0, batch_means, momentum), _moving(1, batch_variances, momentum)
        return formula(x, gamma, beta, mean, variance, epsilon)

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


def _gradient(
    dy, x, gamma, epsilon, *, by_mean=1.0, by_variance=1.0, factor=None, weight=None, sums=np.sum
):
    """(dx, dgamma, dbeta) with one thing changed; without options all is right.

    by_mean and by_variance weigh two of dx's three parts; factor(gamma, deviation) stands before
    all three; weight(x, x_hat) is what dgamma multiplies dy by; sums makes dgamma and dbeta.
    """
    axes = (0, 1, 2)
    deviation = np.sqrt(x.var(axis=axes) + epsilon)
    x_hat = (x - x.mean(axis=axes)) / deviation
    through_mean = by_mean * dy.mean(axis=axes)
    through_variance = by_variance * x_hat * (dy * x_hat).mean(axis=axes)
    scale = factor(gamma, deviation) if factor else gamma / deviation
    dx = scale * (dy - through_mean - through_variance)
    weighed = dy * (weight(x, x_hat) if weight else x_hat)
    return dx, sums(weighed, axis=axes), sums(dy, axis=axes)


def _count(x):
    """The number of values that share a mean."""
    return x[..., 0].size


def _gradient_with(**changed):
    return lambda dy, x, gamma, epsilon: _gradient(dy, x, gamma, epsilon, **changed)


def _gradient_with_n(n):
    """n(x) stands where the number of values that share a mean should stand."""

    def wrong(dy, x, gamma, epsilon):
        share = _count(x) / n(x)
        return _gradient(dy, x, gamma, epsilon, by_mean=share, by_variance=share)

    return wrong


def _gradient_with_centered_x(dy, x, gamma, epsilon):
    variance = x.var(axis=(0, 1, 2)) + epsilon
    return _gradient(dy, x, gamma, epsilon, by_variance=np.sqrt(variance))


EXERCISES = (
    Exercise(
        chapter=6,
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
        inputs=normalize_channels_inputs,
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
                name="The axes are those of a batch (N, C, H, W), as PyTorch has it.",
                hint="Where do the channels stand in x's shape?",
                wrong=_over((0, 2, 3)),
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
                id="epsilon-forgotten",
                name="epsilon does not appear.",
                hint="What happens if all values of a channel are the same?",
                wrong=lambda x, gamma, beta, epsilon: _normalize(x, gamma, beta, 0),
            ),
            Misconception(
                id="mean-of-squares",
                name="The variance is taken as the mean of the squares of x.",
                hint="Add 100 to all x. Does the variance change? Does what your code computes?",
                wrong=lambda x, gamma, beta, epsilon: (
                    gamma
                    * (x - x.mean(axis=(0, 1, 2)))
                    / np.sqrt((x**2).mean(axis=(0, 1, 2)) + epsilon)
                    + beta
                ),
            ),
            Misconception(
                id="sum-of-squares",
                name="The squares are added up, but not divided by their number.",
                hint="A variance is a mean. Does yours grow with the number of images?",
                wrong=lambda x, gamma, beta, epsilon: (
                    gamma
                    * (x - x.mean(axis=(0, 1, 2)))
                    / np.sqrt(x[..., 0].size * x.var(axis=(0, 1, 2)) + epsilon)
                    + beta
                ),
            ),
            Misconception(
                id="not-centered",
                name="The mean is not taken away from x.",
                hint="What should the mean of the result be, with beta = 0?",
                wrong=lambda x, gamma, beta, epsilon: (
                    gamma * x / np.sqrt(x.var(axis=(0, 1, 2)) + epsilon) + beta
                ),
            ),
            Misconception(
                id="only-the-mean-divided",
                name="The division goes before the subtraction: only the mean is divided.",
                hint="What does Python compute first in a - b / c?",
                wrong=lambda x, gamma, beta, epsilon: (
                    gamma * (x - x.mean(axis=(0, 1, 2)) / np.sqrt(x.var(axis=(0, 1, 2)) + epsilon))
                    + beta
                ),
            ),
            Misconception(
                id="not-scaled",
                name="gamma and beta are not used.",
                hint="After the division every channel is scaled and shifted by its own numbers.",
                wrong=lambda x, gamma, beta, epsilon: _normalize(x, 1, 0, epsilon),
            ),
            Misconception(
                id="not-shifted",
                name="beta is not used.",
                hint="Where do the values lie after the division, and where should they?",
                wrong=lambda x, gamma, beta, epsilon: _normalize(x, gamma, 0, epsilon),
            ),
            Misconception(
                id="shifted-before-scaled",
                name="gamma multiplies beta too.",
                hint="Scale first, shift afterwards.",
                wrong=lambda x, gamma, beta, epsilon: _normalize(x, gamma, gamma * beta, epsilon),
            ),
            Misconception(
                id="gamma-and-beta-swapped",
                name="beta scales and gamma shifts.",
                hint="gamma is the scale, beta the shift.",
                wrong=lambda x, gamma, beta, epsilon: _normalize(x, beta, gamma, epsilon),
            ),
        ),
        hints=(
            "Which entries share a mean? All that have the same last index.",
            "x.mean(axis=(0, 1, 2)) has shape (C,), and x - mean works by broadcasting.",
            "The variance is a mean too, of (x - mean) ** 2; np.var computes it from x.",
        ),
    ),
    Exercise(
        chapter=6,
        title="How long a moving mean takes",
        prompt="""Steps until a moving mean has come 90% of the way.

        The moving mean starts at 0 and its momentum is 0.999: at every step it
        becomes 0.999 times itself plus 0.001 times the batch's mean, which is 10
        in every batch.
        Returns after how many steps it is 9 or more for the first time.
        """,
        reference=steps_until_ninety_percent,
        misconceptions=(
            Misconception(
                id="momentum-of-the-figure",
                name="That is the count for a momentum of 0.99.",
                hint="Here 0.001 of the way that is left goes at a step, not 0.01.",
                wrong=lambda: 230,
            ),
            Misconception(
                id="ten-times-the-figure",
                name="That is ten times the count for a momentum of 0.99: close, but not right.",
                hint="0.999 ** 10 is not quite 0.99. Let the computer count.",
                wrong=lambda: 2300,
            ),
            Misconception(
                id="one-thousandth-each",
                name="Each step is taken to go one thousandth of the whole way.",
                hint="It goes one thousandth of the way that is left, which gets shorter.",
                wrong=lambda: 900,
            ),
            Misconception(
                id="one-over-what-goes",
                name="1 / 0.001 = 1,000 steps: after these, 63% of the way is done.",
                hint="How much of the way is left after 1,000 steps? 0.999 ** 1000 says it.",
                wrong=lambda: 1000,
            ),
            Misconception(
                id="rounded-down",
                name="That is one step too few: the count was rounded down.",
                hint="Is it 9 already, or only nearly?",
                wrong=lambda: 2301,
            ),
            Misconception(
                id="one-too-many",
                name="That is one step too many.",
                hint="The start, before any batch, is not a step.",
                wrong=lambda: 2303,
            ),
            Misconception(
                id="the-new-weighs-999",
                name="The new batch is given 0.999 of the weight, as PyTorch's momentum would.",
                hint="Momentum is how much of the old value stays, here and in Keras.",
                wrong=lambda: 1,
            ),
        ),
        hints=(
            "What is missing to 10 is multiplied by the same number at every step.",
            "After k steps, 10 * 0.999**k is missing. When is that 1 or less?",
        ),
    ),
    Exercise(
        chapter=6,
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
            Misconception(
                id="one-update",
                name="The averages start from 0 and 1 again at every batch: only the last counts.",
                hint="What must stand before the loop, and what inside it?",
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
                wrong=_inference_with(
                    lambda x, means, variances, momentum: (
                        _moving(1, means, momentum),
                        _moving(1, variances, momentum),
                    )
                ),
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
                hint="What is averaged is the variance. Where does the root stand then?",
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
                wrong=_inference_by(
                    lambda x, gamma, beta, mean, variance, epsilon: (
                        gamma * (x - mean) / (variance + epsilon) + beta
                    )
                ),
            ),
            Misconception(
                id="epsilon-outside-the-root",
                name="epsilon is added after the square root.",
                hint="Which of the two does epsilon belong to, the variance or the deviation?",
                wrong=_inference_by(
                    lambda x, gamma, beta, mean, variance, epsilon: (
                        gamma * (x - mean) / (np.sqrt(variance) + epsilon) + beta
                    )
                ),
            ),
            Misconception(
                id="epsilon-forgotten",
                name="epsilon does not appear.",
                hint="It belongs under the root at inference as in training.",
                wrong=_inference_by(
                    lambda x, gamma, beta, mean, variance, epsilon: (
                        gamma * (x - mean) / np.sqrt(variance) + beta
                    )
                ),
            ),
            Misconception(
                id="not-scaled",
                name="gamma and beta are not used.",
                hint="The scale and the shift were learned; inference needs them too.",
                wrong=_inference_by(
                    lambda x, gamma, beta, mean, variance, epsilon: (
                        (x - mean) / np.sqrt(variance + epsilon)
                    )
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
        inputs=normalize_channels_gradient_inputs,
        misconceptions=(
            Misconception(
                id="statistics-as-constants",
                name="Mean and variance are treated as constants in dx.",
                hint="Nudge one x: the mean moves too, and with it every other output.",
                wrong=_gradient_with(by_mean=0, by_variance=0),
            ),
            Misconception(
                id="variance-as-constant",
                name="The path through the variance is missing in dx.",
                hint="The mean is taken away, but an outlier also changes what all are divided by.",
                wrong=_gradient_with(by_variance=0),
            ),
            Misconception(
                id="mean-as-constant",
                name="The path through the mean is missing in dx.",
                hint="If all x move by the same amount, y stays. So what must dx add up to?",
                wrong=_gradient_with(by_mean=0),
            ),
            Misconception(
                id="missing-1/n",
                name="Sums stand in dx where means should be: the factor 1/n is missing.",
                hint="One x has 1/n of the say in the mean. Does your dx add up to 0?",
                wrong=_gradient_with_n(lambda x: 1),
            ),
            Misconception(
                id="n-counts-images-only",
                name="n is the number of images; rows and columns are not counted.",
                hint="Over how many values was each channel's mean taken?",
                wrong=_gradient_with_n(len),
            ),
            Misconception(
                id="n-counts-pixels-only",
                name="n is rows times columns; the images are not counted.",
                hint="Over how many values was each channel's mean taken?",
                wrong=_gradient_with_n(lambda x: x.shape[1] * x.shape[2]),
            ),
            Misconception(
                id="n-counts-channels-too",
                name="n is x.size, which counts the channels too.",
                hint="Each channel has a mean of its own. Over how many values?",
                wrong=_gradient_with_n(np.size),
            ),
            Misconception(
                id="dx-n-times-too-large",
                name="dx is n times too large everywhere.",
                hint="If n * dy - ... stands in the brackets, what must stand before them?",
                wrong=lambda dy, x, gamma, epsilon: _gradient(
                    dy, x, gamma, epsilon, factor=lambda gamma, s: _count(x) * gamma / s
                ),
            ),
            Misconception(
                id="gamma-forgotten",
                name="gamma does not appear in dx.",
                hint="y = gamma * x_hat + beta: what is the slope of y along x_hat?",
                wrong=_gradient_with(factor=lambda gamma, s: 1 / s),
            ),
            Misconception(
                id="not-divided",
                name="dx is not divided by the deviation.",
                hint="x ten times as large gives the same y. What does that do to the slope?",
                wrong=_gradient_with(factor=lambda gamma, s: gamma),
            ),
            Misconception(
                id="divided-by-variance",
                name="dx is divided by the variance where the deviation should stand.",
                hint="sqrt(variance + epsilon) divides x in the forward pass. And in the slope?",
                wrong=_gradient_with(factor=lambda gamma, s: gamma / s**2),
            ),
            Misconception(
                id="variance-path-added",
                name="The part through the variance has the wrong sign.",
                hint="What should dx times x_hat add up to, nearly? What does yours?",
                wrong=_gradient_with(by_variance=-1),
            ),
            Misconception(
                id="both-paths-added",
                name="The parts through mean and variance have the wrong sign.",
                hint="If x grows, its mean grows, and x_hat shrinks. Does your dx add up to 0?",
                wrong=_gradient_with(by_mean=-1, by_variance=-1),
            ),
            Misconception(
                id="variance-path-doubled",
                name="The part through the variance is twice too large: a 1/2 is missing.",
                hint="What is the slope of v ** -0.5? Both its factors count.",
                wrong=_gradient_with(by_variance=2),
            ),
            Misconception(
                id="variance-path-halved",
                name="The part through the variance is half too small: a 2 is missing.",
                hint="What is the slope of (x - mean) ** 2?",
                wrong=_gradient_with(by_variance=0.5),
            ),
            Misconception(
                id="centered-for-normalized",
                name="x - mean stands in dx where x_hat should stand.",
                hint="Check with x ten times as large: dx must become a tenth.",
                wrong=_gradient_with_centered_x,
            ),
            Misconception(
                id="epsilon-forgotten",
                name="epsilon does not appear in the deviation.",
                hint="Go back through the forward pass as it is, with epsilon under the root.",
                wrong=lambda dy, x, gamma, epsilon: _gradient(dy, x, gamma, 0),
            ),
            Misconception(
                id="dgamma-from-x",
                name="dgamma multiplies dy by x, not by the normalized x_hat.",
                hint="gamma multiplies x_hat in the forward pass.",
                wrong=_gradient_with(weight=lambda x, x_hat: x),
            ),
            Misconception(
                id="means-for-sums",
                name="dgamma and dbeta are means; they should be sums.",
                hint="gamma moves every output of its channel. How do their slopes add up?",
                wrong=_gradient_with(sums=np.mean),
            ),
            Misconception(
                id="order-swapped",
                name="dgamma and dbeta are swapped.",
                hint="In which order does the prompt name the three results?",
                wrong=lambda dy, x, gamma, epsilon: tuple(
                    _gradient(dy, x, gamma, epsilon)[item] for item in (0, 2, 1)
                ),
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
