"""Grids of numbered cells, from which figures of small arrays are made.

Coordinates are counted in cells, x to the right and y downwards, as rows and columns are.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from course_utils.figures import style
from course_utils.figures.drawing import Drawing

WINDOW = "#cfe5f5"  # a light blue that dark digits stand out on
RESULT = "#d3ece3"
KERNEL = "#fbe6c2"
ZERO = "#ececea"
GRADIENT = "#f3dfe9"


def cell_canvas(
    width: float, height: float, *, alt: str, inches: float = 6.4
) -> tuple[Drawing, Axes]:
    """An empty drawing, width by height cells, as (drawing, axes); `inches` is its width."""
    drawing = Drawing(alt=alt, figsize=(inches, inches * height / width))
    drawing.set_layout_engine("none")  # the axes fill the drawing
    axes = drawing.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0), aspect="equal")
    axes.set_axis_off()
    return drawing, axes


def draw_cells(
    axes: Axes,
    values: Sequence[Sequence[Any]] | np.ndarray,
    left: float,
    top: float,
    *,
    fill: str | Sequence[Sequence[str]] | np.ndarray = "white",
    size: float = 13,
    cell: float = 1.0,
) -> None:
    """Draw a 2-D array as cells, each with its value; None leaves a cell empty.

    Parameters
    ----------
    values : array or nested list (rows, columns) of numbers, texts or None
    left, top : float
    fill : color, or array of colors (rows, columns)
    size : float
        Of the digits, in points.
    cell : float
        Side of a cell.
    """
    for i, row in enumerate(values):
        for j, value in enumerate(row):
            color = fill if isinstance(fill, str) else str(fill[i][j])
            corner = (left + j * cell, top + i * cell)
            axes.add_patch(
                Rectangle(corner, cell, cell, facecolor=color, edgecolor=style.GREY, linewidth=0.8)
            )
            if value is not None:
                center = (corner[0] + cell / 2, corner[1] + cell / 2)
                write(axes, *center, in_words(value), size=size)


def outline(
    axes: Axes,
    left: float,
    top: float,
    width: float,
    height: float,
    color: str = style.BLUE,
    line: float = 2.5,
) -> None:
    """Draw a frame around some cells."""
    axes.add_patch(
        Rectangle((left, top), width, height, fill=False, edgecolor=color, linewidth=line, zorder=3)
    )


def write(
    axes: Axes,
    x: float,
    y: float,
    text: str,
    *,
    size: float = 12,
    align: str = "center",
    **options: Any,
) -> None:
    """Write text around (x, y), in the ink of the course."""
    options.setdefault("color", style.INK)
    axes.text(x, y, text, ha=align, va="center", fontsize=size, **options)


def tinted(
    shape: tuple[int, int], color: str, where: Any = None, rest: str = "white"
) -> np.ndarray:
    """Colors of a grid: `color` in the slices `where`, `rest` elsewhere."""
    fill = np.full(shape, rest, dtype=object)
    fill[where if where is not None else ...] = color
    return fill


def in_words(value: float | str) -> str:
    """A number as a reader would write it: with a real minus sign and without needless zeros."""
    if isinstance(value, str):
        return value
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}")


def rows_in_words(values: Sequence[Sequence[Any]] | np.ndarray) -> str:
    """An array as text: rows one after the other, "1 0 2; 0 1 0"."""
    return "; ".join(" ".join(in_words(value) for value in row) for row in values)
