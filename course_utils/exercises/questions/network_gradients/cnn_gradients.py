"""The exercise "Backward through a network"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.network_gradients import CHAPTER
from course_utils.exercises.slip import Slip


def cnn_gradients(images, labels, w_conv, b_conv, w_dense, b_dense):
    # forward
    windows = np.lib.stride_tricks.sliding_window_view(images, w_conv.shape[:2], axis=(1, 2))
    maps = np.einsum("nrcdij,ijdf->nrcf", windows, w_conv) + b_conv
    rows = np.maximum(maps, 0).reshape(len(images), -1)
    scores = rows @ w_dense + b_dense
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    # backward
    dscores = exponentials / exponentials.sum(axis=1, keepdims=True)
    dscores[np.arange(len(labels)), labels] -= 1
    dscores /= len(labels)
    drows = dscores @ w_dense.T
    dmaps = drows.reshape(maps.shape) * (maps > 0)
    dw_conv = np.einsum("nrcdij,nrcf->ijdf", windows, dmaps)
    return dw_conv, dmaps.sum(axis=(0, 1, 2)), rows.T @ dscores, dscores.sum(axis=0)


def inputs(rng):
    image = np.array([[3.0, 0, 1, 0], [0, 1, 4, 0], [1, 2, 0, 0]])
    yield {
        "images": image.reshape(1, 3, 4, 1),
        "labels": np.array([1], np.int64),
        "w_conv": np.array([[0.0, -1], [-1, 1]]).reshape(2, 2, 1, 1),
        "b_conv": np.array([0.5]),
        "w_dense": np.array([[1.0, 0], [0, -1], [1, 0], [0, 1], [0, 2], [-1, 0]]),
        "b_dense": np.array([0.0, 1.0]),
    }
    for n, (height, width), channels, (kernel_h, kernel_w), filters, classes in [
        (2, (3, 4), 1, (2, 2), 2, 3),
        (1, (5, 4), 3, (3, 3), 2, 4),
        (4, (4, 6), 2, (2, 3), 3, 10),
        (3, (5, 5), 1, (3, 2), 4, 3),
    ]:
        positions = (height - kernel_h + 1) * (width - kernel_w + 1)
        fan_in = kernel_h * kernel_w * channels
        yield {
            "images": rng.normal(size=(n, height, width, channels)),
            "labels": rng.integers(classes, size=n, dtype=np.int64),
            "w_conv": rng.normal(size=(kernel_h, kernel_w, channels, filters)) / fan_in**0.5,
            "b_conv": rng.normal(scale=0.3, size=filters),
            "w_dense": rng.normal(scale=0.3, size=(positions * filters, classes)),
            "b_dense": rng.normal(size=classes),
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Backward through a network",
    prompt="""Gradients of the mean cross-entropy for all weights of a small CNN.

    The network: convolution (stride 1, no padding, kernel not flipped), ReLU,
    flatten (row-major, channels last), dense, softmax.
    images : (N, H, W, C); labels : (N,) integers
    w_conv : (kh, kw, C, F); b_conv : (F,)
    w_dense : (length of the flattened maps, K); b_dense : (K,)
    Returns dw_conv, db_conv, dw_dense, db_dense, each of the shape of its
    weights.
    """,
    reference=cnn_gradients,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="gate-forgotten",
            name="The gradient passes ReLU as if it were not there.",
            hint="Where ReLU gave 0, a small change of its input changes nothing.",
            wrong=Slip(cnn_gradients, " * (maps > 0)", ""),
        ),
        Misconception(
            id="gate-on-the-gradient",
            name="ReLU is applied to the gradient: its negative entries become 0.",
            hint="Whether the gate is open was decided in the forward pass, by its input.",
            wrong=Slip(
                cnn_gradients,
                "drows.reshape(maps.shape) * (maps > 0)",
                "np.maximum(drows.reshape(maps.shape), 0)",
            ),
        ),
        Misconception(
            id="missing-mean",
            name="The gradients are those of the sum over the images, not of the mean.",
            hint="With two images, is the loss their sum?",
            wrong=Slip(cnn_gradients, "    dscores /= len(labels)\n", ""),
        ),
        Misconception(
            id="unflattened-channels-first",
            name="On the way back the rows are cut into maps with the channels first.",
            hint="Flatten wrote pixel after pixel, each with all its channels.",
            wrong=Slip(
                cnn_gradients,
                "drows.reshape(maps.shape)",
                "drows.reshape(np.moveaxis(maps, 3, 1).shape).transpose(0, 2, 3, 1)",
            ),
        ),
        Misconception(
            id="input-before-relu",
            name="dw_dense is computed from the maps before ReLU.",
            hint="What did the dense layer multiply its weights by?",
            wrong=Slip(cnn_gradients, "rows.T", "maps.reshape(len(images), -1).T"),
        ),
    ),
    hints=(
        "Forward first, and keep what backward needs: the maps before and after ReLU.",
        "Then back, one step at a time: scores, dense, flatten (a reshape), ReLU, convolution.",
        "dscores is (softmax - one-hot) / N. After the reshape: multiply by (maps > 0).",
    ),
    points=3.0,
)
