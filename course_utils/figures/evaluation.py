"""Figures of chapter 5: what a network has learned, and what it gets wrong."""

import math
from collections.abc import Sequence

import numpy as np

from course_utils.figures import style
from course_utils.figures.drawing import Drawing, course_style


@course_style()
def filters_and_maps(kernel: np.ndarray, maps: np.ndarray, *, columns: int = 8) -> Drawing:
    """The filters of a first layer, and under each its map of one image.

    Each picture has its own scale: a filter's largest weight, a map's largest value. Filters over
    color images are shown in color: gray is 0, and red is where the red channel's weight is the
    largest.

    Parameters
    ----------
    kernel : array (kh, kw, 1, F), or (kh, kw, 3, F) over RGB images
    maps : array (H, W, F)
        After ReLU.
    """
    filters = kernel.shape[3]
    rows = math.ceil(filters / columns)
    silent = int(np.sum(maps.max(axis=(0, 1)) == 0))
    one_sign = int(np.sum((kernel.min(axis=(0, 1, 2)) > 0) | (kernel.max(axis=(0, 1, 2)) < 0)))
    drawing = Drawing(
        alt=f"{filters} learned filters of {kernel.shape[0]} by {kernel.shape[1]} weights, from "
        f"{kernel.min():.2f} to {kernel.max():.2f}, and under each its feature map of one image. "
        f"Filters with weights of both signs: {filters - one_sign}. Maps that are zero everywhere: "
        f"{silent}.",
        figsize=(5.6, 5.6 * 2.1 * rows / columns),
    )
    drawing.set_layout_engine("none")  # the axes fill the drawing
    axes = drawing.add_axes((0, 0, 1, 1))
    for f in range(filters):
        left, top = f % columns, 2.1 * (f // columns)
        limit = np.abs(kernel[..., f]).max()
        weights = {"cmap": style.DIVERGING, "vmin": -limit, "vmax": limit}
        tile = kernel[:, :, 0, f] if kernel.shape[2] == 1 else 0.5 + kernel[..., f] / (2 * limit)
        axes.imshow(tile, extent=_tile(left, top, 0.7), **weights)
        values = {"cmap": style.SEQUENTIAL, "vmin": 0, "vmax": maps[:, :, f].max() or 1}
        axes.imshow(maps[:, :, f], extent=_tile(left, top + 0.88, 0.9), **values)
    axes.set(xlim=(0, columns), ylim=(2.1 * rows, 0))
    axes.set_axis_off()
    return drawing


def _tile(left, top, side):
    """Extent of a picture at the top of a cell of width 1, in the middle."""
    left += (1 - side) / 2
    return left, left + side, top + 0.1 + side, top + 0.1


@course_style()
def confusion_matrix(counts: np.ndarray, names: Sequence[str]) -> Drawing:
    """Counts of labels (rows) and predictions (columns); mistakes are tinted.

    Parameters
    ----------
    counts : integer array (K, K)
    names : sequence of str
        One for each class.
    """
    mistakes = counts.copy()
    np.fill_diagonal(mistakes, 0)
    label, taken_for = np.unravel_index(mistakes.argmax(), mistakes.shape)
    right = np.trace(counts)
    drawing = Drawing(
        alt=f"Confusion matrix of {counts.sum():,} images, {right:,} of them right. "
        f"The most frequent mistake: {names[label]} taken for {names[taken_for]}, "
        f"{mistakes.max():,} times. Right in each class: "
        + ", ".join(
            f"{name} {count:,} of {total:,}"
            for name, count, total in zip(names, np.diag(counts), counts.sum(axis=1), strict=True)
        )
        + ".",
        figsize=(5.6, 5.6),
    )
    axes = drawing.subplots()
    axes.imshow(np.sqrt(mistakes), cmap="Oranges", vmax=1.3 * np.sqrt(max(mistakes.max(), 1)))
    for (row, column), count in np.ndenumerate(counts):
        if count:
            weight = "bold" if row == column else "normal"
            axes.text(column, row, count, ha="center", va="center", fontsize=10, fontweight=weight)
    axes.set(xlabel="prediction", ylabel="label")
    axes.set_xticks(range(len(names)), names, rotation=60, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(True)
    return drawing


@course_style()
def labeled_images(
    images: np.ndarray,
    labels: Sequence[str],
    predictions: Sequence[str],
    confidences: Sequence[float],
    *,
    columns: int = 3,
) -> Drawing:
    """Images with their label, the network's answer and how sure it was.

    Parameters
    ----------
    images : array (n, H, W, 1), or (n, H, W, 3) as matplotlib shows it
    labels, predictions : sequence of str
    confidences : sequence of float
        Probability of the prediction.
    """
    description = [
        f"{label} taken for {prediction} with {confidence:.3f}"
        for label, prediction, confidence in zip(labels, predictions, confidences, strict=True)
    ]
    rows = math.ceil(len(images) / columns)
    drawing = Drawing(alt="Images: " + "; ".join(description) + ".", figsize=(5.4, 2.35 * rows))
    panels = np.atleast_1d(drawing.subplots(rows, columns)).ravel()
    for axes in panels:
        axes.set_axis_off()
    for axes, image, label, prediction, confidence in zip(
        panels, images, labels, predictions, confidences, strict=False
    ):
        shown = image[:, :, 0] if image.shape[2] == 1 else image
        axes.imshow(shown, cmap="gray", interpolation="nearest")
        axes.set_title(
            f"{label}\nsays {prediction}\n{confidence:.3f}",
            fontsize=10,
            loc="left",
            linespacing=1.1,
        )
    return drawing
