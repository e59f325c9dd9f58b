"""Batch normalization (Ioffe and Szegedy, 2015)."""

import numpy as np

from course_utils.reference.checks import as_floats, as_gradient, as_numbers, is_number, sum_dtypes


def batch_norm(x, gamma, beta, *, epsilon=1e-3):
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
        Added to the variance, so that a constant channel divides by no zero.

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


def batch_norm_backward(dy, x, gamma, *, epsilon=1e-3):
    """Carry a gradient back through `batch_norm`, and through the batch's mean and variance.

    With ``x_hat = (x - mean) / sqrt(var + epsilon)`` and sums over all axes but the last, of n
    values each: dbeta = sum(dy), dgamma = sum(dy * x_hat), and
    ``dx = gamma / sqrt(var + epsilon) * (dy - dbeta / n - x_hat * dgamma / n)``.

    The two terms that are taken away are the part of dy that moving every value together, or
    spreading the values, would answer to: the layer undoes both (Ioffe and Szegedy, 2015, section
    3, whose chain of derivatives this sums up).

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
    _require_epsilon(epsilon)
    dy, gamma = dy.astype(sum_dtype, copy=False), np.asarray(gamma, sum_dtype)
    axes, n = tuple(range(x.ndim - 1)), x[..., 0].size
    deviation = np.sqrt(var + sum_dtype.type(epsilon))
    x_hat = (x - mean) / deviation
    dbeta = dy.sum(axis=axes)
    dgamma = (dy * x_hat).sum(axis=axes)
    dx = gamma / deviation * (dy - dbeta / n - x_hat * (dgamma / n))
    return tuple(gradient.astype(dtype, copy=False) for gradient in (dx, dgamma, dbeta))


def batch_norm_inference(x, gamma, beta, mean, var, *, epsilon=1e-3):
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
    _require_epsilon(epsilon)
    if (var < 0).any():
        raise ValueError(f"var must not be negative, got {var.min()}")
    scale = gamma / np.sqrt(var + sum_dtype.type(epsilon))
    return ((x - mean) * scale + beta).astype(x.dtype, copy=False)


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
    axes = tuple(range(x.ndim - 1))
    mean = x.mean(axis=axes, dtype=sum_dtype)
    return mean, np.square(x - mean).mean(axis=axes, dtype=sum_dtype)


def _require_epsilon(epsilon):
    if not is_number(epsilon) or not epsilon > 0:
        raise ValueError(f"epsilon must be a positive number, got {epsilon!r}")


def _per_channel(value, name, x):
    value = as_numbers(value, name)
    if value.shape != x.shape[-1:]:
        raise ValueError(
            f"{name} must have shape ({x.shape[-1]},), one number for each channel of x "
            f"(shape {x.shape}), got shape {value.shape}"
        )
    return value
