"""Activations by name, for the layers' `activation=`; with threads, and ReLU in place."""

from collections.abc import Callable

import numpy as np

from course_utils import reference
from course_utils.reference.engine.threads import in_blocks

ACTIVATIONS = {
    "relu": (reference.relu, reference.relu_backward),
    "leaky_relu": (reference.leaky_relu, reference.leaky_relu_backward),
    "sigmoid": (reference.sigmoid, reference.sigmoid_backward),
    "tanh": (reference.tanh, reference.tanh_backward),
    "softmax": (reference.softmax, reference.softmax_backward),
}


def check(activation: str | None) -> str | None:
    """Return the name of an activation, None for "linear"; ValueError if the name is unknown."""
    if activation is None or activation == "linear":
        return None
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise ValueError(
            f"activation must be None, 'linear', {', '.join(map(repr, ACTIVATIONS))}, "
            f"got {activation!r}"
        )
    return activation


def forward(activation: str | None, z: np.ndarray, overwrite: bool = False) -> np.ndarray:
    """Apply an activation; with overwrite, ReLU leaves its result in z's memory.

    Writing to fresh memory takes longer than taking the maximum. And ReLU's gradient can be read
    from its result, which is positive where z was.
    """
    if activation is None:
        return z
    if activation == "relu":
        y = z if overwrite else np.empty_like(z)
        in_blocks(lambda rows: np.maximum(z[rows], 0, out=y[rows]), len(z), 2 * z.nbytes)
        return y
    return row_by_row(ACTIVATIONS[activation][0], z)


def backward(
    activation: str | None, dy: np.ndarray, z: np.ndarray, overwrite: bool = False
) -> np.ndarray:
    """Carry a gradient back through an activation of z; ReLU's may be left in dy's memory."""
    if activation is None:
        return dy
    if activation == "relu":
        dz = dy if overwrite else np.empty_like(dy)
        in_blocks(
            lambda rows: np.multiply(dy[rows], z[rows] > 0, out=dz[rows]), len(z), 3 * z.nbytes
        )
        return dz
    return row_by_row(ACTIVATIONS[activation][1], dy, z)


def row_by_row(function: Callable[..., np.ndarray], *arrays: np.ndarray) -> np.ndarray:
    """Return function(*arrays), computed in blocks of examples that the threads share."""
    result = np.empty_like(arrays[0])

    def compute(rows):
        result[rows] = function(*(array[rows] for array in arrays))

    in_blocks(compute, len(result), (len(arrays) + 1) * result.nbytes)
    return result
