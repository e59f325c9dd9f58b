"""Activation functions, element by element; softmax along one axis; their gradients.

Floats keep their dtype. Where the result of an integer is not an integer, it is float64.

A gradient `f_backward(dy, x)` takes the gradient of the loss with respect to f(x), of x's shape,
and returns the one with respect to x, in their common dtype. It raises ValueError where f does,
and if dy does not have the shape of f(x).
"""

import numpy as np

from course_utils.reference.checks import (
    as_floats,
    as_gradient,
    as_numbers,
    is_number,
    is_whole,
    sum_dtypes,
)
from course_utils.reference.threads import in_blocks


def relu(x):
    """max(0, x), for x of any shape (Nair and Hinton, 2010)."""
    x = as_numbers(x, "x")
    return _elementwise(lambda x, y: np.maximum(x, x.dtype.type(0), out=y), x.dtype, x)


def relu_backward(dy, x):
    """dy where x is positive, 0 elsewhere: also at 0, where ReLU has a corner.

    relu(x) may be given for x: it is positive in the same places.
    """
    dy, x, dtype = _gradient_arguments(dy, x)
    return _elementwise(lambda dy, x, dx: np.multiply(dy, x > 0, out=dx), dtype, dy, x)


def leaky_relu(x, negative_slope=0.2):
    """x where x is positive, negative_slope * x elsewhere (Maas et al., 2013, section 2).

    Raises ValueError if negative_slope is below 0. The default is that of `keras.ops.leaky_relu`.
    """
    x = as_floats(as_numbers(x, "x"))
    _require_slope(negative_slope)
    slope = x.dtype.type(negative_slope)

    def compute(x, y):  # without a choice for each element, which the processor would mispredict
        np.maximum(x, 0, out=y)
        y += slope * np.minimum(x, 0)

    return _elementwise(compute, x.dtype, x)


def leaky_relu_backward(dy, x, negative_slope=0.2):
    """dy where x is positive, negative_slope * dy elsewhere."""
    dy, x, dtype = _gradient_arguments(dy, x)
    _require_slope(negative_slope)
    slope = dtype.type(negative_slope)

    def compute(dy, x, dx):
        positive = x > 0
        np.multiply(dy, positive, out=dx)
        dx += slope * (dy * ~positive)

    return _elementwise(compute, dtype, dy, x)


def sigmoid(x):
    """1 / (1 + exp(-x)), for x of any shape, without overflow for large negative x."""
    x = as_floats(as_numbers(x, "x"))

    def compute(x, y):  # no exponent is above 0
        np.divide(np.exp(np.minimum(x, 0)), 1 + np.exp(-np.abs(x)), out=y)

    return _elementwise(compute, x.dtype, x)


def sigmoid_backward(dy, x):
    """dy * s * (1 - s) with s = sigmoid(x), written so that no digits cancel for large x."""
    dy, x, dtype = _gradient_arguments(dy, x)

    def compute(dy, x, dx):
        small = np.exp(-np.abs(x))  # s and 1 - s are 1 / (1 + small), small / (1 + small)
        dx[...] = dy * small / np.square(1 + small)

    return _elementwise(compute, dtype, dy, as_floats(x))


def tanh(x):
    """(exp(x) - exp(-x)) / (exp(x) + exp(-x)), for x of any shape."""
    x = as_floats(as_numbers(x, "x"))
    return _elementwise(lambda x, y: np.tanh(x, out=y), x.dtype, x)


def tanh_backward(dy, x):
    """dy * (1 - tanh(x)**2), written so that no digits cancel for large x."""
    dy, x, dtype = _gradient_arguments(dy, x)

    def compute(dy, x, dx):
        small = np.exp(-2 * np.abs(x))
        dx[...] = 4 * dy * small / np.square(1 + small)

    return _elementwise(compute, dtype, dy, as_floats(x))


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


def softmax_backward(dy, x, axis=-1):
    """y * (dy - sum(dy * y)) with y = softmax(x), the sum along `axis`.

    Raising one score raises its own probability and lowers all others. Behind a softmax followed
    by the logarithm of `cross_entropy`, use `cross_entropy_backward`: it divides by no
    probability.
    """
    dy, x, dtype = _gradient_arguments(dy, x)
    _, sum_dtype = sum_dtypes(dy, x)
    y = softmax(x.astype(sum_dtype, copy=False), axis=axis)
    return (y * (dy - np.sum(dy * y, axis=axis, keepdims=True))).astype(dtype, copy=False)


def _elementwise(compute, dtype, *arrays):
    """Return what compute(*arrays, result) writes; it is called with blocks of flat arrays."""
    result = np.empty(arrays[0].shape, dtype)
    flat = [array.reshape(-1) for array in (*arrays, result)]
    nbytes = sum(array.nbytes for array in flat)
    in_blocks(lambda block: compute(*(array[block] for array in flat)), result.size, nbytes)
    return result if result.ndim else result[()]  # of a single number, a single number


def _gradient_arguments(dy, x):
    """Return (dy, x, dtype of the gradient)."""
    x = as_numbers(x, "x")
    dy = as_gradient(dy, x.shape)
    return dy, x, np.result_type(dy, x)


def _require_slope(negative_slope):
    if not is_number(negative_slope) or not negative_slope >= 0:
        raise ValueError(f"negative_slope must be a number of at least 0, got {negative_slope!r}")
