"""Upsampling: images grow by a whole factor, with nothing to learn."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.checks import IMAGES, as_floats, as_gradient, as_numbers, sum_dtypes
from course_utils.reference.geometry import pair

INTERPOLATIONS = ("nearest", "bilinear")


def upsample2d(
    x: ArrayLike, size: int | tuple[int, int] = 2, *, interpolation: str = "nearest"
) -> np.ndarray:
    """Enlarge images by a whole factor, as Keras's `UpSampling2D`.

    "nearest" repeats every pixel. "bilinear" mixes the two nearest pixels of each axis: the center
    of output pixel r lies at (r + 1/2) / factor - 1/2, counted in input pixels from the first
    one's center. Beyond the outermost centers the outermost pixel goes on.

    Parameters
    ----------
    x : array (N, H, W, C)
    size : int or (int, int)
        Factors, (vertical, horizontal).
    interpolation : {"nearest", "bilinear"}

    Returns
    -------
    array (N, H * size, W * size, C)
        "nearest" keeps x's dtype; "bilinear" too, but integers become float64.

    Raises
    ------
    ValueError
        If x is not 4-D, or size or interpolation is none of the above.
    """
    x, size, interpolation = _arguments(x, size, interpolation)
    if interpolation == "nearest":
        return x.repeat(size[0], axis=1).repeat(size[1], axis=2)
    x = as_floats(x)
    dtype, sum_dtype = sum_dtypes(x)
    y = x.astype(sum_dtype, copy=False)
    for axis, factor in ((1, size[0]), (2, size[1])):
        y = _stretch(y, factor, axis)
    return y.astype(dtype, copy=False)


def upsample2d_backward(
    dy: ArrayLike, x: ArrayLike, size: int | tuple[int, int] = 2, *, interpolation: str = "nearest"
) -> np.ndarray:
    """Carry a gradient back through `upsample2d`: each pixel collects from where it was used.

    With "nearest" that is the sum over its block of the output; with "bilinear" the sum over all
    outputs that it was mixed into, by its share in each.

    Parameters
    ----------
    dy : array (N, H * size, W * size, C)
        Gradient of the loss with respect to the output.
    x, size, interpolation
        As given to `upsample2d`; of x, only shape and dtype matter.

    Returns
    -------
    array of x's shape
        In the common dtype of dy and x; float64 if dy holds integers.

    Raises
    ------
    ValueError
        As `upsample2d`, or if dy does not have the shape of its output.
    """
    x, size, interpolation = _arguments(x, size, interpolation)
    n, height, width, channels = x.shape
    dy = as_gradient(dy, (n, height * size[0], width * size[1], channels))
    dtype, sum_dtype = sum_dtypes(dy, x)
    dx = dy.astype(sum_dtype, copy=False)
    if interpolation == "nearest":
        dx = dx.reshape(n, height, size[0], width, size[1], channels).sum(axis=(2, 4))
    else:
        for axis, factor in ((2, size[1]), (1, size[0])):
            dx = _gather(dx, factor, axis)
    return dx.astype(dtype, copy=False)


def _stretch(x, factor, axis):
    """Enlarge one axis bilinearly."""
    x = x.swapaxes(0, axis)
    y = np.empty((len(x) * factor, *x.shape[1:]), x.dtype)
    # Outputs `factor` apart lie equally far from their nearest pixel, and on the same side.
    for first in range(factor):
        share, before = _neighbor(first, factor)
        y[first::factor] = (1 - share) * x
        if before:
            y[first + factor :: factor] += share * x[:-1]
            y[first : first + 1] += share * x[:1]
        else:
            y[first:-factor:factor] += share * x[1:]
            y[len(y) - factor + first :][:1] += share * x[-1:]
    return y.swapaxes(0, axis)


def _gather(dy, factor, axis):
    """The transposed of `_stretch`: each line takes what it gave, to the same places."""
    dy = dy.swapaxes(0, axis)
    dx = np.zeros((len(dy) // factor, *dy.shape[1:]), dy.dtype)
    for first in range(factor):
        share, before = _neighbor(first, factor)
        dx += (1 - share) * dy[first::factor]
        if before:
            dx[:-1] += share * dy[first + factor :: factor]
            dx[:1] += share * dy[first : first + 1]
        else:
            dx[1:] += share * dy[first:-factor:factor]
            dx[-1:] += share * dy[len(dy) - factor + first :][:1]
    return dx.swapaxes(0, axis)


def _neighbor(first, factor):
    """How much an output takes from the second nearest pixel, and whether that comes before."""
    offset = (first + 0.5) / factor - 0.5  # from the nearest pixel's center
    return abs(offset), offset < 0


def _arguments(x, size, interpolation):
    x = as_numbers(x, "x", IMAGES)
    if interpolation not in INTERPOLATIONS:
        raise ValueError(f'interpolation must be "nearest" or "bilinear", got {interpolation!r}')
    return x, pair(size, "size"), interpolation
