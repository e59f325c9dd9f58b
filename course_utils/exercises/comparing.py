"""Compare what came with what was expected, and say in words how they differ."""

from dataclasses import dataclass

import numpy as np

from course_utils.exercises.running import Unreadable


@dataclass(frozen=True)
class Difference:
    """Why two values are not the same.

    `where` marks the wrong entries of an array; `item` is the place of the wrong item in a tuple.
    """

    text: str
    where: np.ndarray | None = None
    item: int | None = None


def compare(expected: object, got: object, rtol: float, atol: float) -> Difference | None:
    """None if `got` is right: same kind, same shape, and every entry close enough.

    Integers are taken where floats are expected and the other way round, as long as the values
    agree; a list is taken for a tuple, not for an array.
    """
    if got is None:
        return Difference("It returned None. Does it end with a `return` line?")
    if isinstance(got, Unreadable):
        return Difference(f"It returned {got}; expected {kind_of(expected)}.")
    if isinstance(expected, tuple):
        return _compare_tuples(expected, got, rtol, atol)
    if isinstance(expected, str | bool | np.bool_) or isinstance(got, str):
        same = type(expected) is type(got) or {type(expected), type(got)} == {bool, np.bool_}
        if not same:
            return Difference(f"It returned {kind_of(got)}; expected {kind_of(expected)}.")
        return None if expected == got else Difference(f"It returned {got!r}, which is not right.")
    if isinstance(got, list | tuple):
        return Difference(
            f"It returned a {type(got).__name__}; expected {kind_of(expected)}."
            + (" np.array(...) makes one." if np.ndim(expected) else "")
        )
    return _compare_numbers(np.asarray(expected), np.asarray(got), rtol, atol)


def _compare_tuples(expected: tuple, got: object, rtol: float, atol: float) -> Difference | None:
    # An array of shape (n,) is as good as n numbers.
    several = isinstance(got, list | tuple) or (isinstance(got, np.ndarray) and got.ndim)
    items = tuple(got) if several else None
    if items is None or len(items) != len(expected):
        return Difference(f"It returned {kind_of(got)}; expected {kind_of(expected)}.")
    for position, (one, other) in enumerate(zip(expected, items, strict=True)):
        difference = compare(one, other, rtol, atol)
        if difference:
            text = f"Item {position} of the returned tuple is wrong. {difference.text}"
            return Difference(text, difference.where, position)
    return None


def _compare_numbers(
    expected: np.ndarray, got: np.ndarray, rtol: float, atol: float
) -> Difference | None:
    if got.dtype.kind not in "iuf":
        wanted = f"dtype {expected.dtype}" if expected.ndim else "a number"
        came = "True or False" if got.dtype == bool and not got.ndim else f"dtype {got.dtype}"
        return Difference(f"It returned {came}; expected {wanted}.")
    if got.shape != expected.shape:
        return Difference(f"It returned {_shape(got)}; expected {_shape(expected)}.")
    wanted, came = expected.astype(np.float64), got.astype(np.float64)
    scale = np.abs(wanted[np.isfinite(wanted)]).max(initial=0.0)
    with np.errstate(invalid="ignore"):
        error = np.abs(wanted - came)
    if expected.dtype.kind in "iu":
        rtol = 0.0  # a count is right or wrong: a forgotten bias is a small part of a million
    right = (error <= atol + rtol * scale) | (wanted == came) | (np.isnan(wanted) & np.isnan(came))
    if right.all():
        return None
    return Difference(_numbers_text(wanted, came, got.dtype, right), where=~right)


def _numbers_text(wanted, came, dtype, right) -> str:
    wrong = int((~right).sum())
    if wanted.ndim == 0:
        text = "The number is not right."
    else:
        text = f"{wrong} of {wanted.size} entries {'is' if wrong == 1 else 'are'} wrong."
    if np.isnan(came).any() and not np.isnan(wanted).any():
        text += " There is nan in it: look for 0/0 or for entries that were never written."
    elif np.isinf(came).any() and not np.isinf(wanted).any():
        text += " There is inf in it: look for a division by zero or an overflow."
    elif dtype.kind in "iu" and not np.array_equal(wanted, np.round(wanted)):
        if wanted.ndim == 0:
            return text + " It is a whole number: has a fraction been cut off?"
        text += f" Its dtype is {dtype}, which cuts fractions off; expected a float dtype."
    elif dtype == np.float16:
        text += " Its dtype is float16, which keeps three digits; expected float32 or float64."
    return text


def kind_of(value: object) -> str:
    """What a returned value is, in words: "an array of shape (3,)", "a number"."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, tuple | list):
        kind = "a tuple" if isinstance(value, tuple) else "a list"
        return f"{kind} of {len(value)} item{'s' * (len(value) != 1)}"
    if isinstance(value, dict):
        return "a dict"
    if isinstance(value, bool | np.bool_):
        return "True or False"
    if isinstance(value, str):
        return f"the text {value!r}" if len(value) < 40 else "a text"
    return "a number"


def _shape(array: np.ndarray) -> str:
    return f"shape {array.shape}" if array.ndim else "a number"
