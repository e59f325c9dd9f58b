"""Figures of how much of the input one value of a deep layer sees."""

from collections.abc import Sequence

import numpy as np

from course_utils.figures import style
from course_utils.figures.drawing import Drawing, course_style
from course_utils.reference import receptive_field


@course_style()
def receptive_field_growth(layers: Sequence[tuple[str, int, int]], n: int = 12) -> Drawing:
    """Side view of a stack of layers: the values that one value of the last layer depends on.

    Parameters
    ----------
    layers : sequence of (name, kernel, stride), first layer first
    n : int
        Input pixels drawn.
    """
    positions = _positions(layers, n)
    first = (len(positions[-1]) - 1) // 2
    seen = [(first, first)]
    for _, kernel, stride in reversed(layers):
        low, high = seen[-1]
        seen.append((low * stride, high * stride + kernel - 1))
    seen.reverse()
    fields = [receptive_field([layer[1:] for layer in layers[:k]]) for k in range(len(layers) + 1)]
    description = ", ".join(f"{name}: {field}" for (name, _, _), field in zip(layers, fields[1:]))
    drawing = Drawing(
        alt="Side of the receptive field after each layer, in input pixels. "
        f"{description}. One value of the last layer is joined to all values it depends on.",
        figsize=(6.4, 0.75 * len(positions) + 0.4),
    )
    axes = drawing.add_subplot()
    for level, (_, kernel, stride) in enumerate(layers):
        low, high = seen[level + 1]
        for i in range(low, high + 1):
            for j in range(kernel):
                ends = positions[level][i * stride + j], positions[level + 1][i]
                axes.plot(ends, (level, level + 1), color=style.SKY, linewidth=1, zorder=1)
    for level, (places, (low, high)) in enumerate(zip(positions, seen)):
        inside = (np.arange(len(places)) >= low) & (np.arange(len(places)) <= high)
        axes.scatter(places[~inside], places[~inside] * 0 + level, s=45, color=style.LIGHT)
        axes.scatter(places[inside], places[inside] * 0 + level, s=45, color=style.BLUE, zorder=2)
        name = layers[level - 1][0] if level else "input"
        axes.text(-0.9, level, name, ha="right", va="center", fontsize=12, color=style.INK)
        text = f"sees {fields[level]}" if level else ""
        axes.text(n - 0.1, level, text, va="center", fontsize=12, color=style.INK)
    axes.set(xlim=(-3.4, n + 1.6), ylim=(-0.4, len(layers) + 0.4))
    axes.set_axis_off()
    return drawing


def _positions(layers, n):
    """Centers of the values of each level, in input pixels, input first."""
    positions = [np.arange(n, dtype=float)]
    for _, kernel, stride in layers:
        before = positions[-1]
        count = (len(before) - kernel) // stride + 1
        starts = np.arange(count) * stride
        positions.append((before[starts] + before[starts + kernel - 1]) / 2)
    return positions


@course_style()
def influence(weights: np.ndarray, inner: int) -> Drawing:
    """How much each pixel of a receptive field counts, with a frame around its inner part.

    Parameters
    ----------
    weights : array (side, side), not negative, adding up to 1
    inner : int
        Side of the framed square in the middle.
    """
    side = len(weights)
    first = (side - inner) // 2
    share = weights[first : first + inner, first : first + inner].sum()
    drawing = Drawing(
        alt=f"Influence of each pixel of a {side} by {side} receptive field: high in the middle, "
        f"fading towards the border. The inner {inner} by {inner} pixels, framed, hold "
        f"{share:.0%} of it.",
        figsize=(4.4, 3.6),
    )
    axes = drawing.add_subplot()
    shown = axes.imshow(weights / weights.max(), cmap=style.SEQUENTIAL, vmin=0, vmax=1)
    corner = first - 0.5
    axes.plot(
        corner + inner * np.array([0, 1, 1, 0, 0]),
        corner + inner * np.array([0, 0, 1, 1, 0]),
        color=style.ORANGE,
        linewidth=2.5,
    )
    axes.set_axis_off()
    bar = drawing.colorbar(shown, ax=axes, label="influence, largest = 1")
    bar.ax.tick_params(labelsize=10)
    return drawing
