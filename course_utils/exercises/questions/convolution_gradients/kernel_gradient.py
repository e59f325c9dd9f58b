"""The exercise "The gradient of a kernel"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution_gradients import CHAPTER
from course_utils.exercises.slip import Slip


def kernel_gradient(image, dy):
    kernel_h = image.shape[0] - dy.shape[0] + 1
    kernel_w = image.shape[1] - dy.shape[1] + 1
    dw = np.zeros((kernel_h, kernel_w))
    for i in range(kernel_h):
        for j in range(kernel_w):
            # the pixels that weight (i, j) was multiplied by, one for each output
            met = image[i : i + dy.shape[0], j : j + dy.shape[1]]
            dw[i, j] = np.sum(met * dy)
    return dw


def inputs(rng):
    yield {
        "image": np.array([[1.0, 0, 2, 3], [4, 1, 0, 2], [0, 5, 1, 0]]),
        "dy": np.array([[1.0, 0, 2], [0, -1, 0]]),
    }
    yield {"image": np.arange(1.0, 7.0).reshape(2, 3), "dy": np.array([[1.0, 2.0]])}
    yield {"image": np.array([[1.0, 2, 3], [4, 5, 6]]), "dy": np.array([[2.0]])}
    for image, dy in [((5, 6), (3, 4)), ((7, 4), (3, 3)), ((6, 6), (5, 4)), ((4, 9), (4, 7))]:
        yield {"image": rng.normal(size=image), "dy": rng.normal(size=dy)}


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="The gradient of a kernel",
    prompt="""Gradient of the loss with respect to the kernel of a convolution.

    The convolution slid a kernel over the image: stride 1, no padding, kernel
    not flipped.
    image : (H, W) array
    dy : (H - kh + 1, W - kw + 1) array, gradient of the loss with respect to
    the feature map
    Returns dw, a (kh, kw) array. kh and kw follow from the two shapes.
    """,
    reference=kernel_gradient,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="gradient-flipped",
            name="dy is turned by 180° before it slides over the image.",
            hint="Which pixels did the first weight meet? Which output took the first of them?",
            wrong=lambda image, dy: kernel_gradient(image, dy[::-1, ::-1]),
        ),
        Misconception(
            id="result-flipped",
            name="The numbers are right, but dw is turned by 180°.",
            hint="The first weight met the pixels at the upper left. Where do you put its sum?",
            wrong=lambda image, dy: kernel_gradient(image, dy)[::-1, ::-1],
        ),
        Misconception(
            id="averaged",
            name="The mean over the outputs is taken, not the sum.",
            hint="A weight that is used nine times changes the loss in nine ways at once.",
            wrong=lambda image, dy: kernel_gradient(image, dy) / dy.size,
        ),
        Misconception(
            id="last-window-only",
            name="Each window overwrites what the windows before it gave.",
            hint="All windows share the kernel. What must happen to their contributions?",
            wrong=Slip(kernel_gradient, "np.sum(met * dy)", "(met * dy)[-1, -1]"),
        ),
        Misconception(
            id="dy-forgotten",
            name="The pixels are added up as if every entry of dy were 1.",
            hint="dy says how much each output matters for the loss.",
            wrong=Slip(kernel_gradient, "met * dy", "met"),
        ),
    ),
    hints=(
        "Size first: dy has H - kh + 1 rows, so kh = H - (rows of dy) + 1.",
        "Weight (i, j) met the pixel (r + i, c + j) at output (r, c).",
        "dw[i, j] is the sum of image[i : i + rows, j : j + columns] times dy.",
    ),
    points=2.0,
)
