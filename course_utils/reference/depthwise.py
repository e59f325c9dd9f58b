"""Depthwise and depthwise separable convolution, the building blocks of MobileNet."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.checks import (
    IMAGES,
    as_bias,
    as_gradient,
    as_kernel,
    as_numbers,
    require_exact_sums,
    sum_dtypes,
)
from course_utils.reference.convolution import conv2d, conv2d_backward
from course_utils.reference.geometry import IntPair, Padding, pad_images, slide


def depthwise_conv2d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
) -> np.ndarray:
    """Convolve each channel with its own filters, as `keras.ops.depthwise_conv`.

    Output channel ``c * multiplier + m`` is input channel c under filter ``w[:, :, c, m]``;
    channels are not mixed (Howard et al., MobileNets, 2017, section 3.1).

    Parameters
    ----------
    x : array (N, H, W, C)
    w : array (kh, kw, C, multiplier)
    b : array (C * multiplier,), optional
    stride, padding, dilation
        As in `conv2d`.

    Returns
    -------
    array (N, H_out, W_out, C * multiplier)
        The arguments' common dtype; float16 is added up in float32, integers in int64.

    Raises
    ------
    ValueError
        If shapes do not fit together, the kernel is larger than the padded images, or sums of
        integers might leave the range of int64.
    """
    x, w, sliding = _depthwise_arguments(x, w, stride, padding, dilation)
    channels, multiplier = w.shape[2:]
    b = as_bias(b, channels * multiplier)
    by_channel = None if b is None else b.reshape(channels, multiplier)
    require_exact_sums(x, w, terms=(0, 1), bias=by_channel)
    dtype, sum_dtype = sum_dtypes(x, w, b)

    w = w.astype(sum_dtype, copy=False)
    padded = pad_images(x, sliding.padding).astype(sum_dtype, copy=False)
    y = np.zeros((len(x), *sliding.output, channels, multiplier), sum_dtype)
    for image, output in zip(padded, y, strict=True):  # one image at a time stays in the cache
        for i, j, rows, columns in sliding.taps():
            output += image[rows, columns, :, np.newaxis] * w[i, j]
    y = y.reshape(*y.shape[:3], channels * multiplier)
    if b is not None:
        y += b.astype(sum_dtype, copy=False)
    return y.astype(dtype, copy=False)


def depthwise_conv2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through `depthwise_conv2d`.

    As in `conv2d_backward`, but every channel sees only the gradients of its own outputs.

    Parameters
    ----------
    dy : array (N, H_out, W_out, C * multiplier)
        Gradient of the loss with respect to the output.
    x, w, stride, padding, dilation
        As given to `depthwise_conv2d`.

    Returns
    -------
    dx : array of x's shape
    dw : array of w's shape
    db : array (C * multiplier,)
        Gradients of the loss, summed over the batch, in the arguments' common dtype; float64 if
        dy holds integers. float16 is added up in float32.

    Raises
    ------
    ValueError
        As `depthwise_conv2d`, or if dy does not have the shape of its output.
    """
    x, w, sliding = _depthwise_arguments(x, w, stride, padding, dilation)
    channels, multiplier = w.shape[2:]
    dy = as_gradient(dy, (len(x), *sliding.output, channels * multiplier))
    dtype, sum_dtype = sum_dtypes(dy, x, w)

    db = dy.sum(axis=(0, 1, 2), dtype=sum_dtype)
    dx, dw = np.zeros(x.shape, sum_dtype), np.zeros(w.shape, sum_dtype)
    x, w, dy = (array.astype(sum_dtype, copy=False) for array in (x, w, dy))
    by_channel = dy.reshape(*dy.shape[:3], channels, multiplier)
    taps = list(np.ndindex(w.shape[:2]))
    for image, dimage, gradient in zip(x, dx, by_channel, strict=True):
        for tap, (outputs, pixels) in zip(taps, sliding.real_taps(x.shape[1:3]), strict=True):
            seen = gradient[outputs]
            dimage[pixels] += np.einsum("hwcm,cm->hwc", seen, w[tap])
            dw[tap] += np.einsum("hwc,hwcm->cm", image[pixels], seen)
    return tuple(gradient.astype(dtype, copy=False) for gradient in (dx, dw, db))


def separable_conv2d(
    x: ArrayLike,
    w_depthwise: ArrayLike,
    w_pointwise: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
) -> np.ndarray:
    """Filter each channel on its own, then mix the channels, as `keras.ops.separable_conv`.

    Parameters
    ----------
    x : array (N, H, W, C)
    w_depthwise : array (kh, kw, C, multiplier)
    w_pointwise : array (1, 1, C * multiplier, F)
    b : array (F,), optional
        Added after the pointwise step; the depthwise step has no bias.
    stride, padding, dilation
        Of the depthwise step, as in `conv2d`.

    Returns
    -------
    array (N, H_out, W_out, F)

    Raises
    ------
    ValueError
        As `depthwise_conv2d` and `conv2d`, or if w_pointwise is not 1 by 1.
    """
    w_pointwise = _pointwise_kernel(w_pointwise)
    filtered = depthwise_conv2d(x, w_depthwise, stride=stride, padding=padding, dilation=dilation)
    return conv2d(filtered, w_pointwise, b)


def separable_conv2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    w_depthwise: ArrayLike,
    w_pointwise: ArrayLike,
    *,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through `separable_conv2d`: the pointwise step first.

    The maps between the two steps are computed again.

    Parameters
    ----------
    dy : array (N, H_out, W_out, F)
        Gradient of the loss with respect to the output.
    x, w_depthwise, w_pointwise, stride, padding, dilation
        As given to `separable_conv2d`.

    Returns
    -------
    dx, dw_depthwise, dw_pointwise : arrays of the shapes of x, w_depthwise, w_pointwise
    db : array (F,)
        Gradients of the loss, summed over the batch.

    Raises
    ------
    ValueError
        As `separable_conv2d`, or if dy does not have the shape of its output.
    """
    w_pointwise = _pointwise_kernel(w_pointwise)
    options = {"stride": stride, "padding": padding, "dilation": dilation}
    filtered = depthwise_conv2d(x, w_depthwise, **options)
    dfiltered, dw_pointwise, db = conv2d_backward(dy, filtered, w_pointwise)
    dx, dw_depthwise, _ = depthwise_conv2d_backward(dfiltered, x, w_depthwise, **options)
    return dx, dw_depthwise, dw_pointwise, db


def _depthwise_arguments(x, w, stride, padding, dilation):
    """Check the arguments of a depthwise convolution; return (x, w, sliding)."""
    x = as_numbers(x, "x", IMAGES)
    w = as_kernel(w, "w", "(kh, kw, C, multiplier)")
    if x.shape[3] != w.shape[2]:
        raise ValueError(
            f"w must have one filter set for each of the {x.shape[3]} channels of x (shape "
            f"{x.shape}), got w of shape {w.shape}; depthwise kernels are (kh, kw, C, multiplier)"
        )
    sliding = slide(x.shape[1:3], w.shape[:2], stride=stride, padding=padding, dilation=dilation)
    return x, w, sliding


def _pointwise_kernel(w_pointwise):
    w_pointwise = as_kernel(w_pointwise, "w_pointwise", "(1, 1, C * multiplier, F)")
    if w_pointwise.shape[:2] != (1, 1):
        raise ValueError(
            f"w_pointwise must have shape (1, 1, C * multiplier, F), got {w_pointwise.shape}"
        )
    return w_pointwise
