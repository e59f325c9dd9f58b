"""The exercise "Backward through a dense layer"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.gradients import CHAPTER
from course_utils.exercises.slip import Slip


def dense_gradients(dy, x, w):
    dx = dy @ w.T
    dw = x.T @ dy
    db = dy.sum(axis=0)
    return dx, dw, db


def inputs(rng):
    yield {
        "dy": np.array([[1.0, 0.0], [2.0, -1.0]]),
        "x": np.array([[1.0, 2.0], [0.0, 3.0]]),
        "w": np.array([[1.0, 4.0], [2.0, 0.0]]),
    }
    for n, n_in, n_out in [(1, 2, 2), (3, 2, 4), (5, 4, 1), (4, 6, 3), (3, 3, 3)]:
        yield {
            "dy": rng.normal(size=(n, n_out)),
            "x": rng.normal(size=(n, n_in)),
            "w": rng.normal(size=(n_in, n_out)),
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Backward through a dense layer",
    prompt="""Gradients of a dense layer y = x @ w + b.

    dy : (N, n_out) array, gradient of the loss with respect to y
    x : (N, n_in) array, the layer's input; w : (n_in, n_out) array
    Returns dx of shape (N, n_in), dw of shape (n_in, n_out) and db of shape
    (n_out,).
    """,
    reference=dense_gradients,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="dx-not-transposed",
            name="dx is computed with w as it is; forward and backward use the same matrix.",
            hint="dx must have n_in columns, dy has n_out. Which matrix leads back?",
            wrong=Slip(dense_gradients, "dy @ w.T", "dy @ w"),
        ),
        Misconception(
            id="dw-transposed",
            name="dw comes out with rows and columns swapped.",
            hint="dw has w's shape: a row for each input. Which factor must come first?",
            wrong=Slip(dense_gradients, "x.T @ dy", "dy.T @ x"),
        ),
        Misconception(
            id="averaged",
            name="dw and db are averaged over the examples.",
            hint="The mean is in the loss, so its 1/N is in dy already. Here the examples add.",
            wrong=lambda dy, x, w: (dy @ w.T, x.T @ dy / len(x), dy.mean(axis=0)),
        ),
        Misconception(
            id="bias-summed-over-outputs",
            name="db is summed over the outputs of each example.",
            hint="Each output has one bias, and all examples use it. Over what is the sum?",
            wrong=Slip(dense_gradients, "axis=0", "axis=1"),
        ),
        Misconception(
            id="bias-not-summed",
            name="db still has a row for each example.",
            hint="There is one bias for each output, however many examples there are.",
            wrong=Slip(dense_gradients, "dy.sum(axis=0)", "dy.copy()"),
        ),
    ),
    hints=(
        "Write the three shapes down. Each gradient is as large as what it belongs to.",
        "w[i, j] multiplies x[n, i] and goes into y[n, j], for every example n.",
        "dw[i, j] = sum over n of x[n, i] * dy[n, j]: that is a matrix product.",
    ),
    points=2.0,
)
