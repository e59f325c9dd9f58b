"""The exercise "Two dense layers as one"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.activation_and_pooling import CHAPTER


def collapse_dense(w1, b1, w2, b2):
    # (x @ w1 + b1) @ w2 + b2, multiplied out
    return w1 @ w2, b1 @ w2 + b2


def inputs(rng):
    yield {
        "w1": np.array([[1.0, 2.0], [0.0, 1.0]]),
        "b1": np.array([1.0, 0.0]),
        "w2": np.array([[1.0, 0.0], [3.0, 1.0]]),
        "b2": np.array([0.0, 5.0]),
    }
    for n_in, n_hidden, n_out in [(2, 3, 3), (4, 2, 3), (5, 1, 3), (3, 8, 4)]:
        yield {
            "w1": rng.normal(size=(n_in, n_hidden)),
            "b1": rng.normal(size=n_hidden),
            "w2": rng.normal(size=(n_hidden, n_out)),
            "b2": rng.normal(size=n_out),
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Two dense layers as one",
    prompt="""One dense layer that gives what two in a row give, without an activation between.

    The two compute (x @ w1 + b1) @ w2 + b2 for rows x of n_in numbers.
    w1 : (n_in, n_hidden), b1 : (n_hidden,), w2 : (n_hidden, n_out), b2 : (n_out,)
    Returns w of shape (n_in, n_out) and b of shape (n_out,), so that x @ w + b is the same.
    """,
    reference=collapse_dense,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="wrong-order",
            name="The matrices are multiplied in the order for column vectors, w2 @ w1.",
            hint="Here x is a row on the left: which matrix does it meet first?",
            wrong=lambda w1, b1, w2, b2: (w2 @ w1, w2 @ b1 + b2),
        ),
        Misconception(
            id="first-bias-lost",
            name="The first layer's bias does not reach the result.",
            hint="Put x = 0 into both layers. What comes out?",
            wrong=lambda w1, b1, w2, b2: (w1 @ w2, b2),
        ),
        Misconception(
            id="first-bias-not-transformed",
            name="The first bias is added as it is; it does not go through the second layer.",
            hint="b1 is added before w2 is multiplied. What does w2 do to it?",
            wrong=lambda w1, b1, w2, b2: (w1 @ w2, b1 + b2),
        ),
        Misconception(
            id="entrywise-product",
            name="The matrices are multiplied entry by entry.",
            hint="In numpy * multiplies entries, @ multiplies matrices.",
            wrong=lambda w1, b1, w2, b2: (w1 * w2, b1 @ w2 + b2),
        ),
    ),
    hints=(
        "Multiply the brackets out: (x @ w1 + b1) @ w2 is a sum of two terms.",
        "The terms are x @ w1 @ w2 and b1 @ w2. Which of them has x in it?",
        "w is what x is multiplied by; b is everything without x, b2 included.",
    ),
)
