"""Figures of gradients through convolution and pooling, in numbers that can be followed by hand."""

import numpy as np

from course_utils import reference
from course_utils.figures import style
from course_utils.figures.animation import Animation
from course_utils.figures.drawing import Drawing, course_style
from course_utils.figures.grids import (
    GRADIENT,
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
from course_utils.reference import correlate2d

WEIGHT_COLORS = (style.BLUE, style.VERMILLION, style.GREEN, style.PURPLE)


@course_style()
def wires(pixels: int = 4, kernel: int = 2, output: int = 1, pixel: int = 2) -> Drawing:
    """A convolution of one row as wires: what one output takes, and where one pixel goes.

    Parameters
    ----------
    pixels, kernel : int
        How many pixels and weights.
    output, pixel : int
        The output whose wires are drawn on the left, the pixel whose wires are on the right.
    """
    outputs = pixels - kernel + 1
    names = "abcd"[:kernel]
    takes = " + ".join(f"{name}·x{output + i}" for i, name in enumerate(names))
    users = [(o, pixel - o) for o in range(outputs) if 0 <= pixel - o < kernel]
    gives = " + ".join(f"{names[i]}·dy{o}" for o, i in users)
    drawing, axes = cell_canvas(
        2 * pixels + 2,
        5.4,
        alt=f"A row of {pixels} pixels, {outputs} outputs above it, and {kernel} weights "
        f"{', '.join(names)}, each a color. Left: output y{output} takes {takes}. Right: pixel "
        f"x{pixel} goes into {' and '.join(f'y{o} by {names[i]}' for o, i in users)}, so its "
        f"gradient is {gives}.",
    )
    for panel, title in enumerate((f"y{output} = {takes}", f"dx{pixel} = {gives}")):
        left = 0.5 + panel * (pixels + 1)
        shift = (pixels - outputs) / 2
        for o in range(outputs):
            for i in range(kernel):
                highlighted = o == output if panel == 0 else o + i == pixel
                ends = ([left + o + i + 0.5, left + o + shift + 0.5], [3.9, 2.0])
                color = WEIGHT_COLORS[i] if highlighted else style.LIGHT
                axes.plot(
                    *ends, color=color, lw=3 if highlighted else 1.2, zorder=2 if highlighted else 1
                )
                if highlighted:
                    # Closer to the end where the wires of the panel are far apart.
                    near = 0.3 if panel == 0 else 0.7
                    place = [e[0] + near * (e[1] - e[0]) for e in ends]
                    write(
                        axes,
                        *place,
                        names[i],
                        size=13,
                        color=WEIGHT_COLORS[i],
                        bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 1},
                    )
        texts = "y" if panel == 0 else "dy"
        fill = tinted((1, outputs), RESULT if panel == 0 else GRADIENT)
        values = [[f"{texts}{o}" for o in range(outputs)]]
        draw_cells(axes, values, left + shift, 1.0, fill=fill, size=12)
        values = [[f"x{p}" for p in range(pixels)]]
        draw_cells(axes, values, left, 3.9, fill=WINDOW, size=12)
        write(axes, left + pixels / 2, 0.5, title, size=12)
    return drawing


@course_style()
def kernel_gradient_steps(image: np.ndarray, dy: np.ndarray) -> Animation:
    """The output gradient slides over the image and fills the gradient of the kernel.

    Parameters
    ----------
    image : array (H, W)
    dy : array (rows, columns)

    Returns
    -------
    Animation
        One frame for each weight of the kernel.
    """
    image, dy = np.asarray(image), np.asarray(dy)
    dw = correlate2d(image, dy)
    frames = [_kernel_gradient_frame(image, dy, dw, place) for place in np.ndindex(dw.shape)]
    return Animation(
        frames,
        label=f"The {dy.shape[0]} by {dy.shape[1]} gradient of the output slides over the "
        f"{image.shape[0]} by {image.shape[1]} image and gives the gradient of each of the "
        f"{dw.size} weights.",
        interval=2,
    )


def _kernel_gradient_frame(image, dy, dw, place):
    row, column = place
    rows, columns = dy.shape
    met = image[row : row + rows, column : column + columns]
    value = in_words(dw[place])
    width = max(image.shape[1] + columns + dw.shape[1] + 3, 12)
    drawing, axes = cell_canvas(
        width,
        image.shape[0] + 2.2 + 0.7 * (rows + 1),
        alt=f"Weight {row}, {column} met the pixels {rows_in_words(met)}. Times dy, "
        f"{rows_in_words(dy)}, entry by entry, this adds up to {value}, its gradient.",
    )
    write(axes, 0.5 + image.shape[1] / 2, 0.5, "image")
    window = np.s_[row : row + rows, column : column + columns]
    draw_cells(axes, image, 0.5, 1, fill=tinted(image.shape, WINDOW, window), size=14)
    outline(axes, 0.5 + column, 1 + row, columns, rows)
    x = 1.5 + image.shape[1]
    write(axes, x + columns / 2, 0.5, "dy")
    draw_cells(axes, dy, x, 1, fill=GRADIENT, size=14)
    x += columns + 1
    write(axes, x + dw.shape[1] / 2, 0.5, "dw")
    done = row * dw.shape[1] + column
    seen = np.where(np.arange(dw.size).reshape(dw.shape) <= done, dw.astype(object), None)
    draw_cells(axes, seen, x, 1, fill=tinted(dw.shape, KERNEL, place), size=14)
    outline(axes, x + column, 1 + row, 1, 1, style.ORANGE)
    lines = [
        " + ".join(f"{in_words(p)}·{_bracketed(g)}" for p, g in zip(*pair, strict=True))
        for pair in zip(met, dy, strict=True)
    ]
    lines = [f"   {lines[0]}", *(f"+ {line}" for line in lines[1:]), f"= {value}"]
    top = 1.6 + image.shape[0]
    write(axes, 0.5, top, f"dw[{row}, {column}] =", size=14, align="left")
    for number, line in enumerate(lines):
        write(axes, 3.9, top + 0.7 * number, line, size=14, align="left")
    return drawing


@course_style()
def pixel_gradient_steps(kernel: np.ndarray, dy: np.ndarray) -> Animation:
    """Where each pixel's gradient comes from: the windows that saw it, and by which weight.

    Parameters
    ----------
    kernel : array (kh, kw)
    dy : array (rows, columns)
        Gradient of the output of a convolution with stride 1 and without padding.

    Returns
    -------
    Animation
        One frame for each pixel.
    """
    kernel, dy = np.asarray(kernel), np.asarray(dy)
    padding = ((kernel.shape[0] - 1,) * 2, (kernel.shape[1] - 1,) * 2)
    dx = correlate2d(dy, kernel[::-1, ::-1], padding=padding)
    frames = [_pixel_gradient_frame(kernel, dy, dx, place) for place in np.ndindex(dx.shape)]
    return Animation(
        frames,
        label=f"For each pixel of a {dx.shape[0]} by {dx.shape[1]} image: the windows of a "
        f"{kernel.shape[0]} by {kernel.shape[1]} kernel that saw it, and its gradient, the sum of "
        "what they send back. The flipped kernel slides over dy with a border of zeros.",
        interval=2,
    )


def _pixel_gradient_frame(kernel, dy, dx, place):
    row, column = place
    (height, width), (kh, kw) = dx.shape, kernel.shape
    padded = np.pad(dy, ((kh - 1, kh - 1), (kw - 1, kw - 1)))
    flipped = kernel[::-1, ::-1]
    # Entry (i, j) of the flipped kernel meets the output at (row + i, column + j) of padded dy.
    met = []
    for i, j in np.ndindex(kh, kw):
        r, c = row + i - (kh - 1), column + j - (kw - 1)
        if 0 <= r < dy.shape[0] and 0 <= c < dy.shape[1]:
            met.append((r, c, i, j, WEIGHT_COLORS[(i * kw + j) % len(WEIGHT_COLORS)]))
    terms = [f"{_bracketed(dy[r, c])}·{_bracketed(flipped[i, j])}" for r, c, i, j, _ in met]
    value = in_words(dx[place])
    by = "; ".join(
        f"window {r}, {c} by weight {in_words(flipped[i, j])}, dy {in_words(dy[r, c])}"
        for r, c, i, j, _ in met
    )
    drawing, axes = cell_canvas(
        width + padded.shape[1] + 2,
        padded.shape[0] + height + 3,
        alt=f"Pixel {row}, {column} was seen by {by}. Its gradient is {' + '.join(terms)} = "
        f"{value}.",
        inches=4.8,
    )
    top = 1.0
    write(axes, 0.5 + width / 2, 0.5, "image")
    draw_cells(axes, np.full(dx.shape, None), 0.5, top, fill=tinted(dx.shape, WINDOW, place))
    for number, (r, c, _, _, color) in enumerate(met):
        inset = 0.05 * (number + 1)
        corner = (0.5 + c + inset, top + r + inset)
        outline(axes, *corner, kw - 2 * inset, kh - 2 * inset, color)
    x = 1.5 + width
    write(axes, x + padded.shape[1] / 2, 0.5, "dy and zeros around it")
    inner = np.s_[kh - 1 : kh - 1 + dy.shape[0], kw - 1 : kw - 1 + dy.shape[1]]
    draw_cells(axes, padded, x, top, fill=tinted(padded.shape, GRADIENT, inner, rest=ZERO), size=14)
    outline(axes, x + column, top + row, kw, kh, style.INK)
    for r, c, _, _, color in met:
        outline(axes, x + c + kw - 0.9, top + r + kh - 0.9, 0.8, 0.8, color)

    top = padded.shape[0] + 2.4
    write(axes, 0.5 + kw / 2, top - 0.5, "kernel, flipped", size=11)
    draw_cells(axes, flipped, 0.5, top, fill=KERNEL, size=14)
    for _, _, i, j, color in met:
        outline(axes, 0.6 + j, top + 0.1 + i, 0.8, 0.8, color)
    left = 1.2 + kw
    for number, (term, (*_, color)) in enumerate(zip(terms, met, strict=True)):
        sign = "+ " if number else "   "
        write(axes, left, top + 0.3 + 0.7 * number, sign + term, size=14, color=color, align="left")
    write(axes, left, top + 0.3 + 0.7 * len(terms), f"= {value}", size=14, align="left")
    x = padded.shape[1] + width + 1.5 - width
    write(axes, x + width / 2, top - 0.5, "dx")
    done = row * width + column
    seen = np.where(np.arange(dx.size).reshape(dx.shape) <= done, dx.astype(object), None)
    draw_cells(axes, seen, x, top, fill=tinted(dx.shape, RESULT, place), size=14)
    outline(axes, x + column, top + row, 1, 1, style.GREEN)
    return drawing


@course_style()
def pasted_kernels(kernel: np.ndarray, dy: np.ndarray) -> Drawing:
    """What each output sends back: the kernel, times the output's gradient, at its window.

    Parameters
    ----------
    kernel : array (kh, kw)
    dy : array (rows, columns)
        Two by two, for a picture that can be read.
    """
    kernel, dy = np.asarray(kernel), np.asarray(dy)
    (kh, kw), (rows, columns) = kernel.shape, dy.shape
    height, width = rows + kh - 1, columns + kw - 1
    dx = np.zeros((height, width))
    for r, c in np.ndindex(dy.shape):
        dx[r : r + kh, c : c + kw] += dy[r, c] * kernel
    drawing, axes = cell_canvas(
        (columns + 1) * (width + 1) + 0.3,
        rows * (height + 1.2) + 0.2,
        alt=f"The kernel {rows_in_words(kernel)} is pasted {dy.size} times into an empty "
        f"{height} by {width} image, multiplied by the entries of dy, {rows_in_words(dy)}. The sum "
        f"of these images is dx: {rows_in_words(dx)}.",
    )
    for r, c in np.ndindex(dy.shape):
        left, top = 0.3 + c * (width + 1), 1 + r * (height + 1.2)
        window = np.s_[r : r + kh, c : c + kw]
        pasted = np.full((height, width), None)
        pasted[window] = dy[r, c] * kernel
        write(axes, left + width / 2, top - 0.45, f"{in_words(dy[r, c])} × kernel", size=12)
        fill = tinted(pasted.shape, KERNEL, window)
        draw_cells(axes, pasted, left, top, fill=fill, size=13)
        if (r, c) != (rows - 1, columns - 1):
            at = (left + width + 0.5, top + height / 2)
            write(axes, *at, "+" if c < columns - 1 else "", size=16)
    left = 0.3 + columns * (width + 1)
    top = 1 + (rows - 1) * (height + 1.2) / 2
    write(axes, left - 0.5, top + height / 2, "=", size=16)
    write(axes, left + width / 2, top - 0.45, "dx", size=12)
    draw_cells(axes, dx, left, top, fill=RESULT, size=13)
    return drawing


@course_style()
def spread_gradient(dy: np.ndarray, stride: int = 2) -> Drawing:
    """A gradient, and the same with the zeros that a stride puts between its entries.

    Parameters
    ----------
    dy : array (rows, columns)
    stride : int
    """
    dy = np.asarray(dy)
    rows, columns = (stride * (n - 1) + 1 for n in dy.shape)
    spread = np.zeros((rows, columns))
    spread[::stride, ::stride] = dy
    drawing, axes = cell_canvas(
        dy.shape[1] + columns + 3,
        rows + 1.3,
        alt=f"dy, {rows_in_words(dy)}, and beside it the same entries {stride} apart with zeros "
        f"between them: {rows_in_words(spread)}.",
        inches=4.6,
    )
    write(axes, 0.5 + dy.shape[1] / 2, 0.5, "dy")
    draw_cells(axes, dy, 0.5, 1, fill=GRADIENT, size=14)
    write(axes, 1.5 + dy.shape[1], 1 + dy.shape[0] / 2, "→", size=18)
    x = 2.5 + dy.shape[1]
    write(axes, x + columns / 2, 0.5, f"spread by stride {stride}")
    real = (slice(None, None, stride),) * 2
    draw_cells(axes, spread, x, 1, fill=tinted(spread.shape, GRADIENT, real, rest=ZERO), size=14)
    return drawing


@course_style()
def pooling_gradients(feature_map: np.ndarray, dy: np.ndarray) -> Drawing:
    """What 2x2 max pooling and average pooling send back to the pixels of a feature map.

    Parameters
    ----------
    feature_map : array (2 * rows, 2 * columns)
    dy : array (rows, columns)
        Gradient of the pooled map.
    """
    feature_map, dy = np.asarray(feature_map, float), np.asarray(dy, float)
    maps, gradient = feature_map[None, :, :, None], dy[None, :, :, None]
    routed = reference.max_pool2d_backward(gradient, maps)[0, :, :, 0]
    spread = reference.avg_pool2d_backward(gradient, maps)[0, :, :, 0]
    winners = reference.max_pool2d_backward(np.ones_like(gradient), maps)[0, :, :, 0] > 0
    height, width = feature_map.shape
    drawing, axes = cell_canvas(
        2 * width + 2,
        2 * height + 2.6,
        alt=f"A {height} by {width} feature map, {rows_in_words(feature_map)}, in 2 by 2 windows, "
        f"and the gradient of its pooled map, {rows_in_words(dy)}. Max pooling sends back "
        f"{rows_in_words(routed)}; average pooling sends back {rows_in_words(spread)}.",
        inches=5.2,
    )
    tints = np.resize((WINDOW, KERNEL, RESULT, GRADIENT), dy.shape)
    whole = tints.repeat(2, axis=0).repeat(2, axis=1)
    right, low = width + 1.5, height + 2.1
    panels = (
        ("feature map", feature_map, whole, 0.5, 1),
        ("dy", dy, tints, right + width / 4, 1 + height / 4),
        ("dx, max pooling", routed, np.where(winners, whole, "white"), 0.5, low),
        ("dx, average pooling", spread, whole, right, low),
    )
    for title, values, fill, left, top in panels:
        write(axes, left + values.shape[1] / 2, top - 0.45, title)
        draw_cells(axes, values, left, top, fill=fill, size=13)
    for row, column in np.argwhere(winners):
        outline(axes, 0.56 + column, 1.06 + row, 0.88, 0.88, color=style.INK, line=1.8)
    return drawing


def _bracketed(value):
    """A factor as it is written in a product: negative numbers in parentheses."""
    return f"({in_words(value)})" if value < 0 else in_words(value)
