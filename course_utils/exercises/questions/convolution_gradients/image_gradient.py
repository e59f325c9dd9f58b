"""The exercise "The gradient of an image"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution_gradients import CHAPTER
from course_utils.exercises.slip import Slip


def image_gradient(dy, kernel):
    kernel_h, kernel_w = kernel.shape
    dx = np.zeros((dy.shape[0] + kernel_h - 1, dy.shape[1] + kernel_w - 1))
    for r in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            # output (r, c) saw these pixels, each times its weight
            dx[r : r + kernel_h, c : c + kernel_w] += dy[r, c] * kernel
    return dx


def inputs(rng):
    yield {"dy": np.array([[1.0, 0], [0, 2]]), "kernel": np.array([[1.0, 2, 0], [3, 0, -1]])}
    yield {"dy": np.array([[1.0, 3, 2]]), "kernel": np.array([[1.0, 2]])}
    yield {"dy": np.array([[2.0]]), "kernel": np.array([[1.0, 2], [3, 4]])}
    for dy, kernel in [((3, 4), (2, 3)), ((2, 5), (3, 3)), ((4, 4), (3, 2)), ((5, 3), (1, 4))]:
        yield {"dy": rng.normal(size=dy), "kernel": rng.normal(size=kernel)}


def _full_correlation(dy, kernel):
    reach_h, reach_w = kernel.shape[0] - 1, kernel.shape[1] - 1
    padded = np.pad(dy, ((reach_h, reach_h), (reach_w, reach_w)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return np.einsum("rcij,ij->rc", windows, kernel)


def _only_whole_windows(dy, kernel):
    # Raises where the kernel is larger than dy, as a correlation without padding does.
    windows = np.lib.stride_tricks.sliding_window_view(dy, kernel.shape)
    return np.einsum("rcij,ij->rc", windows, kernel[::-1, ::-1])


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="The gradient of an image",
    prompt="""Gradient of the loss with respect to the image that was convolved.

    The convolution slid the kernel over the image: stride 1, no padding,
    kernel not flipped.
    dy : (rows, columns) array, gradient of the loss with respect to the
    feature map
    kernel : (kh, kw) array
    Returns dx, of the image's shape: (rows + kh - 1, columns + kw - 1).
    """,
    reference=image_gradient,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="kernel-not-flipped",
            name="The kernel is turned by 180° where it should not be.",
            hint="Does a pixel collect? A window to its left saw it with a weight on its right "
            "side, so the kernel is turned. Does an output give? Then nothing is turned.",
            wrong=_full_correlation,
        ),
        Misconception(
            id="half-turned",
            name="The kernel's rows change places, but not its columns.",
            hint="kernel[::-1] turns one axis. Windows lie above a pixel and to its left.",
            wrong=lambda dy, kernel: _full_correlation(dy, kernel[::-1]),
        ),
        Misconception(
            id="kernel-transposed",
            name="Rows and columns of the kernel are swapped, as by .T.",
            hint="What must be transposed is the matrix of the whole convolution, not the "
            "kernel. Which windows saw the pixel at the upper left?",
            wrong=lambda dy, kernel: image_gradient(dy, kernel.T),
        ),
        Misconception(
            id="overwritten",
            name="Where windows overlap, the later one overwrites the earlier one.",
            hint="A pixel that several windows saw changes the loss through each of them.",
            wrong=Slip(image_gradient, "+= dy[r, c] * kernel", "= dy[r, c] * kernel"),
        ),
        Misconception(
            id="border-lost",
            name="The kernel slides over dy without a border of zeros, so pixels are missing.",
            hint="A corner pixel was seen by one window. It must have a gradient too.",
            wrong=_only_whole_windows,
        ),
        Misconception(
            id="result-flipped",
            name="The numbers are right, but dx is turned by 180°.",
            hint="dy and the image have the same upper left corner.",
            wrong=lambda dy, kernel: image_gradient(dy, kernel)[::-1, ::-1],
        ),
    ),
    hints=(
        "Either each output gives to the pixels it saw, or each pixel collects. Giving is "
        "easier to write.",
        "Output (r, c) saw the window that starts at pixel (r, c).",
        "Start with zeros, and add dy[r, c] * kernel to each window.",
    ),
    points=2.0,
)
