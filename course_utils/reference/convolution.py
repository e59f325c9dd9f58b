"""2-D convolution of a batch of images, and its gradients."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.arguments import whole
from course_utils.reference.checks import (
    IMAGES,
    as_bias,
    as_gradient,
    as_kernel,
    as_numbers,
    require_exact_sums,
    sum_dtypes,
)
from course_utils.reference.engine.convolution import correlate, input_gradient, kernel_gradient
from course_utils.reference.geometry import IntPair, Padding, Sliding, slide


def conv2d(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
    groups: int = 1,
) -> np.ndarray:
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
    y = np.empty((len(x), *sliding.output, w.shape[3]), dtype)
    correlate(x, w, b, sliding, groups, sum_dtype, out=y)
    return y


def conv2d_backward(
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
    groups: int = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through `conv2d`.

    Pixel x[r] met kernel entry w[i] at output r - i, and this is all that the loss sees of both:

    - ``dw[i] = sum over r of x[r + i] * dy[r]``, the input correlated with the gradient;
    - ``dx[r] = sum over i of dy[r - i] * w[i]``, the gradient, with a border of zeros, correlated
      with the flipped kernel, input and output channels exchanged;
    - ``db`` is the sum of dy over images and pixels.

    (LeCun et al., 1989; Dumoulin and Visin, 2016, chapter 4.)

    Parameters
    ----------
    dy : array (N, H_out, W_out, F)
        Gradient of the loss with respect to the output.
    x, w, stride, padding, dilation, groups
        As given to `conv2d`.

    Returns
    -------
    dx : array of x's shape
    dw : array of w's shape
    db : array (F,)
        Gradients of the loss, summed over the batch, in the arguments' common dtype; float64 if
        dy holds integers. float16 is added up in float32.

    Raises
    ------
    ValueError
        As `conv2d`, or if dy does not have the shape of its output.
    """
    x, w, _, sliding = conv2d_arguments(x, w, None, stride, padding, dilation, groups)
    dy = as_gradient(dy, (len(x), *sliding.output, w.shape[3]))
    dtype, sum_dtype = sum_dtypes(dy, x, w)
    dx = np.zeros(x.shape, dtype)
    input_gradient(dy, w, sliding, groups, sum_dtype, out=dx)
    return dx, *kernel_gradient(dy, x, sliding, groups, dtype, sum_dtype)


def conv2d_kernel_gradient(
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
    groups: int = 1,
) -> tuple[np.ndarray, np.ndarray]:
    """Return only (dw, db) of `conv2d_backward`: the first layer of a network needs no dx."""
    x, w, _, sliding = conv2d_arguments(x, w, None, stride, padding, dilation, groups)
    dy = as_gradient(dy, (len(x), *sliding.output, w.shape[3]))
    return kernel_gradient(dy, x, sliding, groups, *sum_dtypes(dy, x, w))


def conv2d_arguments(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None,
    stride: IntPair,
    padding: Padding,
    dilation: IntPair,
    groups: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, Sliding]:
    """Check the arguments of a convolution; return (x, w, b, sliding) as arrays."""
    x = as_numbers(x, "x", IMAGES)
    w = as_kernel(w, "w", "(kh, kw, C / groups, F)")
    channels, filters = x.shape[3], w.shape[3]
    whole(groups, "groups")
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
