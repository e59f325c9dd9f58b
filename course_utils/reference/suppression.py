"""Non-maximum suppression: of many detections of one object, keep the best."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.arguments import is_number
from course_utils.reference.boxes import as_boxes, box_iou
from course_utils.reference.checks import as_floats, as_numbers


def non_max_suppression(
    boxes: ArrayLike, scores: ArrayLike, *, threshold: float = 0.5, labels: ArrayLike | None = None
) -> np.ndarray:
    """Keep the best box, drop all that overlap it too much, go on with the best that is left.

    Boxes whose intersection over union with a kept one is larger than the threshold are dropped;
    one that equals the threshold stays. Of equal scores the first comes first (Girshick et al.,
    "R-CNN", 2014, section 2.2).

    Parameters
    ----------
    boxes : array (n, 4)
        Corners, in pixels.
    scores : array (n,)
    threshold : float
        From 0 to 1.
    labels : integer array (n,), optional
        Classes: only boxes of the same class drop each other. None means that all are of one.

    Returns
    -------
    integer array
        Positions of the boxes that are kept, best first.

    Raises
    ------
    ValueError
        If shapes do not fit together, a score is NaN, or the threshold is out of range.
    """
    boxes, scores, labels = _detections(boxes, scores, labels)
    if not is_number(threshold) or not 0 <= threshold <= 1:
        raise ValueError(f"threshold must be a number from 0 to 1, got {threshold!r}")
    left = np.argsort(-scores, kind="stable")
    kept = []
    while left.size:
        best, left = left[0], left[1:]
        kept.append(best)
        overlaps = box_iou(boxes[best : best + 1], boxes[left])[0]
        left = left[(overlaps <= threshold) | (labels[left] != labels[best])]
    return np.array(kept, np.int64)


def soft_non_max_suppression(
    boxes: ArrayLike,
    scores: ArrayLike,
    *,
    method: str = "gaussian",
    threshold: float = 0.3,
    sigma: float = 0.5,
    smallest: float = 1e-3,
    labels: ArrayLike | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Lower the scores of boxes that overlap a better one, instead of dropping them.

    Two objects that overlap much are then both found, the second with less confidence. Each time
    a box is taken, a score s of a box left over, with overlap o, becomes

    - "linear": s * (1 - o) if o is larger than the threshold, else s;
    - "gaussian": s * exp(-o² / sigma);

    then the best of the lowered scores is taken (Bodla et al., "Soft-NMS", 2017).

    Parameters
    ----------
    boxes, scores, labels
        As in `non_max_suppression`; scores not negative.
    method : {"gaussian", "linear"}
    threshold : float
        From 0 to 1, for "linear".
    sigma : float
        Larger than 0, for "gaussian".
    smallest : float
        A box whose score falls below this is dropped.

    Returns
    -------
    indices : integer array
        Positions of the boxes that are kept, best first.
    scores : float array
        Their lowered scores.

    Raises
    ------
    ValueError
        As `non_max_suppression`, or if method or sigma is none of the above.
    """
    boxes, scores, labels = _detections(boxes, scores, labels)
    if method not in ("gaussian", "linear"):
        raise ValueError(f'method must be "gaussian" or "linear", got {method!r}')
    if not is_number(threshold) or not 0 <= threshold <= 1:
        raise ValueError(f"threshold must be a number from 0 to 1, got {threshold!r}")
    if not is_number(sigma) or not sigma > 0:
        raise ValueError(f"sigma must be a number larger than 0, got {sigma!r}")
    if scores.size and scores.min() < 0:
        raise ValueError(f"scores must not be negative, got {scores.min()}")
    lowered = scores.astype(np.result_type(scores, np.float32))
    left = np.flatnonzero(lowered >= smallest)
    kept = []
    while left.size:
        first = lowered[left].argmax()
        best, left = left[first], np.delete(left, first)
        kept.append(best)
        overlaps = box_iou(boxes[best : best + 1], boxes[left])[0]
        if method == "gaussian":
            factors = np.exp(-(overlaps**2) / sigma)
        else:
            factors = np.where(overlaps > threshold, 1 - overlaps, 1)
        lowered[left] *= np.where(labels[left] == labels[best], factors, 1)
        left = left[lowered[left] >= smallest]
    kept = np.array(kept, np.int64)
    return kept, lowered[kept].astype(scores.dtype, copy=False)


def _detections(boxes, scores, labels):
    boxes = as_boxes(boxes, "boxes")
    scores = as_floats(as_numbers(scores, "scores"))
    if scores.shape != (len(boxes),):
        raise ValueError(
            f"scores must have shape ({len(boxes)},), one number for each box, "
            f"got shape {scores.shape}"
        )
    if np.isnan(scores).any():
        raise ValueError(f"scores must be numbers, got NaN at position {np.isnan(scores).argmax()}")
    labels = np.zeros(len(boxes), np.int64) if labels is None else as_numbers(labels, "labels")
    if labels.shape != scores.shape:
        raise ValueError(
            f"labels must have shape ({len(boxes)},), one class for each box, "
            f"got shape {labels.shape}"
        )
    return boxes, scores, labels
