"""The exercise "A whole network"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.classification import CHAPTER
from course_utils.exercises.questions.classification.stable_softmax import stable_softmax
from course_utils.exercises.slip import Slip


def cnn_scores(images, w_conv, b_conv, w_dense, b_dense):
    windows = np.lib.stride_tricks.sliding_window_view(images, w_conv.shape[:2], axis=(1, 2))
    maps = np.einsum("nhwcij,ijcf->nhwf", windows, w_conv) + b_conv
    maps = np.maximum(maps, 0)
    n, height, width, filters = maps.shape
    rows, columns = height // 2, width // 2
    blocks = maps[:, : 2 * rows, : 2 * columns].reshape(n, rows, 2, columns, 2, filters)
    pooled = blocks.max(axis=(2, 4))
    return pooled.reshape(n, -1) @ w_dense + b_dense


def inputs(rng):
    image = np.array([[3.0, 0, 1, 0, 2], [0, 1, 4, 0, 1], [1, 2, 0, 0, 0]])
    yield {
        "images": image.reshape(1, 3, 5, 1),
        "w_conv": np.array([[0.0, -1], [-1, 1]]).reshape(2, 2, 1, 1),
        "b_conv": np.array([-1.0]),
        "w_dense": np.array([[1.0, 0], [2, -1]]),
        "b_dense": np.array([-1.0, 1]),
    }
    for n, (height, width), channels, (kernel_h, kernel_w), filters, classes in [
        (2, (6, 8), 1, (3, 3), 2, 3),
        (1, (7, 9), 3, (3, 3), 4, 5),
        (3, (9, 6), 2, (2, 3), 3, 10),
        (2, (5, 4), 1, (1, 1), 2, 2),
    ]:
        rows, columns = (height - kernel_h + 1) // 2, (width - kernel_w + 1) // 2
        fan_in = kernel_h * kernel_w * channels
        yield {
            "images": rng.normal(size=(n, height, width, channels)),
            "w_conv": rng.normal(size=(kernel_h, kernel_w, channels, filters)) / fan_in**0.5,
            # Mostly negative, so that many windows hold nothing but negative values.
            "b_conv": rng.normal(size=filters) - 1,
            "w_dense": rng.normal(size=(rows * columns * filters, classes)),
            "b_dense": rng.normal(size=classes),
        }


def _softmax_included(images, w_conv, b_conv, w_dense, b_dense):
    return stable_softmax(cnn_scores(images, w_conv, b_conv, w_dense, b_dense))


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="A whole network",
    prompt="""Scores of a small CNN: convolution, ReLU, 2x2 max pooling, flatten, dense.

    images : (N, H, W, C); w_conv : (kh, kw, C, F); b_conv : (F,)
    The convolution has stride 1 and no padding, the kernel is not flipped; the pooling has
    stride 2 and drops an odd row or column at the end; Flatten is row-major, channels last.
    w_dense : (length of the flattened maps, K); b_dense : (K,)
    Returns the scores, an (N, K) array, without softmax.
    """,
    reference=cnn_scores,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="no-relu",
            name="There is no ReLU between convolution and pooling.",
            hint="Can a pooled value be negative in your network? It must not be.",
            wrong=Slip(cnn_scores, "np.maximum(maps, 0)", "maps"),
        ),
        Misconception(
            id="average-pooling",
            name="The windows are averaged.",
            hint="The exercise asks for max pooling.",
            wrong=Slip(cnn_scores, "blocks.max(", "blocks.mean("),
        ),
        Misconception(
            id="channels-first",
            name="The maps are flattened one after the other: channels first.",
            hint="In the flattened vector the F values of one pixel are side by side.",
            wrong=Slip(
                cnn_scores, "pooled.reshape(n, -1)", "pooled.transpose(0, 3, 1, 2).reshape(n, -1)"
            ),
        ),
        Misconception(
            id="flipped-kernel",
            name="The kernel is turned by 180 degrees.",
            hint="CNN layers correlate: w_conv[0, 0] meets the window's upper left pixel.",
            wrong=Slip(cnn_scores, "windows, w_conv)", "windows, w_conv[::-1, ::-1])"),
        ),
        Misconception(
            id="convolution-bias-forgotten",
            name="The convolution's bias is not added.",
            hint="Each of the F maps gets its own b_conv before the ReLU.",
            wrong=Slip(cnn_scores, " + b_conv", ""),
        ),
        Misconception(
            id="relu-on-scores",
            name="The scores go through a ReLU, so negative ones are lost.",
            hint="The last layer's scores may be negative; softmax needs them as they are.",
            wrong=Slip(
                cnn_scores,
                "pooled.reshape(n, -1) @ w_dense + b_dense",
                "np.maximum(pooled.reshape(n, -1) @ w_dense + b_dense, 0)",
            ),
        ),
        Misconception(
            id="softmax-included",
            name="The scores have gone through softmax already.",
            hint="Return what the dense layer gives.",
            wrong=_softmax_included,
        ),
    ),
    hints=(
        "Write one function for each step, and look at the shapes in between.",
        "np.lib.stride_tricks.sliding_window_view(images, (kh, kw), axis=(1, 2)) gives all "
        "windows, with shape (N, H', W', C, kh, kw).",
        "np.einsum('nhwcij,ijcf->nhwf', windows, w_conv) is the convolution, without bias.",
        "To pool, reshape to (N, rows, 2, columns, 2, F) and take the max over axes 2 and 4.",
    ),
    points=3.0,
)
