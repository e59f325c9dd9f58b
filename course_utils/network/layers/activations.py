"""Activations by name, for the layers' `activation=`, and as layers of their own."""

import numpy as np

from course_utils import reference
from course_utils.reference.threads import in_blocks

ACTIVATIONS = {
    "relu": (reference.relu, reference.relu_backward),
    "leaky_relu": (reference.leaky_relu, reference.leaky_relu_backward),
    "sigmoid": (reference.sigmoid, reference.sigmoid_backward),
    "tanh": (reference.tanh, reference.tanh_backward),
    "softmax": (reference.softmax, reference.softmax_backward),
}


def check(activation):
    """Return the name of an activation, None for "linear"; ValueError if there is none such."""
    if activation is None or activation == "linear":
        return None
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise ValueError(
            f"activation must be None, 'linear', {', '.join(map(repr, ACTIVATIONS))}, "
            f"got {activation!r}"
        )
    return activation


def forward(activation, z, overwrite=False):
    """Apply an activation; with overwrite, ReLU leaves its result in z's memory.

    Writing fresh memory takes longer than taking the maximum. And ReLU's gradient can be read
    from its result, which is positive where z was.
    """
    if activation is None:
        return z
    if activation == "relu" and overwrite:
        in_blocks(lambda rows: np.maximum(z[rows], 0, out=z[rows]), len(z), 2 * z.nbytes)
        return z
    return ACTIVATIONS[activation][0](z)


def backward(activation, dy, z, overwrite=False):
    """Carry a gradient back through an activation of z; ReLU's may be left in dy's memory."""
    if activation == "relu" and overwrite:
        in_blocks(
            lambda rows: np.multiply(dy[rows], z[rows] > 0, out=dy[rows]), len(z), 3 * z.nbytes
        )
        return dy
    return dy if activation is None else ACTIVATIONS[activation][1](dy, z)
