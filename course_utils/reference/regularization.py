"""Inverted dropout (Srivastava et al., 2014)."""

import numpy as np

from .checks import as_floats, as_numbers, is_number


def dropout(x, rate, rng):
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
    if not is_number(rate) or not 0 <= rate < 1:
        raise ValueError(f"rate must be a number of at least 0 and below 1, got {rate!r}")
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng must be a numpy.random.Generator (default_rng(seed)), got {rng!r}")
    mask = rng.random(x.shape) >= rate
    return np.where(mask, x * x.dtype.type(1 / (1 - rate)), x.dtype.type(0)), mask
