"""Cross-correlation of one image channel with one kernel: the "convolution" of a CNN."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.checks import as_kernel, as_numbers, require_exact_sums, sum_dtypes
from course_utils.reference.geometry import IntPair, Padding, Sliding, slide


def correlate2d(
    image: ArrayLike, kernel: ArrayLike, *, stride: IntPair = 1, padding: Padding = 0
) -> np.ndarray:
    """Slide a kernel over an image; at each place multiply and add up.

    ``y[r, c] = sum over i, j of image[r * stride + i, c * stride + j] * kernel[i, j]``.
    The kernel is not flipped. Signal processing calls this cross-correlation, deep learning
    calls it convolution (Goodfellow et al., Deep Learning, 2016, eq. 9.6).

    Parameters
    ----------
    image : array (H, W)
    kernel : array (kh, kw)
    stride : int or (int, int)
        Pixels from one place to the next, (vertical, horizontal).
    padding : "valid", "same", int, (h, w) or ((top, bottom), (left, right))
        Zeros around the image. "same" is TensorFlow's: the odd pixel goes below and right.

    Returns
    -------
    array (H_out, W_out)
        Floats keep their dtype. Integers stay exact: they are added up in int64.

    Raises
    ------
    ValueError
        If an argument is not 2-D, the kernel is larger than the padded image, or integers are so
        large that a sum might leave the range of int64.
    """
    image, kernel, sliding = correlate2d_arguments(image, kernel, stride, padding)
    dtype, sum_dtype = sum_dtypes(image, kernel)

    padded = np.pad(image, sliding.padding).astype(sum_dtype, copy=False)
    kernel = kernel.astype(sum_dtype, copy=False)
    y = np.zeros(sliding.output, sum_dtype)
    # One kernel entry at a time meets one shifted copy of the image.
    for i, j, rows, columns in sliding.taps():
        y += kernel[i, j] * padded[rows, columns]
    return y.astype(dtype, copy=False)


def correlate2d_arguments(
    image: ArrayLike, kernel: ArrayLike, stride: IntPair, padding: Padding
) -> tuple[np.ndarray, np.ndarray, Sliding]:
    """Check the arguments of a correlation; return (image, kernel, sliding)."""
    image = as_numbers(image, "image", "(H, W)")
    kernel = as_kernel(kernel, "kernel", "(kh, kw)")
    sliding = slide(image.shape, kernel.shape, stride=stride, padding=padding)
    require_exact_sums(image, kernel, terms=(0, 1))
    return image, kernel, sliding
