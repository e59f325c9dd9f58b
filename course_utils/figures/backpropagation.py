"""Figures of chapter 4: slopes along a chain, of the loss, layer by layer, and of images."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.patches import FancyBboxPatch

from course_utils import reference
from course_utils.figures import style
from course_utils.figures.drawing import Drawing, course_style
from course_utils.figures.grids import GRADIENT, WINDOW, cell_canvas, draw_cells, in_words, write


@course_style()
def chain_of_slopes(values: Mapping[str, float], slopes: Sequence[float]) -> Drawing:
    """Values on the way to a loss, and the slopes of the loss on the way back.

    Parameters
    ----------
    values : mapping
        From a name to its value, in the order of the computation; the last one is the loss.
    slopes : sequence
        Of each step: how much the next value changes if this one changes by 1.
    """
    names = list(values)
    gradients = np.cumprod([1, *slopes[::-1]])[::-1]
    step, side = 2.6, 1.3
    drawing, axes = cell_canvas(
        step * (len(names) - 1) + side + 0.8,
        4.9,
        alt="Forward: "
        + ", ".join(f"{name} = {in_words(value)}" for name, value in values.items())
        + ". Slopes of the steps: "
        + ", ".join(map(in_words, slopes))
        + ". Backward, the slope of the loss with respect to each: "
        + ", ".join(f"{n} {in_words(g)}" for n, g in zip(names, gradients, strict=True))
        + ".",
    )
    for place, name in enumerate(names):
        left = 0.4 + place * step
        write(axes, left + side / 2, 0.5, name, size=13)
        value, gradient = [[values[name]]], [[gradients[place]]]
        draw_cells(axes, value, left, 0.9, fill=WINDOW, size=13, cell=side)
        draw_cells(axes, gradient, left, 3.3, fill=GRADIENT, size=13, cell=side)
        if place < len(slopes):
            ends = {"to": left + step, "from": left + side}
            _arrow(axes, (ends["from"], 1.55), (ends["to"], 1.55), style.BLUE)
            _arrow(axes, (ends["to"], 3.95), (ends["from"], 3.95), style.VERMILLION)
            label = f"× {in_words(slopes[place])}"
            middle = (ends["to"] + ends["from"]) / 2
            write(axes, middle, 3.45, label, size=13, color=style.VERMILLION)
    write(axes, 0.4, 2.75, "slope of the loss ←", size=12, color=style.VERMILLION, align="left")
    return drawing


def _arrow(axes, start, end, color):
    axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": color, "lw": 1.8})


@course_style()
def difference_errors(steps: Sequence[float], errors: Mapping[str, Sequence[float]]) -> Drawing:
    """How wrong difference quotients are, over their step; the mapping goes from labels."""
    steps = np.asarray(steps)
    best = {label: int(np.nanargmin(values)) for label, values in errors.items()}
    drawing = Drawing(
        alt="Relative error of difference quotients over the step, both logarithmic. "
        "Smallest errors: "
        + "; ".join(
            f"{label}: {errors[label][i]:.0e} at step {steps[i]:.0e}" for label, i in best.items()
        )
        + ".",
        figsize=(5.6, 3.8),
    )
    axes = drawing.subplots()
    for (label, values), line in zip(errors.items(), ("-", "-", "--"), strict=False):
        axes.loglog(steps, values, line, marker="o", ms=3, label=label)
        axes.plot(steps[best[label]], values[best[label]], "o", ms=8, color=axes.lines[-1].get_c())
    axes.set(xlabel="step", ylabel="relative error")
    axes.grid(color=style.LIGHT)
    axes.legend(frameon=False)
    return drawing


@course_style()
def probabilities_and_gradient(scores: Sequence[float], label: int) -> Drawing:
    """Softmax of some scores, and the gradient of cross-entropy: the same with one bar less 1."""
    scores = np.asarray(scores, float)[np.newaxis]
    probabilities = reference.softmax(scores)[0]
    gradient = reference.cross_entropy_backward(scores, np.array([label]))[0]
    drawing = Drawing(
        alt=f"Probabilities {', '.join(f'{p:.3f}' for p in probabilities)} of classes 0 to "
        f"{len(probabilities) - 1}; the right class is {label}. The gradient with respect to the "
        f"scores is {', '.join(f'{g:.3f}' for g in gradient)}: the same but for the right class, "
        "which has 1 less.",
        figsize=(5.2, 2.8),
    )
    panels = {"probabilities": probabilities, "gradient of the loss": gradient}
    for axes, (title, values) in zip(drawing.subplots(1, 2), panels.items(), strict=True):
        colors = [style.VERMILLION if k == label else style.SKY for k in range(len(values))]
        bars = axes.bar(range(len(values)), values, color=colors)
        axes.bar_label(bars, [f"{value:.3f}".replace("-", "−") for value in values], padding=2)
        axes.axhline(0, color=style.GREY, lw=0.8)
        axes.set(title=title, xlabel="class", xticks=range(len(values)), ylim=(-1, 1))
    return drawing


@course_style()
def backward_pass(steps: Sequence[tuple[str, str, str]]) -> Drawing:
    """A network downwards, and the gradients of its activations and weights upwards.

    Parameters
    ----------
    steps : sequence of (layer, shape of its output, gradients of its weights or "")
        The first one is the input, the last one the loss.
    """
    description = "; ".join(
        f"{layer} {shape}" + (f", {weights}" if weights else "") for layer, shape, weights in steps
    )
    drawing, axes = cell_canvas(
        11,
        1.5 * len(steps) + 0.5,
        alt="A network from the input at the top to the loss at the bottom. Arrows down: values. "
        "Arrows up: gradients, each of the shape of the values beside it. To the right, the "
        f"gradients of the weights. {description}.",
        inches=5.4,
    )
    for place, (layer, shape, weights) in enumerate(steps):
        top = 0.3 + 1.5 * place
        axes.add_patch(_box(2.6, top, 3.4, 0.9))
        write(axes, 4.3, top + 0.45, layer, size=12)
        if place < len(steps) - 1:
            _arrow(axes, (3.5, top + 0.9), (3.5, top + 1.5), style.BLUE)
            _arrow(axes, (5.1, top + 1.5), (5.1, top + 0.9), style.VERMILLION)
        if shape:
            write(axes, 3.2, top + 1.2, shape, size=11, align="right", color=style.BLUE)
            write(axes, 5.4, top + 1.2, shape, size=11, align="left", color=style.VERMILLION)
        if weights:
            _arrow(axes, (6.0, top + 0.45), (6.8, top + 0.45), style.VERMILLION)
            write(axes, 6.9, top + 0.45, weights, size=11, align="left", color=style.VERMILLION)
    return drawing


def _box(left, top, width, height):
    return FancyBboxPatch(
        (left, top),
        width,
        height,
        boxstyle="round,pad=0,rounding_size=0.2",
        facecolor=WINDOW,
        edgecolor=style.GREY,
    )


@course_style()
def gradients_by_layer(sizes: Mapping[str, Sequence[float]]) -> Drawing:
    """The size of the gradient at each layer; the mapping goes from a label to the sizes.

    The first entry of each sequence is for the input, the last for the output.
    """
    depth = len(next(iter(sizes.values()))) - 1
    drawing = Drawing(
        alt=f"Size of the gradient from the output, after layer {depth}, back to the input, on a "
        "logarithmic scale, relative to that at the output. At the input there is left: "
        + ", ".join(f"{values[0] / values[-1]:.2g} with {label}" for label, values in sizes.items())
        + ".",
        figsize=(5.4, 3.6),
    )
    axes = drawing.subplots()
    for (label, values), marker in zip(sizes.items(), "osD^v", strict=False):
        relative = np.asarray(values) / values[-1]
        axes.semilogy(relative, marker=marker, ms=4, label=label)
    axes.set(xlabel="layer (0 is the input)", ylabel="size of the gradient")
    axes.set_xticks(range(0, depth + 1, 2))
    axes.grid(axis="y", color=style.LIGHT)
    axes.legend(frameon=False, fontsize=9)
    return drawing


@course_style()
def saliency_maps(
    images: np.ndarray, maps: Mapping[str, np.ndarray], titles: Sequence[str]
) -> Drawing:
    """Images, and under each of them how strongly each pixel moves a score.

    Parameters
    ----------
    images : array (n, H, W)
    maps : mapping
        From a label to the sizes of gradients, an array (n, H, W).
    titles : sequence of str
        What stands above each image.
    """
    drawing = Drawing(
        alt=f"{len(images)} images ({', '.join(titles)}), and under each the size of the gradient "
        "of its class's score at every pixel, bright where it is large: "
        + "; ".join(
            f"{label}: {np.mean([_inside(m, i) for m, i in zip(values, images, strict=True)]):.0%}"
            " of it lies on pixels of the garment"
            for label, values in maps.items()
        )
        + ".",
        figsize=(5.6, 1.4 * (1 + len(maps)) + 0.2),
    )
    grid = drawing.subplots(1 + len(maps), len(images), squeeze=False)
    for column, image in enumerate(images):
        grid[0, column].imshow(image, cmap="gray", interpolation="nearest")
        grid[0, column].set_title(titles[column], fontsize=10)
    for row, (label, values) in enumerate(maps.items(), 1):
        for column, one in enumerate(values):
            limit = np.percentile(one, 99.5)
            grid[row, column].imshow(
                one, cmap=style.SEQUENTIAL, vmin=0, vmax=limit, interpolation="nearest"
            )
        grid[row, 0].set_ylabel(label, fontsize=10)
    grid[0, 0].set_ylabel("image", fontsize=10)
    for axes in grid.flat:
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set_visible(False)
    return drawing


def _inside(gradient, image):
    """The share of the gradient's size that lies where the image is not black."""
    return gradient[image > 0].sum() / gradient.sum()


@course_style()
def kernels_and_gradients(rows: Mapping[str, np.ndarray]) -> Drawing:
    """Kernels of a first layer, one row of pictures for each entry of the mapping.

    Parameters
    ----------
    rows : mapping
        From a label to an array (kh, kw, filters); each row has a scale of its own.
    """
    count = next(iter(rows.values())).shape[2]
    sizes = ", ".join(f"{label}: up to {np.abs(k).max():.2g}" for label, k in rows.items())
    drawing = Drawing(
        alt=f"{count} kernels as pictures, purple below zero and orange above, in "
        f"{len(rows)} rows with a scale each ({sizes}).",
        figsize=(5.6, 0.85 * len(rows) + 0.35 * len(rows)),
    )
    parts = drawing.subfigures(len(rows), 1, squeeze=False)[:, 0]
    for part, (label, kernels) in zip(parts, rows.items(), strict=True):
        part.set_facecolor(style.PAPER)
        part.suptitle(label, fontsize=10, x=0.01, ha="left")
        limit = np.abs(kernels).max()
        for axes, kernel in zip(part.subplots(1, count), np.moveaxis(kernels, 2, 0), strict=True):
            axes.imshow(kernel, cmap=style.DIVERGING, vmin=-limit, vmax=limit)
            axes.set_axis_off()
    return drawing
