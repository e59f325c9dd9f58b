"""What a layer costs and what it sees: sizes, receptive fields, parameters, operations."""

from collections.abc import Sequence
from math import prod

from course_utils.reference.arguments import is_whole, whole
from course_utils.reference.geometry import (
    NAMED_PADDINGS,
    IntPair,
    Padding,
    padding_sides,
    slide,
    slide_1d,
)


def output_size(
    n: int, kernel: int, stride: int = 1, padding: int | str | Sequence[int] = 0, dilation: int = 1
) -> int:
    """Number of kernel positions along one axis of n pixels.

    ``floor((n + before + after - dilation * (kernel - 1) - 1) / stride) + 1`` (Dumoulin and
    Visin, 2016, section 5.1), or ``ceil(n / stride)`` with "same" padding.

    Parameters
    ----------
    n, kernel, stride, dilation : int
        Pixels, at least 1.
    padding : int, "valid", "same" or (before, after)

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the kernel is larger than the padded input, or an argument is out of range.
    """
    for value, name in ((n, "n"), (kernel, "kernel"), (stride, "stride"), (dilation, "dilation")):
        whole(value, name)
    sides = padding if isinstance(padding, str) else padding_sides(padding)
    if sides is None or (isinstance(sides, str) and sides not in NAMED_PADDINGS):
        raise ValueError(
            'padding must be "valid", "same", an integer of at least 0 or (before, after), '
            f"got {padding!r}"
        )
    return int(slide_1d(n, kernel, stride, sides, dilation)[1])


def receptive_field(layers: Sequence[int | Sequence[int]]) -> int:
    """Side, in input pixels, of the square that one output value depends on.

    A layer's kernel adds ``(kernel - 1) * dilation`` steps to the field. The length of a step, in
    input pixels, is the product of the strides of all previous layers (Araujo, Norris, Sim,
    "Computing Receptive Fields of Convolutional Neural Networks", Distill, 2019).

    Parameters
    ----------
    layers : sequence
        First layer first: (kernel, stride), (kernel, stride, dilation), or kernel alone, which
        has stride 1. Pooling counts like a convolution.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If a layer is none of these.

    Examples
    --------
    >>> receptive_field([3, 3, 3, (2, 2)])
    8
    """
    if not isinstance(layers, (tuple, list)):
        raise ValueError(f"layers must be a sequence of layers, first layer first, got {layers!r}")
    field, step = 1, 1
    for position, layer in enumerate(layers):
        values = (layer,) if is_whole(layer) else layer
        if not isinstance(values, (tuple, list)) or not 1 <= len(values) <= 3:
            raise ValueError(
                f"layer {position} must be a kernel size, (kernel, stride) or "
                f"(kernel, stride, dilation), got {layer!r}"
            )
        for value, name in zip(values, ("kernel", "stride", "dilation"), strict=False):
            whole(value, f"{name} of layer {position}")
        kernel, stride, dilation = (*values, 1, 1)[:3]
        field += (kernel - 1) * dilation * step
        step *= stride
    return int(field)


def parameter_count(w_shape: Sequence[int], *, bias: bool = True, depthwise: bool = False) -> int:
    """Number of weights, and biases, of a layer.

    Parameters
    ----------
    w_shape : tuple
        (kh, kw, C / groups, F), a depthwise kernel's (kh, kw, C, multiplier), or a dense layer's
        (n_in, n_out).
    bias : bool
        Count one bias for each output channel.
    depthwise : bool
        Take a shape of four numbers as a depthwise kernel.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If w_shape is none of these.
    """
    w_shape = _kernel_shape(w_shape, depthwise)
    outputs = w_shape[2] * w_shape[3] if depthwise else w_shape[-1]
    return prod(w_shape) + (outputs if bias else 0)


def flop_count(
    x_shape: Sequence[int],
    w_shape: Sequence[int],
    *,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
    depthwise: bool = False,
) -> int:
    """Floating-point operations of a layer for one example: 2 for each multiply and add.

    The bias is not counted. Groups follow from the shapes: C / w_shape[2].

    Parameters
    ----------
    x_shape : tuple
        One example: (H, W, C), or (n_in,) for a dense layer.
    w_shape : tuple
        As in `parameter_count`.
    stride, padding, dilation
        As in `conv2d`.
    depthwise : bool
        Take w_shape as a depthwise kernel (kh, kw, C, multiplier).

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the shapes do not fit together.
    """
    w_shape = _kernel_shape(w_shape, depthwise)
    x_shape = _shape(x_shape, "x_shape")
    if len(x_shape) != len(w_shape) - 1:
        raise ValueError(
            "x_shape is one example, (H, W, C) with a kernel of 4 axes or (n_in,) with a dense "
            f"matrix, got x_shape {x_shape} and w_shape {w_shape}"
        )
    if len(w_shape) == 2:
        if x_shape[0] != w_shape[0]:
            raise ValueError(f"w_shape {w_shape} does not take inputs of shape {x_shape}")
        return 2 * prod(w_shape)
    channels, inputs = x_shape[2], w_shape[2]
    groups, left_over = divmod(channels, inputs)
    fits = channels == inputs if depthwise else not left_over and not w_shape[3] % groups
    if not fits:
        raise ValueError(
            f"w_shape {w_shape} does not take images of shape {x_shape}: "
            f"its {inputs} input channels do not fit {channels} channels"
        )
    sliding = slide(x_shape[:2], w_shape[:2], stride=stride, padding=padding, dilation=dilation)
    return 2 * prod(w_shape) * prod(sliding.output)


def _kernel_shape(w_shape, depthwise):
    w_shape = _shape(w_shape, "w_shape")
    if len(w_shape) != 4 and (depthwise or len(w_shape) != 2):
        expected = "(kh, kw, C, multiplier)" if depthwise else "(kh, kw, C, F) or (n_in, n_out)"
        raise ValueError(f"w_shape must be {expected}, got {w_shape}")
    return w_shape


def _shape(shape, name):
    if not isinstance(shape, (tuple, list)):
        raise ValueError(f"{name} must be a tuple of integers, got {shape!r}")
    return tuple(whole(value, f"each number of {name}") for value in shape)
