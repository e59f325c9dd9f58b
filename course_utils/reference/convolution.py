"""2-D convolution of a batch of images and its gradients, as matrix products.

A convolution is a matrix product in disguise. Write the pixels under one kernel position as a
row: kh * kw * C numbers. Stack the rows of all positions, and the kernel as a matrix with
kh * kw * C rows and F columns; their product holds every output value. This is "im2col"
(Chellapilla, Puri, Simard, 2006). The stack repeats every pixel kh * kw times, and writing it
costs as much time as multiplying it.

Most of the copying can be spared. Cut the kh input lines that one output line sees into upright
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
instead of kh * kw times. The windows that run over the end of a line are computed too, and left
out when the result is copied.

Only the strips of a few images, or of a few lines of a large one, are written at a time, into a
buffer that stays in the processor's cache. Such blocks depend on nothing else, so that threads
can share them.
"""

from math import gcd
from typing import NamedTuple

import numpy as np

from course_utils.reference.checks import (
    IMAGES,
    as_bias,
    as_gradient,
    as_kernel,
    as_numbers,
    is_whole,
    require_exact_sums,
    sum_dtypes,
)
from course_utils.reference.geometry import Sliding, slide
from course_utils.reference.threads import even_slices, in_threads, worker_count

# The buffers of one thread, in bytes: a level 2 cache or two of a processor core. Less of it
# would be in the cache if they were larger; smaller matrices are multiplied more slowly.
BLOCK_BYTES = 1536 * 1024

# In how many parts for each thread the gradient of a kernel is added up.
SHARES = 4


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
    y = np.empty((len(x), *sliding.output, w.shape[3]), dtype)
    _correlate(x, w, b, sliding, groups, sum_dtype, out=y)
    return y


def conv2d_backward(dy, x, w, *, stride=1, padding="valid", dilation=1, groups=1):
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
    _input_gradient(dy, w, sliding, groups, sum_dtype, out=dx)
    return dx, *_kernel_gradient(dy, x, sliding, groups, dtype, sum_dtype)


def conv2d_kernel_gradient(dy, x, w, *, stride=1, padding="valid", dilation=1, groups=1):
    """Return only (dw, db) of `conv2d_backward`: the first layer of a network needs no dx."""
    x, w, _, sliding = conv2d_arguments(x, w, None, stride, padding, dilation, groups)
    dy = as_gradient(dy, (len(x), *sliding.output, w.shape[3]))
    return _kernel_gradient(dy, x, sliding, groups, *sum_dtypes(dy, x, w))


def _correlate(x, w, b, sliding, groups, dtype, out):
    """Write the convolution of x with w into `out` (N, H_out, W_out, F), computed in `dtype`."""
    filters = w.shape[3]
    # One matrix (kw * kh * C / groups, F / groups) for each group, its rows ordered as in a patch.
    kernels = w.astype(dtype, copy=False).transpose(1, 0, 2, 3)
    kernels = kernels.reshape(-1, groups, filters // groups).swapaxes(0, 1)
    # The bias of a whole line: numpy adds a few long rows faster than many short ones.
    b = np.zeros(filters, dtype) if b is None else b.astype(dtype, copy=False)
    b = np.repeat(b.reshape(groups, 1, 1, 1, -1), sliding.output[1], axis=3)
    by_group = _split_channels(out, groups)

    threads = worker_count(operations=2 * out[..., 0].size * w.size)
    blocks = _blocks(x, filters, sliding, dtype, threads)
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


def _kernel_gradient(dy, x, sliding, groups, result_dtype, dtype):
    """Return dw (kh, kw, C / groups, F), x correlated with dy, and db, added up in `dtype`."""
    (kh, kw), channels, filters = sliding.kernel, x.shape[3] // groups, dy.shape[3]
    by_group = _split_channels(dy, groups)
    of_nothing = np.zeros((groups, 1 + kw * kh * channels, filters // groups), dtype)

    def multiply(share):
        strips = buffers.pop()
        gradient = of_nothing.copy()
        db, dw = gradient[:, 0], gradient[:, 1:]
        for block in share:
            strips.place(block)
            # Windows that run over the end of a line are no outputs: their gradient stays 0.
            strips.lines[:, :, :, strips.seen] = by_group[:, block.images, block.lines]
            db += np.ones(strips.outputs.shape[1], dtype) @ strips.outputs
            for every_nth, patches in strips.patches():
                dw += patches.swapaxes(1, 2) @ strips.outputs[:, every_nth]
        buffers.append(strips)
        return gradient

    threads = worker_count(operations=2 * dy.size * kh * kw * channels)
    blocks = _blocks(x, filters, sliding, dtype, threads)
    buffers = [Strips(x, filters, sliding, groups, dtype, blocks[0]) for _ in blocks[:threads]]
    # Shares are cut beforehand, so that whoever takes them, sums in the same order are the same;
    # some for each thread, so that none waits for a slow one, but few, as each has a sum of dw.
    count = SHARES * threads if threads > 1 else 1
    shares = [share for i in range(count) if (share := blocks[i::count])]
    parts = in_threads(multiply, shares, threads)
    gradient = sum(parts, start=of_nothing).astype(result_dtype, copy=False)
    dw = gradient[:, 1:].reshape(groups, kw, kh, channels, -1).transpose(2, 1, 3, 0, 4)
    return dw.reshape(kh, kw, channels, filters), gradient[:, 0].reshape(filters)


def _input_gradient(dy, w, sliding, groups, dtype, out):
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
            _correlate(dy, flipped, None, full, groups, dtype, out=dx)


class InputClass(NamedTuple):
    """The pixels of one input axis that meet the same kernel entries."""

    pixels: slice
    size: int  # how many pixels
    taps: slice  # the kernel entries
    dilation: int  # from entry to entry, counted in outputs
    before: int  # zeros to put before dy; below 0, outputs to leave out


def _input_classes(sliding, axis, n):
    """Yield the classes of an input axis of n pixels, but for pixels that meet no entry at all."""
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


class Block(NamedTuple):
    """Output lines that are computed at once: lines of images."""

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

    def __init__(self, x, filters, sliding, groups, dtype, block):
        self.x, self.sliding = _split_channels(x, groups), sliding
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

    def place(self, block):
        """Write the strips of a block, no larger than the one that this was made for."""
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

    def patches(self):
        """Yield every n-th window as (slice of windows, patches (groups, windows, numbers))."""
        groups, windows, _ = self.outputs.shape
        width = self.apart * self.step
        for first in range(self.apart):
            every_nth = slice(first, windows, self.apart)
            count = len(range(windows)[every_nth])
            strips = self._strips[:, first * self.step :][:, : count * width]
            patches = strips.reshape(groups, count, width * self._strips.shape[2])
            yield every_nth, patches[:, :, : self.kw * self._strips.shape[2]]


def _blocks(x, filters, sliding, dtype, threads):
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


def _split_channels(images, groups):
    """Return (N, H, W, C) as (groups, N, H, W, C / groups), a view."""
    channels = images.shape[3] // groups
    return images.reshape(*images.shape[:3], groups, channels).transpose(3, 0, 1, 2, 4)


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
