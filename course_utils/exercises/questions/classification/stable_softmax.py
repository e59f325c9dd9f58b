"""The exercise "A softmax that does not overflow"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.classification import CHAPTER
from course_utils.exercises.slip import Slip


def stable_softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def inputs(rng):
    yield {"scores": np.array([[2.0, 1.0, 0.0]])}
    yield {"scores": np.array([[0.0, 1.0, 3.0], [2.0, 2.0, 1.0]])}
    yield {"scores": np.array([[1000.0, 1001.0, 999.0]])}
    yield {"scores": np.array([[0.0, 1.0], [-2000.0, -2002.0]])}
    yield {"scores": np.array([[0.0, 1502.0, 1500.0]])}
    yield {"scores": rng.normal(scale=5, size=(4, 10))}
    yield {"scores": rng.normal(scale=5, size=(7, 3))}


def _softmax_along(scores, axis):
    exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def _sigmoid(scores):
    small = np.exp(-np.abs(scores))
    return np.where(scores >= 0, 1, small) / (1 + small)


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="A softmax that does not overflow",
    prompt="""Softmax of each row: exp(score) divided by the sum of the row's exp(score).

    scores : (N, K) float array, one row for each image; also 1000 or -2000
    Returns an (N, K) array of probabilities; every row adds up to 1.
    """,
    reference=stable_softmax,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="overflow",
            name="exp of a large score is inf, and inf / inf is nan; so is 0 / 0.",
            hint="Adding the same number to a row's scores changes nothing in the result.",
            wrong=Slip(stable_softmax, "scores - scores.max(axis=1, keepdims=True)", "scores"),
        ),
        Misconception(
            id="whole-array",
            name="All rows together add up to 1, not each of them.",
            hint="sum() without an axis adds everything.",
            wrong=lambda scores: _softmax_along(scores, None),
        ),
        Misconception(
            id="wrong-axis",
            name="The columns add up to 1, not the rows.",
            hint="The scores of one image lie along axis 1.",
            wrong=lambda scores: _softmax_along(scores, 0),
        ),
        Misconception(
            id="one-maximum",
            name="The largest score of all rows is subtracted, so a low row gives 0 / 0.",
            hint="Each row needs its own maximum.",
            wrong=Slip(stable_softmax, "scores.max(axis=1, keepdims=True)", "scores.max()"),
        ),
        Misconception(
            id="not-divided",
            name="The exponentials are not divided by their sum, so rows do not add up to 1.",
            hint="Add up the entries of one row of your result.",
            wrong=Slip(stable_softmax, " / exponentials.sum(axis=1, keepdims=True)", ""),
        ),
        Misconception(
            id="sigmoid",
            name="Each score goes through a sigmoid on its own, so rows do not add up to 1.",
            hint="A softmax compares the scores of one row with each other.",
            wrong=_sigmoid,
        ),
    ),
    hints=(
        "Which number can you subtract from a row so that no exponent is above 0?",
        "scores.max(axis=1, keepdims=True) has shape (N, 1) and broadcasts.",
        "The sum too needs axis=1 and keepdims=True.",
    ),
    points=2.0,
)
