"""The metrics of the COCO challenge, number for number.

For each class, each range of areas and each of ten thresholds of overlap, detections are matched
to objects image by image and ranked over all images, and their precision is averaged over recall.
The numbers of the classes are averaged last.
"""

from collections.abc import Sequence

import numpy as np

from course_utils.reference.average_precision import sampled_precision
from course_utils.reference.boxes import box_area, box_intersection
from course_utils.reference.detection_records import Record, by_class

THRESHOLDS = np.linspace(0.5, 0.95, 10)
RECALLS = np.linspace(0, 1, 101)
MOST_DETECTIONS = (1, 10, 100)
# In square pixels, both ends included.
AREAS = {
    "all": (0, 1e5**2),
    "small": (0, 32**2),
    "medium": (32**2, 96**2),
    "large": (96**2, 1e5**2),
}


def coco_evaluate(truths: Sequence[Record], detections: Sequence[Record]) -> dict[str, float]:
    """Score the detections of a set of images as COCO's evaluator does.

    A detection is right if it overlaps an object of its class by at least the threshold, and no
    better detection has taken that object. The overlap is the intersection over union. What makes
    the numbers COCO's:

    - Detections choose in the order of their scores, each the free object that it overlaps most;
      of equal overlaps the last. Equal scores keep their order, over images too.
    - A crowd (a box around many objects that nobody told apart) need not be found. A detection
      that finds no object may match a crowd instead: it then counts neither as right nor as wrong.
      Any number may, and the overlap is the part of the detection that lies inside the crowd.
    - Only the 100 best detections of each class in each image are looked at; AR1 and AR10 take
      the best 1 and 10.
    - For a range of areas, objects outside the range are treated as crowds are, with the usual
      overlap and one detection each; detections without a match that are themselves outside of it
      do not count.
    - Precision is averaged over 101 levels of recall, then over thresholds and classes. A class
      without objects in a range is left out of the mean; where no class has any, the result is -1.

    Parameters
    ----------
    truths : list of dicts, one an image
        "boxes" (n, 4), corners in pixels; "labels" (n,); and optionally "crowd" (n,) booleans and
        "areas" (n,) in square pixels, which in COCO are those of the masks; the boxes' otherwise.
    detections : list of dicts, one an image, in the same order
        "boxes" (m, 4), "labels" (m,), "scores" (m,).

    Returns
    -------
    dict of floats from 0 to 1, or -1
        "AP": average precision, mean over thresholds 0.5, 0.55, ..., 0.95; "AP50" and "AP75" at one
        threshold; "APsmall" (area up to 32²), "APmedium", "APlarge" (from 96²); "AR1", "AR10",
        "AR100": largest recall with so many detections an image, mean over thresholds; "ARsmall",
        "ARmedium", "ARlarge".

    Raises
    ------
    ValueError
        If the lists differ in length, or a dict lacks something or its parts do not fit together.

    Source: Lin et al., "Microsoft COCO" (2014); `COCOeval` in pycocotools, with which this agrees
    on every generated scene of the tests.
    """
    scores = [_score_class(images) for _, images in by_class(truths, detections, "crowd")]
    none = np.empty((0, len(AREAS), len(THRESHOLDS), len(MOST_DETECTIONS)))
    precision = np.array([precision for precision, _ in scores]) if scores else none
    recall = np.array([recall for _, recall in scores]) if scores else none
    every, small, medium, large = range(len(AREAS))
    return {
        "AP": _mean(precision[:, every, :, 2]),
        "AP50": _mean(precision[:, every, 0, 2]),
        "AP75": _mean(precision[:, every, 5, 2]),
        "APsmall": _mean(precision[:, small, :, 2]),
        "APmedium": _mean(precision[:, medium, :, 2]),
        "APlarge": _mean(precision[:, large, :, 2]),
        "AR1": _mean(recall[:, every, :, 0]),
        "AR10": _mean(recall[:, every, :, 1]),
        "AR100": _mean(recall[:, every, :, 2]),
        "ARsmall": _mean(recall[:, small, :, 2]),
        "ARmedium": _mean(recall[:, medium, :, 2]),
        "ARlarge": _mean(recall[:, large, :, 2]),
    }


def _mean(scores):
    """Mean of the classes that have objects; -1 if none has."""
    scores = scores[~np.isnan(scores)]
    return float(scores.mean()) if scores.size else -1.0


def _score_class(images):
    """Score the images of one class.

    Returns (average precision, largest recall), each (areas, thresholds, most detections); NaN
    where the range of areas has no object.
    """
    matched = [_match(*image) for image in images]
    result = np.full((2, len(AREAS), len(THRESHOLDS), len(MOST_DETECTIONS)), np.nan)
    objects = np.sum([_to_find(truths).sum(axis=1) for truths, _ in images], axis=0)
    for m, most in enumerate(MOST_DETECTIONS):
        scores = np.concatenate([detections.scores[:most] for _, detections in images])
        ranking = np.argsort(-scores, kind="stable")
        right, wrong = (
            np.concatenate([image[kind][:, :, :most] for image in matched], axis=2)[..., ranking]
            for kind in (0, 1)
        )
        found, mistaken = np.cumsum(right, axis=2), np.cumsum(wrong, axis=2)
        for a, t in np.ndindex(*found.shape[:2]):
            if objects[a] == 0:
                continue
            # Of none that counts, none is right. (COCO adds 2e-16 to what it divides by instead.)
            precision = found[a, t] / np.maximum(found[a, t] + mistaken[a, t], 1)
            recall = found[a, t] / objects[a]
            result[:, a, t, m] = (
                sampled_precision(precision, recall, RECALLS).mean(),
                recall[-1] if recall.size else 0,
            )
    return result


def _to_find(truths):
    """Which objects count, for each range of areas: (areas, g)."""
    return _in_ranges(truths.areas) & ~truths.ignored


def _in_ranges(areas):
    low, high = np.array(list(AREAS.values())).T[:, :, np.newaxis]
    return (low <= areas) & (areas <= high)


def _match(truths, detections):
    """Match the detections of one class in one image to its objects.

    Returns
    -------
    right, wrong : boolean arrays (areas, thresholds, d)
        A detection that counts for nothing is neither.
    """
    boxes = detections.boxes[: MOST_DETECTIONS[-1]]  # the others would not count
    overlaps = _overlaps(boxes, truths)
    to_find = _to_find(truths)[:, np.newaxis]  # (areas, 1, g)
    free = np.ones((len(AREAS), len(THRESHOLDS), len(truths.boxes)), bool)
    right = np.zeros((len(AREAS), len(THRESHOLDS), len(boxes)), bool)
    # One without a match counts as wrong if it is itself within the range.
    wrong = np.repeat(_in_ranges(box_area(boxes))[:, np.newaxis], len(THRESHOLDS), axis=1)
    if not truths.boxes.size:
        return right, wrong
    for d, overlap in enumerate(overlaps):
        possible = free & (overlap >= THRESHOLDS[:, np.newaxis])
        wanted = possible & to_find
        # What is to be found goes before what counts for nothing.
        counts = wanted.any(axis=2)
        possible = np.where(counts[..., np.newaxis], wanted, possible)
        best = _last_largest(np.where(possible, overlap, -1))
        taken = possible & (np.arange(len(overlap)) == best[..., np.newaxis])
        free &= ~taken | truths.ignored  # a crowd is never used up
        right[:, :, d] = counts
        wrong[:, :, d] &= ~possible.any(axis=2)
    return right, wrong


def _overlaps(boxes, truths):
    """Intersection over union (d, g); for crowds intersection over the detection's own area."""
    shared = box_intersection(boxes, truths.boxes)
    own = box_area(boxes)[:, np.newaxis]
    union = np.where(truths.ignored, own, own + box_area(truths.boxes) - shared)
    return np.divide(shared, union, out=np.zeros_like(shared), where=shared > 0)


def _last_largest(values):
    """argmax over the last axis, but of equal values the last."""
    return values.shape[-1] - 1 - values[..., ::-1].argmax(axis=-1)
