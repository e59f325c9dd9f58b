"""Pooling: each window of a feature map becomes one number."""

import numpy as np

from .checks import IMAGES, as_floats, as_numbers, sum_dtypes
from .geometry import pad_images, pair, slide


def max_pool2d(x, size=2, *, stride=None, padding="valid"):
    """Take the maximum of each window, as `keras.ops.max_pool`.

    Padding never wins: a window that hangs over the border takes the maximum of its real pixels,
    also when all of them are negative.

    Parameters
    ----------
    x : array (N, H, W, C)
    size : int or (int, int)
        Window size, (vertical, horizontal).
    stride : int or (int, int), optional
        Pixels from window to window; None means `size`, windows side by side.
    padding : "valid", "same", int, (h, w) or ((top, bottom), (left, right))
        Must be smaller than the window, so that every window holds a real pixel.

    Returns
    -------
    array (N, H_out, W_out, C), of x's dtype

    Raises
    ------
    ValueError
        If x is not 4-D, the window is larger than the padded images, or the padding as large as
        the window.
    """
    x, sliding = pool_arguments(x, size, stride, padding)
    padded = pad_images(x, sliding.padding, value=_lowest(x.dtype))
    y = np.full((len(x), *sliding.output, x.shape[3]), _lowest(x.dtype), x.dtype)
    for _, _, rows, columns in sliding.taps():
        np.maximum(y, padded[:, rows, columns], out=y)
    return y


def avg_pool2d(x, size=2, *, stride=None, padding="valid"):
    """Take the mean of each window, as `keras.ops.average_pool`.

    Padding is not counted: a window that hangs over the border takes the mean of its real pixels.

    Parameters
    ----------
    x, size, stride, padding
        As in `max_pool2d`.

    Returns
    -------
    array (N, H_out, W_out, C)
        Of x's dtype; float64 if x holds integers.

    Raises
    ------
    ValueError
        As `max_pool2d`.
    """
    x, sliding = pool_arguments(x, size, stride, padding)
    x = as_floats(x)
    dtype, sum_dtype = sum_dtypes(x)
    padded = pad_images(x, sliding.padding)
    y = np.zeros((len(x), *sliding.output, x.shape[3]), sum_dtype)
    for _, _, rows, columns in sliding.taps():
        y += padded[:, rows, columns]
    y /= _real_pixels(x.shape[1:3], sliding)[:, :, np.newaxis]
    return y.astype(dtype, copy=False)


def global_max_pool2d(x):
    """Take the maximum of each feature map: (N, H, W, C) -> (N, C).

    Raises ValueError if x is not 4-D or a feature map is empty.
    """
    return _feature_maps(x).max(axis=(1, 2))


def global_avg_pool2d(x):
    """Take the mean of each feature map: (N, H, W, C) -> (N, C) (Lin et al., 2013, section 3.2).

    Floats keep their dtype, integers become float64. Raises ValueError if x is not 4-D or a
    feature map is empty.
    """
    x = as_floats(_feature_maps(x))
    dtype, sum_dtype = sum_dtypes(x)
    return x.mean(axis=(1, 2), dtype=sum_dtype).astype(dtype, copy=False)


def pool_arguments(x, size, stride, padding):
    """Check the arguments of a pooling; return (x, sliding)."""
    x = as_numbers(x, "x", IMAGES)
    size = pair(size, "size")
    sliding = slide(x.shape[1:3], size, stride=size if stride is None else stride, padding=padding)
    for window, sides in zip(size, sliding.padding, strict=True):
        if max(sides) >= window:
            raise ValueError(
                f"padding must be smaller than the window, or a window would hold no real pixel: "
                f"got size {size} with padding {sliding.padding}"
            )
    return x, sliding


def _lowest(dtype):
    """The value that loses every comparison."""
    if dtype.kind == "f":
        return -np.inf
    return False if dtype.kind == "b" else np.iinfo(dtype).min


def _real_pixels(size, sliding):
    """How many pixels of each window are not padding: (H_out, W_out)."""
    counts = []
    for axis in (0, 1):
        starts = np.arange(sliding.output[axis]) * sliding.stride[axis] - sliding.padding[axis][0]
        ends = np.minimum(starts + sliding.kernel[axis], size[axis])
        counts.append(ends - np.maximum(starts, 0))
    return np.outer(*counts)


def _feature_maps(x):
    x = as_numbers(x, "x", IMAGES)
    if 0 in x.shape[1:3]:
        raise ValueError(f"each feature map needs at least one pixel, got x of shape {x.shape}")
    return x
