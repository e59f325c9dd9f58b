"""Depthwise and depthwise separable convolution, the building blocks of MobileNet."""

import numpy as np

from .checks import IMAGES, as_bias, as_kernel, as_numbers, require_exact_sums, sum_dtypes
from .convolution import conv2d
from .geometry import pad_images, slide


def depthwise_conv2d(x, w, b=None, *, stride=1, padding="valid", dilation=1):
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
    x = as_numbers(x, "x", IMAGES)
    w = as_kernel(w, "w", "(kh, kw, C, multiplier)")
    channels, multiplier = w.shape[2:]
    if x.shape[3] != channels:
        raise ValueError(
            f"w must have one filter set for each of the {x.shape[3]} channels of x (shape "
            f"{x.shape}), got w of shape {w.shape}; depthwise kernels are (kh, kw, C, multiplier)"
        )
    sliding = slide(x.shape[1:3], w.shape[:2], stride=stride, padding=padding, dilation=dilation)
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


def separable_conv2d(x, w_depthwise, w_pointwise, b=None, *, stride=1, padding="valid", dilation=1):
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
    w_pointwise = as_kernel(w_pointwise, "w_pointwise", "(1, 1, C * multiplier, F)")
    if w_pointwise.shape[:2] != (1, 1):
        raise ValueError(
            f"w_pointwise must have shape (1, 1, C * multiplier, F), got {w_pointwise.shape}"
        )
    filtered = depthwise_conv2d(x, w_depthwise, stride=stride, padding=padding, dilation=dilation)
    return conv2d(filtered, w_pointwise, b)
