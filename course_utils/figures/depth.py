"""Curves over the layers of a network, each labeled at its end."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from course_utils.figures import style


def draw_over_layers(axes: Axes, sizes: Mapping[str, Sequence[float]]) -> None:
    """Draw sizes, a dict from a label to the size after 0, 1, 2, ... layers, on a log scale."""
    depth = len(next(iter(sizes.values()))) - 1
    for (label, values), marker in zip(sizes.items(), "osD^v", strict=False):
        axes.semilogy(values, marker=marker, ms=4)
        axes.annotate(
            label,
            (depth, values[-1]),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            color=axes.lines[-1].get_color(),
        )
    axes.set_xlabel("layers passed")
    axes.set_xticks(range(0, depth + 1, 2))
    axes.grid(axis="y", color=style.LIGHT)
