"""The same operations as nested loops: slow, and meant to be read.

The book shows these, and the tests compare the fast functions with them.
"""

import numpy as np

from .checks import IMAGES, as_numbers, sum_dtypes
from .convolution import conv2d_arguments
from .geometry import pair, slide


def correlate2d_loops(image, kernel, *, stride=1, padding=0):
    """`correlate2d`, one multiplication at a time."""
    image = as_numbers(image, "image", "(H, W)")
    kernel = as_numbers(kernel, "kernel", "(kh, kw)")
    sliding = slide(image.shape, kernel.shape, stride=stride, padding=padding)
    (stride_h, stride_w), (kernel_h, kernel_w) = sliding.stride, sliding.kernel
    output_h, output_w = sliding.output
    dtype, _ = sum_dtypes(image, kernel)

    image = np.pad(image, sliding.padding).astype(dtype)
    y = np.zeros((output_h, output_w), dtype)
    for row in range(output_h):
        for column in range(output_w):
            for i in range(kernel_h):
                for j in range(kernel_w):
                    pixel = image[row * stride_h + i, column * stride_w + j]
                    y[row, column] += pixel * kernel[i, j]
    return y


def conv2d_loops(x, w, b=None, *, stride=1, padding="valid", dilation=1, groups=1):
    """`conv2d`, one output value at a time."""
    x, w, b, sliding = conv2d_arguments(x, w, b, stride, padding, dilation, groups)
    (stride_h, stride_w), (dilation_h, dilation_w) = sliding.stride, sliding.dilation
    kernel_h, kernel_w, channels, filters = w.shape  # channels of one group
    output_h, output_w = sliding.output
    dtype, _ = sum_dtypes(x, w) if b is None else sum_dtypes(x, w, b)

    x = np.pad(x, ((0, 0), *sliding.padding, (0, 0))).astype(dtype)
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
    return y if b is None else y + b.astype(dtype)


def max_pool2d_loops(x, size=2, *, stride=None, padding="valid"):
    """`max_pool2d`, one window at a time."""
    return _pool_loops(x, size, stride, padding, np.max)


def avg_pool2d_loops(x, size=2, *, stride=None, padding="valid"):
    """`avg_pool2d`, one window at a time."""
    return _pool_loops(x, size, stride, padding, np.mean)


def _pool_loops(x, size, stride, padding, summary):
    x = as_numbers(x, "x", IMAGES)
    size = pair(size, "size")
    sliding = slide(x.shape[1:3], size, stride=stride or size, padding=padding)
    (top, _), (left, _) = sliding.padding
    images, height, width, channels = x.shape
    output_h, output_w = sliding.output

    y = np.zeros((images, output_h, output_w, channels), summary(x[:1, :1, :1, :1]).dtype)
    for image in range(images):
        for row in range(output_h):
            for column in range(output_w):
                # A window that hangs over the border is cut off there: padding has no values.
                first_row = row * sliding.stride[0] - top
                first_column = column * sliding.stride[1] - left
                window = x[
                    image,
                    max(first_row, 0) : min(first_row + size[0], height),
                    max(first_column, 0) : min(first_column + size[1], width),
                ]
                y[image, row, column] = summary(window, axis=(0, 1))
    return y
