"""Average precision: a whole ranking of detections in one number."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.arguments import is_whole
from course_utils.reference.checks import as_numbers


def precision_and_recall(correct: ArrayLike, objects: int) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall after each detection of a ranking.

    After k detections, t of them correct, precision is t / k and recall t / objects.

    Parameters
    ----------
    correct : boolean array (n,)
        Whether each detection found an object, best score first.
    objects : int
        How many there were to find, at least 1.

    Returns
    -------
    precision, recall : float array (n,)

    Raises
    ------
    ValueError
        If correct is not a row of booleans, or there are fewer objects than correct detections.
    """
    correct = as_numbers(correct, "correct")
    if correct.ndim != 1 or not ((correct == 0) | (correct == 1)).all():
        raise ValueError(
            "correct must be a row of booleans, true for a detection that found an object"
        )
    if not is_whole(objects) or objects < 1 or objects < correct.sum():
        raise ValueError(
            f"objects must be an integer of at least 1, and at least the number of correct "
            f"detections, got {objects!r} with {int(correct.sum())} correct"
        )
    found = np.cumsum(correct, dtype=np.float64)
    return found / np.arange(1, len(correct) + 1), found / objects


def average_precision(
    precision: ArrayLike, recall: ArrayLike, *, points: int | None = None
) -> float:
    """Average of the precision over recall from 0 to 1.

    Precision goes up and down along a ranking. It is replaced first by the best precision at this
    recall or a larger one, which makes it a falling staircase, and by 0 where no recall is as
    large. Then

    - points=None: the area under the staircase (PASCAL VOC from 2010 on);
    - points=11: the mean at recall 0, 0.1, ..., 1 (PASCAL VOC to 2009: Everingham et al., 2010,
      section 4.2);
    - points=101: the mean at recall 0, 0.01, ..., 1 (COCO).

    Parameters
    ----------
    precision, recall : array (n,)
        After each detection, as from `precision_and_recall`: recall never falls.
    points : int, optional
        At least 2.

    Returns
    -------
    float
        0 if there are no detections.

    Raises
    ------
    ValueError
        If the shapes differ, recall falls, or points is none of the above.
    """
    precision = as_numbers(precision, "precision").astype(np.float64)
    recall = as_numbers(recall, "recall").astype(np.float64)
    if precision.ndim != 1 or precision.shape != recall.shape:
        raise ValueError(
            "precision and recall must have one number for each detection, got shapes "
            f"{precision.shape} and {recall.shape}"
        )
    if (np.diff(recall) < 0).any():
        raise ValueError("recall must not fall along a ranking; put the best detections first")
    if points is None:
        steps = np.diff(recall, prepend=0)
        return float(np.sum(steps * staircase(precision)))
    if not is_whole(points) or points < 2:
        raise ValueError(f"points must be None or an integer of at least 2, got {points!r}")
    return float(np.mean(sampled_precision(precision, recall, np.linspace(0, 1, points))))


def staircase(precision: np.ndarray) -> np.ndarray:
    """The best precision from each detection on."""
    return np.maximum.accumulate(precision[::-1])[::-1]


def sampled_precision(precision: np.ndarray, recall: np.ndarray, levels: np.ndarray) -> np.ndarray:
    """The staircase's height at some levels of recall; 0 beyond the largest recall."""
    first = np.searchsorted(recall, levels, side="left")  # whose recall reaches the level
    return np.append(staircase(precision), 0.0)[first]
