"""The fully connected layer, and the step that leads to it."""

from math import prod

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.checks import (
    as_bias,
    as_gradient,
    as_kernel,
    as_numbers,
    require_exact_sums,
    sum_dtypes,
)
from course_utils.reference.engine.threads import even_slices, in_threads, worker_count


def dense(x: ArrayLike, w: ArrayLike, b: ArrayLike | None = None) -> np.ndarray:
    """x @ w + b: every output sees every input.

    Parameters
    ----------
    x : array (..., n_in)
    w : array (n_in, n_out)
    b : array (n_out,), optional

    Returns
    -------
    array (..., n_out)
        The arguments' common dtype; float16 is added up in float32, integers in int64.

    Raises
    ------
    ValueError
        If shapes do not fit together, or sums of integers might leave the range of int64.
    """
    x, w = _dense_arguments(x, w)
    b = as_bias(b, w.shape[1])
    require_exact_sums(x, w, terms=0, bias=b)
    dtype, sum_dtype = sum_dtypes(x, w, b)
    x, w = x.astype(sum_dtype, copy=False), w.astype(sum_dtype, copy=False)
    # All examples one below the other, whatever the axes in front.
    y = _product(x.reshape(-1, w.shape[0]), w)
    if b is not None:
        y += b.astype(sum_dtype, copy=False)
    return y.reshape(*x.shape[:-1], w.shape[1]).astype(dtype, copy=False)


def dense_backward(
    dy: ArrayLike, x: ArrayLike, w: ArrayLike
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through `dense`: dx = dy @ w.T, dw = x.T @ dy, db = the sum of dy.

    Parameters
    ----------
    dy : array (..., n_out)
        Gradient of the loss with respect to the output.
    x, w
        As given to `dense`.

    Returns
    -------
    dx : array (..., n_in)
    dw : array (n_in, n_out)
    db : array (n_out,)
        Gradients of the loss, dw and db summed over the batch, in the arguments' common dtype;
        float64 if dy holds integers. float16 is added up in float32.

    Raises
    ------
    ValueError
        If shapes do not fit together.
    """
    x, w = _dense_arguments(x, w)
    dy = as_gradient(dy, (*x.shape[:-1], w.shape[1]))
    dtype, sum_dtype = sum_dtypes(dy, x, w)
    dy, x, w = (array.astype(sum_dtype, copy=False) for array in (dy, x, w))
    shape = x.shape
    dy, x = dy.reshape(-1, w.shape[1]), x.reshape(-1, w.shape[0])
    gradients = _product(dy, w.T).reshape(shape), _product(x.T, dy), dy.sum(axis=0)
    return tuple(gradient.astype(dtype, copy=False) for gradient in gradients)


def flatten(x: ArrayLike) -> np.ndarray:
    """Write each example as one row: (N, ...) -> (N, product of the rest), in row-major order.

    Raises ValueError if x has no batch axis.
    """
    x = as_numbers(x, "x")
    if x.ndim == 0:
        raise ValueError("x must have shape (N, ...), got a single number")
    return x.reshape(len(x), prod(x.shape[1:]))


def flatten_backward(dy: ArrayLike, x: ArrayLike) -> np.ndarray:
    """Give the gradient (N, product of the rest) the shape of x again.

    Raises ValueError if x has no batch axis or dy does not have the shape of flatten(x).
    """
    x = as_numbers(x, "x")
    dy = as_gradient(dy, flatten(x).shape)
    return dy.reshape(x.shape)


def _product(a, b):
    """a @ b, of matrices; each thread multiplies some of a's rows."""
    product = np.empty((len(a), b.shape[1]), np.result_type(a, b))

    def multiply(rows):
        np.matmul(a[rows], b, out=product[rows])

    threads = worker_count(operations=2 * a.size * b.shape[1])
    in_threads(multiply, even_slices(len(a), max(1, -(-len(a) // threads)), threads), threads)
    return product


def _dense_arguments(x, w):
    """Check the arguments of a dense layer; return (x, w)."""
    x = as_numbers(x, "x")
    w = as_kernel(w, "w", "(n_in, n_out)")
    if x.ndim == 0 or x.shape[-1] != w.shape[0]:
        raise ValueError(
            f"the last axis of x must be as long as the first axis of w, "
            f"got x of shape {x.shape} and w of shape {w.shape}"
        )
    return x, w
