"""Figures of chapter 5: a chain of layers, the split of the data, losses while training."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from course_utils.figures import style
from course_utils.figures.drawing import Drawing, course_style
from course_utils.figures.grids import KERNEL, WINDOW, cell_canvas, outline, write


@course_style()
def forward_and_backward(layers: Sequence[tuple[str, str, str, str]]) -> Drawing:
    """A chain of layers: maps go down on the left, gradients come up on the right.

    Parameters
    ----------
    layers : sequence of (name, shape, keeps, gives)
        The layer's name, its output's shape, what it keeps for the way back and the gradients of
        weights that it computes there; the last two may be empty. The first entry is the input.
    """
    rows = len(layers)
    drawing, axes = cell_canvas(
        11,
        1.5 * rows + 0.6,
        alt="A chain of layers. Forward: "
        + " to ".join(f"{name} {shape}" for name, shape, _, _ in layers)
        + ". Kept for the way back: "
        + ", ".join(f"{name} {keeps}" for name, _, keeps, _ in layers if keeps)
        + ". Gradients of weights on the way back: "
        + ", ".join(f"{name} {gives}" for name, _, _, gives in layers if gives)
        + ".",
        inches=5.0,
    )
    write(axes, 1.8, 0.4, "forward: y", color=style.BLUE)
    write(axes, 9.0, 0.4, "backward: dy", color=style.VERMILLION)
    for row, (name, shape, keeps, gives) in enumerate(layers):
        top = 0.9 + 1.5 * row
        color = WINDOW if row == 0 else KERNEL if gives else "white"
        axes.fill([3.0, 8.0, 8.0, 3.0], [top, top, top + 0.95, top + 0.95], color=color)
        outline(axes, 3.0, top, 5.0, 0.95, color=style.GREY, line=1)
        label = f"{name}, keeps {keeps}" if keeps else name
        write(axes, 5.5, top + 0.48, label, size=10.5)
        write(axes, 1.5, top + 0.48, shape, size=10.5)
        if gives:
            write(axes, 9.6, top + 0.48, gives, size=10.5, color=style.VERMILLION)
        if row:
            for x, start, end, ink in (
                (4.4, top - 0.52, top - 0.03, style.BLUE),
                (6.6, top - 0.03, top - 0.52, style.VERMILLION),
            ):
                axes.annotate(
                    "", (x, end), (x, start), arrowprops={"arrowstyle": "-|>", "color": ink}
                )
    return drawing


@course_style()
def data_split(counts: Mapping[str, int], purposes: Mapping[str, str]) -> Drawing:
    """Bars for the parts of a data set, each with its purpose.

    Parameters
    ----------
    counts : mapping
        From the name of a part to its number of images.
    purposes : mapping
        From the same names to a few words.
    """
    drawing = Drawing(
        alt="The parts of the data: "
        + "; ".join(f"{name}, {count:,} images: {purposes[name]}" for name, count in counts.items())
        + ".",
        figsize=(5.4, 0.75 * len(counts) + 0.2),
    )
    axes = drawing.subplots()
    largest = max(counts.values())
    for row, (name, count) in enumerate(counts.items()):
        axes.barh(
            row, count, height=0.5, color=(style.SKY, style.ORANGE, style.VERMILLION)[row % 3]
        )
        beside = count < largest / 2
        axes.text(
            count + largest / 60 if beside else largest / 60,
            row,
            f"{count:,}: {purposes[name]}",
            va="center",
        )
    axes.set(yticks=range(len(counts)), yticklabels=list(counts), xticks=[])
    axes.set_xlim(0, largest)
    axes.invert_yaxis()
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(left=False)
    return drawing


@course_style()
def losses_by_step(
    curves: Mapping[str, Sequence[float]], *, guess: float | None = None, window: int = 1
) -> Drawing:
    """Loss of each training step, one line per run; a loss that is not finite ends its line.

    Parameters
    ----------
    curves : mapping
        From a label to the losses.
    guess : float, optional
        Draw a dotted line at this loss, that of a guess.
    window : int
        Draw the mean over the last so many steps.
    """
    smooth = {label: _running_mean(losses, window) for label, losses in curves.items()}
    top = 1.6 * (guess or max(losses[0] for losses in smooth.values()))
    drawing = Drawing(
        alt="Loss while training. "
        + " ".join(_story(label, losses) for label, losses in smooth.items()),
        figsize=(5.4, 3.8),
    )
    axes = drawing.subplots()
    for label, losses in smooth.items():
        axes.plot(np.arange(len(losses)) + 1, losses, lw=1.8, label=label)
    edge = axes.get_yaxis_transform()  # x from 0 to 1 across the axes, y in losses
    if guess is not None:
        axes.axhline(guess, color=style.GREY, ls=":", zorder=0)
        axes.text(1, guess, "guessing", va="bottom", ha="right", color=style.GREY, transform=edge)
    axes.set(xlabel="step", ylabel="loss", ylim=(0, top))
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    drawing.legend(loc="outside upper left", ncols=2, frameon=False)
    return drawing


def _running_mean(losses: Sequence[float], window: int) -> np.ndarray:
    losses = np.asarray(losses, float)
    finite = np.isfinite(losses)
    losses = losses[: len(losses) if finite.all() else int(np.argmin(finite))]
    sums = np.concatenate(([0.0], np.cumsum(losses)))
    stop = np.arange(1, len(losses) + 1)
    start = np.maximum(stop - window, 0)
    return (sums[stop] - sums[start]) / (stop - start)


def _story(label: str, losses: np.ndarray) -> str:
    if not len(losses):
        return f"{label}: not finite from the first step."
    return f"{label}: from {losses[0]:.2f} to {losses[-1]:.2f} in {len(losses)} steps."


@course_style()
def training_history(history: Mapping[str, Sequence[float]]) -> Drawing:
    """Loss and accuracy after each epoch, of the training and the validation images.

    Parameters
    ----------
    history : mapping
        Lists under "loss", "accuracy", "val_loss" and "val_accuracy", as `fit` returns them.
    """
    epochs = np.arange(1, len(history["loss"]) + 1)
    best = int(np.argmin(history["val_loss"]))
    drawing = Drawing(
        alt=f"Loss and accuracy over {len(epochs)} epochs. Training loss from "
        f"{history['loss'][0]:.3f} to {history['loss'][-1]:.3f}, validation loss from "
        f"{history['val_loss'][0]:.3f} to {history['val_loss'][-1]:.3f}, lowest "
        f"{history['val_loss'][best]:.3f} after epoch {best + 1}. Training accuracy ends at "
        f"{history['accuracy'][-1]:.3f}, validation accuracy at {history['val_accuracy'][-1]:.3f}.",
        figsize=(5.4, 5.2),
    )
    for axes, name in zip(drawing.subplots(2, 1, sharex=True), ("loss", "accuracy"), strict=True):
        axes.plot(epochs, history[name], "o-", ms=4, label="training")
        axes.plot(epochs, history[f"val_{name}"], "s-", ms=4, label="validation")
        axes.set_ylabel(name)
        axes.grid(axis="y", color=style.LIGHT)
    drawing.axes[0].legend(frameon=False)
    drawing.axes[1].set(xlabel="epoch", xticks=epochs)
    return drawing
