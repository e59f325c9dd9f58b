"""Figures of chapter 1: images as arrays, dense layers, and what convolution does differently."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.patches import ConnectionPatch, Rectangle

from course_utils.figures import style
from course_utils.figures.animation import Animation
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
from course_utils.reference import correlate2d, parameter_count

# The figures of this chapter are narrow enough that a phone does not shrink the text too far.
WIDTH = 5.0


@course_style()
def zoom_into_pixels(photograph: np.ndarray, top: int, left: int, size: int = 6) -> Drawing:
    """A photograph, a few of its pixels, and their numbers in the red channel.

    Parameters
    ----------
    photograph : uint8 array (H, W, 3)
    top, left : int
        First row and column of the patch.
    size : int
        Side of the patch in pixels.
    """
    patch = photograph[top : top + size, left : left + size]
    red = patch[..., 0]
    height, width = photograph.shape[:2]
    drawing = Drawing(
        alt=f"A photograph of {height} by {width} pixels. A patch of {size} by {size} pixels at "
        f"row {top}, column {left} is enlarged; its red values run from {red.min()} to "
        f"{red.max()}, and its first row reads {rows_in_words(red[:1])}.",
        figsize=(WIDTH, 5.9),
    )
    whole, pixels, numbers = drawing.subplot_mosaic(
        [["whole", "whole"], ["pixels", "numbers"]], height_ratios=[1.25, 1]
    ).values()
    whole.imshow(photograph)
    outline(whole, left, top, size, size, style.VERMILLION, 2)
    whole.set_title(f"{height} × {width} pixels", fontsize=12)
    pixels.imshow(patch)
    pixels.set_title(f"{size} × {size} of them", fontsize=12)
    numbers.imshow(np.zeros((size, size)), cmap="Greys", vmin=0, vmax=1)
    for (row, column), value in np.ndenumerate(red):
        write(numbers, column, row, str(value), size=10)
    numbers.set_title("how much red, 0 to 255", fontsize=12)
    for corner in (0, size):
        drawing.add_artist(
            ConnectionPatch(
                (left + corner, top + size),
                (-0.5 + corner, -0.5),
                "data",
                "data",
                axesA=whole,
                axesB=pixels,
                color=style.VERMILLION,
                linewidth=1,
            )
        )
    for axes in (whole, pixels, numbers):
        axes.set(xticks=[], yticks=[])
    return drawing


@course_style()
def color_channels(image: np.ndarray) -> Drawing:
    """A color image and its three channels.

    Parameters
    ----------
    image : uint8 array (H, W, 3)
    """
    means = image.mean(axis=(0, 1))
    names = ("red", "green", "blue")
    description = ", ".join(f"{name} {mean:.0f}" for name, mean in zip(names, means))
    height, width = image.shape[:2]
    drawing = Drawing(
        alt=f"A color image of {height} by {width} pixels and its three channels as gray images. "
        f"Mean values: {description}.",
        figsize=(WIDTH, 2 * (WIDTH / 2 * height / width + 0.35)),
    )
    panels = drawing.subplots(2, 2).flat
    _show(next(panels), image, f"the image: {height} × {width} × 3")
    for channel, (axes, name) in enumerate(zip(panels, names)):
        _show(axes, image[..., channel], f"channel {channel}: {name}", cmap="gray", vmax=255)
    return drawing


@course_style()
def class_samples(images: np.ndarray, labels: np.ndarray, names: Sequence[str]) -> Drawing:
    """The first image of each class.

    Parameters
    ----------
    images : array (n, H, W, 1)
    labels : int array (n,)
        Indices into `names`.
    names : sequence of str
    """
    height, width = images.shape[1:3]
    drawing = Drawing(
        alt=f"One image of {height} by {width} pixels of each class: {', '.join(names)}.",
        figsize=_classes_size(names),
    )
    for label, axes in enumerate(_class_panels(drawing, names)):
        first = np.flatnonzero(np.asarray(labels) == label)[0]
        _show(axes, images[first, ..., 0], names[label], size=10, cmap="gray_r")
    return drawing


@course_style()
def flattening(image: np.ndarray) -> Drawing:
    """A small image and the vector that it becomes, with the neighbors of its middle pixel.

    Parameters
    ----------
    image : array (H, W), odd sides
    """
    image = np.asarray(image)
    height, width = image.shape
    row, column = height // 2, width // 2
    fill = tinted(image.shape, KERNEL, (row, column))
    fill[row, [column - 1, column + 1]] = WINDOW
    fill[[row - 1, row + 1], column] = RESULT
    middle = row * width + column
    drawing, axes = cell_canvas(
        height * width + 1,
        height + 4.3,
        alt=f"A {height} by {width} image, rows {rows_in_words(image)}, becomes the vector "
        f"{rows_in_words(image.reshape(1, -1))}. The right neighbor of the middle pixel stays 1 "
        f"place away from it; the neighbor below ends up {width} places away.",
        inches=WIDTH,
    )
    left = (height * width + 1 - width) / 2
    draw_cells(axes, image, left, 0.4, fill=fill, size=15)
    write(axes, left + width / 2, height + 0.95, "row by row ↓", size=12)
    top = height + 1.5
    draw_cells(axes, image.reshape(1, -1), 0.5, top, fill=fill.reshape(1, -1), size=15)
    distances = ((1, "1 place", style.BLUE, 1.5), (width, f"{width} places", style.GREEN, 2.5))
    for places, label, color, depth in distances:
        start, end = middle + 1, middle + places + 1
        level = top + 1 + depth * 0.62
        axes.plot(
            [start, start, end, end],
            [top + 1.1, level, level, top + 1.1],
            color=color,
            linewidth=2.2,
        )
        write(axes, end + 0.2, level, label, size=12, align="left", color=color)
    return drawing


@course_style()
def parameter_bars(
    shapes: Sequence[tuple[int, int, int]], units: int = 1000, filters: int = 64, kernel: int = 3
) -> Drawing:
    """Parameters of one dense and one convolutional layer, for images of several shapes.

    Parameters
    ----------
    shapes : sequence of (height, width, channels)
    units : int
        Outputs of the dense layer.
    filters, kernel : int
        Number of filters of the convolutional layer, and the side of each.
    """
    names, values, colors = [], [], []
    for height, width, channels in shapes:
        size = f"{height} × {width} × {channels}"
        names += [f"{size}\ndense, {units} units", f"{size}\nconvolution, {filters} filters"]
        values.append(parameter_count((height * width * channels, units)))
        values.append(parameter_count((kernel, kernel, channels, filters)))
        colors += [style.VERMILLION, style.BLUE]
    description = "; ".join(
        name.replace("\n", ", ") + f": {value:,}" for name, value in zip(names, values)
    )
    drawing = Drawing(
        alt=f"Bars, on a logarithmic axis, of the parameters of one layer. {description}.",
        figsize=(WIDTH, 0.75 * len(names) + 0.9),
    )
    _log_bars(drawing.add_subplot(), names, values, colors)
    return drawing


@course_style()
def parameter_growth(
    sides: Sequence[int], units: int = 1000, channels: int = 3, filters: int = 64, kernel: int = 3
) -> Drawing:
    """How the parameters of one layer grow with the side of a square image.

    Parameters
    ----------
    sides : sequence of int
        Sides in pixels, increasing.
    units, channels, filters, kernel : int
        As in `parameter_bars`.
    """
    sides = np.asarray(sides)
    dense = np.array([parameter_count((int(n) * int(n) * channels, units)) for n in sides])
    shared = parameter_count((kernel, kernel, channels, filters))
    drawing = Drawing(
        alt=f"Parameters against the side of the image. A dense layer with {units} units grows "
        f"along a parabola from {dense[0]:,} at {sides[0]} pixels to {dense[-1]:,} at "
        f"{sides[-1]} pixels; a convolutional layer with {filters} filters has {shared:,} at "
        "every size, a flat line that cannot be told from zero.",
        figsize=(WIDTH, 3.5),
    )
    axes = drawing.add_subplot()
    smooth = np.linspace(0, sides[-1], 200)
    axes.plot(smooth, (smooth**2 * channels + 1) * units / 1e6, color=style.VERMILLION)
    axes.plot(sides, dense / 1e6, "o", color=style.VERMILLION, label=f"dense, {units} units")
    axes.plot(sides, np.full(len(sides), shared / 1e6), "s-", color=style.BLUE, label="convolution")
    for side, value in zip(sides, dense / 1e6):
        axes.annotate(
            f"{value:.1f}", (side, value), (-6, 5), textcoords="offset points", ha="right", size=11
        )
    axes.set_ylim(top=1.12 * dense[-1] / 1e6)
    axes.set_xlabel("side of the image in pixels", fontsize=12)
    axes.set_ylabel("parameters in millions", fontsize=12)
    axes.set_xticks(sides)
    axes.tick_params(labelsize=11)
    axes.legend(frameon=False, fontsize=12)
    return drawing


@course_style()
def shuffled_pixels(images: np.ndarray, order: np.ndarray, names: Sequence[str]) -> Drawing:
    """Images above, the same images with their pixels in another order below.

    Parameters
    ----------
    images : array (n, H, W, 1)
    order : int array (H * W,)
        Pixel i of a shuffled image is pixel order[i] of the image.
    names : sequence of n str
    """
    shuffled = images.reshape(len(images), -1)[:, order].reshape(images.shape)
    drawing = Drawing(
        alt=f"{len(images)} images, {', '.join(names)}, and below each the same pixels in a random "
        "order: gray noise in which no shape can be seen.",
        figsize=(WIDTH, 2.6),
    )
    axes = drawing.subplots(2, len(images))
    for number, name in enumerate(names):
        _show(axes[0, number], images[number, ..., 0], name, size=11, cmap="gray_r")
        _show(axes[1, number], shuffled[number, ..., 0], "shuffled", size=11, cmap="gray_r")
    return drawing


@course_style()
def learned_weights(weights: np.ndarray, shape: tuple[int, int], names: Sequence[str]) -> Drawing:
    """The weights of a linear classifier, one image per class: what it looks for.

    Parameters
    ----------
    weights : array (H * W, classes)
    shape : (H, W)
    names : sequence of str
    """
    limit = np.abs(weights).max()
    untouched = np.all(weights == 0, axis=1)
    drawing = Drawing(
        alt=f"The weights of {len(names)} classes ({', '.join(names)}) as images of {shape[0]} by "
        f"{shape[1]} pixels. {untouched.sum()} of {len(weights)} pixels have weight 0 "
        "in every class.",
        figsize=_classes_size(names),
    )
    for label, axes in enumerate(_class_panels(drawing, names)):
        template = weights[:, label].reshape(shape)
        options = {"cmap": style.DIVERGING, "vmin": -limit, "vmax": limit}
        _show(axes, template, names[label], size=10, **options)
    return drawing


@course_style()
def two_places(first: np.ndarray, second: np.ndarray) -> Drawing:
    """One image at the place where a classifier saw it in training, and at another place.

    Parameters
    ----------
    first, second : array (H, W)
        The whole canvas.
    """
    corners = [np.argwhere(canvas).min(axis=0) for canvas in (first, second)]
    drawing = Drawing(
        alt=f"Two canvases of {first.shape[0]} by {first.shape[1]} pixels. The same piece of "
        f"clothing begins near row {corners[0][0]}, column {corners[0][1]} on the left canvas and "
        f"near row {corners[1][0]}, column {corners[1][1]} on the right one.",
        figsize=(WIDTH, 2.85),
    )
    left, right = drawing.subplots(1, 2)
    _show(left, first, "trained here", cmap="gray_r")
    _show(right, second, "tested here", cmap="gray_r")
    return drawing


@course_style()
def connections(n: int = 6, kernel: int = 3) -> Drawing:
    """A dense, a local and a convolutional layer on a short signal, with their matrices.

    Equal colors are equal weights.

    Parameters
    ----------
    n : int
        Length of the signal.
    kernel : int
        Length of the window.
    """
    outputs = n - kernel + 1
    rows, columns = np.indices((n, outputs))
    inside = (rows >= columns) & (rows < columns + kernel)
    weights = {
        "dense": np.arange(n * outputs).reshape(n, outputs),
        "local": np.where(inside, (rows - columns) + kernel * columns, -1),
        "local and shared": np.where(inside, rows - columns, -1),
    }
    counts = {name: len(np.unique(ids[ids >= 0])) for name, ids in weights.items()}
    description = "; ".join(
        f"{name}: {np.sum(ids >= 0)} connections, {counts[name]} different weights"
        for name, ids in weights.items()
    )
    drawing, axes = cell_canvas(
        13.2,
        3 * 7.1,
        alt=f"{n} inputs and {outputs} outputs, connected in three ways. "
        f"{description}. Beside each, "
        f"the {n} by {outputs} matrix of weights, where equal colors are equal weights.",
        inches=WIDTH,
    )
    for number, (name, ids) in enumerate(weights.items()):
        top = 7.1 * number + 0.1
        title = f"{name}: {counts[name]} weights"
        write(axes, 0.4, top + 0.35, title, size=13, align="left", weight="bold")
        _graph(axes, ids, top + 1.5)
        _matrix(axes, ids, 8.5, top + 0.9)
    return drawing


def _graph(axes, ids, top):
    n, outputs = ids.shape
    below, start = top + 4.6, (n - outputs) / 2
    for i, j in np.argwhere(ids >= 0):
        axes.plot(
            [i + 1, j + 1 + start],
            [top, below],
            color=_weight_color(ids[i, j], ids.max()),
            linewidth=2,
            zorder=1,
        )
    axes.plot(np.arange(n) + 1, np.full(n, top), "o", markersize=11, color=style.GREY)
    axes.plot(
        np.arange(outputs) + 1 + start, np.full(outputs, below), "o", markersize=11, color=style.INK
    )
    write(axes, n + 0.65, top, "in", size=11, align="left")
    write(axes, n + 0.65, below, "out", size=11, align="left")


def _matrix(axes, ids, left, top):
    for (i, j), weight in np.ndenumerate(ids):
        color = _weight_color(weight, ids.max()) if weight >= 0 else "white"
        axes.add_patch(Rectangle((left + j, top + i), 1, 1, facecolor=color, edgecolor=style.PAPER))
        if weight < 0:
            write(axes, left + j + 0.5, top + i + 0.5, "0", size=11)


def _weight_color(weight, last):
    if last < len(style.CYCLE):
        return style.CYCLE[weight]
    return colormaps["turbo"](0.05 + 0.9 * weight / last)


@course_style()
def three_ways(counts: Mapping[str, int], title: str) -> Drawing:
    """Parameters of layers that have the same outputs.

    Parameters
    ----------
    counts : dict from name to int
    title : str
        What the layers have in common.
    """
    description = "; ".join(f"{name}: {count:,}" for name, count in counts.items())
    drawing = Drawing(
        alt=f"Bars, on a logarithmic axis, of the parameters of layers with {title}. "
        f"{description}.",
        figsize=(WIDTH, 0.55 * len(counts) + 1.1),
    )
    axes = drawing.add_subplot()
    colors = (style.VERMILLION, style.ORANGE, style.BLUE)
    _log_bars(axes, list(counts), list(counts.values()), colors)
    axes.set_title(title, fontsize=12)
    return drawing


@course_style()
def edges_to_corners(
    image: np.ndarray, top_edges: np.ndarray, left_edges: np.ndarray, corners: np.ndarray
) -> Drawing:
    """Edge maps of a first layer, and the corner map that a second layer makes of them.

    Parameters
    ----------
    image, top_edges, left_edges, corners : array (H, W), each of its own size
    """
    found = [f"row {row}, column {column}" for row, column in np.argwhere(corners > 0)]
    drawing = Drawing(
        alt="Four panels: an image of bright rectangles; the map of their top edges; the map of "
        f"their left edges; and the map of top left corners, positive at {' and '.join(found)}.",
        figsize=(WIDTH, 5.4),
    )
    panels = {
        "image": image,
        "layer 1: top edges": top_edges,
        "layer 1: left edges": left_edges,
        "layer 2: top left corners": corners,
    }
    for axes, (title, values) in zip(drawing.subplots(2, 2).flat, panels.items()):
        _show(axes, values, title, cmap=style.SEQUENTIAL, vmin=0, vmax=1)
        for (row, column), value in np.ndenumerate(values):
            if value:
                write(axes, column, row, f"{value:.0f}", size=10, color="black")
    return drawing


@course_style()
def moving_pattern(
    pattern: np.ndarray, places: Sequence[tuple[int, int]], side: int = 7
) -> Animation:
    """A pattern that moves over an image, the map of its matches, and the map's largest value.

    Parameters
    ----------
    pattern : array (k, k)
        Stands in the image, and is the kernel too.
    places : sequence of (row, column)
        Where its top left pixel is, step by step.
    side : int
        Side of the image.

    Returns
    -------
    Animation
    """
    pattern = np.asarray(pattern)
    frames = [_moving_frame(pattern, *place, side) for place in places]
    return Animation(
        frames,
        label="A pattern moves over an image; its feature map moves along with it, and the "
        "largest value of the map stays the same.",
        interval=1.2,
    )


def _moving_frame(pattern, row, column, side):
    k = len(pattern)
    image = np.zeros((side, side), int)
    image[row : row + k, column : column + k] = pattern
    response = correlate2d(image, pattern)
    best = np.unravel_index(response.argmax(), response.shape)
    drawing, axes = cell_canvas(
        side + len(response) + 1.8,
        side + 2.3,
        alt=f"The pattern stands at row {row}, column {column} of the image. The map's largest "
        f"value, {response.max()}, is at row {best[0]}, column {best[1]}.",
        inches=WIDTH,
    )
    window = (slice(row, row + k), slice(column, column + k))
    write(axes, 0.4 + side / 2, 0.5, "image", size=12)
    draw_cells(axes, image, 0.4, 1, fill=tinted(image.shape, WINDOW, window), size=11)
    outline(axes, 0.4 + column, 1 + row, k, k)
    left = side + 1.4
    write(axes, left + len(response) / 2, 0.5, "map of matches", size=12)
    draw_cells(axes, response, left, 1, fill=tinted(response.shape, RESULT, best), size=11)
    outline(axes, left + best[1], 1 + best[0], 1, 1, style.GREEN)
    text = f"largest value {response.max()}, at row {best[0]}, column {best[1]}"
    write(axes, 0.4, side + 1.7, text, size=12, align="left")
    return drawing


@course_style()
def accuracy_by_shift(shifts: Sequence[int], accuracies: Mapping[str, Sequence[float]]) -> Drawing:
    """Accuracy of classifiers on images that are shifted away from where they were in training.

    Parameters
    ----------
    shifts : sequence of int, pixels
    accuracies : dict from name to sequence of float
        Share of images classified right, one for each shift.
    """
    description = "; ".join(
        f"{name}: {100 * values[0]:.0f}% without a shift, {100 * values[-1]:.0f}% at "
        f"{shifts[-1]} pixels"
        for name, values in accuracies.items()
    )
    drawing = Drawing(
        alt=f"Accuracy against the shift in pixels, down and to the right. {description}.",
        figsize=(WIDTH, 3.5),
    )
    axes = drawing.add_subplot()
    styles = zip((style.VERMILLION, style.BLUE), "os", accuracies.items())
    for color, marker, (name, values) in styles:
        axes.plot(shifts, 100 * np.asarray(values), marker=marker, color=color, label=name)
    axes.axhline(10, color=style.GREY, linestyle=":", label="guessing")
    axes.set(ylim=(0, 100), xticks=shifts[::2])
    axes.set_xlabel("shift in pixels, down and right", fontsize=12)
    axes.set_ylabel("accuracy in %", fontsize=12)
    axes.tick_params(labelsize=11)
    axes.legend(frameon=False, fontsize=12)
    return drawing


@course_style()
def pipeline(stages: Sequence[tuple[str, tuple[int, ...], int]]) -> Drawing:
    """A network from the image to the classes, stage by stage.

    Parameters
    ----------
    stages : sequence of (name, shape, parameters)
        Shape of one example after the stage, (height, width, channels) or (units,).
    """
    description = "; ".join(f"{name}: {_shape_text(shape)}" for name, shape, _ in stages)
    columns = 3
    rows = -(-len(stages) // columns)
    drawing, axes = cell_canvas(
        columns * 10,
        rows * 10,
        alt=f"A convolutional network as a chain of {len(stages)} stages. {description}.",
        inches=WIDTH,
    )
    largest = max(shape[0] for _, shape, _ in stages if len(shape) == 3)
    for number, (name, shape, parameters) in enumerate(stages):
        x, y = number % columns * 10, number // columns * 10
        write(axes, x + 4.4, y + 1.3, name.replace(" + ", "\n+ "), size=11, weight="bold")
        write(axes, x + 4.4, y + 7.8, _shape_text(shape), size=11)
        text = f"{parameters:,} parameters" if parameters else "no parameters"
        write(axes, x + 4.4, y + 8.8, text if number else "", size=9)
        _block(axes, x + 4.4, y + 4.8, shape, largest)
        if number < len(stages) - 1:
            axes.annotate(
                "",
                (x + 9.7, y + 4.8),
                (x + 8.5, y + 4.8),
                arrowprops={"arrowstyle": "-|>", "color": style.INK},
            )
    return drawing


def _block(axes, x, y, shape, largest):
    """A stack of maps, or a column of units, around (x, y)."""
    if len(shape) == 1:
        height = 1.6 if shape[0] <= 10 else 4.6
        axes.add_patch(
            Rectangle((x - 0.25, y - height / 2), 0.5, height, color=style.ORANGE, linewidth=0)
        )
        return
    side = 4.2 * shape[0] / largest
    sheets = min(shape[2], 2 + shape[2] // 16)
    for sheet in range(sheets):
        offset = 0.28 * (sheets - 1) / 2 - 0.28 * sheet
        axes.add_patch(
            Rectangle(
                (x - side / 2 + offset, y - side / 2 - offset),
                side,
                side,
                facecolor=style.SKY,
                edgecolor=style.PAPER,
                linewidth=0.8,
                zorder=2 + sheet,
            )
        )


def _shape_text(shape):
    return " × ".join(f"{side:,}" for side in shape)


def _classes_size(names):
    return WIDTH, -(-len(names) // 5) * 1.25


def _class_panels(drawing, names):
    """One panel per class, five in a row."""
    rows = -(-len(names) // 5)
    return [drawing.add_subplot(rows, 5, number + 1) for number in range(len(names))]


def _show(axes, values, title, *, size=11, **options):
    axes.imshow(values, interpolation="nearest", **options)
    axes.set_title(title, fontsize=size)
    axes.set(xticks=[], yticks=[])


def _log_bars(axes, names, values, colors):
    places = np.arange(len(names))[::-1]
    axes.barh(places, values, color=list(colors), height=0.6)
    axes.set_xscale("log")
    axes.set_xlim(10, 3000 * max(values))
    axes.set_yticks(places, names, fontsize=11)
    axes.set_xlabel("parameters, logarithmic scale", fontsize=11)
    axes.set_xticks(10.0 ** np.arange(2, np.log10(max(values)) + 1, 2))
    axes.tick_params(axis="x", labelsize=11)
    for place, value in zip(places, values):
        axes.annotate(
            f"{value:,}",
            (value, place),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=11,
        )
