"""Inverted dropout (Srivastava et al., 2014)."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.arguments import generator, number
from course_utils.reference.checks import as_floats, as_gradient, as_numbers


def dropout(x: ArrayLike, rate: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Set each value to zero with probability `rate`; scale the others by 1 / (1 - rate).

    The scaling keeps the expected value the same, so that nothing has to change at inference
    (Srivastava et al., 2014, section 10).

    Parameters
    ----------
    x : array of any shape
    rate : float
        At least 0 and below 1.
    rng : numpy.random.Generator

    Returns
    -------
    y : array of x's shape and dtype (float64 if x holds integers)
    mask : boolean array of x's shape
        True where the value was kept.

    Raises
    ------
    ValueError
        If rate is out of range or rng is not a Generator.
    """
    x = as_floats(as_numbers(x, "x"))
    rate = _rate(rate)
    mask = generator(rng).random(x.shape) >= rate
    return np.where(mask, x * x.dtype.type(1 / (1 - rate)), x.dtype.type(0)), mask


def dropout_backward(dy: ArrayLike, mask: ArrayLike, rate: float) -> np.ndarray:
    """Carry a gradient back through `dropout`: dy / (1 - rate) where a value was kept, else 0.

    It takes the mask that `dropout` returned in place of x and rng: the same values must be
    dropped on the way back, and a generator would draw others.

    Parameters
    ----------
    dy : array of mask's shape
        Gradient of the loss with respect to y.
    mask : boolean array
        True where the value was kept.
    rate : float
        As given to `dropout`.

    Returns
    -------
    array of dy's shape and dtype (float64 if dy holds integers)

    Raises
    ------
    ValueError
        If mask is not boolean, dy does not have its shape, or rate is out of range.
    """
    mask = as_numbers(mask, "mask")
    if mask.dtype != bool:
        raise ValueError(
            f"mask must be the boolean array that dropout returned, got dtype {mask.dtype}"
        )
    dy = as_gradient(dy, mask.shape)
    rate = _rate(rate)
    return np.where(mask, dy * dy.dtype.type(1 / (1 - rate)), dy.dtype.type(0))


def _rate(rate):
    return number(rate, "rate", least=0, below=1)
