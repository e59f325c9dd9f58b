"""What an exercise is about, as JSON: numbers, arrays as nested lists, sequences of those.

It is plain JSON that any language can read, and nothing is lost: an array comes back with its dtype
and shape, a float32 with every bit. What is too large to look at is described instead.
"""

from math import inf, isfinite, nan

import numpy as np

from course_utils.exercises.running import Unreadable
from course_utils.grading.wire.messages import DEEPEST, DTYPES

MOST_ENTRIES = 4096  # of an array that is kept; those of the exercises have a few hundred
MOST_ITEMS = 200  # of a list or tuple
LONGEST_TEXT = 2000
NAMES = {dtype.name: dtype for dtype in DTYPES}
ENTRIES = {"b": (bool,), "i": (int,), "u": (int,), "f": (int, float), "c": (int, float)}
SPECIAL = {"nan": nan, "inf": inf, "-inf": -inf}  # JSON has no such numbers


class FormatError(ValueError):
    """The data is not what this program writes; the text says where and why."""


def value_to_json(value: object, depth: int = 0) -> object:
    """Plain data, as outcomes of answers and inputs of exercises are, as JSON."""
    if depth > DEEPEST:
        return value_to_json(Unreadable("a sequence nested too deep to be kept"))
    if value is None or isinstance(value, bool):
        return value
    if (type(value) is int and abs(value) < 2**63) or (type(value) is float and isfinite(value)):
        return value
    if isinstance(value, str):
        return value[:LONGEST_TEXT].encode("utf-8", "replace").decode()
    if type(value) in (float, complex):
        value = np.asarray(value)
    if isinstance(value, np.ndarray | np.generic):
        return _array_to_json(np.asarray(value))
    if isinstance(value, list | tuple):
        kind = type(value).__name__
        if len(value) > MOST_ITEMS:
            return value_to_json(Unreadable(f"a {kind} of {len(value)} items"))
        return {"kind": kind, "items": [value_to_json(item, depth + 1) for item in value]}
    if not isinstance(value, Unreadable):
        value = Unreadable(f"an object of type {type(value).__name__}")
    return {"kind": "unreadable", "what": value_to_json(value.what)}


def _array_to_json(array: np.ndarray) -> dict:
    dtype = array.dtype.newbyteorder("<")
    if array.size > MOST_ENTRIES or dtype not in DTYPES:
        what = f"an array of shape {array.shape}, {array.dtype}"
        return value_to_json(Unreadable(what))
    if array.dtype.kind == "c":  # real and imaginary parts side by side
        numbers = np.stack([array.real, array.imag], axis=-1)
    else:
        numbers = array
    entries = _entries_to_json(numbers.tolist()) if array.dtype.kind in "fc" else numbers.tolist()
    return {"kind": "array", "dtype": dtype.name, "shape": list(array.shape), "entries": entries}


def _entries_to_json(entries):
    if isinstance(entries, list):
        return [_entries_to_json(entry) for entry in entries]
    return entries if isfinite(entries) else str(entries)


def value_from_json(data: object, depth: int = 0) -> object:
    """The value that `value_to_json` wrote.

    Raises
    ------
    FormatError
        If `value_to_json` does not write such data.
    """
    if depth > DEEPEST + 1:
        raise FormatError("values are nested too deep")
    if data is None or type(data) in (bool, str, int, float):
        return data
    match data:
        case {"kind": "array", "dtype": str(name), "shape": list(shape), "entries": entries}:
            return _array_from_json(name, shape, entries)
        case {"kind": "list" | "tuple" as kind, "items": list(items)}:
            found = [value_from_json(item, depth + 1) for item in items]
            return found if kind == "list" else tuple(found)
        case {"kind": "unreadable", "what": str(what)}:
            return Unreadable(what)
    raise FormatError(f"expected a value; got {str(data)[:60]!r}")


def _array_from_json(name: str, shape: list, entries: object) -> np.ndarray | np.generic:
    if name not in NAMES or len(shape) > 32:
        raise FormatError(f"there is no array of dtype {name[:30]!r} with {len(shape)} axes")
    if not all(type(side) is int and 0 <= side <= 2**40 for side in shape):
        raise FormatError(f"an array has the impossible shape {str(shape)[:60]}")
    dtype = NAMES[name].newbyteorder("=")
    flat: list = []
    sides = [*shape, 2] if dtype.kind == "c" else shape
    _flatten(entries, sides, dtype.kind, flat)
    try:
        if dtype.kind == "c":
            pairs = np.array(flat, np.float64).reshape(*shape, 2)
            return (pairs[..., 0] + 1j * pairs[..., 1]).astype(dtype)[()]
        return np.array(flat, dtype).reshape(shape)[()]
    except (ValueError, OverflowError, MemoryError) as error:
        raise FormatError(f"an array of shape {shape} cannot be: {error}") from None


def _flatten(entries: object, sides: list, kind: str, flat: list) -> None:
    if sides:
        if type(entries) is not list or len(entries) != sides[0]:
            raise FormatError("an array's entries do not fit its shape")
        for entry in entries:
            _flatten(entry, sides[1:], kind, flat)
    elif type(entries) in ENTRIES[kind]:
        flat.append(entries)
    elif kind in "fc" and type(entries) is str and entries in SPECIAL:
        flat.append(SPECIAL[entries])
    else:
        raise FormatError(f"an array of kind {kind!r} has the entry {str(entries)[:60]!r}")
