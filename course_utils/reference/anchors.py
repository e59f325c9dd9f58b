"""Anchors: a fixed set of boxes at every place of a feature map, from which a detector starts."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.checks import as_floats, as_numbers
from course_utils.reference.geometry import pair


def anchor_shapes(sizes: ArrayLike, ratios: ArrayLike = (1.0,)) -> np.ndarray:
    """Widths and heights of anchors: every size with every ratio.

    A size is the square root of the area, so that anchors of the same size and different ratios
    cover as many pixels (Ren et al., "Faster R-CNN", 2015, section 3.1.1).

    Parameters
    ----------
    sizes : sequence of numbers
        In pixels.
    ratios : sequence of numbers
        Height divided by width.

    Returns
    -------
    float array (len(sizes) * len(ratios), 2)
        (width, height); the ratios of the first size come first.

    Raises
    ------
    ValueError
        If a size or ratio is not positive, or there is none.
    """
    sizes, ratios = _positive(sizes, "sizes"), _positive(ratios, "ratios")
    stretch = np.sqrt(ratios)
    widths, heights = np.outer(sizes, 1 / stretch), np.outer(sizes, stretch)
    return np.stack([widths.ravel(), heights.ravel()], axis=1)


def anchor_grid(
    map_size: int | tuple[int, int], stride: int | tuple[int, int], shapes: ArrayLike
) -> np.ndarray:
    """Put anchors of the given shapes at the center of every cell of a feature map.

    The cell (row r, column c) stands for the input pixels from (c * stride, r * stride) on; its
    center is at ((c + 1/2) * stride, (r + 1/2) * stride) (Liu et al., "SSD", 2016, section 2.2).

    Parameters
    ----------
    map_size : int or (int, int)
        Rows and columns of the feature map.
    stride : int or (int, int)
        Input pixels from cell to cell, (vertical, horizontal).
    shapes : array (A, 2)
        (width, height) in input pixels, as from `anchor_shapes`.

    Returns
    -------
    float64 array (rows * columns * A, 4)
        Corners (x0, y0, x1, y1), in input pixels; they may reach beyond the image. Ordered like a
        feature map (rows, columns, A * 4), reshaped to (-1, 4).

    Raises
    ------
    ValueError
        If an argument is none of these.
    """
    rows, columns = pair(map_size, "map_size")
    down, right = pair(stride, "stride")
    shapes = as_numbers(shapes, "shapes", "(A, 2)").astype(np.float64)
    if shapes.shape[1] != 2 or not shapes.size or not (shapes > 0).all():
        raise ValueError(
            f"shapes must be (A, 2), positive widths and heights, got {shapes.tolist()}"
        )
    y, x = np.meshgrid(
        (np.arange(rows) + 0.5) * down, (np.arange(columns) + 0.5) * right, indexing="ij"
    )
    centers = np.stack([x, y], axis=2)[:, :, np.newaxis]
    return np.concatenate([centers - shapes / 2, centers + shapes / 2], axis=3).reshape(-1, 4)


def _positive(values, name):
    array = as_floats(as_numbers(values, name))
    if array.ndim != 1 or not array.size or not (array > 0).all():
        raise ValueError(f"{name} must be positive numbers, at least one, got {values!r}")
    return array
