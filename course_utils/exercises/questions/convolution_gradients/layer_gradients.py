"""The exercise "Backward through a convolutional layer"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.convolution_gradients import CHAPTER
from course_utils.exercises.slip import Slip


def layer_gradients(dy, x, w, stride):
    kernel_h, kernel_w = w.shape[:2]
    rows, columns = dy.shape[1:3]
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for i in range(kernel_h):
        for j in range(kernel_w):
            # the pixels that kernel entry (i, j) met, one for each output
            met = np.s_[:, i : i + rows * stride : stride, j : j + columns * stride : stride]
            dw[i, j] = np.einsum("nrcd,nrcf->df", x[met], dy)
            dx[met] += dy @ w[i, j].T
    return dx, dw, dy.sum(axis=(0, 1, 2))


def inputs(rng):
    yield {
        "dy": np.array([[1.0, 2.0], [0.0, -1.0]]).reshape(1, 2, 2, 1),
        "x": np.array([[1.0, 0, 2, 1, 3], [0, 1, 0, 2, 0], [2, 0, 1, 0, 1], [0, 3, 0, 1, 2]])[
            np.newaxis, :, :, np.newaxis
        ],
        "w": np.array([[1.0, 0, 2], [3, -1, 0]]).reshape(2, 3, 1, 1),
        "stride": 2,
    }
    yield {
        "dy": np.array([[1.0, 3.0]]).reshape(1, 1, 2, 1),
        "x": np.array([[1.0, 2, 0], [0, 1, 3]]).reshape(1, 2, 3, 1),
        "w": np.array([[1.0, 2], [0, -1]]).reshape(2, 2, 1, 1),
        "stride": 1,
    }
    for n, (height, width), channels, (kernel_h, kernel_w), filters, stride in [
        (2, (5, 6), 1, (2, 3), 2, 1),
        (1, (6, 7), 3, (3, 2), 2, 2),
        (3, (8, 5), 2, (3, 3), 4, 2),
        (2, (7, 8), 2, (2, 2), 3, 3),
    ]:
        rows, columns = (height - kernel_h) // stride + 1, (width - kernel_w) // stride + 1
        yield {
            "dy": rng.normal(size=(n, rows, columns, filters)),
            "x": rng.normal(size=(n, height, width, channels)),
            "w": rng.normal(size=(kernel_h, kernel_w, channels, filters)),
            "stride": stride,
        }


def _windows_pasted_over(dy, x, w, stride):
    dx = np.zeros(x.shape)
    for r, c in np.ndindex(dy.shape[1:3]):
        window = np.s_[:, r * stride : r * stride + len(w), c * stride : c * stride + w.shape[1]]
        dx[window] = np.einsum("nf,ijdf->nijd", dy[:, r, c], w)
    return dx, *layer_gradients(dy, x, w, stride)[1:]


def _averaged(dy, x, w, stride):
    dx, dw, db = layer_gradients(dy, x, w, stride)
    return dx, dw / len(x), db / len(x)


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Backward through a convolutional layer",
    prompt="""Gradients of a convolutional layer with stride, without padding.

    dy : (N, rows, columns, F) array, gradient of the loss with respect to the
    output
    x : (N, H, W, C) array, the layer's input
    w : (kh, kw, C, F) array, not flipped in the forward pass
    stride : int, in both directions; rows = (H - kh) // stride + 1, likewise
    columns
    Returns dx, dw and db: of x's shape, of w's shape, and (F,).
    """,
    reference=layer_gradients,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="stride-forgotten-in-dw",
            name="dw pairs dy with neighboring pixels, as if the stride were 1.",
            hint="Which pixels did weight (0, 0) meet? With stride 2, not pixels 0 and 1.",
            wrong=Slip(layer_gradients, "x[met], dy", "x[:, i : i + rows, j : j + columns], dy"),
        ),
        Misconception(
            id="stride-forgotten-in-dx",
            name="In dx the windows of neighboring outputs are one pixel apart.",
            hint="Where did the window of output (1, 1) start?",
            wrong=Slip(layer_gradients, "dx[met]", "dx[:, i : i + rows, j : j + columns]"),
        ),
        Misconception(
            id="windows-overwritten",
            name="Where windows overlap, dx keeps the last one alone.",
            hint="A pixel adds up what it gets from every window that saw it.",
            wrong=_windows_pasted_over,
        ),
        Misconception(
            id="shares-overwritten",
            name="In dx each kernel entry's contribution replaces those of the entries before it.",
            hint="A pixel met several entries of the kernel, and each contributes to it.",
            wrong=Slip(layer_gradients, "dx[met] +=", "dx[met] ="),
        ),
        Misconception(
            id="last-window-only",
            name="Each window overwrites what the windows before it gave to dw.",
            hint="All windows of all images share the kernel. Their contributions add up.",
            wrong=Slip(
                layer_gradients,
                'np.einsum("nrcd,nrcf->df", x[met], dy)',
                "np.outer(x[met][-1, -1, -1], dy[-1, -1, -1])",
            ),
        ),
        Misconception(
            id="kernel-turned",
            name="In dx the kernel is turned by 180° where it should not be.",
            hint="Turn the kernel when a pixel collects. When an output gives, nothing turns.",
            wrong=Slip(layer_gradients, "w[i, j].T", "w[-1 - i, -1 - j].T"),
        ),
        Misconception(
            id="unseen-pixels-missing",
            name="dx ends where the last window ends.",
            hint="dx has x's shape. What is the gradient of a pixel that no window saw?",
            wrong=Slip(
                layer_gradients,
                "return dx,",
                "return dx[:, : (rows - 1) * stride + kernel_h, "
                ": (columns - 1) * stride + kernel_w],",
            ),
        ),
        Misconception(
            id="channels-mixed",
            name="In dw all input channels get the same values.",
            hint="w[i, j, c, f] met channel c alone.",
            wrong=Slip(layer_gradients, "x[met], dy", "x[met].sum(axis=3, keepdims=True), dy"),
        ),
        Misconception(
            id="averaged-over-the-batch",
            name="dw and db are averaged over the images.",
            hint="The mean over the images is in the loss, and so in dy already.",
            wrong=_averaged,
        ),
        Misconception(
            id="bias-for-each-image",
            name="db still has a row for each image.",
            hint="A filter has one bias. Which outputs use it? Sum over all of them.",
            wrong=Slip(layer_gradients, "axis=(0, 1, 2)", "axis=(1, 2)"),
        ),
    ),
    hints=(
        "db is the easiest: add up dy over everything but the filters.",
        "Loop over i and j. Kernel entry (i, j) met the pixels x[:, i::stride, j::stride], as "
        "many of them as there are outputs.",
        "Call them met, of shape (N, rows, columns, C): dw[i, j] sums met times dy over the "
        "first three axes, and dx grows by dy @ w[i, j].T at these pixels.",
    ),
    points=3.0,
)
