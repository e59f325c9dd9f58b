"""What detections are compared with: one dict an image, checked and cut up by class."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.boxes import as_boxes
from course_utils.reference.checks import as_floats, as_numbers

# One image's boxes and what is said of each, by name.
Record = Mapping[str, ArrayLike]


class Truths(NamedTuple):
    """The objects of one class in one image."""

    boxes: np.ndarray  # (g, 4)
    areas: np.ndarray  # (g,)
    ignored: np.ndarray  # (g,) boolean: the crowds, or the difficult ones


class Detections(NamedTuple):
    """The detections of one class in one image, best first, equal scores in their order."""

    boxes: np.ndarray  # (d, 4)
    scores: np.ndarray  # (d,)


def by_class(
    truths: Sequence[Record], detections: Sequence[Record], ignored: str
) -> Iterator[tuple[Any, list[tuple[Truths, Detections]]]]:
    """Yield (label, [(Truths, Detections) of each image]) for each class that has an object.

    Parameters
    ----------
    truths, detections : list of dicts, one an image
    ignored : {"crowd", "difficult"}
        Under which name a truth may say which objects need not be found.

    Raises
    ------
    ValueError
        If the lists differ in length, or a dict lacks something or its parts do not fit together.
    """
    if len(truths) != len(detections):
        raise ValueError(
            "truths and detections must be lists with one dict an image, of one length; "
            f"got {len(truths)} and {len(detections)}"
        )
    truths = [_read(truth, f"truths[{i}]", ignored) for i, truth in enumerate(truths)]
    found = [_read(one, f"detections[{i}]", scored=True) for i, one in enumerate(detections)]
    for label in np.unique(np.concatenate([truth["labels"] for truth in truths] or [[]])):
        yield label, [_of_class(*image, label, ignored) for image in zip(truths, found)]


def _of_class(truth, detection, label, ignored):
    these = truth["labels"] == label
    objects = Truths(truth["boxes"][these], truth["areas"][these], truth[ignored][these])
    those = np.flatnonzero(detection["labels"] == label)
    those = those[np.argsort(-detection["scores"][those], kind="stable")]
    return objects, Detections(detection["boxes"][those], detection["scores"][those])


def _read(record, name, ignored=None, scored=False):
    """Check one image's dict; return it with arrays for all that may be left out."""
    wanted = ("boxes", "labels", "scores") if scored else ("boxes", "labels")
    if not isinstance(record, Mapping) or not set(wanted) <= set(record):
        raise ValueError(f"{name} must be a dict with {', '.join(wanted)}, got {record!r}")
    boxes = as_boxes(record["boxes"], f"{name}, boxes").astype(np.float64)
    labels = as_numbers(record["labels"], f"{name}, labels")
    if not labels.size:
        labels = labels.astype(np.int64)  # an empty list would make all labels floats
    arrays = {"boxes": boxes, "labels": labels}
    if scored:
        scores = as_floats(as_numbers(record["scores"], f"{name}, scores"))
        if np.isnan(scores).any():
            raise ValueError(f"{name}, scores must be numbers, got NaN")
        arrays["scores"] = scores
    else:
        sizes = boxes[:, 2:] - boxes[:, :2]
        arrays["areas"] = as_floats(
            as_numbers(record.get("areas", sizes.prod(axis=1)), f"{name}, areas")
        )
        left_out = np.zeros(len(boxes), bool)
        arrays[ignored] = as_numbers(record.get(ignored, left_out), f"{name}, {ignored}") != 0
    for key, array in arrays.items():
        if key != "boxes" and array.shape != (len(boxes),):
            raise ValueError(
                f"{name}, {key} must have shape ({len(boxes)},), one for each box, "
                f"got shape {array.shape}"
            )
    return arrays
