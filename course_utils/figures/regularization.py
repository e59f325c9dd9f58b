"""Figures of chapter 6: overfitting and what helps against it."""

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.figures import style
from course_utils.figures.drawing import Drawing, course_style
from course_utils.figures.grids import WINDOW, ZERO, cell_canvas, draw_cells, write


@course_style()
def overfitting_curves(history: Mapping[str, Sequence[float]]) -> Drawing:
    """Loss and accuracy on training and validation images, epoch by epoch.

    Parameters
    ----------
    history : mapping
        As `History.history` has it: "loss", "accuracy", "val_loss", "val_accuracy".
    """
    best = int(np.argmin(history["val_loss"]))
    epochs = np.arange(1, len(history["loss"]) + 1)
    drawing = Drawing(
        alt=f"Training over {len(epochs)} epochs. The training loss falls from "
        f"{history['loss'][0]:.2f} to {history['loss'][-1]:.2f}. The validation loss is lowest, "
        f"{history['val_loss'][best]:.2f}, after epoch {best + 1}, and ends at "
        f"{history['val_loss'][-1]:.2f}. Training accuracy ends at {history['accuracy'][-1]:.2f}, "
        f"validation accuracy at {history['val_accuracy'][-1]:.2f}.",
        figsize=(5, 5.2),
    )
    loss, accuracy = drawing.subplots(2, 1, sharex=True)
    for axes, name in ((loss, "loss"), (accuracy, "accuracy")):
        axes.plot(epochs, history[name], lw=2, color=style.BLUE, label="training")
        axes.plot(epochs, history[f"val_{name}"], lw=2, color=style.VERMILLION, label="validation")
        axes.axvline(best + 1, color=style.GREY, ls=":")
        axes.set_ylabel(name)
        axes.grid(axis="y", color=style.LIGHT)
    lowest = history["val_loss"][best]
    loss.plot(best + 1, lowest, "o", color=style.VERMILLION, ms=8)
    loss.annotate(
        f"lowest validation loss,\nepoch {best + 1}",
        (best + 1, lowest),
        xytext=(24, 40),
        textcoords="offset points",
        arrowprops={"arrowstyle": "->", "color": style.GREY},
    )
    loss.set_ylim(0, 1.1 * max(max(history["val_loss"]), history["loss"][0]))
    accuracy.set_xlabel("epoch")
    accuracy.legend(frameon=False, loc="lower right")
    return drawing


@course_style()
def dropout_masks(masks: np.ndarray) -> Drawing:
    """Which units of a layer are dropped at each step.

    Parameters
    ----------
    masks : boolean array (steps, units)
        True where the unit was kept.
    """
    steps, units = masks.shape
    dropped = (~masks).sum(axis=1)
    drawing, axes = cell_canvas(
        units + 5.2,
        steps + 1.4,
        alt=f"{steps} training steps of a layer with {units} units; dropped units are crossed out: "
        + ", ".join(map(str, dropped))
        + " of them at the steps in turn.",
        inches=5,
    )
    write(axes, 1.6 + units / 2, 0.5, f"{units} units")
    for step, kept in enumerate(masks):
        write(axes, 0.8, step + 1.5, f"step {step + 1}", size=9)
        texts = [[None if keep else "×" for keep in kept]]
        fill = np.where(kept, WINDOW, ZERO)[np.newaxis]
        draw_cells(axes, texts, 1.7, step + 1, fill=fill, size=14)
        write(axes, units + 2.1, step + 1.5, f"{dropped[step]} dropped", size=9, align="left")
    return drawing


@course_style()
def weights_over_steps(curves: Mapping[str, Mapping[str, Sequence[float]]], ylabel: str) -> Drawing:
    """One panel for each method; in each, a line for each weight."""
    drawing = Drawing(
        alt=f"{ylabel.capitalize()} over the steps. "
        + " ".join(
            f"{title}: "
            + ", ".join(f"{label} ends at {line[-1]:.2g}" for label, line in lines.items())
            + "."
            for title, lines in curves.items()
        ),
        figsize=(5.4, 3),
    )
    for axes, (title, lines) in zip(
        np.ravel(drawing.subplots(1, len(curves), sharey=True)), curves.items(), strict=True
    ):
        for label, line in lines.items():
            axes.plot(line, lw=2, label=label)
        axes.axhline(0, color=style.GREY, lw=1)
        axes.set_title(title, fontsize=10)
        axes.set_xlabel("steps")
        axes.grid(axis="y", color=style.LIGHT)
    drawing.axes[0].set_ylabel(ylabel)
    drawing.axes[0].legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 0.06))
    return drawing


@course_style()
def augmented(original: np.ndarray, rows: Mapping[str, np.ndarray]) -> Drawing:
    """One image and what each augmentation makes of it.

    Parameters
    ----------
    original : array (H, W, C)
        Floats from 0 to 1, or uint8.
    rows : mapping
        From the augmentation's name to its results, an array (n, H, W, C).
    """
    count = len(next(iter(rows.values())))
    height, width = original.shape[:2]
    drawing = Drawing(
        alt=f"An image, and {count} random copies of it for each of these augmentations: "
        + ", ".join(rows)
        + ".",
        figsize=(5, len(rows) * (4.9 / (count + 1) * height / width + 0.32)),
    )
    options = {"cmap": "gray"} if original.shape[-1] == 1 else {}
    if original.dtype.kind == "f":
        options |= {"vmin": 0, "vmax": 1}
    grid = drawing.subplots(len(rows), count + 1, squeeze=False)
    for axes in grid.flat:
        axes.set_axis_off()
    for panels, (label, images) in zip(grid, rows.items(), strict=True):
        for axes, image in zip(panels, [original, *images], strict=True):
            shown = np.clip(image, 0, 1) if image.dtype.kind == "f" else image
            axes.imshow(shown, interpolation="nearest", **options)
        panels[1].set_title(label, loc="left", fontsize=11)
    grid[0, 0].set_title("original", loc="left", fontsize=11)
    return drawing


@course_style()
def mirrored_digit(digit: np.ndarray, names: tuple[str, str]) -> Drawing:
    """A digit of a seven-segment display and its mirror image.

    Parameters
    ----------
    digit : array (H, W) of 0 and 1
    names : (str, str)
        What the digit and its mirror image read as.
    """
    height, width = digit.shape
    drawing, axes = cell_canvas(
        2 * width + 4,
        height + 1.4,
        alt=f"A {names[0]} drawn with the seven segments of a pocket calculator. Mirrored left to "
        f"right, it reads as a {names[1]}.",
        inches=3.4,
    )
    for left, values, title in (
        (0.5, digit, f"label: {names[0]}"),
        (width + 3.5, digit[:, ::-1], f"mirrored: a {names[1]}"),
    ):
        write(axes, left + width / 2, 0.6, title, size=11)
        fill = np.where(values == 1, style.INK, "#ffffff")
        draw_cells(axes, np.full(values.shape, None), left, 1.2, fill=fill)
    axes.annotate(
        "",
        (width + 3.1, 1.2 + height / 2),
        (width + 0.9, 1.2 + height / 2),
        arrowprops={"arrowstyle": "->", "color": style.GREY, "lw": 1.6},
    )
    return drawing


@course_style()
def scores_by_method(
    panels: Mapping[str, Mapping[str, Sequence[float]]], *, xlabel: str
) -> Drawing:
    """A dot for every run and a bar at the mean, method by method.

    Parameters
    ----------
    panels : mapping
        From a panel's title to its scores, a mapping from the method to one score for each run.
        The first method is the one to compare with: a line marks its mean.
    """
    methods = list(next(iter(panels.values())))
    drawing = Drawing(
        alt="Scores of single runs as dots, their mean as a bar. "
        + " ".join(
            f"{title}: "
            + ", ".join(f"{name} {np.mean(runs):.3f}" for name, runs in scores.items())
            + "."
            for title, scores in panels.items()
        ),
        figsize=(5.2, len(panels) * (0.32 * len(methods) + 0.8)),
    )
    for axes, (title, scores) in zip(
        np.ravel(drawing.subplots(len(panels), 1)), panels.items(), strict=True
    ):
        first = next(iter(scores.values()))
        axes.axvline(np.mean(first), color=style.GREY, ls=":")
        for row, runs in enumerate(scores.values()):
            axes.plot(runs, [row] * len(runs), "o", color=style.SKY, ms=5, alpha=0.8)
            mean = np.mean(runs)
            axes.plot([mean, mean], [row - 0.32, row + 0.32], color=style.BLUE, lw=3)
        axes.set_yticks(range(len(scores)), scores)
        axes.set_ylim(len(scores) - 0.4, -0.6)
        axes.set_title(title, loc="left", fontsize=11)
        axes.grid(axis="x", color=style.LIGHT)
    drawing.axes[-1].set_xlabel(xlabel)
    return drawing
