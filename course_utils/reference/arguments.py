"""Checks of arguments that are numbers or generators, in one wording for the whole package.

Each returns the argument, or raises a ValueError that quotes what came and what was expected.
"""

import sys
from typing import Any

import numpy as np

LARGEST = sys.float_info.max


def is_whole(value: Any) -> bool:
    """True for Python's and numpy's integers, but not for booleans."""
    return isinstance(value, (int, np.integer)) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    """True for Python's and numpy's real numbers, but not for booleans."""
    return is_whole(value) or isinstance(value, (float, np.floating))


def whole(value: Any, name: str, least: int = 1) -> int:
    """Return an integer of at least `least`."""
    if not is_whole(value) or value < least:
        raise ValueError(f"{name} must be an integer of at least {least}, got {value!r}")
    return int(value)


def number(
    value: Any,
    name: str,
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    below: float | None = None,
) -> float:
    """Return a finite number within the bounds: `least` and `most` belong to them, the others not.

    >>> number(1.5, "rate", least=0, below=1)
    Traceback (most recent call last):
    ValueError: rate must be a number of at least 0 and below 1, got 1.5
    """
    fits = (
        is_number(value)
        and -LARGEST <= value <= LARGEST
        and (least is None or value >= least)
        and (above is None or value > above)
        and (most is None or value <= most)
        and (below is None or value < below)
    )
    if not fits:
        expected = _range_in_words(least, above, most, below)
        raise ValueError(f"{name} must be {expected}, got {value!r}")
    return float(value)


def generator(rng: Any) -> np.random.Generator:
    """Return rng if it is a numpy.random.Generator."""
    if not isinstance(rng, np.random.Generator):
        raise ValueError(f"rng must be a numpy.random.Generator (default_rng(seed)), got {rng!r}")
    return rng


def _range_in_words(least, above, most, below):
    if above == 0 and most is None and below is None:
        return "a positive number"
    if least is not None and most is not None:
        return f"a number from {least} to {most}"
    bounds = {"of at least": least, "above": above, "at most": most, "below": below}
    words = " and ".join(f"{word} {bound}" for word, bound in bounds.items() if bound is not None)
    return f"a number {words}" if words else "a finite number"
