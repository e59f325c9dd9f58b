"""Activation functions, element by element; softmax along one axis.

Floats keep their dtype. Where the result of an integer is not an integer, it is float64.
"""

import numpy as np

from .checks import as_floats, as_numbers, is_number, is_whole, sum_dtypes


def relu(x):
    """max(0, x), for x of any shape (Nair and Hinton, 2010)."""
    x = as_numbers(x, "x")
    return np.maximum(x, x.dtype.type(0))


def leaky_relu(x, negative_slope=0.2):
    """x where x is positive, negative_slope * x elsewhere (Maas et al., 2013, section 2).

    Raises ValueError if negative_slope is below 0. The default is that of `keras.ops.leaky_relu`.
    """
    x = as_floats(as_numbers(x, "x"))
    if not is_number(negative_slope) or not negative_slope >= 0:
        raise ValueError(f"negative_slope must be a number of at least 0, got {negative_slope!r}")
    return np.where(x > 0, x, x.dtype.type(negative_slope) * x)


def sigmoid(x):
    """1 / (1 + exp(-x)), for x of any shape, without overflow for large negative x."""
    x = as_floats(as_numbers(x, "x"))
    small = np.exp(-np.abs(x))  # between 0 and 1, whatever the sign of x
    return np.where(x >= 0, 1, small) / (1 + small)


def tanh(x):
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)), for x of any shape."""
    return np.tanh(as_floats(as_numbers(x, "x")))


def softmax(x, axis=-1):
    """exp(x) / sum(exp(x)) along `axis`: scores become probabilities that add up to 1.

    The maximum is subtracted first. That changes nothing in the result and keeps exp from
    overflowing (Goodfellow et al., Deep Learning, 2016, section 4.1).

    Raises ValueError if x has no such axis or the axis is empty.
    """
    x = as_floats(as_numbers(x, "x"))
    if not is_whole(axis) or not -x.ndim <= axis < x.ndim:
        raise ValueError(f"x has shape {x.shape}, so it has no axis {axis!r}")
    if x.shape[axis] == 0:
        raise ValueError(f"softmax needs at least one score along axis {axis}, got shape {x.shape}")
    dtype, sum_dtype = sum_dtypes(x)
    scores = x.astype(sum_dtype, copy=False)
    scores = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return (scores / scores.sum(axis=axis, keepdims=True)).astype(dtype, copy=False)
