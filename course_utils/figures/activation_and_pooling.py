"""Figures of chapter 3: activation and pooling."""

from collections.abc import Mapping, Sequence

import numpy as np

from course_utils import reference
from course_utils.figures import style
from course_utils.figures.animation import Animation
from course_utils.figures.depth import draw_over_layers
from course_utils.figures.drawing import Drawing, course_style
from course_utils.figures.grids import (
    KERNEL,
    RESULT,
    WINDOW,
    cell_canvas,
    draw_cells,
    outline,
    rows_in_words,
    tinted,
    write,
)

WINDOW_COLORS = (WINDOW, KERNEL, RESULT, "#f3dfe9")


@course_style()
def activation_curves() -> Drawing:
    """ReLU, leaky ReLU, sigmoid and tanh, each with its slope."""
    x = np.linspace(-5, 5, 501)
    curves = {
        "ReLU": (reference.relu(x), np.where(x > 0, 1.0, 0.0)),
        "leaky ReLU, slope 0.2": (reference.leaky_relu(x), np.where(x > 0, 1.0, 0.2)),
        "sigmoid": (reference.sigmoid(x), reference.sigmoid(x) * (1 - reference.sigmoid(x))),
        "tanh": (reference.tanh(x), 1 - reference.tanh(x) ** 2),
    }
    steepest = {name: slope.max() for name, (_, slope) in curves.items()}
    drawing = Drawing(
        alt="Four activation functions from -5 to 5, solid, and their slopes, dashed. ReLU is 0 "
        "below zero and x above; leaky ReLU falls to -1 at -5. The sigmoid rises from 0 to 1, tanh "
        "from -1 to 1; both are flat at the ends. The largest slopes are "
        + ", ".join(f"{value:g} for {name}" for name, value in steepest.items())
        + ".",
        figsize=(5.4, 4.4),
    )
    for axes, (name, (y, slope)) in zip(drawing.subplots(2, 2).flat, curves.items(), strict=True):
        # The slope of the first two jumps at 0: a line drawn across would be wrong.
        jump = np.abs(np.diff(slope, prepend=slope[0])) > 0.5
        axes.axhline(0, color=style.LIGHT, lw=1)
        axes.axvline(0, color=style.LIGHT, lw=1)
        axes.plot(x, y, color=style.BLUE, lw=2.2, label="value")
        axes.plot(x, np.where(jump, np.nan, slope), "--", color=style.VERMILLION, label="slope")
        axes.set(title=name, xticks=(-4, 0, 4), ylim=(-1.25, 2.25), yticks=(-1, 0, 1, 2))
        axes.text(-4.9, 1.55, f"largest slope {slope.max():g}", color=style.VERMILLION)
    axes.legend(loc="lower right", frameon=False)
    return drawing


@course_style()
def outputs_along_a_line(x: np.ndarray, outputs: Mapping[str, np.ndarray]) -> Drawing:
    """Outputs of networks over their only input; the mapping goes from labels to values."""
    bends = {label: _bends(y) for label, y in outputs.items()}
    drawing = Drawing(
        alt=f"Outputs of networks for inputs from {x[0]:g} to {x[-1]:g}. "
        + " ".join(
            f"{label}: a line with {count} bends." if count else f"{label}: a straight line."
            for label, count in bends.items()
        ),
        figsize=(5, 3),
    )
    axes = drawing.subplots()
    for label, y in outputs.items():
        axes.plot(x, y, lw=2, label=label)
    axes.set(xlabel="input", ylabel="output")
    axes.legend(frameon=False)
    return drawing


def _bends(y: np.ndarray) -> int:
    """The number of places where a sampled line changes its slope."""
    slopes = np.diff(y)
    changed = np.abs(np.diff(slopes)) > 1e-9 * np.abs(slopes).max()
    # A bend between two samples changes the slope at both of them: count runs, not samples.
    return int(np.sum(changed & ~np.concatenate(([False], changed[:-1]))))


@course_style()
def before_and_after_relu(image: np.ndarray, response: np.ndarray) -> Drawing:
    """A photograph, a filter's response to it, and what ReLU keeps of it and of its negative."""
    kept, kept_negative = reference.relu(response), reference.relu(-response)
    drawing = Drawing(
        alt="A photograph; the signed response of a vertical edge filter to it; the response after "
        f"ReLU, where {np.mean(kept == 0):.0%} of the pixels are zero; and the negated response "
        f"after ReLU, where {np.mean(kept_negative == 0):.0%} are. The two lower pictures show "
        "different edges: one those from dark to light, the other those from light to dark.",
        figsize=(5.6, 4.4),
    )
    limit = np.percentile(np.abs(response), 99)
    signed = {"cmap": style.DIVERGING, "vmin": -limit, "vmax": limit}
    positive = {"cmap": style.SEQUENTIAL, "vmin": 0, "vmax": limit}
    panels = {
        "photograph": (image, {"cmap": "gray"}),
        "response (orange +, purple −)": (response, signed),
        "ReLU(response)": (kept, positive),
        "ReLU(−response)": (kept_negative, positive),
    }
    for axes, (title, (values, options)) in zip(
        drawing.subplots(2, 2).flat, panels.items(), strict=True
    ):
        axes.imshow(values, interpolation="nearest", **options)
        axes.set_title(title)
        axes.set_axis_off()
    return drawing


@course_style()
def nudges_through_depth(sizes: Mapping[str, Sequence[float]]) -> Drawing:
    """How much of a small change to the input is left after each layer.

    Parameters
    ----------
    sizes : mapping
        From a label to the size of the change at the input, after layer 1, after layer 2, ...
    """
    last = {label: values[-1] for label, values in sizes.items()}
    depth = len(next(iter(sizes.values()))) - 1
    drawing = Drawing(
        alt=f"Size of a nudge after 0 to {depth} layers, on a logarithmic scale. After {depth} "
        "layers there is left of it: "
        + ", ".join(f"{value:.2g} with {label}" for label, value in last.items())
        + ".",
        figsize=(5.4, 3.6),
    )
    axes = drawing.subplots()
    draw_over_layers(axes, sizes)
    axes.set(ylabel="size of the nudge", xlim=(0, depth * 1.45))
    return drawing


@course_style()
def max_and_average_pooling(feature_map: np.ndarray) -> Drawing:
    """A feature map with even sides, and its 2x2 maxima and averages side by side."""
    maxima = _pooled(reference.max_pool2d, feature_map)
    averages = _pooled(reference.avg_pool2d, feature_map)
    height, width = feature_map.shape
    drawing, axes = cell_canvas(
        2 * width + 1.4,
        height + 0.9,
        alt=f"A {height} by {width} feature map, {rows_in_words(feature_map)}, cut into 2 by 2 "
        f"windows of different colors. Max pooling gives {rows_in_words(maxima)}, average pooling "
        f"{rows_in_words(averages)}.",
        inches=5.4,
    )
    small = np.resize(WINDOW_COLORS, maxima.shape)
    panels = {
        "feature map": (feature_map, small.repeat(2, axis=0).repeat(2, axis=1), 0.1, 0.8),
        "maximum": (maxima, small, width + 0.7, 0.8 + height / 4),
        "average": (averages, small, 1.5 * width + 1.3, 0.8 + height / 4),
    }
    for title, (values, colors, left, top) in panels.items():
        draw_cells(axes, values, left, top, fill=colors)
        write(axes, left + values.shape[1] / 2, top - 0.4, title)
    for row, column in np.argwhere(feature_map == maxima.repeat(2, axis=0).repeat(2, axis=1)):
        outline(axes, 0.16 + column, 0.86 + row, 0.88, 0.88, color=style.INK, line=1.8)
    return drawing


@course_style()
def pooling_a_moving_pixel(steps: int = 5) -> Animation:
    """A bright pixel moves right, one pixel per step; the 2x2 maxima follow in jumps of two."""
    maps = [np.zeros((4, 8)) for _ in range(steps)]
    for shift, feature_map in enumerate(maps):
        feature_map[1, 2 + shift] = 9
    pooled = [_pooled(reference.max_pool2d, feature_map) for feature_map in maps]
    frames = [
        _moving_pixel_frame(maps[i], pooled[i], i, pooled[max(i - 1, 0)]) for i in range(steps)
    ]
    return Animation(frames, label="A pixel moves; its pooled map changes at every second step")


def _moving_pixel_frame(feature_map, pooled, shift, pooled_before) -> Drawing:
    (row, column), (pooled_row, pooled_column) = (
        np.argwhere(values)[0].tolist() for values in (feature_map, pooled)
    )
    same = "as before" if np.array_equal(pooled, pooled_before) else "changed"
    verdict = same if shift else "at the start"
    drawing, axes = cell_canvas(
        8.2,
        8.3,
        alt=f"Shift {shift}: the 9 is at row {row}, column {column} of the feature map and at row "
        f"{pooled_row}, column {pooled_column} of the pooled map: {verdict}.",
        inches=4.2,
    )
    write(axes, 0.1, 0.4, f"feature map, 9 shifted by {shift}", align="left")
    draw_cells(axes, feature_map, 0.1, 0.8, fill=_bright(feature_map))
    for left in range(0, 8, 2):
        for top in range(0, 4, 2):
            outline(axes, left + 0.1, top + 0.8, 2, 2, line=1.6)
    write(axes, 2.1, 5.5, f"2×2 maximum: {verdict}", align="left")
    draw_cells(axes, pooled, 2.1, 5.9, fill=_bright(pooled))
    return drawing


def _bright(values):
    return tinted(values.shape, WINDOW_COLORS[1], np.nonzero(values))


def _pooled(pool, feature_map):
    return pool(feature_map[np.newaxis, :, :, np.newaxis])[0, :, :, 0]


@course_style()
def change_under_shift(changes: Mapping[str, Sequence[float]]) -> Drawing:
    """How much pooled maps differ from those of the shifted images.

    Parameters
    ----------
    changes : mapping
        From a label to the change at shifts of 0, 1, 2, ... pixels; 1 means as different as the
        maps of two different images.
    """
    shifts = len(next(iter(changes.values())))
    drawing = Drawing(
        alt=f"Change of the pooled maps when the image is shifted by 0 to {shifts - 1} pixels; 1 "
        "is the difference between two different images. At a shift of one pixel: "
        + ", ".join(f"{values[1]:.2f} with {label}" for label, values in changes.items())
        + ".",
        figsize=(5.4, 3.6),
    )
    axes = drawing.subplots()
    for (label, values), marker in zip(changes.items(), "osD^v", strict=False):
        axes.plot(values, marker=marker, ms=5, label=label)
    axes.axhline(1, color=style.GREY, ls=":")
    axes.text(shifts - 1, 1.02, "two different images", ha="right", color=style.GREY)
    axes.set(xlabel="shift in pixels", ylabel="change of the pooled maps", ylim=(-0.04, 1.14))
    axes.set_xticks(range(shifts))
    axes.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 0.06))
    return drawing


@course_style()
def aliasing(rows: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Drawing:
    """Pairs of signals as bars: the original on the left, its shifted copy on the right.

    Parameters
    ----------
    rows : mapping
        From a row's label to its two signals.
    """
    drawing = Drawing(
        alt="Bars of a signal on the left and of its copy shifted by one on the right. "
        + " ".join(
            f"{label}: {_as_text(left)} and {_as_text(right)}."
            for label, (left, right) in rows.items()
        ),
        figsize=(5.4, 1.35 * len(rows) + 0.3),
    )
    panels = drawing.subplots(len(rows), 2, sharey=True)
    colors = (style.GREY, style.VERMILLION, style.BLUE, style.GREEN)
    for pair, (label, signals), color in zip(panels, rows.items(), colors, strict=False):
        for axes, signal, title in zip(pair, signals, (label, "… shifted by one"), strict=True):
            bars = axes.bar(range(len(signal)), signal, color=color, width=0.8)
            axes.bar_label(bars, [f"{value:g}" for value in signal], size=10)
            axes.set(ylim=(0, 1.35), xticks=[], yticks=[])
            axes.set_title(title, loc="left")
            axes.spines["left"].set_visible(False)
    return drawing


def _as_text(signal) -> str:
    return " ".join(f"{value:g}" for value in signal)


@course_style()
def parameters_by_layer(counts: Mapping[str, int]) -> Drawing:
    """How many parameters each layer of a network has, as bars."""
    total = sum(counts.values())
    drawing = Drawing(
        alt=f"Bars with the parameters of each layer, {total:,} together: "
        + ", ".join(f"{name} {count:,} ({count / total:.1%})" for name, count in counts.items())
        + ".",
        figsize=(5.4, 0.42 * len(counts) + 0.7),
    )
    axes = drawing.subplots()
    bars = axes.barh(list(counts), list(counts.values()), color=style.BLUE)
    labels = [f"{count:,}  ({count / total:.1%})" for count in counts.values()]
    axes.bar_label(bars, labels, padding=4)
    axes.invert_yaxis()
    axes.set(xlim=(0, 1.55 * max(counts.values())), xticks=[])
    axes.set_title(f"parameters, {total:,} in all")
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(left=False)
    return drawing


@course_style()
def forward_pass(
    stages: Sequence[np.ndarray],
    probabilities: Mapping[str, float],
    *,
    titles: Sequence[str],
    maps: int = 4,
) -> Drawing:
    """One image on its way through a network.

    Parameters
    ----------
    stages : sequence of arrays (H, W, C)
        The image, gray or RGB, then its feature maps after each stage; of each the first `maps`
        are drawn.
    probabilities : mapping
        From the name of a class to its probability.
    titles : sequence of str
        One for each stage.
    """
    shapes = ["×".join(map(str, stage.shape)) for stage in stages]
    best = max(probabilities, key=probabilities.get)
    drawing = Drawing(
        alt="Feature maps of one image, stage by stage: "
        + ", ".join(f"{title} {shape}" for title, shape in zip(titles, shapes, strict=True))
        + f". Below, the probabilities of {len(probabilities)} classes; the largest is "
        f"{probabilities[best]:.2f} for {best}.",
        figsize=(5.6, 7),
    )
    upper, lower = drawing.add_gridspec(2, 1, height_ratios=(1.6, 1))
    grid = upper.subgridspec(maps, len(stages))
    for column, stage in enumerate(stages):
        is_rgb = column == 0 and stage.shape[2] == 3
        for number in range(1 if is_rgb else min(maps, stage.shape[2])):
            axes = drawing.add_subplot(grid[number, column])
            cmap = "gray" if stage.shape[2] == 1 else style.SEQUENTIAL
            shown = stage if is_rgb else stage[:, :, number]
            axes.imshow(shown, cmap=cmap, interpolation="nearest")
            axes.set_axis_off()
            if number == 0:
                axes.set_title(f"{titles[column]}\n{shapes[column]}", loc="center")
    axes = drawing.add_subplot(lower)
    colors = [style.VERMILLION if name == best else style.SKY for name in probabilities]
    bars = axes.barh(list(probabilities), list(probabilities.values()), color=colors)
    axes.bar_label(bars, [f"{value:.3f}" for value in probabilities.values()], padding=3)
    axes.invert_yaxis()
    axes.set(title="softmax", xlim=(0, 1.15), xticks=[])
    axes.spines["bottom"].set_visible(False)
    return drawing
