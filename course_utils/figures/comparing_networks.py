"""Figures of the CIFAR-10 lab: networks side by side, and what one answers to a picture."""

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils.figures import style
from course_utils.figures.drawing import Drawing, course_style
from course_utils.figures.filtering import show_picture


@course_style()
def costs_by_layer(networks: Mapping[str, Mapping[str, tuple[int, int]]]) -> Drawing:
    """Parameters and multiplications of each layer, one row of panels per network.

    Parameters
    ----------
    networks : mapping
        From a network's name to its layers, a mapping from the layer's name to its parameters and
        its multiplications for one image.
    """
    description, most = [], np.zeros(2)
    for name, layers in networks.items():
        totals = np.sum(list(layers.values()), axis=0)
        most = np.maximum(most, np.max(list(layers.values()), axis=0))
        description.append(
            f"{name}, {totals[0]:,} parameters and {totals[1]:,} multiplications: "
            + ", ".join(f"{layer} {p:,} and {m:,}" for layer, (p, m) in layers.items())
        )
    rows = [len(layers) for layers in networks.values()]
    drawing = Drawing(
        alt="Bars of parameters and multiplications of each layer. " + ". ".join(description) + ".",
        figsize=(5.6, 0.36 * sum(rows) + 0.55 * len(networks)),
    )
    grid = drawing.subplots(len(networks), 2, squeeze=False, height_ratios=rows)
    for panels, (name, layers) in zip(grid, networks.items(), strict=True):
        for kind, (axes, what) in enumerate(
            zip(panels, ("parameters", "multiplications"), strict=True)
        ):
            counts = [costs[kind] for costs in layers.values()]
            color = (style.BLUE, style.ORANGE)[kind]
            bars = axes.barh(range(len(counts)), counts, color=color)
            axes.bar_label(bars, [f"{count:,}" for count in counts], padding=3, fontsize=9)
            axes.set_yticks(range(len(counts)), list(layers) if kind == 0 else [])
            axes.invert_yaxis()
            axes.set(xlim=(0, 1.75 * most[kind]), xticks=[])
            title = f"{name}: {sum(counts):,}" if kind == 0 else f"{sum(counts):,}"
            axes.set_title(f"{title}\n{what}", fontsize=10, loc="left")
            axes.spines["bottom"].set_visible(False)
            axes.tick_params(left=False)
    return drawing


@course_style()
def histories(runs: Mapping[str, Mapping[str, Sequence[float]]]) -> Drawing:
    """Loss and accuracy of several trainings: dashed on training, solid on validation images.

    Parameters
    ----------
    runs : mapping
        From a name to its history: lists under "loss", "accuracy", "val_loss", "val_accuracy".
    """
    description = [
        f"{name}: training loss ends at {run['loss'][-1]:.2f}, validation loss is lowest after "
        f"epoch {int(np.argmin(run['val_loss'])) + 1} with {min(run['val_loss']):.2f} and ends at "
        f"{run['val_loss'][-1]:.2f}; accuracies end at {run['accuracy'][-1]:.2f} and "
        f"{run['val_accuracy'][-1]:.2f}"
        for name, run in runs.items()
    ]
    longest = max(len(run["loss"]) for run in runs.values())
    drawing = Drawing(
        alt=f"Loss and accuracy over {longest} epochs. " + ". ".join(description) + ".",
        figsize=(5.2, 5.6),
    )
    for axes, kind in zip(drawing.subplots(2, 1, sharex=True), ("loss", "accuracy"), strict=True):
        for (name, run), color in zip(runs.items(), style.CYCLE, strict=False):
            epochs = np.arange(1, len(run[kind]) + 1)
            axes.plot(epochs, run[kind], "--", color=color, lw=1.6, label=f"{name}, training")
            values = run[f"val_{kind}"]
            axes.plot(epochs, values, "o-", color=color, ms=4, lw=2, label=f"{name}, validation")
        axes.set_ylabel(kind)
        axes.grid(axis="y", color=style.LIGHT)
    drawing.axes[1].set_xlabel("epoch")
    drawing.axes[1].set_xticks(range(1, longest + 1, max(1, longest // 10)))
    handles, labels = drawing.axes[0].get_legend_handles_labels()
    drawing.legend(handles, labels, loc="outside upper left", frameon=False, ncols=2)
    return drawing


@course_style()
def answers(panels: Mapping[str, tuple[np.ndarray, np.ndarray]], names: Sequence[str]) -> Drawing:
    """Pictures, and beside each the probabilities that a network gives it.

    Parameters
    ----------
    panels : mapping
        From a title to a picture, (H, W) or (H, W, 3), and its probabilities (K,).
    names : sequence of str
        The K classes.
    """
    description = []
    for title, (_, probabilities) in panels.items():
        first, second = np.argsort(-np.asarray(probabilities))[:2]
        description.append(
            f"{title}: {names[first]} {probabilities[first]:.3f}, then {names[second]} "
            f"{probabilities[second]:.3f}"
        )
    drawing = Drawing(
        alt="Pictures and the network's probabilities. " + "; ".join(description) + ".",
        figsize=(5.4, 2.3 * len(panels)),
    )
    grid = drawing.subplots(len(panels), 2, squeeze=False, width_ratios=(1, 1.15))
    for (left, right), (title, (picture, probabilities)) in zip(grid, panels.items(), strict=True):
        show_picture(left, picture)
        left.set_title(title, fontsize=10, loc="left")
        best = int(np.argmax(probabilities))
        colors = [style.VERMILLION if k == best else style.SKY for k in range(len(names))]
        bars = right.barh(range(len(names)), probabilities, color=colors)
        right.bar_label(bars, [f"{value:.3f}" for value in probabilities], padding=3, fontsize=8)
        right.set_yticks(range(len(names)), names, fontsize=8.5)
        right.invert_yaxis()
        right.set(xlim=(0, 1.25), xticks=[])
        right.spines["bottom"].set_visible(False)
        right.tick_params(left=False)
    return drawing
