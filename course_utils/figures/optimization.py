"""Figures of chapter 5: signals through depth, paths of update rules, learning-rate schedules."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.figures import style
from course_utils.figures.depth import draw_over_layers
from course_utils.figures.drawing import Drawing, course_style


@course_style()
def sizes_through_layers(sizes: Mapping[str, Sequence[float]]) -> Drawing:
    """Root mean square of the values that come out of each layer, on a logarithmic scale.

    Parameters
    ----------
    sizes : mapping
        From a label to the size of the input, after layer 1, after layer 2, ...
    """
    depth = len(next(iter(sizes.values()))) - 1
    drawing = Drawing(
        alt=f"Root mean square of the values after 0 to {depth} layers, on a "
        f"logarithmic scale. After {depth} layers: "
        + ", ".join(f"{values[-1]:.2g} with {label}" for label, values in sizes.items())
        + ".",
        figsize=(5.4, 3.8),
    )
    axes = drawing.subplots()
    draw_over_layers(axes, sizes)
    axes.set(ylabel="root mean square", xlim=(0, depth * 1.4))
    return drawing


@course_style()
def paths_in_a_valley(paths: Mapping[str, np.ndarray], curvatures: tuple[float, float]) -> Drawing:
    """Paths of update rules over the loss (a x² + b y²) / 2, one panel per rule.

    Parameters
    ----------
    paths : mapping
        From a rule's name to its points, an array (steps + 1, 2).
    curvatures : (float, float)
        a and b.
    """
    a, b = curvatures

    def loss(x, y):
        return (a * x**2 + b * y**2) / 2

    points = np.concatenate(list(paths.values()))
    reach = 1.12 * np.abs(points).max(axis=0)
    x, y = np.meshgrid(np.linspace(-reach[0], reach[0], 121), np.linspace(-reach[1], reach[1], 121))
    steps = len(next(iter(paths.values()))) - 1
    drawing = Drawing(
        alt=f"Contour lines of a long valley and in it the paths of {len(paths)} update rules, "
        f"{steps} steps each. Loss at the end: "
        + "; ".join(f"{name}: {loss(*path[-1]):.2g}" for name, path in paths.items())
        + ".",
        figsize=(5.4, 1.95 * math.ceil(len(paths) / 2)),
    )
    panels = drawing.subplots(math.ceil(len(paths) / 2), 2, sharex=True, sharey=True).ravel()
    levels = loss(*points[0]) * np.geomspace(0.004, 1.6, 9)
    for axes, (name, path) in zip(panels, paths.items(), strict=False):
        axes.contour(x, y, loss(x, y), levels=levels, colors=style.GREY, linewidths=0.6)
        axes.plot(*path.T, "o-", ms=3, lw=1.2, color=style.BLUE)
        axes.plot(*path[0], "o", ms=6, color=style.VERMILLION)
        axes.plot(0, 0, "*", ms=10, color=style.GREEN)
        axes.set_title(f"{name}: {loss(*path[-1]):.2g}", loc="left", fontsize=10.5)
        axes.set(xticks=[], yticks=[])
    for axes in panels[len(paths) :]:
        axes.set_axis_off()
    return drawing


@course_style()
def learning_rates(rates: Mapping[str, Sequence[float]]) -> Drawing:
    """Learning rates over the steps of a training, one line per schedule."""
    steps = len(next(iter(rates.values())))
    drawing = Drawing(
        alt=f"Learning rates over {steps} steps. "
        + " ".join(
            f"{label}: {values[0]:.2g} at the start, {max(values):.2g} at most, "
            f"{values[-1]:.2g} at the end."
            for label, values in rates.items()
        ),
        figsize=(5.4, 3.6),
    )
    axes = drawing.subplots()
    for (label, values), line in zip(rates.items(), ("-", "--", "-.", ":"), strict=False):
        axes.plot(values, line, lw=2, label=label)
    axes.set(xlabel="step", ylabel="learning rate")
    axes.set_ylim(bottom=0)
    drawing.legend(loc="outside upper left", ncols=2, frameon=False)
    return drawing
