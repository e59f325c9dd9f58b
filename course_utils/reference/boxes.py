"""Boxes: two ways to write them, their overlap, and offsets from one to another.

A box is (x0, y0, x1, y1): its left, top, right and bottom edge, in pixels, x to the right and y
down. Edges are real numbers between pixels: pixel (row r, column c) reaches from x = c to c + 1 and
from y = r to r + 1, so a box's width is x1 - x0. (PASCAL VOC numbers pixels instead, and its widths
are x1 - x0 + 1: see `voc_evaluate`.)
"""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.checks import as_floats, as_numbers

# By what SSD's networks scale offsets, so that all four are about as large (Liu et al., "SSD",
# 2016, in their code; Faster R-CNN's code divides by standard deviations of the same sizes).
VARIANCES = (0.1, 0.1, 0.2, 0.2)


def box_centers(boxes: ArrayLike) -> np.ndarray:
    """Turn corners (x0, y0, x1, y1) into centers and sizes (cx, cy, w, h).

    Parameters
    ----------
    boxes : array (n, 4)
        x1 >= x0 and y1 >= y0, in pixels.

    Returns
    -------
    float array (n, 4)

    Raises
    ------
    ValueError
        If boxes is not (n, 4), or a box ends before it begins.
    """
    boxes = as_boxes(boxes, "boxes")
    sizes = boxes[:, 2:] - boxes[:, :2]
    return np.concatenate([boxes[:, :2] + sizes / 2, sizes], axis=1)


def box_corners(centers: ArrayLike) -> np.ndarray:
    """Turn centers and sizes (cx, cy, w, h) into corners (x0, y0, x1, y1).

    Parameters
    ----------
    centers : array (n, 4)
        In pixels, sizes not negative.

    Returns
    -------
    float array (n, 4)

    Raises
    ------
    ValueError
        If centers is not (n, 4), or a size is negative.
    """
    centers = _four_columns(centers, "centers", "(cx, cy, w, h)")
    wrong = np.flatnonzero(~(centers[:, 2:] >= 0).all(axis=1))
    if wrong.size:
        raise ValueError(
            f"widths and heights must not be negative, got {centers[wrong[0]].tolist()} at "
            f"position {wrong[0]}; centers are (cx, cy, w, h)"
        )
    half = centers[:, 2:] / 2
    return np.concatenate([centers[:, :2] - half, centers[:, :2] + half], axis=1)


def box_area(boxes: ArrayLike) -> np.ndarray:
    """Areas (n,) of boxes (n, 4), in square pixels. Raises ValueError as `box_centers`."""
    boxes = as_boxes(boxes, "boxes")
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def clip_boxes(boxes: ArrayLike, height: float, width: float) -> np.ndarray:
    """Cut boxes (n, 4) off at the edges of an image of so many pixels.

    A box that lies outside altogether becomes one without area. Raises ValueError as `box_centers`.
    """
    boxes = as_boxes(boxes, "boxes")
    return np.clip(boxes, 0, np.array([width, height, width, height], boxes.dtype))


def box_intersection(a: ArrayLike, b: ArrayLike) -> np.ndarray:
    """Area that each box of a shares with each box of b: (len(a), len(b)), in square pixels.

    Boxes that only touch share nothing. Raises ValueError as `box_centers`.
    """
    a, b = as_boxes(a, "a"), as_boxes(b, "b")
    start = np.maximum(a[:, np.newaxis, :2], b[:, :2])
    end = np.minimum(a[:, np.newaxis, 2:], b[:, 2:])
    return np.clip(end - start, 0, None).prod(axis=2)


def box_iou(a: ArrayLike, b: ArrayLike) -> np.ndarray:
    """Intersection over union of each box of a with each box of b.

    The area that two boxes share, divided by the area that they cover together: 1 if they are
    equal, 0 if they share no area. Two boxes without area have 0 (Everingham et al., "The PASCAL
    Visual Object Classes Challenge", 2010, section 4.2, without its extra pixel).

    Parameters
    ----------
    a : array (n, 4)
    b : array (m, 4)
        Corners, in pixels.

    Returns
    -------
    float array (n, m)

    Raises
    ------
    ValueError
        As `box_centers`.
    """
    shared = box_intersection(a, b)
    union = box_area(a)[:, np.newaxis] + box_area(b) - shared
    return np.divide(shared, union, out=np.zeros_like(shared), where=shared > 0)


def encode_boxes(
    boxes: ArrayLike, anchors: ArrayLike, *, variances: ArrayLike = VARIANCES
) -> np.ndarray:
    """Write each box as offsets from its anchor: what a detector learns to predict.

    ``tx = (cx - anchor cx) / anchor w / variances[0]``, ``ty`` likewise,
    ``tw = log(w / anchor w) / variances[2]``, ``th`` likewise. So the same shift relative to the
    anchor's size is the same number for small and large anchors (Girshick et al., "R-CNN", 2014,
    appendix C; Ren et al., "Faster R-CNN", 2015, eq. 2).

    Parameters
    ----------
    boxes, anchors : array (n, 4)
        Corners, in pixels; each with an area.
    variances : four numbers
        Divide the offsets by these; (1, 1, 1, 1) gives the papers' formula.

    Returns
    -------
    float array (n, 4)

    Raises
    ------
    ValueError
        If there are not as many boxes as anchors, or one has no area.
    """
    boxes, anchors = _centers_with_area(boxes, "boxes"), _centers_with_area(anchors, "anchors")
    _require_as_many(boxes, anchors, "boxes")
    shifts = (boxes[:, :2] - anchors[:, :2]) / anchors[:, 2:]
    scales = np.log(boxes[:, 2:] / anchors[:, 2:])
    offsets = np.concatenate([shifts, scales], axis=1)
    return offsets / _four_positive(variances).astype(offsets.dtype)


def decode_boxes(
    offsets: ArrayLike, anchors: ArrayLike, *, variances: ArrayLike = VARIANCES
) -> np.ndarray:
    """Turn a detector's offsets back into boxes: undoes `encode_boxes`.

    Parameters
    ----------
    offsets : array (n, 4)
    anchors : array (n, 4)
        Corners, in pixels.
    variances : four numbers
        As given to `encode_boxes`.

    Returns
    -------
    float array (n, 4)
        Corners, in pixels.

    Raises
    ------
    ValueError
        If there are not as many offsets as anchors, or an anchor has no area.
    """
    offsets = _four_columns(offsets, "offsets", "(tx, ty, tw, th)")
    anchors = _centers_with_area(anchors, "anchors")
    _require_as_many(offsets, anchors, "offsets")
    offsets = offsets * _four_positive(variances).astype(offsets.dtype)
    centers = anchors[:, :2] + offsets[:, :2] * anchors[:, 2:]
    sizes = anchors[:, 2:] * np.exp(offsets[:, 2:])
    return box_corners(np.concatenate([centers, sizes], axis=1))


def as_boxes(value: ArrayLike, name: str) -> np.ndarray:
    """Return boxes as a float array (n, 4); an empty list is no boxes."""
    boxes = _four_columns(value, name, "(x0, y0, x1, y1)")
    wrong = np.flatnonzero(~(boxes[:, 2:] >= boxes[:, :2]).all(axis=1))
    if wrong.size:
        raise ValueError(
            f"a box must not end before it begins, got {name} {boxes[wrong[0]].tolist()} at "
            f"position {wrong[0]}; boxes are (x0, y0, x1, y1)"
        )
    return boxes


def _four_columns(value, name, columns):
    array = as_floats(as_numbers(value, name))
    if array.shape == (0,):
        array = array.reshape(0, 4)
    if array.ndim != 2 or array.shape[1] != 4:
        raise ValueError(
            f"{name} must have shape (n, 4), a row {columns} each, got shape {array.shape}"
        )
    return array


def _centers_with_area(boxes, name):
    centers = box_centers(as_boxes(boxes, name))
    wrong = np.flatnonzero(~(centers[:, 2:] > 0).all(axis=1))
    if wrong.size:
        raise ValueError(
            f"{name} must have an area, got width and height {centers[wrong[0], 2:].tolist()} at "
            f"position {wrong[0]}"
        )
    return centers


def _require_as_many(boxes, anchors, name):
    if len(boxes) != len(anchors):
        raise ValueError(
            f"each of the {name} needs its own anchor, got {len(boxes)} {name} and "
            f"{len(anchors)} anchors"
        )


def _four_positive(variances):
    array = as_floats(as_numbers(variances, "variances"))
    if array.shape != (4,) or not (array > 0).all():
        raise ValueError(f"variances must be four positive numbers, got {variances!r}")
    return array
