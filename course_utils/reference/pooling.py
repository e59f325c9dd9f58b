"""Pooling: each window of a feature map becomes one number."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.checks import IMAGES, as_floats, as_gradient, as_numbers, sum_dtypes
from course_utils.reference.engine.threads import in_blocks
from course_utils.reference.geometry import IntPair, Padding, Sliding, pair, slide


def max_pool2d(
    x: ArrayLike, size: IntPair = 2, *, stride: IntPair | None = None, padding: Padding = "valid"
) -> np.ndarray:
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
    y = np.empty((len(x), *sliding.output, x.shape[3]), x.dtype)
    taps = list(sliding.real_taps(x.shape[1:3]))

    def pool(images):
        y[images] = _lowest(x.dtype)
        for outputs, pixels in taps:
            largest = y[images, *outputs]
            np.maximum(largest, x[images, *pixels], out=largest)

    in_blocks(pool, len(x), x.nbytes + y.nbytes)
    return y


def max_pool2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    size: IntPair = 2,
    *,
    stride: IntPair | None = None,
    padding: Padding = "valid",
    y: ArrayLike | None = None,
) -> np.ndarray:
    """Carry a gradient back through `max_pool2d`: all of it to the pixel that won.

    The first maximum in row-major order wins a tie. A pixel that wins no window has gradient 0,
    one that wins several has the sum; padding never wins. The maximum of a window with NaN is NaN,
    which equals no pixel: its gradient is lost.

    Parameters
    ----------
    dy : array (N, H_out, W_out, C)
        Gradient of the loss with respect to the output.
    x, size, stride, padding
        As given to `max_pool2d`.
    y : array (N, H_out, W_out, C), optional
        What `max_pool2d` returned, if it is at hand; it is computed again otherwise.

    Returns
    -------
    array of x's shape
        In the common dtype of dy and x; float64 if dy holds integers.

    Raises
    ------
    ValueError
        As `max_pool2d`, or if dy or y does not have the shape of its output.
    """
    x, sliding = pool_arguments(x, size, stride, padding)
    shape = (len(x), *sliding.output, x.shape[3])
    dy = as_gradient(dy, shape)
    if y is None:
        y = max_pool2d(x, size, stride=stride, padding=padding)
    y = as_numbers(y, "y")
    if y.shape != shape:
        raise ValueError(f"y must be the output, of shape {shape}, got shape {y.shape}")
    dtype, sum_dtype = sum_dtypes(dy, x)
    dx = np.empty(x.shape, sum_dtype)
    taps = list(sliding.real_taps(x.shape[1:3]))

    def route(images):
        dx[images] = 0
        undecided = np.ones((images.stop - images.start, *shape[1:]), bool)
        for outputs, pixels in taps:
            wins = x[images, *pixels] == y[images, *outputs]
            wins &= undecided[:, *outputs]
            undecided[:, *outputs] ^= wins
            dx[images, *pixels] += dy[images, *outputs] * wins

    in_blocks(route, len(x), x.nbytes + dx.nbytes + 2 * dy.nbytes)
    return dx.astype(dtype, copy=False)


def avg_pool2d(
    x: ArrayLike, size: IntPair = 2, *, stride: IntPair | None = None, padding: Padding = "valid"
) -> np.ndarray:
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
    y = np.empty((len(x), *sliding.output, x.shape[3]), sum_dtype)
    count = _real_pixels(x.shape[1:3], sliding).astype(sum_dtype)
    taps = list(sliding.real_taps(x.shape[1:3]))

    def pool(images):
        y[images] = 0
        for outputs, pixels in taps:
            y[images, *outputs] += x[images, *pixels]
        y[images] /= count

    in_blocks(pool, len(x), x.nbytes + y.nbytes)
    return y.astype(dtype, copy=False)


def avg_pool2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    size: IntPair = 2,
    *,
    stride: IntPair | None = None,
    padding: Padding = "valid",
) -> np.ndarray:
    """Carry a gradient back through `avg_pool2d`: each real pixel of a window gets an equal share.

    Parameters
    ----------
    dy : array (N, H_out, W_out, C)
        Gradient of the loss with respect to the output.
    x, size, stride, padding
        As given to `avg_pool2d`; of x, only shape and dtype matter.

    Returns
    -------
    array of x's shape
        In the common dtype of dy and x; float64 if dy holds integers.

    Raises
    ------
    ValueError
        As `avg_pool2d`, or if dy does not have the shape of its output.
    """
    x, sliding = pool_arguments(x, size, stride, padding)
    dy = as_gradient(dy, (len(x), *sliding.output, x.shape[3]))
    dtype, sum_dtype = sum_dtypes(dy, x)
    dx = np.empty(x.shape, sum_dtype)
    count = _real_pixels(x.shape[1:3], sliding).astype(sum_dtype)
    taps = list(sliding.real_taps(x.shape[1:3]))

    def spread(images):
        dx[images] = 0
        shares = dy[images] / count
        for outputs, pixels in taps:
            dx[images, *pixels] += shares[:, *outputs]

    in_blocks(spread, len(x), dx.nbytes + 2 * dy.nbytes)
    return dx.astype(dtype, copy=False)


def global_max_pool2d(x: ArrayLike) -> np.ndarray:
    """Take the maximum of each feature map: (N, H, W, C) -> (N, C).

    Raises ValueError if x is not 4-D or a feature map is empty.
    """
    return _feature_maps(x).max(axis=(1, 2))


def global_max_pool2d_backward(dy: ArrayLike, x: ArrayLike) -> np.ndarray:
    """Give the gradient (N, C) of each feature map to its maximum, the first in row-major order.

    Returns an array of x's shape, in the common dtype of dy and x. Raises ValueError as
    `global_max_pool2d`, or if dy is not (N, C).
    """
    x = _feature_maps(x)
    dy = as_gradient(dy, (len(x), x.shape[3]))
    winners = x.reshape(len(x), x.shape[1] * x.shape[2], x.shape[3]).argmax(axis=1)[:, np.newaxis]
    dx = np.zeros((len(x), x.shape[1] * x.shape[2], x.shape[3]), np.result_type(dy, x))
    np.put_along_axis(dx, winners, dy[:, np.newaxis], axis=1)
    return dx.reshape(x.shape)


def global_avg_pool2d(x: ArrayLike) -> np.ndarray:
    """Take the mean of each feature map: (N, H, W, C) -> (N, C) (Lin et al., 2013, section 3.2).

    Floats keep their dtype, integers become float64. Raises ValueError if x is not 4-D or a
    feature map is empty.
    """
    x = as_floats(_feature_maps(x))
    dtype, sum_dtype = sum_dtypes(x)
    return x.mean(axis=(1, 2), dtype=sum_dtype).astype(dtype, copy=False)


def global_avg_pool2d_backward(dy: ArrayLike, x: ArrayLike) -> np.ndarray:
    """Spread the gradient (N, C) of each feature map evenly over its H * W pixels.

    Returns an array of x's shape, in the common dtype of dy and x. Raises ValueError as
    `global_avg_pool2d`, or if dy is not (N, C).
    """
    x = _feature_maps(x)
    dy = as_gradient(dy, (len(x), x.shape[3]))
    dtype, sum_dtype = sum_dtypes(dy, x)
    shares = dy.astype(sum_dtype, copy=False) / (x.shape[1] * x.shape[2])
    return np.broadcast_to(shares[:, np.newaxis, np.newaxis], x.shape).astype(dtype)


def pool_arguments(
    x: ArrayLike, size: IntPair, stride: IntPair | None, padding: Padding
) -> tuple[np.ndarray, Sliding]:
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
    """How many pixels of each window are not padding: (H_out, W_out, 1)."""
    counts = []
    for axis in (0, 1):
        starts = np.arange(sliding.output[axis]) * sliding.stride[axis] - sliding.padding[axis][0]
        ends = np.minimum(starts + sliding.kernel[axis], size[axis])
        counts.append(ends - np.maximum(starts, 0))
    return np.outer(*counts)[:, :, np.newaxis]


def _feature_maps(x):
    x = as_numbers(x, "x", IMAGES)
    if 0 in x.shape[1:3]:
        raise ValueError(f"each feature map needs at least one pixel, got x of shape {x.shape}")
    return x
