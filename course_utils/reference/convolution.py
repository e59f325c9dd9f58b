"""2-D convolution of a batch of images, as a blocked matrix product.

A convolution is a matrix product in disguise. Write the pixels under one kernel position as a
row: kh * kw * C numbers. Stack the rows of all positions, and the kernel as a matrix with
kh * kw * C rows and F columns; their product holds every output value. This is "im2col"
(Chellapilla, Puri, Simard, 2006).

The stacked matrix repeats every pixel kh * kw times. For a whole batch it would not fit into the
processor's caches, and moving it about would cost more than the arithmetic. So only the rows for a
few output lines of one image are written, into one small buffer that is used again and again and
stays in the cache, and multiplied at once.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .checks import (
    IMAGES,
    as_bias,
    as_kernel,
    as_numbers,
    is_whole,
    require_exact_sums,
    sum_dtypes,
)
from .geometry import slide

# The buffer of patches, in bytes: about half the level 2 cache of a processor core.
BLOCK_BYTES = 512 * 1024


def conv2d(x, w, b=None, *, stride=1, padding="valid", dilation=1, groups=1):
    """Convolve images with filters (without flipping them), as `keras.ops.conv`.

    Filter f of group g sees only the C / groups input channels of that group.

    Parameters
    ----------
    x : array (N, H, W, C)
        Images.
    w : array (kh, kw, C / groups, F)
        F filters.
    b : array (F,), optional
        Bias, added to every pixel of a feature map.
    stride, dilation : int or (int, int)
        Pixels between kernel positions, and between kernel entries, (vertical, horizontal).
    padding : "valid", "same", int, (h, w) or ((top, bottom), (left, right))
        Zeros around the images. "same" is TensorFlow's: ceil(H / stride) output rows, the odd
        pixel of padding at the bottom and right.
    groups : int
        Number of groups; must divide C and F.

    Returns
    -------
    array (N, H_out, W_out, F)
        The arguments' common dtype; float16 is added up in float32, integers in int64.

    Raises
    ------
    ValueError
        If shapes do not fit together, the kernel is larger than the padded images, or sums of
        integers might leave the range of int64.
    """
    x, w, b, sliding = conv2d_arguments(x, w, b, stride, padding, dilation, groups)
    dtype, sum_dtype = sum_dtypes(x, w, b)
    filters = w.shape[3]
    y = np.empty((len(x), *sliding.output, filters), dtype)

    # One matrix (kh * kw * C / groups, F / groups) for each group.
    kernels = w.astype(sum_dtype, copy=False).reshape(-1, groups, filters // groups).swapaxes(0, 1)
    block_bytes = min(BLOCK_BYTES, x.nbytes + y.nbytes)
    patches = Patches(x.shape[1:], sliding, groups, sum_dtype, block_bytes)
    for image, output in zip(x, y, strict=True):
        patches.place(image)
        for rows, columns in patches.blocks():
            block = output[rows, columns].reshape(-1, groups, filters // groups)  # a view
            np.matmul(patches.gather(rows, columns), kernels, out=block.swapaxes(0, 1))
        if b is not None:
            output += b
    return y


class Patches:
    """The patches of one image at a time, a block of output pixels at once, as matrix rows."""

    def __init__(self, image_shape, sliding, groups, dtype, block_bytes):
        height, width, channels = image_shape
        (kh, kw), (stride_h, stride_w) = sliding.kernel, sliding.stride
        (dilation_h, dilation_w), ((top, bottom), (left, right)) = sliding.dilation, sliding.padding

        # The border is zero from here on; only the inside is written for each image.
        padded = np.zeros((height + top + bottom, width + left + right, channels), dtype)
        self.inside = padded[top : top + height, left : left + width]

        # windows[g, r, c] is the patch (kh, kw, C / groups) that output pixel (r, c) of group g
        # sees. It is a view: an array with its own strides over the memory of `padded`.
        extent = ((kh - 1) * dilation_h + 1, (kw - 1) * dilation_w + 1)
        grouped = padded.reshape(*padded.shape[:2], groups, channels // groups)
        windows = sliding_window_view(grouped, extent, axis=(0, 1))
        windows = windows[::stride_h, ::stride_w, :, :, ::dilation_h, ::dilation_w]
        self.windows = windows.transpose(2, 0, 1, 4, 5, 3)

        # A block is as many whole output lines as fit into block_bytes, or a part of one line.
        out_h, out_w = sliding.output
        pixels = max(1, block_bytes // (kh * kw * channels * dtype.itemsize))
        self.block = min(out_h, max(1, pixels // out_w)), min(out_w, pixels)
        self.buffer = np.empty(
            (groups, self.block[0] * self.block[1], *self.windows.shape[3:]), dtype
        )

    def place(self, image):
        """Make `image` (H, W, C) the one whose patches are gathered."""
        self.inside[...] = image

    def blocks(self):
        """Yield the blocks of output pixels as two slices, (rows, columns)."""
        out_h, out_w = self.windows.shape[1:3]
        for top in range(0, out_h, self.block[0]):
            for left in range(0, out_w, self.block[1]):
                yield slice(top, top + self.block[0]), slice(left, left + self.block[1])

    def gather(self, rows, columns):
        """Return the patches of one block: (groups, pixels, kh * kw * C / groups).

        The next call overwrites them.
        """
        windows = self.windows[:, rows, columns]
        groups, lines, pixels = windows.shape[:3]
        patches = self.buffer[:, : lines * pixels]
        patches.reshape(windows.shape)[...] = windows
        return patches.reshape(groups, lines * pixels, -1)


def conv2d_arguments(x, w, b, stride, padding, dilation, groups):
    """Check the arguments of a convolution; return (x, w, b, sliding) as arrays."""
    x = as_numbers(x, "x", IMAGES)
    w = as_kernel(w, "w", "(kh, kw, C / groups, F)")
    channels, filters = x.shape[3], w.shape[3]
    if not is_whole(groups) or groups < 1:
        raise ValueError(f"groups must be an integer of at least 1, got {groups!r}")
    if channels % groups or filters % groups:
        raise ValueError(
            f"groups must divide the number of channels and of filters, got groups={groups} "
            f"with {channels} channels (x has shape {x.shape}) and {filters} filters "
            f"(w has shape {w.shape})"
        )
    if w.shape[2] * groups != channels:
        raise ValueError(
            f"w must have C / groups = {channels} / {groups} = {channels // groups} input "
            f"channels on its third axis to fit x of shape {x.shape}, got w of shape {w.shape}; "
            "kernels are (kh, kw, C / groups, F), images (N, H, W, C)"
        )
    sliding = slide(x.shape[1:3], w.shape[:2], stride=stride, padding=padding, dilation=dilation)
    b = as_bias(b, filters)
    require_exact_sums(x, w, terms=(0, 1, 2), bias=b)
    return x, w, b, sliding
