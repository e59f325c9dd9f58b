"""The other ways to compute a convolution and a pooling in numpy that the figures compare with.

They are what the "fast layers" of Stanford's course CS231n do, in NHWC: one column matrix for the
whole batch, and maximum and mean by a reshape. Stride is 1 for convolutions, windows lie side by
side for pooling.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def im2col_forward(x, w, b, padding=0):
    """Return the convolution and the column matrix, which backward takes again."""
    kh, kw, channels, filters = w.shape
    padded = np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
    windows = sliding_window_view(padded, (kh, kw), axis=(1, 2)).transpose(0, 1, 2, 4, 5, 3)
    columns = windows.reshape(-1, kh * kw * channels)  # written out: kh * kw times the pixels
    y = columns @ w.reshape(-1, filters) + b
    return y.reshape(*windows.shape[:3], filters), columns


def im2col_backward(dy, columns, x_shape, w, padding=0):
    """Return (dx, dw, db); columns that lie over each other are added up, shift by shift."""
    kh, kw, channels, filters = w.shape
    images, height, width, _ = dy.shape
    dy = dy.reshape(-1, filters)
    dw = (columns.T @ dy).reshape(w.shape)
    dcolumns = (dy @ w.reshape(-1, filters).T).reshape(images, height, width, kh, kw, channels)
    dx = np.zeros((images, height + kh - 1, width + kw - 1, channels), dy.dtype)
    for i, j in np.ndindex(kh, kw):
        dx[:, i : i + height, j : j + width] += dcolumns[:, :, :, i, j]
    rows, columns = (slice(padding, padding + size) for size in x_shape[1:3])
    return dx[:, rows, columns], dw, dy.sum(axis=0)


def reshape_max_pool(x, size=2):
    return _windows(x, size).max(axis=(2, 4))


def reshape_max_pool_backward(dy, x, y, size=2):
    """All maxima of a window share its gradient evenly, as CS231n has it."""
    windows = _windows(x, size)
    wins = windows == y[:, :, np.newaxis, :, np.newaxis]
    shares = wins * dy[:, :, np.newaxis, :, np.newaxis]
    shares /= wins.sum(axis=(2, 4), keepdims=True)
    return shares.reshape(x.shape)


def reshape_avg_pool(x, size=2):
    return _windows(x, size).mean(axis=(2, 4))


def _windows(x, size):
    """(N, H, W, C) as (N, H / size, size, W / size, size, C)."""
    images, height, width, channels = x.shape
    return x.reshape(images, height // size, size, width // size, size, channels)
