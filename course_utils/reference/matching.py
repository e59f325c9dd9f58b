"""Matching: which anchor is to find which object, and which is to say that there is none."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.arguments import is_number
from course_utils.reference.boxes import box_iou

BACKGROUND = -1
IGNORED = -2


def match_anchors(
    anchors: ArrayLike, truths: ArrayLike, *, positive: float = 0.5, negative: float = 0.4
) -> np.ndarray:
    """Assign to each anchor the object that it must find.

    First every object gets an anchor, whatever their overlap, so that none goes without: the pair
    with the largest intersection over union is matched, then the largest among the objects and
    anchors that are left, and so on. Then every other anchor that overlaps some object by at least
    `positive` is matched to the one that it overlaps most. Anchors below `negative` are
    background; those in between count for neither (Ren et al., "Faster R-CNN", 2015, section
    3.1.2; Liu et al., "SSD", 2016, section 2.2; thresholds of Lin et al., "RetinaNet", 2017).

    Equal overlaps go to the object, then to the anchor, that comes first. An object that overlaps
    no anchor at all, or finds each one that it overlaps taken, goes without.

    Parameters
    ----------
    anchors : array (A, 4)
    truths : array (n, 4)
        Corners, in pixels.
    positive, negative : float
        0 < negative <= positive <= 1.

    Returns
    -------
    integer array (A,)
        The position in truths, -1 for background (`BACKGROUND`), -2 for neither (`IGNORED`).

    Raises
    ------
    ValueError
        If boxes are not (n, 4) or the thresholds are out of order.
    """
    if not (is_number(negative) and is_number(positive) and 0 < negative <= positive <= 1):
        raise ValueError(
            f"thresholds must be 0 < negative <= positive <= 1, got negative={negative!r}, "
            f"positive={positive!r}"
        )
    overlaps = box_iou(truths, anchors)
    matches = np.full(overlaps.shape[1], BACKGROUND, np.int64)
    if not overlaps.size:
        return matches
    best = overlaps.max(axis=0)
    matches[best >= negative] = IGNORED
    matches[best >= positive] = overlaps.argmax(axis=0)[best >= positive]

    free = overlaps.copy()
    for _ in range(min(free.shape)):
        truth, anchor = np.unravel_index(free.argmax(), free.shape)
        if free[truth, anchor] <= 0:
            break
        matches[anchor] = truth
        free[truth], free[:, anchor] = -1, -1
    return matches
