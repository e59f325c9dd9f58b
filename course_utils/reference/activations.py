"""Activation functions, element by element; softmax along one axis; their gradients.

Floats keep their dtype. Where the result for an integer is not an integer, it is float64.

A gradient `f_backward(dy, x)` takes the gradient of the loss with respect to f(x), of x's shape,
and returns the gradient with respect to x, in their common dtype. It raises ValueError where f
does, and if dy does not have the shape of f(x).
"""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.arguments import is_whole, number
from course_utils.reference.checks import as_floats, as_gradient, as_numbers, is_integer, sum_dtypes


def relu(x: ArrayLike) -> np.ndarray:
    """max(0, x), for x of any shape (Nair and Hinton, 2010)."""
    return np.maximum(as_numbers(x, "x"), 0)


def relu_backward(dy: ArrayLike, x: ArrayLike) -> np.ndarray:
    """dy where x is positive, 0 elsewhere: also at 0, where ReLU has a corner.

    relu(x) may be given for x: it is positive in the same places.
    """
    dy, x = _gradient_arguments(dy, x)
    return dy * (x > 0)


def leaky_relu(x: ArrayLike, negative_slope: float = 0.2) -> np.ndarray:
    """x where x is positive, negative_slope * x elsewhere (Maas et al., 2013, section 2).

    Raises ValueError if negative_slope is below 0. The default is that of `keras.ops.leaky_relu`.
    """
    x = as_floats(as_numbers(x, "x"))
    negative_slope = number(negative_slope, "negative_slope", least=0)
    return np.maximum(x, 0) + negative_slope * np.minimum(x, 0)


def leaky_relu_backward(dy: ArrayLike, x: ArrayLike, negative_slope: float = 0.2) -> np.ndarray:
    """dy where x is positive, negative_slope * dy elsewhere."""
    dy, x = _gradient_arguments(dy, x)
    negative_slope = number(negative_slope, "negative_slope", least=0)
    return np.where(x > 0, dy, negative_slope * dy)


def sigmoid(x: ArrayLike) -> np.ndarray:
    """1 / (1 + exp(-x)), for x of any shape, without overflow for large negative x."""
    x = as_floats(as_numbers(x, "x"))
    return np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))  # no exponent is above 0


def sigmoid_backward(dy: ArrayLike, x: ArrayLike) -> np.ndarray:
    """dy * s * (1 - s) with s = sigmoid(x), written so that no digits cancel for large x."""
    dy, x = _gradient_arguments(dy, x)
    small = np.exp(-np.abs(x))  # s and 1 - s are 1 / (1 + small), small / (1 + small)
    return dy * small / np.square(1 + small)


def tanh(x: ArrayLike) -> np.ndarray:
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)), for x of any shape."""
    return np.tanh(as_floats(as_numbers(x, "x")))


def tanh_backward(dy: ArrayLike, x: ArrayLike) -> np.ndarray:
    """dy * (1 - tanh(x)**2), written so that no digits cancel for large x."""
    dy, x = _gradient_arguments(dy, x)
    small = np.exp(-2 * np.abs(x))
    return 4 * dy * small / np.square(1 + small)


def softmax(x: ArrayLike, axis: int = -1) -> np.ndarray:
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


def softmax_backward(dy: ArrayLike, x: ArrayLike, axis: int = -1) -> np.ndarray:
    """y * (dy - sum(dy * y)) with y = softmax(x), the sum along `axis`.

    Raising one score raises its own probability and lowers all others. For a softmax followed by
    the logarithm of `cross_entropy`, use `cross_entropy_backward`, which never divides by a
    probability.
    """
    dy, x = _gradient_arguments(dy, x)
    dtype, sum_dtype = sum_dtypes(dy, x)
    y = softmax(x.astype(sum_dtype, copy=False), axis=axis)
    return (y * (dy - np.sum(dy * y, axis=axis, keepdims=True))).astype(dtype, copy=False)


def _gradient_arguments(dy, x):
    """Return dy in the dtype of the gradient, and x; integers in x take that dtype too."""
    x = as_numbers(x, "x")
    dy = as_gradient(dy, x.shape)
    dtype = np.result_type(dy, x)
    return dy.astype(dtype, copy=False), x.astype(dtype) if is_integer(x) else x
