"""The losses of a segmenter: every pixel is classified, or masks are compared as wholes."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.activations import softmax
from course_utils.reference.arguments import is_number
from course_utils.reference.checks import IMAGES, as_floats, as_numbers, sum_dtypes


def pixel_cross_entropy(
    logits: ArrayLike,
    labels: ArrayLike,
    *,
    class_weights: ArrayLike | None = None,
    ignored: int | None = None,
) -> np.floating:
    """Mean over pixels of -log(softmax(logits)[label]), in nats: `cross_entropy` for every pixel.

    With class weights it is the weighted mean, ``sum(weight * loss) / sum(weight)``, where a pixel
    has the weight of its label (Long, Shelhamer, Darrell, "Fully Convolutional Networks for
    Semantic Segmentation", 2015, section 4; Ronneberger et al., "U-Net", 2015, eq. 1).

    Parameters
    ----------
    logits : array (N, H, W, K)
        Scores before softmax.
    labels : integer array (N, H, W)
        The right class of each pixel, 0 to K - 1, or `ignored`.
    class_weights : array (K,), optional
        Not negative.
    ignored : int, optional
        Pixels with this label do not count. PASCAL VOC marks the rims of objects by 255.

    Returns
    -------
    numpy scalar of the dtype of logits
        0 if no pixel counts.

    Raises
    ------
    ValueError
        If the shapes do not fit, or a label or weight is out of range.
    """
    logits, labels, shares, dtype = _pixels(logits, labels, class_weights, ignored)
    shifted = logits - logits.max(axis=1, keepdims=True)
    right = shifted[np.arange(len(labels)), labels]
    return np.sum(shares * (np.log(np.exp(shifted).sum(axis=1)) - right)).astype(dtype)


def pixel_cross_entropy_backward(
    logits: ArrayLike,
    labels: ArrayLike,
    *,
    class_weights: ArrayLike | None = None,
    ignored: int | None = None,
) -> np.ndarray:
    """Gradient of `pixel_cross_entropy`: (softmax(logits) - one-hot labels) * the pixel's share.

    The share is 1 / number of pixels, or weight / sum of weights.

    Parameters
    ----------
    logits, labels, class_weights, ignored
        As given to `pixel_cross_entropy`.

    Returns
    -------
    array (N, H, W, K), of the dtype of logits

    Raises
    ------
    ValueError
        As `pixel_cross_entropy`.
    """
    shape = np.shape(logits)
    logits, labels, shares, dtype = _pixels(logits, labels, class_weights, ignored)
    dlogits = softmax(logits)
    dlogits[np.arange(len(labels)), labels] -= 1
    return (dlogits * shares[:, np.newaxis]).reshape(shape).astype(dtype, copy=False)


def dice_loss(probabilities: ArrayLike, targets: ArrayLike, *, smooth: float = 1.0) -> np.floating:
    """One minus the Dice coefficient of each mask, averaged over images and channels.

    ``1 - (2 * sum(p * t) + smooth) / (sum(p) + sum(t) + smooth)``, sums over the pixels of a mask.
    It does not grow with the background, so that a small object counts as much as a large one.
    `smooth` makes an empty mask, found empty, a loss of 0 (Milletari et al., "V-Net", 2016, section
    3, whose denominator has squares; without them, as here, in Drozdzal et al., "The Importance of
    Skip Connections in Biomedical Image Segmentation", 2016).

    Parameters
    ----------
    probabilities : array (N, H, W, C)
        After sigmoid or softmax.
    targets : array of the same shape
        1 inside of the mask, 0 outside.
    smooth : float
        Larger than 0, in pixels.

    Returns
    -------
    numpy scalar of the dtype of probabilities

    Raises
    ------
    ValueError
        If the shapes differ, there is no mask, or smooth is out of range.
    """
    p, t, dtype = _masks(probabilities, targets, smooth)
    return np.mean(1 - _dice(p, t, smooth)).astype(dtype)


def dice_loss_backward(
    probabilities: ArrayLike, targets: ArrayLike, *, smooth: float = 1.0
) -> np.ndarray:
    """Gradient of `dice_loss` with respect to the probabilities.

    With D the coefficient of the mask and S = sum(p) + sum(t) + smooth, a pixel has
    ``-(2 * t - D) / S``, divided by the number of masks.

    Parameters
    ----------
    probabilities, targets, smooth
        As given to `dice_loss`.

    Returns
    -------
    array of the shape and dtype of probabilities

    Raises
    ------
    ValueError
        As `dice_loss`.
    """
    p, t, dtype = _masks(probabilities, targets, smooth)
    total = p.sum(axis=(1, 2), keepdims=True) + t.sum(axis=(1, 2), keepdims=True) + smooth
    masks = p.shape[0] * p.shape[3]
    return ((_dice(p, t, smooth) - 2 * t) / (total * masks)).astype(dtype, copy=False)


def _dice(p, t, smooth):
    """Dice coefficients (N, 1, 1, C)."""
    shared, of_p, of_t = (array.sum(axis=(1, 2), keepdims=True) for array in (p * t, p, t))
    return (2 * shared + smooth) / (of_p + of_t + smooth)


def _masks(probabilities, targets, smooth):
    p = as_floats(as_numbers(probabilities, "probabilities", IMAGES))
    t = as_numbers(targets, "targets")
    if t.shape != p.shape:
        raise ValueError(
            f"targets must have the shape of probabilities, {p.shape}, got shape {t.shape}; "
            "one channel for each class"
        )
    if not p.size:
        raise ValueError(f"probabilities must hold at least one pixel, got shape {p.shape}")
    if not is_number(smooth) or not smooth > 0:
        raise ValueError(f"smooth must be a number larger than 0, got {smooth!r}")
    dtype, sum_dtype = sum_dtypes(p)
    return p.astype(sum_dtype, copy=False), t.astype(sum_dtype), dtype


def _pixels(logits, labels, class_weights, ignored):
    """Return logits (pixels, K), labels (pixels,), each pixel's share in the mean, and a dtype."""
    logits = as_floats(as_numbers(logits, "logits", "(N, H, W, K)"))
    labels = as_numbers(labels, "labels")
    classes = logits.shape[3]
    if 0 in logits.shape:
        raise ValueError(
            f"logits must hold at least one pixel and one class, got shape {logits.shape}"
        )
    if labels.shape != logits.shape[:3]:
        raise ValueError(
            f"labels must have shape {logits.shape[:3]}, one class number for each pixel of logits "
            f"(shape {logits.shape}), got shape {labels.shape}"
        )
    if labels.dtype.kind not in "iu":
        raise ValueError(f"labels must be integer class numbers, got dtype {labels.dtype}")
    labels = labels.ravel()
    counts = np.ones(labels.shape, bool) if ignored is None else labels != ignored
    wrong = labels[counts & ((labels < 0) | (labels >= classes))]
    if wrong.size:
        raise ValueError(
            f"labels must lie between 0 and {classes - 1} for logits of shape {logits.shape}, "
            f"or be the ignored label {ignored}, got label {wrong[0]}"
        )
    dtype, sum_dtype = sum_dtypes(logits)
    weights = np.ones(classes)
    if class_weights is not None:
        weights = as_numbers(class_weights, "class_weights")
    if weights.shape != (classes,) or not (weights >= 0).all():
        raise ValueError(
            f"class_weights must be {classes} numbers that are not negative, one for each class, "
            f"got {class_weights!r}"
        )
    labels = np.where(counts, labels, 0)
    shares = counts * weights[labels].astype(np.float64)
    shares /= shares.sum() or 1
    return logits.reshape(-1, classes).astype(sum_dtype), labels, shares.astype(sum_dtype), dtype
