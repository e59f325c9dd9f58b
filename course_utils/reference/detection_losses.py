"""The losses of a detector: one for what is there, one for where.

Both are sums over all that is given. Papers divide them by the number of anchors that were matched
to an object, which only the caller knows: of ten thousand anchors, ten may be.
"""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.activations import sigmoid
from course_utils.reference.arguments import is_number
from course_utils.reference.checks import as_floats, as_numbers, sum_dtypes


def focal_loss(
    logits: ArrayLike, targets: ArrayLike, *, alpha: float = 0.25, gamma: float = 2.0
) -> np.floating:
    """Binary cross-entropy that hardly counts what is already right, summed, in nats.

    With p the probability of the right answer, ``-a * (1 - p)**gamma * log(p)``; a is alpha where
    the target is 1, 1 - alpha where it is 0. With gamma 0 and alpha 0.5 it is half of the binary
    cross-entropy (Lin et al., "Focal Loss for Dense Object Detection", 2017, eq. 5).

    Parameters
    ----------
    logits : array
        Scores before the sigmoid, of any shape.
    targets : array of the same shape
        1 where the class is there, 0 where it is not.
    alpha : float
        Weight of the ones, from 0 to 1.
    gamma : float
        At least 0.

    Returns
    -------
    numpy scalar of the dtype of logits

    Raises
    ------
    ValueError
        If the shapes differ, a target is neither 0 nor 1, or alpha or gamma is out of range.
    """
    logits, sign, weight, dtype = _focal_arguments(logits, targets, alpha, gamma)
    # p = sigmoid(margin); log(p) without overflow is -log(1 + exp(-margin)).
    margin = sign * logits
    loss = weight * sigmoid(-margin) ** gamma * np.logaddexp(0, -margin)
    return loss.sum().astype(dtype)


def focal_loss_backward(
    logits: ArrayLike, targets: ArrayLike, *, alpha: float = 0.25, gamma: float = 2.0
) -> np.ndarray:
    """Gradient of `focal_loss` with respect to the logits.

    With m the logit, or minus the logit where the target is 0, and p = sigmoid(m):
    ``a * (1 - p)**gamma * (gamma * p * log(p) + p - 1)`` is the slope along m (Lin et al., 2017,
    appendix B).

    Parameters
    ----------
    logits, targets, alpha, gamma
        As given to `focal_loss`.

    Returns
    -------
    array of the shape and dtype of logits

    Raises
    ------
    ValueError
        As `focal_loss`.
    """
    logits, sign, weight, dtype = _focal_arguments(logits, targets, alpha, gamma)
    margin = sign * logits
    p, rest = sigmoid(margin), sigmoid(-margin)
    slope = weight * rest**gamma * (-gamma * p * np.logaddexp(0, -margin) - rest)
    return (sign * slope).astype(dtype, copy=False)


def smooth_l1(predictions: ArrayLike, targets: ArrayLike, *, beta: float = 1.0) -> np.floating:
    """Half the square of small differences, the absolute value of large ones, summed.

    ``d² / (2 * beta)`` where |d| < beta, else ``|d| - beta / 2``: the slope never exceeds 1, so
    that one badly wrong box does not decide the step (Girshick, "Fast R-CNN", 2015, eq. 3, with
    beta = 1).

    Parameters
    ----------
    predictions, targets : array of the same shape
        Offsets of boxes, as from `encode_boxes`.
    beta : float
        Larger than 0.

    Returns
    -------
    numpy scalar of the dtype of predictions

    Raises
    ------
    ValueError
        If the shapes differ or beta is out of range.
    """
    difference, dtype = _difference(predictions, targets, beta)
    size = np.abs(difference)
    loss = np.where(size < beta, difference**2 / (2 * beta), size - beta / 2)
    return loss.sum().astype(dtype)


def smooth_l1_backward(
    predictions: ArrayLike, targets: ArrayLike, *, beta: float = 1.0
) -> np.ndarray:
    """Gradient of `smooth_l1` with respect to the predictions: d / beta, cut off at -1 and 1.

    Parameters
    ----------
    predictions, targets, beta
        As given to `smooth_l1`.

    Returns
    -------
    array of the shape and dtype of predictions

    Raises
    ------
    ValueError
        As `smooth_l1`.
    """
    difference, dtype = _difference(predictions, targets, beta)
    return np.clip(difference / beta, -1, 1).astype(dtype, copy=False)


def _focal_arguments(logits, targets, alpha, gamma):
    """Return (logits, sign of the right answer, weight) to compute with, and the result's dtype."""
    logits = as_floats(as_numbers(logits, "logits"))
    targets = as_numbers(targets, "targets")
    _require_same_shape(logits, "logits", targets)
    if not ((targets == 0) | (targets == 1)).all():
        raise ValueError("targets must be 0 or 1: whether the class is there")
    if not is_number(alpha) or not 0 <= alpha <= 1:
        raise ValueError(f"alpha must be a number from 0 to 1, got {alpha!r}")
    if not is_number(gamma) or not gamma >= 0:
        raise ValueError(f"gamma must be a number of at least 0, got {gamma!r}")
    dtype, sum_dtype = sum_dtypes(logits)
    there = targets == 1
    sign = np.where(there, 1, -1).astype(sum_dtype)
    weight = np.where(there, alpha, 1 - alpha).astype(sum_dtype)
    return logits.astype(sum_dtype, copy=False), sign, weight, dtype


def _difference(predictions, targets, beta):
    predictions = as_floats(as_numbers(predictions, "predictions"))
    targets = as_numbers(targets, "targets")
    _require_same_shape(predictions, "predictions", targets)
    if not is_number(beta) or not beta > 0:
        raise ValueError(f"beta must be a number larger than 0, got {beta!r}")
    dtype, sum_dtype = sum_dtypes(predictions)
    return predictions.astype(sum_dtype, copy=False) - targets.astype(sum_dtype), dtype


def _require_same_shape(array, name, targets):
    if targets.shape != array.shape:
        raise ValueError(
            f"targets must have the shape of {name}, {array.shape}, got shape {targets.shape}"
        )
