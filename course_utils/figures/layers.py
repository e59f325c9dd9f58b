"""Figures of what is inside a convolution layer: connections, and the matrix product."""

from collections.abc import Sequence

import numpy as np

from course_utils.figures import style
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
from course_utils.reference import correlate2d


@course_style()
def channel_connections(
    channels: int = 6, kernel: int = 3, groups: Sequence[int] = (1, 2, 6)
) -> Drawing:
    """Which input channels each output map looks at, for several numbers of groups.

    Parameters
    ----------
    channels : int
        Input channels, and as many output maps.
    kernel : int
        Side of the kernels, for counting weights.
    groups : sequence of int
        Each divides `channels`.
    """
    tables = [
        np.kron(np.eye(number, dtype=bool), np.ones((channels // number,) * 2, bool))
        for number in groups
    ]
    weights = [int(table.sum()) * kernel**2 for table in tables]
    names = ["1 group" if number == 1 else f"{number} groups" for number in groups]
    description = "; ".join(f"{name}: {count} weights" for name, count in zip(names, weights))
    drawing, axes = cell_canvas(
        len(groups) * (channels + 1.4) + 1,
        channels + 3.4,
        alt=f"{channels} channels to {channels} maps with {kernel} by {kernel} kernels. Each map "
        f"looks at channels of its own group only. {description}.",
    )
    for place, (name, table, count) in enumerate(zip(names, tables, weights)):
        left = 1.4 + place * (channels + 1.4)
        write(axes, left + channels / 2, 0.6, name, size=13)
        fill = np.where(table, style.SKY, "white")
        draw_cells(axes, np.full(table.shape, None), left, 1.2, fill=fill)
        write(axes, left + channels / 2, channels + 1.8, "output map", size=11)
        write(axes, left + channels / 2, channels + 2.7, f"{count} weights", size=13)
        write(axes, left - 0.5, 1.2 + channels / 2, "channel", size=11, rotation=90)
    return drawing


@course_style()
def patches_times_kernel(image: np.ndarray, kernel: np.ndarray) -> Drawing:
    """A convolution as one matrix product: patches as rows, the kernel as a column.

    Parameters
    ----------
    image : array (H, W)
    kernel : array (kh, kw)
    """
    image, kernel = np.asarray(image), np.asarray(kernel)
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    patches = windows.reshape(-1, kernel.size)
    answers = correlate2d(image, kernel).reshape(-1, 1)
    (height, width), (kernel_height, kernel_width) = image.shape, kernel.shape
    drawing, axes = cell_canvas(
        width + kernel.size + 7.3,
        max(len(patches), height) + 1.6,
        alt=f"The {len(patches)} windows of the image {rows_in_words(image)} as rows of a matrix "
        f"with {kernel.size} columns. Times the kernel as a column, {rows_in_words(kernel)}, it "
        f"gives the feature map as a column: {rows_in_words(answers.T)}.",
    )
    write(axes, 0.4 + width / 2, 0.6, "image")
    window = (slice(0, kernel_height), slice(0, kernel_width))
    draw_cells(axes, image, 0.4, 1.2, fill=tinted(image.shape, WINDOW, window))
    outline(axes, 0.4, 1.2, kernel_width, kernel_height)

    left = width + 1.6
    write(axes, width + 1, 2.2, "→", size=16)
    write(axes, left + kernel.size / 2, 0.6, "one window a row")
    draw_cells(axes, patches, left, 1.2, fill=tinted(patches.shape, WINDOW, (0, slice(None))))
    outline(axes, left, 1.2, kernel.size, 1)

    left += kernel.size + 1.1
    write(axes, left - 0.55, 3.2, "×", size=16)
    write(axes, left + 0.5, 0.6, "kernel")
    draw_cells(axes, kernel.reshape(-1, 1), left, 1.2, fill=KERNEL)

    left += 2.2
    write(axes, left - 0.6, 3.2, "=", size=16)
    write(axes, left + 0.5, 0.6, "map")
    draw_cells(axes, answers, left, 1.2, fill=RESULT)
    return drawing
