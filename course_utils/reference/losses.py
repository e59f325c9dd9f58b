"""The loss of a classifier."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.activations import softmax
from course_utils.reference.checks import as_floats, as_numbers, sum_dtypes


def cross_entropy(logits: ArrayLike, labels: ArrayLike) -> np.floating:
    """Mean over the batch of -log(softmax(logits)[label]), in nats.

    Computed as log(sum(exp(logits))) - logits[label] with the maximum subtracted, so that logits
    of 1e4 neither overflow nor give log(0) (Goodfellow et al., Deep Learning, 2016, section
    6.2.2.3). Do not apply softmax first.

    Parameters
    ----------
    logits : array (N, K)
        Scores before softmax.
    labels : integer array (N,)
        The right class of each example, 0 to K - 1.

    Returns
    -------
    numpy scalar of the dtype of logits

    Raises
    ------
    ValueError
        If the shapes do not fit, the batch is empty, or a label is not an integer from 0 to K - 1.
    """
    logits, labels = _logits_and_labels(logits, labels)
    dtype, sum_dtype = sum_dtypes(logits)
    logits = logits.astype(sum_dtype, copy=False)
    shifted = logits - logits.max(axis=1, keepdims=True)
    right = shifted[np.arange(len(labels)), labels]
    return np.mean(np.log(np.exp(shifted).sum(axis=1)) - right).astype(dtype)


def cross_entropy_backward(logits: ArrayLike, labels: ArrayLike) -> np.ndarray:
    """Gradient of `cross_entropy`: (softmax(logits) - one-hot labels) / N.

    The 1 / N is that of the mean. Softmax and logarithm are taken together, so that the gradient
    of a hopelessly wrong score is -1 / N, not 0 / 0 (Goodfellow et al., Deep Learning, 2016,
    section 6.2.2.3).

    Parameters
    ----------
    logits, labels
        As given to `cross_entropy`.

    Returns
    -------
    array (N, K), of the dtype of logits

    Raises
    ------
    ValueError
        As `cross_entropy`.
    """
    logits, labels = _logits_and_labels(logits, labels)
    dtype, sum_dtype = sum_dtypes(logits)
    dlogits = softmax(logits.astype(sum_dtype, copy=False))
    dlogits[np.arange(len(labels)), labels] -= 1
    return (dlogits / len(labels)).astype(dtype, copy=False)


def _logits_and_labels(logits, labels):
    logits = as_floats(as_numbers(logits, "logits", "(N, K)"))
    labels = as_numbers(labels, "labels")
    if 0 in logits.shape:
        raise ValueError(
            f"logits must hold at least one example and one class, got shape {logits.shape}"
        )
    if labels.shape != logits.shape[:1]:
        one_hot = "; for one-hot labels pass labels.argmax(axis=1)" * (labels.ndim == 2)
        raise ValueError(
            f"labels must have shape ({len(logits)},), one class number for each row of logits "
            f"(shape {logits.shape}), got shape {labels.shape}{one_hot}"
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be integer class numbers, got dtype {labels.dtype}")
    classes = logits.shape[1]
    wrong = np.flatnonzero((labels < 0) | (labels >= classes))
    if wrong.size:
        raise ValueError(
            f"labels must lie between 0 and {classes - 1} for logits of shape {logits.shape}, "
            f"got label {labels[wrong[0]]} at position {wrong[0]}"
        )
    return logits, labels
