"""Figures of chapter 6: batch normalization."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from course_utils.figures import style
from course_utils.figures.drawing import Drawing, course_style
from course_utils.figures.grids import (
    KERNEL,
    RESULT,
    WINDOW,
    cell_canvas,
    draw_cells,
    in_words,
    write,
)

MINUS = "\N{MINUS SIGN}"


@course_style()
def batch_norm_flow(x: Sequence[float], gamma: float, beta: float) -> Drawing:
    """One channel of a batch on its way through batch normalization, without epsilon.

    Parameters
    ----------
    x : sequence of float
        The channel's values, one for each example.
    """
    x = np.asarray(x, float)
    mean, deviation = x.mean(), x.std()
    steps = {
        "x": x,
        f"{MINUS} mean {in_words(mean)}": x - mean,
        f"÷ deviation {in_words(deviation)}": (x - mean) / deviation,
        f"× {in_words(gamma)}, + {in_words(beta)}": gamma * (x - mean) / deviation + beta,
    }
    values = [np.round(step, 4) for step in steps.values()]
    drawing, axes = cell_canvas(
        9.6,
        len(x) + 2.3,
        alt=f"The values {_listed(x)} of one channel. Minus their mean {in_words(mean)}: "
        f"{_listed(values[1])}. Divided by their standard deviation {in_words(deviation)}: "
        f"{_listed(values[2])}. Times {in_words(gamma)} plus {in_words(beta)}: "
        f"{_listed(values[3])}.",
        inches=5,
    )
    colors = ("white", KERNEL, WINDOW, RESULT)
    for place, (title, column, color) in enumerate(zip(steps, values, colors, strict=True)):
        left = 0.7 + 2.4 * place
        for row, value in enumerate(column):
            draw_cells(axes, [[value]], left, 1.1 + row, fill=color)
        write(axes, left + 0.5, 0.5, title, size=10)
        summary = f"mean {_rounded(column.mean())}\ndev. {_rounded(column.std())}"
        write(axes, left + 0.5, len(x) + 1.7, summary, size=9, color="#5a5f69")
        if place:
            _arrow(axes, (left - 1.3, 1.1 + len(x) / 2), (left - 0.1, 1.1 + len(x) / 2))
    return drawing


def _rounded(value):
    return in_words(round(float(value), 4) + 0.0)


def _listed(values):
    return ", ".join(in_words(value) for value in values)


def _arrow(axes, start, end, color=style.GREY, **options):
    options.setdefault("arrowstyle", "-|>")
    axes.add_patch(
        FancyArrowPatch(start, end, mutation_scale=12, color=color, lw=1.4, shrinkA=0, **options)
    )


@course_style()
def channel_histograms(
    before: np.ndarray, after: np.ndarray, *, names: Sequence[str] | None = None
) -> Drawing:
    """How the values of each channel are distributed before and after a normalization.

    Parameters
    ----------
    before, after : arrays (..., C)
    """
    channels = before.shape[-1]
    names = names or [f"channel {channel}" for channel in range(channels)]
    columns = [array.reshape(-1, channels).astype(float) for array in (before, after)]
    description = [
        f"{name}: mean {b.mean():.2f} and deviation {b.std():.2f} before, "
        f"{round(a.mean(), 2) + 0.0:.2f} and {a.std():.2f} after"
        for name, b, a in zip(names, columns[0].T, columns[1].T, strict=True)
    ]
    drawing = Drawing(
        alt="Two histograms, before and after normalization, on a logarithmic scale. "
        + "; ".join(description)
        + ".",
        figsize=(5.2, 4.2),
    )
    titles = ("before", "after")
    for axes, values, title in zip(drawing.subplots(2, 1), columns, titles, strict=True):
        low, high = np.percentile(values, (0.5, 99.5))
        edges = np.linspace(low, high, 61)
        for name, column in zip(names, values.T, strict=True):
            axes.hist(column, edges, histtype="step", lw=2, density=True, label=name)
        axes.set_title(title, loc="left")
        axes.set(yscale="log", ylabel="density")
    drawing.axes[0].legend(frameon=False)
    drawing.axes[1].set_xlabel("value")
    return drawing


@course_style()
def normalization_axes(examples: int = 3, channels: int = 4, groups: int = 2) -> Drawing:
    """Which values share one mean: batch, layer, instance and group normalization.

    A row is an example, a column a channel, and each block holds the pixels of one map.
    """
    methods = {
        "batch": (np.s_[:, 0], f"one channel, all {examples} examples"),
        "layer": (np.s_[0, :], "one example, all its channels"),
        "instance": (np.s_[0, 0], "one channel of one example"),
        "group": (
            np.s_[0, : channels // groups],
            f"{channels // groups} of {channels} channels of one example",
        ),
    }
    drawing = Drawing(
        alt=f"Four copies of a grid of {examples} examples by {channels} channels, each block a "
        "map of pixels. The colored blocks share one mean and one variance. "
        + " ".join(
            f"{name.capitalize()} normalization: {what}." for name, (_, what) in methods.items()
        ),
        figsize=(5, 4.6),
    )
    for axes, (name, (shared, what)) in zip(
        drawing.subplots(2, 2).flat, methods.items(), strict=True
    ):
        colored = np.zeros((examples, channels))
        colored[shared] = 1
        for row, column in np.ndindex(colored.shape):
            color = style.SKY if colored[row, column] else "white"
            blocks = np.full((2, 2), None)
            draw_cells(axes, blocks, 1.2 * column, 1.2 * row, fill=color, cell=0.5)
        axes.set(xlim=(-0.1, 1.2 * channels), ylim=(1.2 * examples, -0.1), aspect="equal")
        axes.set(xticks=[], yticks=[])
        axes.set_xlabel("channels", fontsize=9)
        axes.set_ylabel("examples", fontsize=9)
        axes.spines[:].set_visible(False)
        axes.set_title(f"{name} norm\n", loc="left", fontsize=11, weight="bold")
        axes.text(0, 1.03, what, transform=axes.transAxes, fontsize=8.5, va="bottom")
    return drawing


@course_style()
def batch_norm_paths(x: Sequence[float], dy: Sequence[float], gamma: float) -> Drawing:
    """The three ways from one x to the loss, and what each contributes to dx; without epsilon.

    Parameters
    ----------
    x, dy : sequences of float
        One channel's values and the loss's gradient with respect to the outputs.
    """
    x, dy = np.asarray(x, float), np.asarray(dy, float)
    deviation = x.std()
    x_hat = (x - x.mean()) / deviation
    parts = {
        "direct": gamma / deviation * dy,
        "by mean": -gamma / deviation * np.full(len(x), dy.mean()),
        "by variance": -gamma / deviation * x_hat * (dy * x_hat).mean(),
    }
    columns = {"dy": dy, **parts, "dx": sum(parts.values())}
    drawing, axes = cell_canvas(
        10,
        len(x) + 7.2,
        alt="Three arrows lead from x to the normalized x: one directly, one through the mean, one "
        "through the variance. Below, for the values "
        f"{_listed(x)} and a gradient dy of {_listed(dy)}: "
        + "; ".join(
            f"{name} {_listed(np.round(part, 4) + 0.0)}" for name, part in list(columns.items())[1:]
        )
        + ".",
        inches=5,
    )
    _draw_graph(axes)
    colors = ("white", RESULT, WINDOW, KERNEL, "#f3dfe9")
    signs = ("", "", "+", "+", "=")
    for place, (name, column) in enumerate(columns.items()):
        left, top = 0.2 + 2.0 * place, 6.8
        write(axes, left + 0.8, top - 0.5, name, size=10)
        for row, value in enumerate(np.round(column, 4) + 0.0):
            _wide_cell(axes, left, top + row, 1.6, in_words(value), colors[place])
        write(axes, left - 0.2, top + len(x) / 2, signs[place], size=13)
    return drawing


def _wide_cell(axes, left, top, width, text, color):
    axes.add_patch(
        FancyBboxPatch(
            (left, top),
            width,
            1,
            boxstyle="square,pad=0",
            facecolor=color,
            edgecolor=style.GREY,
            lw=0.8,
        )
    )
    write(axes, left + width / 2, top + 0.5, text, size=11)


def _draw_graph(axes):
    boxes = {
        "x": (0.3, 2.2, 1.1, "white"),
        "mean": (2.5, 0.4, 1.9, WINDOW),
        "variance": (3.9, 4.0, 2.1, KERNEL),
        "normalized x": (5.4, 2.2, 2.5, RESULT),
        "y": (8.8, 2.2, 0.9, "white"),
    }
    for name, (left, top, width, color) in boxes.items():
        _wide_cell(axes, left, top, width, name, color)
    for start, end, color in [
        ((1.4, 2.7), (5.4, 2.7), style.GREEN),
        ((1.0, 2.2), (2.5, 1.0), style.BLUE),
        ((4.4, 1.0), (5.9, 2.2), style.BLUE),
        ((1.0, 3.2), (3.9, 4.4), style.ORANGE),
        ((5.5, 4.0), (6.2, 3.2), style.ORANGE),
        ((3.6, 1.4), (4.6, 4.0), style.GREY),
        ((7.9, 2.7), (8.8, 2.7), style.GREY),
    ]:
        _arrow(axes, start, end, color)
    write(axes, 8.35, 2.2, "γ, β", size=10)


@course_style()
def moving_means(curves: Mapping[str, Sequence[float]], target: float) -> Drawing:
    """Moving averages over the steps, on their way to `target`."""
    reached = {
        label: int(np.argmax(np.asarray(curve) >= 0.9 * target)) for label, curve in curves.items()
    }
    steps = len(next(iter(curves.values()))) - 1
    drawing = Drawing(
        alt=f"Moving means over {steps} steps, from 0 toward {in_words(target)}. Nine tenths of "
        "the way are reached "
        + ", ".join(f"after {step} steps with {label}" for label, step in reached.items())
        + ".",
        figsize=(5, 3.2),
    )
    axes = drawing.subplots()
    axes.axhline(target, color=style.GREY, ls=":")
    for (label, curve), marker in zip(curves.items(), "osD", strict=False):
        (line,) = axes.plot(curve, lw=2, label=label)
        step = reached[label]
        axes.plot(step, curve[step], marker, color=line.get_color(), ms=7)
        axes.annotate(
            f"90% after {step}",
            (step, curve[step]),
            xytext=(8, -14),
            textcoords="offset points",
            color=line.get_color(),
        )
    axes.set(xlabel="steps", ylabel="moving mean", ylim=(0, 1.08 * target))
    axes.legend(frameon=False, loc="lower right")
    return drawing


@course_style()
def runs_with_spread(
    panels: Mapping[str, Mapping[str, np.ndarray]],
    *,
    xlabel: str,
    ylabel: str,
    ylim: tuple[float, float] | None = None,
    columns: int = 2,
    spacing: int = 1,
) -> Drawing:
    """Curves with several runs each: the mean as a line, the range of the runs as a band.

    Parameters
    ----------
    panels : mapping
        From a panel's title to its curves, a mapping from a label to an array (runs, points).
    spacing : int
        What one point stands for on the horizontal axis, such as 5 steps.
    """
    ends = [
        f"{title}: "
        + ", ".join(f"{label} {_end(np.asarray(runs))}" for label, runs in curves.items())
        for title, curves in panels.items()
    ]
    rows = -(-len(panels) // columns)
    drawing = Drawing(
        alt=f"{ylabel.capitalize()} over {xlabel}, mean of several runs with their range. At the "
        "end: " + "; ".join(ends) + ".",
        figsize=(5.4 if columns > 1 else 5, 2.5 * rows + 0.4),
    )
    grid = drawing.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes in grid.flat[len(panels) :]:
        axes.set_axis_off()
    for axes, (title, curves) in zip(grid.flat, panels.items(), strict=False):
        for label, runs in curves.items():
            runs = np.asarray(runs, float)
            steps = spacing * np.arange(1, runs.shape[1] + 1)
            (line,) = axes.plot(steps, runs.mean(axis=0), lw=2, label=label)
            axes.fill_between(
                steps, runs.min(axis=0), runs.max(axis=0), color=line.get_color(), alpha=0.2, lw=0
            )
        axes.set_title(title, fontsize=10)
        axes.grid(axis="y", color=style.LIGHT)
        if ylim:
            axes.set_ylim(*ylim)
    for axes in grid[:, 0]:
        axes.set_ylabel(ylabel)
    for axes in grid[-1]:
        axes.set_xlabel(xlabel)
    handles, labels = grid.flat[0].get_legend_handles_labels()
    drawing.legend(handles, labels, loc="outside upper left", frameon=False, ncols=3)
    return drawing


def _end(runs) -> str:
    last = runs[:, -1]
    if not np.isfinite(last).all():
        return "not finite"
    return f"{last.mean():.2f} ({last.min():.2f} to {last.max():.2f})"
