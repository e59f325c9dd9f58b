"""Transposed convolution: every input pixel pastes a weighted copy of the kernel into the output.

A convolution is linear: y = A x for some matrix A. Multiplying by A transposed goes the other way,
from the small image to the large one. It is not the inverse, only the same wiring run backward:
what conv2d adds up into one output, conv2d_transpose hands out from one input. So its forward pass
is conv2d's gradient with respect to the image, and its own gradient is a plain conv2d (Dumoulin and
Visin, "A guide to convolution arithmetic for deep learning", 2016, chapter 4).

Copies overlap where the kernel is larger than the stride. Where the stride does not divide the
kernel size, some output pixels receive more copies than their neighbors, which shows as a
checkerboard (Odena, Dumoulin, Olah, "Deconvolution and Checkerboard Artifacts", Distill, 2016).
"""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.arguments import is_whole
from course_utils.reference.checks import (
    IMAGES,
    as_bias,
    as_gradient,
    as_kernel,
    as_numbers,
    require_exact_sums,
    sum_dtypes,
)
from course_utils.reference.convolution import conv2d
from course_utils.reference.geometry import NAMED_PADDINGS, padding_sides, pair, slide, slide_1d


def transposed_output_size(
    n: int,
    kernel: int,
    stride: int = 1,
    padding: str | int | tuple = "valid",
    output_padding: int | None = None,
) -> int:
    """Size along one axis of what `conv2d_transpose` makes of n pixels.

    A convolution with stride s rounds down: s different sizes shrink to the same n (28 and 27
    both to 14 with kernel 3, stride 2 and "same"). Going back, one of them must be chosen, and the
    shapes alone do not say which. The size is

    - ``(n - 1) * stride + kernel - before - after + output_padding`` for explicit padding;
    - the same without padding for "valid", where None means the size at least n * stride:
      ``(n - 1) * stride + max(kernel, stride)``;
    - for "same" n * stride, if output_padding is None; a number is counted from a padding of
      kernel // 2 on both sides: ``(n - 1) * stride + kernel % 2 + output_padding``.

    These are Keras's rules; explicit padding is PyTorch's (Dumoulin and Visin, 2016,
    relationship 14).

    Parameters
    ----------
    n, kernel, stride : int
        Pixels, at least 1.
    padding : "valid", "same", int or (before, after)
        Of the convolution from the large image to the small one: it is cut off here, not added.
    output_padding : int, optional
        Extra pixels at the end, which no zeros fill: they are where a copy of the kernel that was
        cut off goes on, or no copy reaches. None is 0 for explicit padding.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If an argument is out of range, or the convolution would not lead back to n.

    Examples
    --------
    >>> transposed_output_size(14, 3, 2, "same"), transposed_output_size(14, 3, 2, "same", 0)
    (28, 27)
    """
    for value, name in ((n, "n"), (kernel, "kernel"), (stride, "stride")):
        if not is_whole(value) or value < 1:
            raise ValueError(f"{name} must be an integer of at least 1, got {value!r}")
    sides = padding if isinstance(padding, str) else padding_sides(padding)
    if sides is None or (isinstance(sides, str) and sides not in NAMED_PADDINGS):
        raise ValueError(
            'padding must be "valid", "same", an integer of at least 0 or (before, after), '
            f"got {padding!r}"
        )
    if output_padding is not None and (not is_whole(output_padding) or output_padding < 0):
        raise ValueError(
            f"output_padding must be an integer of at least 0 or None, got {output_padding!r}"
        )
    return _output_size_1d(n, kernel, stride, sides, output_padding)


def conv2d_transpose(
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    stride: int | tuple[int, int] = 1,
    padding: str | int | tuple = "valid",
    output_padding: int | tuple[int, int] | None = None,
) -> np.ndarray:
    """Convolve backward: images grow by the stride, as `keras.ops.conv_transpose`.

    ``y[r * stride + i - before] += x[r] * w[i]`` for every pixel r and every kernel entry i. The
    kernel is not flipped.

    Parameters
    ----------
    x : array (N, H, W, C)
        Images, or feature maps.
    w : array (kh, kw, F, C)
        F filters. Outputs come before inputs: it is the kernel of the convolution that leads from
        the F output channels back to the C input channels.
    b : array (F,), optional
        Bias, added to every output pixel, also to those that no copy of the kernel reaches.
    stride : int or (int, int)
        Output pixels from one copy of the kernel to the next, (vertical, horizontal).
    padding : "valid", "same", int, (h, w) or ((top, bottom), (left, right))
        Output pixels that are cut off. "same" leaves H * stride rows; an odd one is cut off at the
        bottom and right.
    output_padding : int or (int, int), optional
        Which of the possible output sizes: see `transposed_output_size`.

    Returns
    -------
    array (N, H_out, W_out, F)
        The arguments' common dtype; float16 is added up in float32, integers in int64.

    Raises
    ------
    ValueError
        If shapes do not fit together, nothing is left after the padding is cut off, no
        convolution leads from the output size back to (H, W), or sums of integers might leave the
        range of int64.
    """
    x, w, b, size, sliding = _arguments(x, w, b, stride, padding, output_padding)
    dtype, sum_dtype = sum_dtypes(x, w, b)
    x, w = x.astype(sum_dtype, copy=False), w.astype(sum_dtype, copy=False)
    y = np.zeros((len(x), *size, w.shape[2]), sum_dtype)
    # "outputs" and "pixels" are those of the convolution, which leads from y to x.
    for (i, j), (outputs, pixels) in zip(np.ndindex(w.shape[:2]), sliding.real_taps(size)):
        y[:, *pixels] += x[:, *outputs] @ w[i, j].T
    if b is not None:
        y += b
    return y.astype(dtype, copy=False)


def conv2d_transpose_backward(
    dy: ArrayLike,
    x: ArrayLike,
    w: ArrayLike,
    *,
    stride: int | tuple[int, int] = 1,
    padding: str | int | tuple = "valid",
    output_padding: int | tuple[int, int] | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Carry a gradient back through `conv2d_transpose`.

    - ``dx`` is a plain convolution of dy with the same kernel, stride and padding: each input
      pixel collects from where it was pasted to;
    - ``dw[i] = sum over r of dy[r * stride + i - before] * x[r]``;
    - ``db`` is the sum of dy over images and pixels.

    (Dumoulin and Visin, 2016, chapter 4.)

    Parameters
    ----------
    dy : array (N, H_out, W_out, F)
        Gradient of the loss with respect to the output.
    x, w, stride, padding, output_padding
        As given to `conv2d_transpose`.

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
        As `conv2d_transpose`, or if dy does not have the shape of its output.
    """
    x, w, _, size, sliding = _arguments(x, w, None, stride, padding, output_padding)
    dy = as_gradient(dy, (len(x), *size, w.shape[2]))
    dtype, sum_dtype = sum_dtypes(dy, x, w)
    dy = dy.astype(sum_dtype, copy=False)
    dx = conv2d(dy, w, stride=sliding.stride, padding=sliding.padding)
    x = x.astype(sum_dtype, copy=False)
    dw = np.empty(w.shape, sum_dtype)
    for (i, j), (outputs, pixels) in zip(np.ndindex(w.shape[:2]), sliding.real_taps(size)):
        dw[i, j] = np.tensordot(dy[:, *pixels], x[:, *outputs], axes=((0, 1, 2), (0, 1, 2)))
    db = dy.sum(axis=(0, 1, 2))
    return tuple(gradient.astype(dtype, copy=False) for gradient in (dx, dw, db))


def _arguments(x, w, b, stride, padding, output_padding):
    """Check the arguments; return (x, w, b, output size, sliding of the convolution back)."""
    x = as_numbers(x, "x", IMAGES)
    w = as_kernel(w, "w", "(kh, kw, F, C)")
    if w.shape[3] != x.shape[3]:
        raise ValueError(
            f"w must have C = {x.shape[3]} input channels on its last axis to fit x of shape "
            f"{x.shape}, got w of shape {w.shape}; kernels of a transposed convolution are "
            "(kh, kw, F, C)"
        )
    if min(x.shape[1:3]) < 1:
        raise ValueError(f"an image needs at least one pixel, got height and width {x.shape[1:3]}")
    stride = pair(stride, "stride")
    named = isinstance(padding, str) and padding in NAMED_PADDINGS
    # `slide` reads and checks the ways to write an explicit padding.
    sides = (padding, padding) if named else slide((1, 1), (1, 1), padding=padding).padding
    size = tuple(
        _output_size_1d(n, kernel, step, side, extra, axis)
        for n, kernel, step, side, extra, axis in zip(
            x.shape[1:3], w.shape[:2], stride, sides, _extra_pixels(output_padding), (0, 1)
        )
    )
    sliding = slide(size, w.shape[:2], stride=stride, padding=padding)
    b = as_bias(b, w.shape[2])
    require_exact_sums(x, w, terms=(0, 1, 3), bias=b)
    return x, w, b, size, sliding


def _output_size_1d(n, kernel, stride, padding, output_padding, axis=None):
    """`transposed_output_size` for arguments that were checked."""
    smallest = (n - 1) * stride
    if padding == "valid":
        smallest += kernel
        size = max(smallest, n * stride) if output_padding is None else smallest + output_padding
    elif padding == "same":
        size = n * stride if output_padding is None else smallest + kernel % 2 + output_padding
        smallest += 1
    else:
        smallest += kernel - sum(padding)
        size = smallest + (output_padding or 0)
    where = "" if axis is None else (" vertically", " horizontally")[axis]
    largest = smallest + stride - 1
    if largest < 1:
        raise ValueError(
            f"nothing is left{where}: {n} pixels, kernel size {kernel} and stride {stride} reach "
            f"{(n - 1) * stride + kernel} pixels, and padding {padding} cuts off "
            f"{sum(padding)} of them"
        )
    smallest = max(smallest, 1)
    if not smallest <= size <= largest or slide_1d(size, kernel, stride, padding, 1)[1] != n:
        raise ValueError(
            f"output_padding {output_padding} makes {size} pixels{where}, from which a convolution "
            f"with kernel size {kernel}, stride {stride} and padding {padding!r} does not lead "
            f"back to {n}; sizes from {smallest} to {largest} do"
        )
    return int(size)


def _extra_pixels(output_padding):
    """Return the output padding of both axes, each None or an int."""
    both = (
        (output_padding, output_padding)
        if output_padding is None or is_whole(output_padding)
        else output_padding
    )
    if (
        not isinstance(both, (tuple, list))
        or len(both) != 2
        or any(extra is not None and (not is_whole(extra) or extra < 0) for extra in both)
    ):
        raise ValueError(
            "output_padding must be None, an integer of at least 0 or a pair (vertical, "
            f"horizontal) of them, got {output_padding!r}"
        )
    return both
