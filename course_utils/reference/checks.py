"""Checks of arguments that are arrays: each returns an array, or says what was wrong."""

import numpy as np
from numpy.typing import ArrayLike

IMAGES = "(N, H, W, C)"


def as_numbers(value: ArrayLike, name: str, axes: str | None = None) -> np.ndarray:
    """Return `value` as an array of real numbers.

    `axes` is the expected shape in words, such as "(N, H, W, C)"; its rank is checked.
    """
    try:
        array = np.asarray(value)
    except ValueError as error:  # a ragged list
        raise ValueError(f"{name} is not a rectangular array of numbers: {error}") from None
    if array.dtype.kind not in "fiub":
        raise ValueError(
            f"{name} must hold real numbers (floats, integers or booleans), got dtype {array.dtype}"
        )
    if axes is not None and array.ndim != len(axes.split(",")):
        raise ValueError(
            f"{name} must have shape {axes}, got shape {array.shape} with {array.ndim} axes"
        )
    return array


def as_kernel(value: ArrayLike, name: str, axes: str) -> np.ndarray:
    """Return weights of the shape `axes` as an array; no axis may be empty."""
    array = as_numbers(value, name, axes)
    if 0 in array.shape:
        raise ValueError(f"{name} must have no empty axis, got shape {array.shape}")
    return array


def as_bias(b: ArrayLike | None, outputs: int) -> np.ndarray | None:
    """Return the bias as an array (outputs,), or None."""
    if b is None:
        return None
    b = as_numbers(b, "b")
    if b.shape != (outputs,):
        raise ValueError(
            f"b must have shape ({outputs},), one number for each output channel, "
            f"got shape {b.shape}"
        )
    return b


def as_gradient(dy: ArrayLike, shape: tuple[int, ...]) -> np.ndarray:
    """Return the gradient of an output of the given shape, as floats."""
    dy = as_floats(as_numbers(dy, "dy"))
    if dy.shape != shape:
        raise ValueError(f"dy must have the shape of the output, {shape}, got shape {dy.shape}")
    return dy


def is_integer(array: np.ndarray) -> bool:
    return array.dtype.kind in "iub"


def as_floats(array: np.ndarray) -> np.ndarray:
    """Convert integers to float64; floats keep their dtype."""
    return array.astype(np.float64) if is_integer(array) else array


def sum_dtypes(*arrays: np.ndarray | None) -> tuple[np.dtype, np.dtype]:
    """Return (dtype of the result, dtype to add up in) for sums of products of `arrays`.

    An array that is None is left out.

    Integers are added up exactly in int64 (written out: the default integer has 32 bits on some
    platforms). float16 is added up in float32, because its 11 bits lose small terms quickly.
    """
    result = np.result_type(*(array for array in arrays if array is not None))
    if result.kind in "iub":
        return np.dtype(np.int64), np.dtype(np.int64)
    return result, np.result_type(result, np.float32)


def require_exact_sums(
    x: np.ndarray, weights: np.ndarray, terms: int | tuple[int, ...], bias: np.ndarray | None = None
) -> None:
    """Raise ValueError if a sum of integer products could leave the range of int64.

    `terms` are the axes of `weights` that one output value adds over. Floats always pass.
    """
    integers = all(is_integer(array) for array in (x, weights, bias) if array is not None)
    if not integers or not x.size:
        return
    largest = max(abs(int(x.min())), abs(int(x.max())))
    reach = np.abs(weights.astype(object)).sum(axis=terms) * largest
    if bias is not None:
        reach = reach + np.abs(bias.astype(object))
    reach = int(np.max(reach))
    limit = np.iinfo(np.int64).max
    if reach > limit:
        raise ValueError(
            f"sums of these integers could reach {reach:,}, but int64 ends at {limit:,}: "
            f"got {x.dtype} values up to {largest:,}; pass floats, or scale the integers down"
        )
