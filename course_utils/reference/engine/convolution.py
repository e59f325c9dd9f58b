"""Convolution and its gradients as matrix products of strips, shared between threads.

Arguments are checked already: see `course_utils.reference.convolution`.
"""

from math import gcd
from typing import NamedTuple

import numpy as np

from course_utils.reference.engine.strips import Strips, cut_into_blocks, split_channels
from course_utils.reference.engine.threads import in_threads, worker_count
from course_utils.reference.geometry import Sliding

# The gradient of a kernel is added up in this many parts for each thread.
SHARES = 4


def correlate(
    x: np.ndarray,
    w: np.ndarray,
    b: np.ndarray | None,
    sliding: Sliding,
    groups: int,
    dtype: np.dtype,
    out: np.ndarray,
) -> None:
    """Write the convolution of x with w into `out` (N, H_out, W_out, F), computed in `dtype`."""
    filters = w.shape[3]
    # One matrix (kw * kh * C / groups, F / groups) for each group, its rows ordered as in a patch.
    kernels = w.astype(dtype, copy=False).transpose(1, 0, 2, 3)
    kernels = kernels.reshape(-1, groups, filters // groups).swapaxes(0, 1)
    # The bias of a whole line: numpy adds a few long rows faster than many short ones.
    b = np.zeros(filters, dtype) if b is None else b.astype(dtype, copy=False)
    b = np.repeat(b.reshape(groups, 1, 1, 1, -1), sliding.output[1], axis=3)
    by_group = split_channels(out, groups)

    threads = worker_count(operations=2 * out[..., 0].size * w.size)
    blocks = cut_into_blocks(x, filters, sliding, dtype, threads)
    buffers = [Strips(x, filters, sliding, groups, dtype, blocks[0]) for _ in blocks[:threads]]

    def multiply(block):
        strips = buffers.pop()
        strips.place(block)
        for every_nth, patches in strips.patches():
            np.matmul(patches, kernels, out=strips.outputs[:, every_nth])
        y = strips.lines[:, :, :, strips.seen]
        np.add(y, b, out=by_group[:, block.images, block.lines], casting="same_kind")
        buffers.append(strips)

    in_threads(multiply, blocks, threads)


def kernel_gradient(
    dy: np.ndarray,
    x: np.ndarray,
    sliding: Sliding,
    groups: int,
    result_dtype: np.dtype,
    dtype: np.dtype,
) -> tuple[np.ndarray, np.ndarray]:
    """Return dw (kh, kw, C / groups, F), x correlated with dy, and db, added up in `dtype`."""
    (kh, kw), channels, filters = sliding.kernel, x.shape[3] // groups, dy.shape[3]
    by_group = split_channels(dy, groups)
    of_nothing = np.zeros((groups, 1 + kw * kh * channels, filters // groups), dtype)

    def multiply(share):
        strips = buffers.pop()
        gradient = of_nothing.copy()
        db, dw = gradient[:, 0], gradient[:, 1:]
        for block in share:
            strips.place(block)
            # Windows that run over the end of a line are not outputs: their gradient stays 0.
            strips.lines[:, :, :, strips.seen] = by_group[:, block.images, block.lines]
            db += np.ones(strips.outputs.shape[1], dtype) @ strips.outputs
            for every_nth, patches in strips.patches():
                dw += patches.swapaxes(1, 2) @ strips.outputs[:, every_nth]
        buffers.append(strips)
        return gradient

    threads = worker_count(operations=2 * dy.size * kh * kw * channels)
    blocks = cut_into_blocks(x, filters, sliding, dtype, threads)
    buffers = [Strips(x, filters, sliding, groups, dtype, blocks[0]) for _ in blocks[:threads]]
    # Shares are cut beforehand: whichever thread takes one, it adds up the same numbers in the same
    # order. A few for each thread, so that none waits for a slow one, but not many, since each
    # share has a sum of dw of its own.
    count = SHARES * threads if threads > 1 else 1
    shares = [share for i in range(count) if (share := blocks[i::count])]
    parts = in_threads(multiply, shares, threads)
    gradient = sum(parts, start=of_nothing).astype(result_dtype, copy=False)
    dw = gradient[:, 1:].reshape(groups, kw, kh, channels, -1).transpose(2, 1, 3, 0, 4)
    return dw.reshape(kh, kw, channels, filters), gradient[:, 0].reshape(filters)


def input_gradient(
    dy: np.ndarray, w: np.ndarray, sliding: Sliding, groups: int, dtype: np.dtype, out: np.ndarray
) -> None:
    """Write dx into `out` (N, H, W, C), which holds zeros: dy correlated with the flipped kernel.

    With stride s, an input line meets only every s-th row of the kernel, and the next line meets
    other rows. So the input's lines fall into s interleaved classes, its columns too. Each class
    is a correlation of its own: with stride 1 and some of the kernel's rows and columns.
    """
    kh, kw, channels, filters = w.shape
    # Input and output channels change places, inside each group.
    w = w.reshape(kh, kw, channels, groups, -1).transpose(0, 1, 4, 3, 2)
    w = w.reshape(kh, kw, filters // groups, groups * channels)
    for rows in _input_classes(sliding, 0, out.shape[1]):
        for columns in _input_classes(sliding, 1, out.shape[2]):
            flipped = w[rows.taps, columns.taps][::-1, ::-1]
            full = Sliding(
                kernel=flipped.shape[:2],
                stride=(1, 1),
                dilation=(rows.dilation, columns.dilation),
                padding=((rows.before, 0), (columns.before, 0)),
                output=(rows.size, columns.size),
            )
            dx = out[:, rows.pixels, columns.pixels]
            correlate(dy, flipped, None, full, groups, dtype, out=dx)


class InputClass(NamedTuple):
    """The pixels of one input axis that meet the same kernel entries."""

    pixels: slice
    size: int  # how many pixels
    taps: slice  # the kernel entries
    dilation: int  # from entry to entry, counted in outputs
    before: int  # zeros to put before dy; if negative, outputs to leave out


def _input_classes(sliding, axis, n):
    """Yield the classes of an input axis of n pixels, without pixels that meet no entry at all."""
    kernel, stride, dilation = sliding.kernel[axis], sliding.stride[axis], sliding.dilation[axis]
    every = stride // gcd(stride, dilation)  # entries so far apart meet the same pixels
    for first in range(min(every, kernel)):
        # Output o meets, with entry i, pixel o * stride + i * dilation - padding.
        offset = first * dilation - sliding.padding[axis][0]
        pixel = offset % stride
        size = len(range(pixel, n, stride))
        others = (kernel - 1 - first) // every
        if size:
            yield InputClass(
                pixels=slice(pixel, None, stride),
                size=size,
                taps=slice(first, None, every),
                dilation=every * dilation // stride,
                before=others * (every * dilation // stride) + (offset - pixel) // stride,
            )
