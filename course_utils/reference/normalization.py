"""Batch normalization (Ioffe and Szegedy, 2015)."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.arguments import number
from course_utils.reference.checks import as_floats, as_gradient, as_numbers, sum_dtypes
from course_utils.reference.engine.threads import in_blocks


def batch_norm(
    x: ArrayLike, gamma: ArrayLike, beta: ArrayLike, *, epsilon: float = 1e-3
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Normalize each channel with the batch's own mean and variance, then scale and shift.

    ``y = gamma * (x - mean) / sqrt(var + epsilon) + beta``, mean and variance over all axes but
    the last (Ioffe and Szegedy, 2015, algorithm 1). The variance is the biased one, divided by
    the number of values, as in Keras.

    Parameters
    ----------
    x : array (..., C)
        At least one value for each channel.
    gamma, beta : arrays (C,)
        Scale and shift.
    epsilon : float
        Added to the variance, so that a constant channel does not divide by zero.

    Returns
    -------
    y : array (..., C), of x's dtype
    mean, var : arrays (C,)
        The batch's statistics; in float32 if x is float16.

    Raises
    ------
    ValueError
        If x is empty or has fewer than two axes, or another shape or epsilon does not fit.
    """
    x = _channels_last(x)
    mean, var = _statistics(x)
    return batch_norm_inference(x, gamma, beta, mean, var, epsilon=epsilon), mean, var


def batch_norm_backward(
    dy: ArrayLike, x: ArrayLike, gamma: ArrayLike, *, epsilon: float = 1e-3
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through `batch_norm`, and through the batch's mean and variance.

    With ``x_hat = (x - mean) / sqrt(var + epsilon)`` and sums over all axes but the last, of n
    values each: dbeta = sum(dy), dgamma = sum(dy * x_hat), and
    ``dx = gamma / sqrt(var + epsilon) * (dy - dbeta / n - x_hat * dgamma / n)``.

    The two subtracted terms are what dy says about moving all values together and about spreading
    them: the layer undoes both changes, so neither can matter (Ioffe and Szegedy, 2015, section 3,
    whose chain of derivatives this condenses).

    Parameters
    ----------
    dy : array (..., C)
        Gradient of the loss with respect to y.
    x, gamma, epsilon
        As given to `batch_norm`.

    Returns
    -------
    dx : array (..., C)
    dgamma, dbeta : arrays (C,)
        Gradients of the loss, in the arguments' common dtype; float64 if dy holds integers.

    Raises
    ------
    ValueError
        As `batch_norm`, or if dy does not have x's shape.
    """
    x = _channels_last(x)
    dy = as_gradient(dy, x.shape)
    mean, var = _statistics(x)
    dtype, sum_dtype = sum_dtypes(dy, x, _per_channel(gamma, "gamma", x))
    number(epsilon, "epsilon", above=0)
    deviation = np.sqrt(var + sum_dtype.type(epsilon))
    mean, deviation = mean.astype(sum_dtype), deviation.astype(sum_dtype)
    dbeta = _channel_sums(lambda dy: dy, sum_dtype, dy)
    # x_hat without the division, which the sum needs only once.
    dgamma = _channel_sums(lambda dy, x: dy * (x - mean), sum_dtype, dy, x) / deviation
    n, scale = x[..., 0].size, np.asarray(gamma, sum_dtype) / deviation
    shift, slope = dbeta / n, dgamma / (n * deviation)
    dx = _by_channel(lambda dy, x: scale * (dy - shift - (x - mean) * slope), dtype, dy, x)
    return dx, dgamma.astype(dtype, copy=False), dbeta.astype(dtype, copy=False)


def batch_norm_inference(
    x: ArrayLike,
    gamma: ArrayLike,
    beta: ArrayLike,
    mean: ArrayLike,
    var: ArrayLike,
    *,
    epsilon: float = 1e-3,
) -> np.ndarray:
    """Normalize each channel with given statistics (Ioffe and Szegedy, 2015, algorithm 2).

    ``y = gamma * (x - mean) / sqrt(var + epsilon) + beta``.

    Parameters
    ----------
    x : array (..., C)
    gamma, beta, mean, var : arrays (C,)
    epsilon : float

    Returns
    -------
    array (..., C), of x's dtype

    Raises
    ------
    ValueError
        If a shape does not fit, a variance is negative, or epsilon is not positive.
    """
    x = _channels_last(x)
    _, sum_dtype = sum_dtypes(x)
    gamma, beta, mean, var = (
        _per_channel(value, name, x).astype(sum_dtype, copy=False)
        for value, name in ((gamma, "gamma"), (beta, "beta"), (mean, "mean"), (var, "var"))
    )
    number(epsilon, "epsilon", above=0)
    if (var < 0).any():
        raise ValueError(f"var must not be negative, got {var.min()}")
    scale = gamma / np.sqrt(var + sum_dtype.type(epsilon))
    return _by_channel(lambda x: (x - mean) * scale + beta, x.dtype, x)


def _channels_last(x):
    x = as_floats(as_numbers(x, "x"))
    if x.ndim < 2:
        raise ValueError(f"x must have shape (..., C) with at least two axes, got shape {x.shape}")
    return x


def _statistics(x):
    """Return the mean and the variance of each channel, in float32 at least."""
    if x.size == 0:
        raise ValueError(f"batch_norm needs at least one value per channel, got shape {x.shape}")
    _, sum_dtype = sum_dtypes(x)
    n = x[..., 0].size
    mean = _channel_sums(lambda x: x, sum_dtype, x) / n
    return mean, _channel_sums(lambda x: np.square(x - mean), sum_dtype, x) / n


def _channel_sums(compute, dtype, *arrays):
    """Sum compute(*arrays) over all axes but the last, as a product with a row of ones."""

    def add(rows):
        values = compute(*(array[rows] for array in arrays)).astype(dtype, copy=False)
        return np.ones(len(values), dtype) @ values

    arrays = [array.reshape(-1, array.shape[-1]) for array in arrays]
    return sum(in_blocks(add, len(arrays[0]), sum(array.nbytes for array in arrays)))


def _by_channel(compute, dtype, *arrays):
    """Return compute(*arrays), block by block; the last axis of an array is the channels."""
    result = np.empty(arrays[0].shape, dtype)
    *arrays, rows_of_result = (a.reshape(-1, a.shape[-1]) for a in (*arrays, result))

    def write(rows):
        rows_of_result[rows] = compute(*(array[rows] for array in arrays))

    in_blocks(write, len(rows_of_result), sum(array.nbytes for array in arrays) + result.nbytes)
    return result


def _per_channel(value, name, x):
    value = as_numbers(value, name)
    if value.shape != x.shape[-1:]:
        raise ValueError(
            f"{name} must have shape ({x.shape[-1]},), one number for each channel of x "
            f"(shape {x.shape}), got shape {value.shape}"
        )
    return value
