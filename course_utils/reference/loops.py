"""The same operations as nested loops: slow, and written to be read.

The book shows them, and the tests compare the fast functions with them.
"""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.checks import as_floats, sum_dtypes
from course_utils.reference.convolution import conv2d_arguments
from course_utils.reference.correlation import correlate2d_arguments
from course_utils.reference.geometry import IntPair, Padding
from course_utils.reference.pooling import pool_arguments


def correlate2d_loops(
    image: ArrayLike, kernel: ArrayLike, *, stride: IntPair = 1, padding: Padding = 0
) -> np.ndarray:
    """`correlate2d`, one multiplication at a time."""
    image, kernel, sliding = correlate2d_arguments(image, kernel, stride, padding)
    dtype, _ = sum_dtypes(image, kernel)
    kernel_h, kernel_w = kernel.shape
    output_h, output_w = sliding.output
    stride_h, stride_w = sliding.stride

    image, kernel = np.pad(image, sliding.padding).astype(dtype), kernel.astype(dtype)
    y = np.zeros((output_h, output_w), dtype)
    for row in range(output_h):
        for column in range(output_w):
            for i in range(kernel_h):
                for j in range(kernel_w):
                    pixel = image[row * stride_h + i, column * stride_w + j]
                    y[row, column] += pixel * kernel[i, j]
    return y


def conv2d_loops(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
    groups: int = 1,
) -> np.ndarray:
    """`conv2d`, one output value at a time."""
    x, w, b, sliding = conv2d_arguments(x, w, b, stride, padding, dilation, groups)
    dtype, _ = sum_dtypes(x, w, b)
    kernel_h, kernel_w, channels, filters = w.shape  # the channels of one group
    output_h, output_w = sliding.output
    (stride_h, stride_w), (dilation_h, dilation_w) = sliding.stride, sliding.dilation

    x, w = np.pad(x, ((0, 0), *sliding.padding, (0, 0))).astype(dtype), w.astype(dtype)
    y = np.zeros((len(x), output_h, output_w, filters), dtype)
    for image in range(len(x)):
        for row in range(output_h):
            for column in range(output_w):
                top, left = row * stride_h, column * stride_w
                window = x[
                    image,
                    top : top + kernel_h * dilation_h : dilation_h,
                    left : left + kernel_w * dilation_w : dilation_w,
                ]
                for f in range(filters):
                    group = f // (filters // groups)
                    seen = window[:, :, group * channels : (group + 1) * channels]
                    y[image, row, column, f] = np.sum(seen * w[:, :, :, f])
    return y if b is None else y + b


def max_pool2d_loops(
    x: ArrayLike, size: IntPair = 2, *, stride: IntPair | None = None, padding: Padding = "valid"
) -> np.ndarray:
    """`max_pool2d`, one window at a time."""
    x, sliding = pool_arguments(x, size, stride, padding)
    images, height, width, channels = x.shape
    output_h, output_w = sliding.output
    (size_h, size_w), (stride_h, stride_w) = sliding.kernel, sliding.stride
    (pad_top, _), (pad_left, _) = sliding.padding

    y = np.zeros((images, output_h, output_w, channels), x.dtype)
    for image in range(images):
        for row in range(output_h):
            for column in range(output_w):
                # Where the window hangs over the border, only its real pixels count.
                top, left = row * stride_h - pad_top, column * stride_w - pad_left
                rows = slice(max(top, 0), min(top + size_h, height))
                columns = slice(max(left, 0), min(left + size_w, width))
                for c in range(channels):
                    y[image, row, column, c] = np.max(x[image, rows, columns, c])
    return y


def avg_pool2d_loops(
    x: ArrayLike, size: IntPair = 2, *, stride: IntPair | None = None, padding: Padding = "valid"
) -> np.ndarray:
    """`avg_pool2d`, one window at a time."""
    x, sliding = pool_arguments(x, size, stride, padding)
    images, height, width, channels = x.shape
    output_h, output_w = sliding.output
    (size_h, size_w), (stride_h, stride_w) = sliding.kernel, sliding.stride
    (pad_top, _), (pad_left, _) = sliding.padding

    y = np.zeros((images, output_h, output_w, channels), as_floats(x).dtype)
    for image in range(images):
        for row in range(output_h):
            for column in range(output_w):
                # Where the window hangs over the border, only its real pixels count.
                top, left = row * stride_h - pad_top, column * stride_w - pad_left
                rows = slice(max(top, 0), min(top + size_h, height))
                columns = slice(max(left, 0), min(left + size_w, width))
                for c in range(channels):
                    y[image, row, column, c] = np.mean(x[image, rows, columns, c])
    return y
