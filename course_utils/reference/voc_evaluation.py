"""The metric of the PASCAL VOC challenge."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from course_utils.reference.arguments import is_number
from course_utils.reference.average_precision import average_precision, precision_and_recall
from course_utils.reference.boxes import box_iou
from course_utils.reference.detection_records import Record, by_class


def voc_evaluate(
    truths: Sequence[Record],
    detections: Sequence[Record],
    *,
    threshold: float = 0.5,
    points: int | None = None,
    pixel_corners: bool = True,
) -> dict[str, Any]:
    """Score the detections of a set of images as PASCAL VOC's development kit does.

    Detections of a class are ranked over all images. Each looks at the one object of its image
    that it overlaps most, taken or not. It is right if the overlap reaches the threshold and no
    better detection has taken that object; a second detection of the same object is wrong, even
    if it overlaps another object well enough, which is where COCO differs. Objects marked
    difficult need not be found; a detection of one counts neither as right nor as wrong.

    VOC's boxes name their first and last pixel, so that a box from 3 to 5 is 3 pixels wide, not 2:
    overlaps have x1 - x0 + 1 everywhere. This makes small boxes overlap more.

    Parameters
    ----------
    truths : list of dicts, one an image
        "boxes" (n, 4), "labels" (n,), and optionally "difficult" (n,) booleans.
    detections : list of dicts, one an image, in the same order
        "boxes" (m, 4), "labels" (m,), "scores" (m,).
    threshold : float
        Of the intersection over union, larger than 0, up to 1.
    points : int, optional
        None is the area under the curve, as from VOC 2010 on; 11 the mean at eleven levels of
        recall, as to VOC 2009. See `average_precision`.
    pixel_corners : bool
        Whether corners are pixels (True: the extra pixel) or edges (False: as in `box_iou`).

    Returns
    -------
    dict
        "mAP": the mean over classes with objects to find, NaN if there are none; "AP": a dict from
        each such class's label to its average precision.

    Raises
    ------
    ValueError
        If the lists differ in length, a dict lacks something or its parts do not fit together, or
        the threshold is out of range.

    Source: Everingham et al., "The PASCAL Visual Object Classes Challenge" (2010), section 4.2;
    VOCevaldet.m of the development kit.
    """
    if not is_number(threshold) or not 0 < threshold <= 1:
        raise ValueError(f"threshold must be a number above 0, up to 1, got {threshold!r}")
    by_label = {}
    for label, images in by_class(truths, detections, "difficult"):
        objects = sum(int((~truth.ignored).sum()) for truth, _ in images)
        if objects:
            correct = _ranking(images, threshold, int(bool(pixel_corners)))
            curve = precision_and_recall(correct, objects)
            by_label[label.item()] = average_precision(*curve, points=points)
    mean = float(np.mean(list(by_label.values()))) if by_label else float("nan")
    return {"mAP": mean, "AP": by_label}


def _ranking(images, threshold, extra_pixel):
    """Whether each detection of one class that counts is right, best first, over all images."""
    scores = np.concatenate([detections.scores for _, detections in images])
    right, counts = [], []
    for truth, found in images:
        wider = np.array([0, 0, extra_pixel, extra_pixel])
        overlaps = box_iou(found.boxes + wider, truth.boxes + wider)
        taken = np.zeros(len(truth.boxes), bool)
        for overlap in overlaps:
            nearest = overlap.argmax() if overlap.size else None
            reached = nearest is not None and overlap[nearest] >= threshold
            counts.append(not (reached and truth.ignored[nearest]))
            right.append(reached and not taken[nearest])
            if reached:
                taken[nearest] = True
    ranking = np.argsort(-scores, kind="stable")
    right, counts = (np.array(flags, bool)[ranking] for flags in (right, counts))
    return right[counts]
