"""How well a segmentation fits: overlap counted in pixels, class by class."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.arguments import is_whole
from course_utils.reference.checks import as_numbers


def class_iou(
    predictions: ArrayLike, labels: ArrayLike, classes: int, *, ignored: int | None = None
) -> np.ndarray:
    """Intersection over union of each class, over all pixels of all images together.

    Pixels that are of the class and called so, divided by pixels that are of it or called so. The
    mean over classes is the "mean IoU" (Long, Shelhamer, Darrell, 2015, section 5; PASCAL VOC's
    measure for segmentation): `np.nanmean` of the result. It counts a small class as much as a
    large one, where the share of right pixels would count mostly background. Dice is
    2 * IoU / (1 + IoU), never smaller than IoU.

    Parameters
    ----------
    predictions, labels : integer arrays of the same shape
        Class of each pixel, 0 to classes - 1.
    classes : int
    ignored : int, optional
        Pixels with this label do not count, whatever is predicted there.

    Returns
    -------
    float64 array (classes,)
        NaN for a class that no pixel is of or is called.

    Raises
    ------
    ValueError
        If the shapes differ, or a class is not an integer from 0 to classes - 1.
    """
    predictions, labels = as_numbers(predictions, "predictions"), as_numbers(labels, "labels")
    if not is_whole(classes) or classes < 1:
        raise ValueError(f"classes must be an integer of at least 1, got {classes!r}")
    if predictions.shape != labels.shape:
        raise ValueError(
            f"predictions must have the shape of labels, {labels.shape}, "
            f"got shape {predictions.shape}"
        )
    counts = np.ones(labels.shape, bool) if ignored is None else labels != ignored
    pixels = {"predictions": predictions[counts], "labels": labels[counts]}
    for name, values in pixels.items():
        if values.size and (
            values.dtype.kind not in "iu" or values.min() < 0 or values.max() >= classes
        ):
            raise ValueError(
                f"{name} must be integers from 0 to {classes - 1}, got {values.dtype} from "
                f"{values.min()} to {values.max()}"
            )
    pairs = pixels["labels"].astype(np.int64) * classes + pixels["predictions"]
    confusion = np.bincount(pairs.astype(np.int64), minlength=classes**2)
    confusion = confusion.reshape(classes, classes)
    right = np.diag(confusion)
    union = confusion.sum(axis=0) + confusion.sum(axis=1) - right
    return np.divide(right, union, out=np.full(classes, np.nan), where=union > 0)
