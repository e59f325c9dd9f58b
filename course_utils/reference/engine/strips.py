"""Strips: a layout of images in which a convolution is a few large matrix products.

A convolution is a matrix product in disguise. Write the pixels under one kernel position as a
row: kh * kw * C numbers. Stack the rows of all positions, and the kernel as a matrix with
kh * kw * C rows and F columns; their product holds every output value. This is "im2col"
(Chellapilla, Puri, Simard, 2006). The stack repeats every pixel kh * kw times, and writing it
costs as much time as multiplying it.

Most of this copying can be avoided. Cut the kh input lines that one output line sees into upright
strips, one pixel wide, and write the strips one after the other:

    input lines       strips            patches of a 3x3 kernel
    a b c d e         a f k             a f k b g l c h m
    f g h i j         b g l                   b g l c h m d i n
    k l m n o         c h m                         c h m d i n e j o
                      d i n
                      e j o

Read on in memory, strips 0 to 2 are the first patch, strips 1 to 3 the second. Patches 0, 3,
6, ... do not overlap: they are the rows of a matrix that lies there already. So do patches 1, 4,
7, ..., and 2, 5, 8, ...: kw products give every output, and each pixel is written kh times
instead of kh * kw times. The windows that run over the end of a line are computed too, and dropped
when the result is copied.

Only the strips of a few images, or of a few lines of a large one, are written at a time, into a
buffer that stays in the processor's cache. Such blocks do not depend on each other, so threads
can share them.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from course_utils.reference.engine.threads import even_slices
from course_utils.reference.geometry import Sliding

# The buffers of one thread, in bytes: one or two times the level 2 cache of a processor core.
# Larger buffers would not stay in the cache; smaller matrices are multiplied more slowly.
BLOCK_BYTES = 1536 * 1024


class Block(NamedTuple):
    """Output lines that are computed at once: some lines of some images."""

    images: slice
    lines: slice


class Strips:
    """The strips under a block of output lines, and room for the block's outputs.

    Attributes
    ----------
    outputs : array (groups, windows, F / groups)
        A row for every window of the block, also for those that run over the end of a line.
    lines : array (groups, images, lines, windows, F / groups)
        The same numbers, line by line.
    seen : slice or integer array
        Which windows of a line are outputs.
    """

    def __init__(
        self,
        x: np.ndarray,
        filters: int,
        sliding: Sliding,
        groups: int,
        dtype: np.dtype,
        block: Block,
    ):
        self.x, self.sliding = split_channels(x, groups), sliding
        width, channels = x.shape[2], x.shape[3] // groups
        (kh, self.kw), (_, stride), (_, dilation) = sliding.kernel, sliding.stride, sliding.dilation
        left, out_w = sliding.padding[1][0], sliding.output[1]

        # A line is zeros on the left, then pixels. A negative padding leaves pixels out.
        zeros = max(left, 0)
        self.cut = slice(zeros - left, max(zeros - left, width))
        columns = zeros + np.arange(self.cut.stop - self.cut.start)
        starts = stride * np.arange(out_w)
        end = starts[-1] + (self.kw - 1) * dilation + 1  # of the last window
        if dilation == 1:
            self.step = stride  # strips from window to window
            # The zeros on the right are those on the left of the next line.
            length = max(zeros + columns.size, end - zeros, starts[-1] + 1)
            self.length = -(-length // stride) * stride
            self.columns, self.seen = slice(zeros, zeros + columns.size), slice(out_w)
        else:
            # What a window meets must be neighbors: columns 0, d, 2d, ... first, then
            # 1, d + 1, ...
            self.step = 1
            self.length = -(-max(zeros + columns.size, end) // dilation) * dilation
            each = self.length // dilation
            self.columns = columns % dilation * each + columns // dilation
            self.seen = starts % dilation * each + starts // dilation
        self.apart = -(-self.kw // self.step)  # windows so far apart do not overlap

        images, lines = (part.stop - part.start for part in block)
        count = images * lines * self.length
        # The last windows run on into strips that stay zero.
        end = count + self.apart * self.step
        self._strips = np.zeros((groups, end, kh * channels), dtype)
        self._outputs = np.zeros((groups, count // self.step, filters // groups), dtype)

    def place(self, block: Block) -> None:
        """Write the strips of a block, which must not be larger than the one given at the start."""
        groups, channels = len(self.x), self.x.shape[4]
        images, lines = (part.stop - part.start for part in block)
        self.count = images * lines * self.length
        self.outputs = self._outputs[:, : self.count // self.step]
        self.lines = self.outputs.reshape(groups, images, lines, self.length // self.step, -1)

        strips = self._strips[:, : self.count]
        strips = strips.reshape(groups, images, lines, self.length, -1, channels)
        top = block.lines.start
        for i in range(strips.shape[4]):
            met, rows = self.sliding.inside(0, i, self.x.shape[2], (top, block.lines.stop))
            row_of_strips = strips[:, :, :, :, i]
            row_of_strips[:, :, : met.start - top] = 0
            row_of_strips[:, :, met.stop - top :] = 0
            pixels = self.x[:, block.images, rows, self.cut]
            row_of_strips[:, :, met.start - top : met.stop - top, self.columns] = pixels

    def patches(self) -> Iterator[tuple[slice, np.ndarray]]:
        """Yield every n-th window as (slice of windows, patches (groups, windows, numbers))."""
        groups, windows, _ = self.outputs.shape
        width = self.apart * self.step
        for first in range(self.apart):
            every_nth = slice(first, windows, self.apart)
            count = len(range(windows)[every_nth])
            strips = self._strips[:, first * self.step :][:, : count * width]
            patches = strips.reshape(groups, count, width * self._strips.shape[2])
            yield every_nth, patches[:, :, : self.kw * self._strips.shape[2]]


def cut_into_blocks(
    x: np.ndarray, filters: int, sliding: Sliding, dtype: np.dtype, threads: int
) -> list[Block]:
    """Cut the output lines of a batch into blocks to compute at once, large ones first."""
    images, (lines, out_w) = len(x), sliding.output
    # About the memory of one line: its strips and its outputs.
    width = max(x.shape[2], out_w * sliding.stride[1])
    line_bytes = width * (sliding.kernel[0] * x.shape[3] + filters) * dtype.itemsize
    output_bytes = images * lines * out_w * filters * dtype.itemsize
    largest = max(1, min(BLOCK_BYTES, x.nbytes + output_bytes) // line_bytes)
    if largest >= lines:
        parts = even_slices(images, largest // lines, threads)
        return [Block(part, slice(0, lines)) for part in parts]
    parts = even_slices(lines, largest, threads)
    return [Block(slice(n, n + 1), part) for n in range(images) for part in parts]


def split_channels(images: np.ndarray, groups: int) -> np.ndarray:
    """Return (N, H, W, C) as (groups, N, H, W, C / groups), a view."""
    channels = images.shape[3] // groups
    return images.reshape(*images.shape[:3], groups, channels).transpose(3, 0, 1, 2, 4)
