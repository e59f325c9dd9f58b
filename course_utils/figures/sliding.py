"""Figures of a kernel that slides over an image: windows, stride, padding, dilation."""

from collections.abc import Sequence

import numpy as np

from course_utils.figures import style
from course_utils.figures.animation import Animation
from course_utils.figures.drawing import Drawing, course_style
from course_utils.figures.grids import (
    KERNEL,
    RESULT,
    WINDOW,
    ZERO,
    cell_canvas,
    draw_cells,
    in_words,
    outline,
    rows_in_words,
    tinted,
    write,
)
from course_utils.reference import correlate2d, output_size
from course_utils.reference.geometry import slide


@course_style()
def one_window(patch: np.ndarray, kernel: np.ndarray) -> Drawing:
    """Patch times kernel, entry by entry, and the sum.

    Parameters
    ----------
    patch, kernel : array (kh, kw)
    """
    patch, kernel = np.asarray(patch), np.asarray(kernel)
    products = patch * kernel
    total = in_words(products.sum())
    height, width = patch.shape
    drawing, axes = cell_canvas(
        3 * width + 4.6,
        height + 1.2,
        alt=f"Patch {rows_in_words(patch)} times kernel {rows_in_words(kernel)}, entry by entry, "
        f"gives {rows_in_words(products)}; the sum is {total}.",
    )
    parts = (("patch", patch, WINDOW), ("kernel", kernel, KERNEL), ("products", products, "white"))
    for place, (name, values, fill) in enumerate(parts):
        left = 0.3 + place * (width + 1)
        write(axes, left + width / 2, 0.5, name)
        draw_cells(axes, values, left, 1, fill=fill, size=14)
    middle = 1 + height / 2
    write(axes, 0.8 + width, middle, "×", size=18)
    write(axes, 1.8 + 2 * width, middle, "=", size=18)
    write(axes, 2.8 + 3 * width, middle, "→", size=18)
    write(axes, 3.8 + 3 * width, 0.5, "sum")
    draw_cells(axes, [[total]], 3.3 + 3 * width, middle - 0.5, fill=RESULT, size=14)
    return drawing


@course_style()
def sliding_window(image: np.ndarray, kernel: np.ndarray, stride: int = 1) -> Animation:
    """A kernel on its way over an image, one place after another.

    Parameters
    ----------
    image : array (H, W)
    kernel : array (kh, kw)
    stride : int

    Returns
    -------
    Animation
        One frame for each entry of the feature map.
    """
    image, kernel = np.asarray(image), np.asarray(kernel)
    output = correlate2d(image, kernel, stride=stride)
    places = [(int(r), int(c)) for r, c in np.ndindex(output.shape)]
    frames = [
        _sliding_frame(image, kernel, output, stride, places, number)
        for number in range(len(places))
    ]
    (height, width), (kernel_height, kernel_width) = image.shape, kernel.shape
    return Animation(
        frames,
        label=f"A {kernel_height} by {kernel_width} kernel slides over a {height} by {width} image "
        f"with stride {stride} and fills a {output.shape[0]} by {output.shape[1]} feature map.",
        interval=1.5,
    )


def _sliding_frame(image, kernel, output, stride, places, number):
    row, column = places[number]
    top, left = row * stride, column * stride
    (height, width), (kernel_height, kernel_width) = image.shape, kernel.shape
    window = (slice(top, top + kernel_height), slice(left, left + kernel_width))
    value = in_words(output[row, column])
    drawing, axes = cell_canvas(
        width + kernel_width + output.shape[1] + 3,
        max(height + 1, 1.6 + kernel_height + 0.7 * (kernel_height + 1)) + 0.5,
        alt=f"Step {number + 1} of {len(places)}: the window at row {top}, column {left} holds "
        f"{rows_in_words(image[window])}. Times the kernel, entry by entry, this adds up to "
        f"{value}, which goes to row {row}, column {column} of the feature map.",
    )
    write(axes, 0.5 + width / 2, 0.5, "image")
    draw_cells(axes, image, 0.5, 1, fill=tinted(image.shape, WINDOW, window), size=14)
    outline(axes, 0.5 + left, 1 + top, kernel_width, kernel_height)

    x = 1.5 + width
    write(axes, x + kernel_width / 2, 0.5, "kernel")
    draw_cells(axes, kernel, x, 1, fill=KERNEL, size=14)

    x = 2.5 + width + kernel_width
    write(axes, x + output.shape[1] / 2, 0.5, "feature map")
    seen = [[None] * output.shape[1] for _ in range(output.shape[0])]
    for r, c in places[: number + 1]:
        seen[r][c] = output[r, c]
    draw_cells(axes, seen, x, 1, fill=tinted(output.shape, RESULT, (row, column)), size=14)
    outline(axes, x + column, 1 + row, 1, 1, style.GREEN)

    products = [
        " + ".join(f"{in_words(pixel)}·{in_words(weight)}" for pixel, weight in zip(*rows))
        for rows in zip(image[window], kernel)
    ]
    lines = ["  " + products[0], *(f"+ {row}" for row in products[1:]), f"= {value}"]
    for place, line in enumerate(lines):
        write(axes, 1.5 + width, 1.7 + kernel_height + 0.7 * place, line, size=13, align="left")
    return drawing


@course_style()
def stride_and_padding(n: int = 5, kernel: int = 3) -> Drawing:
    """The places of a kernel for stride 1 and 2, without padding and with "same" padding.

    Parameters
    ----------
    n : int
        Side of the image.
    kernel : int
        Side of the kernel; odd.
    """
    around = kernel // 2
    settings = [(stride, padding) for padding in (0, around) for stride in (1, 2)]
    sizes = [output_size(n, kernel, stride, padding) for stride, padding in settings]
    description = "; ".join(
        f"stride {stride}, padding {padding} gives {size} by {size}"
        for (stride, padding), size in zip(settings, sizes)
    )
    panel = n + 2 * around + n + 2
    drawing, axes = cell_canvas(
        2 * panel + 0.5,
        2 * (n + 2 * around + 2.4) + 0.2,
        alt=f"A {kernel} by {kernel} kernel on a {n} by {n} image: {description}.",
    )
    for number, ((stride, padding), size) in enumerate(zip(settings, sizes)):
        left = 0.5 + (number % 2) * panel
        top = (number // 2) * (n + 2 * around + 2.4)
        named = f"padding {padding}" if padding else "no padding"
        write(axes, left, top + 0.8, f"stride {stride}, {named}", size=12, align="left")
        _places(axes, n, kernel, stride, padding, size, left, top + 1.7)
    return drawing


def _places(axes, n, kernel, stride, padding, size, left, top):
    around = kernel // 2
    padded = n + 2 * padding
    inside = slice(padding, padding + n)
    x, y = left + around - padding, top + around - padding
    fill = tinted((padded, padded), "white", (inside, inside), rest=ZERO)
    draw_cells(axes, np.full((padded, padded), None), x, y, fill=fill)
    for row in range(size):
        for column in range(size):
            center = (x + column * stride + kernel / 2, y + row * stride + kernel / 2)
            axes.plot(*center, "o", color=style.BLUE, markersize=5)
    outline(axes, x, y, kernel, kernel)
    x = left + n + 2 * around + 0.6
    draw_cells(axes, np.full((size, size), None), x, top + around, fill=RESULT)
    write(axes, x + size / 2, top + around + size + 0.7, f"{size} × {size}", size=12)


@course_style()
def coverage(n: int = 5, kernel: int = 3) -> Drawing:
    """How many windows look at each pixel, for three paddings and stride 1.

    Parameters
    ----------
    n, kernel : int
        Sides of the image and of the kernel; the kernel's is odd.
    """
    counts = {
        name: window_counts(n, kernel, padding)
        for name, padding in (("no padding", 0), ("same", kernel // 2), ("full", kernel - 1))
    }
    description = "; ".join(
        f"{name}: {count[0, 0]} at a corner, {count[n // 2, n // 2]} in the center"
        for name, count in counts.items()
    )
    drawing, axes = cell_canvas(
        3 * n + 3,
        n + 1.4,
        alt=f"Number of {kernel} by {kernel} windows that cover each pixel of a {n} by {n} image. "
        f"{description}.",
    )
    for number, (name, count) in enumerate(counts.items()):
        left = 0.5 + number * (n + 1)
        write(axes, left + n / 2, 0.5, name, size=13)
        shades = np.where(
            count == count.max(), RESULT, np.where(count < count.max() / 2, KERNEL, WINDOW)
        )
        draw_cells(axes, count, left, 1.1, fill=shades, size=13)
    return drawing


def window_counts(n: int, kernel: int, padding: int) -> np.ndarray:
    """Number of windows, stride 1, over each pixel of an n by n image: an int array (n, n)."""
    padded = np.zeros((n + 2 * padding,) * 2, int)
    places = output_size(n, kernel, padding=padding)
    for row in range(places):
        for column in range(places):
            padded[row : row + kernel, column : column + kernel] += 1
    return padded[padding : padding + n, padding : padding + n]


@course_style()
def same_padding_windows(n: int = 6, kernel: int = 3, stride: int = 2) -> Drawing:
    """Where the windows lie along one axis: TensorFlow's "same" and equal padding.

    Parameters
    ----------
    n, kernel, stride : int
    """
    ways = {}
    for name, padding in (('"same" in TensorFlow', "same"), ("kernel // 2 on both sides", None)):
        ends = (kernel // 2,) * 2 if padding is None else padding
        rows = padding if padding else (ends, (0, 0))
        sliding = slide((n, 1), (kernel, 1), stride=(stride, 1), padding=rows)
        ways[name] = (*sliding.padding[0], sliding.output[0])
    description = "; ".join(
        f"{name}: {before} zero{'s' * (before != 1)} before, {after} after, "
        f"{outputs} windows that start at pixels "
        + ", ".join(in_words(i * stride - before) for i in range(outputs))
        for name, (before, after, outputs) in ways.items()
    )
    most = max(before for before, _, _ in ways.values())
    row_height = 2.7 + 0.45 * max(outputs for _, _, outputs in ways.values())
    drawing, axes = cell_canvas(
        n + kernel,
        2 * row_height,
        alt=f"{n} pixels in a row, kernel {kernel}, stride {stride}. {description}.",
        inches=5.0,
    )
    for number, (name, (before, after, outputs)) in enumerate(ways.items()):
        top = number * row_height
        write(axes, 0.5, top + 0.6, name, size=13, align="left")
        row = [0] * before + [f"p{i}" for i in range(n)] + [0] * after
        fill = [[ZERO] * before + ["white"] * n + [ZERO] * after]
        draw_cells(axes, [row], 0.5 + most - before, top + 1.1, fill=fill, size=13)
        for i in range(outputs):
            x = 0.5 + most - before + i * stride
            y = top + 2.5 + 0.45 * i
            axes.plot([x + 0.08, x + kernel - 0.08], [y, y], color=style.CYCLE[i], linewidth=5)
    return drawing


@course_style()
def dilated_windows(kernel: int = 3, dilations: Sequence[int] = (1, 2, 3)) -> Drawing:
    """Which pixels a kernel looks at with several dilations.

    Parameters
    ----------
    kernel : int
        Side of the kernel.
    dilations : sequence of int
    """
    sides = [(kernel - 1) * dilation + 1 for dilation in dilations]
    description = "; ".join(
        f"dilation {dilation} spans {side} by {side} pixels"
        for dilation, side in zip(dilations, sides)
    )
    n = max(sides)
    drawing, axes = cell_canvas(
        len(dilations) * (n + 1),
        n + 3,
        alt=f"A {kernel} by {kernel} kernel has {kernel**2} weights at any dilation. "
        f"{description}.",
    )
    for number, (dilation, side) in enumerate(zip(dilations, sides)):
        left = 0.5 + number * (n + 1)
        first = (n - side) // 2
        entries = slice(first, first + side, dilation)
        fill = tinted((n, n), KERNEL, (entries, entries))
        write(axes, left + n / 2, 0.7, f"dilation {dilation}", size=13)
        draw_cells(axes, np.full((n, n), None), left, 1.4, fill=fill)
        outline(axes, left + first, 1.4 + first, side, side, style.ORANGE)
        write(axes, left + n / 2, n + 2.2, f"sees {side} × {side}", size=13)
    return drawing
