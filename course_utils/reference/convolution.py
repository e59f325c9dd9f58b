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

from .checks import IMAGES, as_numbers, is_integer, require_exact_sums, sum_dtypes
from .geometry import slide

# The buffer of patches, in bytes: well inside the level 2 cache of a processor core.
BLOCK_BYTES = 256 * 1024


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
    dtype, sum_dtype = sum_dtypes(x, w) if b is None else sum_dtypes(x, w, b)
    w = w.astype(sum_dtype, copy=False)
    y = np.empty((len(x), *sliding.output, w.shape[3]), dtype)

    kernels = _as_matrices(w, groups)
    patches = Patches(x.shape[1:], sliding, groups, sum_dtype)
    for image, output in zip(x, y, strict=True):
        patches.place(image)
        for first, last in patches.blocks():
            columns = patches.gather(first, last)
            for group, kernel in enumerate(kernels):
                filters = slice(group * kernel.shape[1], (group + 1) * kernel.shape[1])
                product = columns[group] @ kernel
                output[first:last, :, filters] = product.reshape(last - first, -1, kernel.shape[1])
    if b is not None:
        y += b.astype(dtype, copy=False)
    return y


class Patches:
    """The patches of one image at a time, written as matrix rows, a few output lines at once."""

    def __init__(self, image_shape, sliding, groups, dtype):
        height, width, channels = image_shape
        kh, kw = sliding.kernel
        (top, bottom), (left, right) = sliding.padding
        self.sliding = sliding
        # The border is zero from here on; only the inside is written for each image.
        self.padded = np.zeros((height + top + bottom, width + left + right, channels), dtype)
        self.inside = self.padded[top : top + height, left : left + width]
        out_h, out_w = sliding.output
        line_bytes = out_w * kh * kw * channels * dtype.itemsize
        self.lines = min(out_h, max(1, BLOCK_BYTES // line_bytes))
        self.buffer = np.empty((groups, self.lines, out_w, kh, kw, channels // groups), dtype)

    def place(self, image):
        self.inside[...] = image

    def blocks(self):
        """Yield (first, last) output lines, last not included."""
        out_h = self.sliding.output[0]
        for first in range(0, out_h, self.lines):
            yield first, min(first + self.lines, out_h)

    def gather(self, first, last):
        """Return the patches of output lines first to last - 1, one a row, for each group."""
        groups, _, _, kh, kw, channels = self.buffer.shape
        block = self.buffer[:, : last - first]
        for i, j, _, columns in self.sliding.taps():
            pixels = self.padded[self.sliding.rows(i, first, last), columns]
            pixels = pixels.reshape(*pixels.shape[:2], groups, channels)
            block[:, :, :, i, j] = np.moveaxis(pixels, 2, 0)
        return block.reshape(groups, -1, kh * kw * channels)


def _as_matrices(w, groups):
    """Return one matrix (kh * kw * C / groups, F / groups) for each group."""
    matrix = w.reshape(-1, w.shape[3])
    return [np.ascontiguousarray(part) for part in np.split(matrix, groups, axis=1)]


def conv2d_arguments(x, w, b, stride, padding, dilation, groups):
    """Check the arguments of a convolution; return (x, w, b, sliding) as arrays."""
    x = as_numbers(x, "x", IMAGES)
    w = as_numbers(w, "w", "(kh, kw, C / groups, F)")
    channels, filters = x.shape[3], w.shape[3]
    if not isinstance(groups, (int, np.integer)) or isinstance(groups, bool) or groups < 1:
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
    b = check_bias(b, filters)
    if is_integer(x) and is_integer(w) and (b is None or is_integer(b)):
        require_exact_sums(x, w, terms=(0, 1, 2), bias=b)
    return x, w, b, sliding


def check_bias(b, outputs):
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
