"""Where a window goes when it slides over an image: stride, padding, dilation, output size."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from course_utils.reference.arguments import is_whole

NAMED_PADDINGS = ("valid", "same")

IntPair = int | tuple[int, int]  # one number for both axes, or (vertical, horizontal)
Padding = str | int | tuple[int, int] | tuple[tuple[int, int], tuple[int, int]]


class Sliding(NamedTuple):
    """How a window slides. Every field is (vertical, horizontal)."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: tuple[tuple[int, int], tuple[int, int]]  # ((top, bottom), (left, right))
    output: tuple[int, int]

    def taps(self) -> Iterator[tuple[int, int, slice, slice]]:
        """Yield each kernel entry with the padded pixels that it meets: (i, j, rows, columns)."""
        for i in range(self.kernel[0]):
            for j in range(self.kernel[1]):
                yield i, j, self._met(0, i), self._met(1, j)

    def real_taps(
        self, size: tuple[int, int]
    ) -> Iterator[tuple[tuple[slice, slice], tuple[slice, slice]]]:
        """Yield for each kernel entry (outputs, pixels), each two slices (rows, columns).

        Those are the real pixels that the entry meets in images of `size` (h, w), unpadded, and
        the outputs for which it meets them.
        """
        for i in range(self.kernel[0]):
            for j in range(self.kernel[1]):
                vertical = self.inside(0, i, size[0])
                horizontal = self.inside(1, j, size[1])
                yield tuple(zip(vertical, horizontal, strict=True))

    def inside(
        self, axis: int, k: int, n: int, outputs: tuple[int, int] | None = None
    ) -> tuple[slice, slice]:
        """Return where kernel entry k of an axis meets one of its n real pixels, not padding.

        Two slices of equal length: (outputs, the pixels that they meet). `outputs`, a pair (first,
        end), restricts which outputs are considered.
        """
        first, end = (0, self.output[axis]) if outputs is None else outputs
        stride = self.stride[axis]
        offset = k * self.dilation[axis] - self.padding[axis][0]
        # Output o meets pixel o * stride + offset, which must be one of 0 to n - 1.
        first = min(max(first, -(offset // stride)), end)
        end = max(min(end, (n - 1 - offset) // stride + 1), first)
        start = first * stride + offset
        return slice(first, end), slice(start, start + (end - first) * stride, stride)

    def _met(self, axis, k):
        first = k * self.dilation[axis]
        last = first + (self.output[axis] - 1) * self.stride[axis]
        return slice(first, last + 1, self.stride[axis])


def slide(
    size: tuple[int, int],
    kernel: IntPair,
    *,
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
) -> Sliding:
    """Work out how a `kernel` (h, w) slides over an image of `size` (h, w).

    Raises ValueError if an argument is out of range or the kernel does not fit.
    """
    kernel = pair(kernel, "kernel size")
    stride = pair(stride, "stride")
    dilation = pair(dilation, "dilation")
    paddings = _padding_pair(padding)
    if min(size) < 1:
        raise ValueError(f"an image needs at least one pixel, got height and width {size}")
    vertical, horizontal = (
        slide_1d(size[axis], kernel[axis], stride[axis], paddings[axis], dilation[axis], axis)
        for axis in (0, 1)
    )
    return Sliding(
        kernel=kernel,
        stride=stride,
        dilation=dilation,
        padding=(vertical[0], horizontal[0]),
        output=(vertical[1], horizontal[1]),
    )


def slide_1d(
    n: int,
    kernel: int,
    stride: int,
    padding: str | tuple[int, int],
    dilation: int,
    axis: int | None = None,
) -> tuple[tuple[int, int], int]:
    """Return ((before, after), output size) along one axis of n pixels."""
    extent = (kernel - 1) * dilation + 1
    if padding == "same":
        # TensorFlow's rule: ceil(n / stride) outputs, the odd pixel after the image.
        output = -(-n // stride)
        total = max((output - 1) * stride + extent - n, 0)
        return (total // 2, total - total // 2), output
    before, after = (0, 0) if padding == "valid" else padding
    padded = n + before + after
    if extent > padded:
        where = "" if axis is None else (" vertically", " horizontally")[axis]
        spread = f" (spread over {extent} by dilation {dilation})" if dilation > 1 else ""
        raise ValueError(
            f"the kernel does not fit{where}: kernel size {kernel}{spread} is larger than the "
            f"padded input, {n} + {before} + {after} = {padded}; "
            "use a smaller kernel or more padding"
        )
    return (before, after), (padded - extent) // stride + 1


def pair(value: IntPair, name: str) -> tuple[int, int]:
    """Return an int or a pair of ints, all at least 1, as (vertical, horizontal)."""
    both = (value, value) if is_whole(value) else value
    if not _is_pair(both) or not all(map(is_whole, both)) or min(both) < 1:
        raise ValueError(
            f"{name} must be an integer of at least 1 or a pair (vertical, horizontal) of them, "
            f"got {value!r}"
        )
    return int(both[0]), int(both[1])


def pad_images(x: np.ndarray, padding: tuple[tuple[int, int], tuple[int, int]]) -> np.ndarray:
    """Return images (N, H, W, C) with zeros around them: ((top, bottom), (left, right))."""
    if not np.any(padding):
        return x
    return np.pad(x, ((0, 0), *padding, (0, 0)))


def padding_sides(padding: int | Sequence[int]) -> tuple[int, int] | None:
    """Return the padding of one axis, (before, after), from an int or a pair; else None."""
    sides = (padding, padding) if is_whole(padding) else padding
    if not _is_pair(sides) or not all(map(is_whole, sides)) or min(sides) < 0:
        return None
    return int(sides[0]), int(sides[1])


def _padding_pair(padding):
    """Return the padding of both axes, each "valid", "same" or (before, after)."""
    if isinstance(padding, str) and padding in NAMED_PADDINGS:
        return padding, padding
    axes = (padding, padding) if is_whole(padding) else padding
    both = tuple(map(padding_sides, axes)) if _is_pair(axes) else (None, None)
    if None in both or is_whole(axes[0]) != is_whole(axes[1]):
        raise ValueError(
            'padding must be "valid", "same", an integer of at least 0, a pair (h, w) of them, '
            f"or ((top, bottom), (left, right)), got {padding!r}"
        )
    return both


def _is_pair(value):
    return isinstance(value, (tuple, list)) and len(value) == 2
