"""Figures of scenes: what there is to detect and to segment."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from course_utils.figures import style
from course_utils.figures.drawing import Drawing, course_style

# How much of a garment's color covers it.
TINT = 0.45
# Colors on which white is easier to read than ink.
DARK = (style.BLUE, style.VERMILLION, style.GREEN)


@course_style()
def scenes_with_truth(scenes: Sequence[Any], names: Sequence[str], *, columns: int = 3) -> Drawing:
    """Scenes, and under each the same with the mask, box and class of every garment.

    A solid box encloses what can be seen. Where a garment is partly hidden, a dashed one encloses
    all of it.

    Parameters
    ----------
    scenes : sequence of Scene
        As from `course_utils.datasets.compose_scenes`, at least one.
    names : sequence of str
        The classes.
    columns : int
        Scenes in a row.
    """
    if not scenes:
        raise ValueError("scenes is empty; expected at least one")
    columns = min(columns, len(scenes))
    rows = math.ceil(len(scenes) / columns)
    drawing = Drawing(
        alt=f"{len(scenes)} scenes of garments, and under each the same with the garments' masks "
        "in colors and their boxes, solid around what can be seen, dashed around all of a garment "
        "that is partly hidden. "
        + " ".join(
            f"Scene {k}: {_in_words(scene, names)}." for k, scene in enumerate(scenes, start=1)
        ),
        figsize=(2.2 * columns, 4.5 * rows + 0.3),
    )
    panels = drawing.subplots(2 * rows, columns, squeeze=False)
    for axes in panels.ravel():
        axes.set_axis_off()
    for k, scene in enumerate(scenes):
        row, column = divmod(k, columns)
        plain, marked = panels[2 * row : 2 * row + 2, column]
        plain.imshow(scene.image[:, :, 0], cmap="gray", vmin=0, vmax=255)
        plain.set_title(f"scene {k + 1}", loc="left", fontsize=10)
        _show_truth(marked, scene, names)
    handles = [
        Rectangle((0, 0), 1, 1, fill=False, edgecolor=style.INK, linewidth=1.5, linestyle=line)
        for line in ("-", "--")
    ]
    labels = ["what can be seen", "all of the garment"]
    drawing.legend(handles, labels, loc="outside lower left", ncols=2, frameon=False, fontsize=9)
    return drawing


def _show_truth(axes, scene, names):
    """The scene with its garments tinted and boxed, and each class above its box."""
    picture = np.repeat(scene.image / 255, 3, axis=2)
    colors = [style.CYCLE[i % len(style.CYCLE)] for i in range(len(scene.labels))]
    for mask, color in zip(scene.masks, colors, strict=True):
        picture[mask] = (1 - TINT) * picture[mask] + TINT * np.array(to_rgb(color))
    axes.imshow(picture)
    side = len(picture)
    for i, color in enumerate(colors):
        if scene.hidden[i] > 0:
            _outline(axes, scene.full_boxes[i], color, "--")
        _outline(axes, scene.boxes[i], color, "-")
    for i, color in enumerate(colors):
        left, top = scene.boxes[i, :2]
        text = names[scene.labels[i]]
        axes.text(
            min(left, side - 3.2 * len(text)) - 0.5,
            max(top - 1, 6),
            text,
            fontsize=7,
            va="bottom",
            color="white" if color in DARK else style.INK,
            bbox={"boxstyle": "square,pad=0.12", "facecolor": color, "edgecolor": "none"},
        )


def _outline(axes, box, color, line):
    """A box; pixel 0 is drawn from -1/2 to 1/2."""
    x0, y0, x1, y1 = box - 0.5
    axes.add_patch(
        Rectangle(
            (x0, y0), x1 - x0, y1 - y0, fill=False, edgecolor=color, linewidth=1.5, linestyle=line
        )
    )


def _in_words(scene, names):
    """For example "Bag, Coat (30% hidden), Shirt"."""
    return ", ".join(
        names[label] + (f" ({share:.0%} hidden)" if share > 0 else "")
        for label, share in zip(scene.labels, scene.hidden, strict=True)
    )
