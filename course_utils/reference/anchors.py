"""Anchors: a fixed set of boxes at every place of a feature map, from which a detector starts."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.arguments import is_whole
from course_utils.reference.checks import as_floats, as_numbers
from course_utils.reference.geometry import pair

# k-means usually ends after a few tens.
ROUNDS = 300


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
    shapes = _shapes(shapes, "shapes")
    y, x = np.meshgrid(
        (np.arange(rows) + 0.5) * down, (np.arange(columns) + 0.5) * right, indexing="ij"
    )
    centers = np.stack([x, y], axis=2)[:, :, np.newaxis]
    return np.concatenate([centers - shapes / 2, centers + shapes / 2], axis=3).reshape(-1, 4)


def cluster_shapes(sizes: ArrayLike, k: int, rng: np.random.Generator) -> np.ndarray:
    """Find k widths and heights that fit many boxes, by k-means with overlap as nearness.

    The distance of a box to a shape is 1 minus their intersection over union with a common corner:
    plain distances in pixels would care about large boxes alone (Redmon and Farhadi, "YOLO9000",
    2017, section 2). Start from k of the boxes, chosen at random; assign every box to the shape
    that it overlaps most; replace each shape by the mean of its boxes; repeat until no box
    changes its shape. (The mean is not what fits its boxes best by this measure, so an end is not
    certain: it stops after 300 rounds at the latest.)

    Parameters
    ----------
    sizes : array (n, 2)
        (width, height) of boxes, in pixels.
    k : int
        From 1 to n.
    rng : numpy.random.Generator

    Returns
    -------
    float64 array (k, 2)
        Shapes for `anchor_grid`, smallest area first.

    Raises
    ------
    ValueError
        If sizes are not (n, 2) and positive, or k is out of range.
    """
    sizes = _shapes(sizes, "sizes")
    if not is_whole(k) or not 1 <= k <= len(sizes):
        raise ValueError(f"k must be an integer from 1 to the {len(sizes)} boxes, got {k!r}")
    shapes = sizes[rng.permutation(len(sizes))[:k]]
    nearest = None
    for _ in range(ROUNDS):
        before, nearest = nearest, shape_iou(sizes, shapes).argmax(axis=1)
        if before is not None and (nearest == before).all():
            break
        # A shape that no box is nearest to stays as it is.
        shapes = np.array(
            [
                sizes[nearest == i].mean(axis=0) if (nearest == i).any() else shape
                for i, shape in enumerate(shapes)
            ]
        )
    return shapes[np.argsort(shapes.prod(axis=1), kind="stable")]


def shape_iou(a: ArrayLike, b: ArrayLike) -> np.ndarray:
    """Intersection over union of boxes with a common corner: (len(a), len(b)).

    a and b are (n, 2) and (m, 2), positive widths and heights; raises ValueError if they are not.
    """
    a, b = _shapes(a, "a"), _shapes(b, "b")
    shared = np.minimum(a[:, np.newaxis], b).prod(axis=2)
    return shared / (a.prod(axis=1)[:, np.newaxis] + b.prod(axis=1) - shared)


def _shapes(values, name):
    array = as_numbers(values, name, "(n, 2)").astype(np.float64)
    if array.shape[1] != 2 or not array.size or not (array > 0).all():
        raise ValueError(
            f"{name} must be (n, 2), positive widths and heights, got {array.tolist()}"
        )
    return array


def _positive(values, name):
    array = as_floats(as_numbers(values, name))
    if array.ndim != 1 or not array.size or not (array > 0).all():
        raise ValueError(f"{name} must be positive numbers, at least one, got {values!r}")
    return array
