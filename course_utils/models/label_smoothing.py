"""Labels that leave a little probability to the other classes."""

import numpy as np


def smooth_labels(labels: np.ndarray, classes: int = 10, amount: float = 0.1) -> np.ndarray:
    """One-hot rows, with `amount` of the probability shared out evenly among all classes.

    The true class keeps ``1 - amount + amount / classes``. Source: Szegedy et al. (2016),
    https://doi.org/10.1109/CVPR.2016.308, section 7.

    Parameters
    ----------
    labels : integer array (n,)
        From 0 to classes - 1.
    classes : int
    amount : float
        From 0, which is one-hot, to 1.

    Returns
    -------
    float32 array (n, classes)
        Its rows sum to 1.

    Raises
    ------
    ValueError
        If a label is no class, or the amount is not from 0 to 1.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be integers (n,), got {labels.dtype} {labels.shape}")
    if len(labels) and not 0 <= labels.min() <= labels.max() < classes:
        raise ValueError(f"labels must be 0 to {classes - 1}, got {labels.min()} to {labels.max()}")
    if not 0 <= amount <= 1:
        raise ValueError(f"amount must be from 0 to 1, got {amount!r}")
    return (1 - amount) * np.eye(classes, dtype=np.float32)[labels] + np.float32(amount / classes)
