"""Figures of images and what kernels make of them."""

import math
from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes

from course_utils.figures import style
from course_utils.figures.drawing import Drawing, course_style
from course_utils.figures.grids import KERNEL, cell_canvas, draw_cells, in_words, write
from course_utils.reference import conv2d, correlate2d


@course_style()
def pictures(
    panels: Mapping[str, np.ndarray],
    *,
    alt: str,
    columns: int = 2,
    inches: float = 6.4,
    values: bool = False,
) -> Drawing:
    """Images and feature maps side by side.

    Images are gray or RGB. A map with negative values is centered: white is zero, orange is
    above, purple below.

    Parameters
    ----------
    panels : dict from title to array (H, W) or (H, W, 3)
    alt : str
    columns : int
    inches : float
        Width of the drawing.
    values : bool
        Add each panel's smallest and largest value to its title.
    """
    rows = math.ceil(len(panels) / columns)
    height, width = np.shape(next(iter(panels.values())))[:2]
    side = inches / columns
    title_height = 0.5 if values else 0.3
    drawing = Drawing(alt=alt, figsize=(inches, rows * (side * height / width + title_height)))
    for number, (title, picture) in enumerate(panels.items()):
        axes = drawing.add_subplot(rows, columns, number + 1)
        show_picture(axes, picture)
        if values:
            title += f"\n{in_words(np.min(picture))} to {in_words(np.max(picture))}"
        axes.set_title(title, fontsize=11)
    return drawing


def show_picture(axes: Axes, picture: np.ndarray) -> None:
    """An image in gray or color, or a map of signed values centered on zero."""
    picture = np.asarray(picture)
    axes.set_axis_off()
    if picture.ndim == 3:
        axes.imshow(picture, interpolation="nearest")
    elif picture.min() < 0:
        limit = np.abs(picture).max()
        axes.imshow(picture, cmap=style.DIVERGING, vmin=-limit, vmax=limit, interpolation="nearest")
    else:
        axes.imshow(
            picture, cmap="gray", vmin=0, vmax=max(picture.max(), 1), interpolation="nearest"
        )


@course_style()
def filtered_photograph(photograph: np.ndarray, kernels: Mapping[str, np.ndarray]) -> Drawing:
    """A photograph and its feature maps.

    A kernel whose weights add up to 1 keeps the brightness: its map is shown as a photograph, cut
    off at black and white. Other maps are centered on zero.

    Parameters
    ----------
    photograph : array (H, W), values 0 to 1
    kernels : dict from name to array (kh, kw)
    """
    maps = {name: correlate2d(photograph, kernel) for name, kernel in kernels.items()}
    description = "; ".join(
        f"{name}, values {in_words(round(float(result.min()), 2))} "
        f"to {in_words(round(float(result.max()), 2))}"
        for name, result in maps.items()
    )
    height, width = photograph.shape
    shown = {
        name: np.clip(result, 0, 1) if np.isclose(np.sum(kernels[name]), 1) else result
        for name, result in maps.items()
    }
    return pictures(
        {"photograph": photograph} | shown,
        alt=f"A gray photograph of {height} by {width} pixels and what {len(maps)} kernels make "
        f"of it. {description}.",
        inches=5.6,
    )


@course_style()
def channel_sum(image: np.ndarray, kernel: np.ndarray) -> Drawing:
    """One filter on a color image: a response for each channel, and their sum.

    Parameters
    ----------
    image : array (H, W, 3), values 0 to 1
    kernel : array (kh, kw, 3)
    """
    names = ("red", "green", "blue")
    parts = [correlate2d(image[:, :, c], kernel[:, :, c]) for c in range(3)]
    total = sum(parts)
    drawing = Drawing(
        alt="A color image, its red, green and blue channels, what one slice of the filter answers "
        "on each channel, and the sum of the three answers, which is the feature map. It runs from "
        f"{total.min():.2f} to {total.max():.2f}.",
        figsize=(6.4, 3.6),
    )
    shown = [("image", image), *zip(names, np.moveaxis(image, 2, 0)), ("sum: one map", total)]
    shown += [(f"{name} slice", part) for name, part in zip(names, parts)]
    limit = max(np.abs(part).max() for part in [*parts, total])
    for number, (title, picture) in enumerate(shown):
        axes = drawing.add_subplot(2, 4, number + 1)
        axes.set_title(title, fontsize=11)
        if number < 4:
            show_picture(axes, picture)
            continue
        axes.set_axis_off()
        axes.imshow(picture, cmap=style.DIVERGING, vmin=-limit, vmax=limit, interpolation="nearest")
    return drawing


@course_style()
def filters_to_maps(image: np.ndarray, kernels: Mapping[str, np.ndarray]) -> Drawing:
    """One image, several filters, one map for each; stacked, the maps are the layer's output.

    Parameters
    ----------
    image : array (H, W), values 0 to 1
    kernels : dict from name to array (3, 3)
    """
    maps = {name: correlate2d(image, kernel) for name, kernel in kernels.items()}
    height, width = next(iter(maps.values())).shape
    count = len(kernels)
    drawing, axes = cell_canvas(
        16.6,
        4 * count + 0.6,
        alt=f"One image of {image.shape[0]} by {image.shape[1]} pixels goes through {count} "
        f"filters ({', '.join(kernels)}). Each gives a feature map, and the maps stacked are an "
        f"array of shape ({height}, {width}, {count}).",
        inches=5.6,
    )
    middle = (4 * count + 0.6) / 2
    picture = (0.3, 3.3, middle + 1.5, middle - 1.5)
    axes.imshow(image, cmap="gray", extent=picture, interpolation="nearest")
    write(axes, 1.8, middle - 2, "image")
    for number, (name, kernel) in enumerate(kernels.items()):
        top = 0.9 + 4 * number
        write(axes, 6.2, top - 0.4, name)
        draw_cells(axes, kernel, 4.7, top, fill=KERNEL, size=12)
        _place(axes, maps[name], (8.7, 11.7, top + 3, top))
        _arrow(axes, (3.4, middle), (4.6, top + 1.5))
        _arrow(axes, (7.8, top + 1.5), (8.6, top + 1.5))
    for number, result in reversed(list(enumerate(maps.values()))):
        shift = 0.45 * (number - (count - 1) / 2)
        left, top = 13.1 + shift, middle - 1.5 - shift
        _place(axes, result, (left, left + 2.4, top + 2.4, top))
    write(axes, 14.3, middle + 2.6, "stacked")
    axes.set(xlim=(0, 16.6), ylim=(4 * count + 0.6, 0))
    return drawing


def _place(axes, picture, extent):
    limit = np.abs(picture).max()
    axes.imshow(
        picture,
        cmap=style.DIVERGING,
        vmin=-limit,
        vmax=limit,
        extent=extent,
        interpolation="nearest",
        zorder=2,
    )
    left, right, bottom, top = extent
    axes.plot(
        [left, right, right, left, left],
        [top, top, bottom, bottom, top],
        color=style.GREY,
        zorder=2,
    )


def _arrow(axes, start, end):
    axes.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": style.GREY})


@course_style()
def feature_maps(image: np.ndarray, w: np.ndarray, b: np.ndarray | None = None) -> Drawing:
    """The filters of a layer and the response of each to one image, after ReLU.

    Parameters
    ----------
    image : array (H, W, 1)
    w : array (kh, kw, 1, F)
    b : array (F,), optional
    """
    maps = np.maximum(conv2d(image[np.newaxis], w, b)[0], 0)
    filters = w.shape[3]
    active = (maps > 0).mean(axis=(0, 1))
    description = ", ".join(f"{share:.0%}" for share in active)
    columns = 4
    rows = math.ceil(filters / columns)
    drawing = Drawing(
        alt=f"{filters} filters of {w.shape[0]} by {w.shape[1]} weights and their feature maps "
        f"after ReLU. Share of pixels where each filter answers: {description}.",
        figsize=(6.4, 2.6 * rows),
    )
    grid = drawing.add_gridspec(2 * rows, columns, height_ratios=[1, 2] * rows)
    for f in range(filters):
        row, column = 2 * (f // columns), f % columns
        axes = drawing.add_subplot(grid[row, column])
        limit = np.abs(w).max()
        axes.imshow(w[:, :, 0, f], cmap=style.DIVERGING, vmin=-limit, vmax=limit)
        axes.set_axis_off()
        axes.set_title(f"filter {f}", fontsize=11, loc="center")
        axes = drawing.add_subplot(grid[row + 1, column])
        axes.imshow(maps[:, :, f], cmap=style.SEQUENTIAL, vmin=0, vmax=maps.max())
        axes.set_axis_off()
    return drawing
