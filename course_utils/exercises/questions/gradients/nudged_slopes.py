"""The exercise "Slopes by nudging"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.gradients import CHAPTER
from course_utils.exercises.slip import Slip


def nudged_slopes(w, x, step):
    def loss(w):
        return np.sum((x @ w) ** 3)

    slopes = np.zeros(len(w))
    for i in range(len(w)):
        nudge = np.zeros(len(w))
        nudge[i] = step
        slopes[i] = (loss(w + nudge) - loss(w - nudge)) / (2 * step)
    return slopes


def inputs(rng):
    yield {"w": np.array([1.0, 2.0]), "x": np.array([[1.0, 0.0], [0.0, 2.0]]), "step": 1.0}
    yield {"w": np.array([2.0, -1.0, 1.0]), "x": np.array([[1.0, 1.0, 0.0]]), "step": 0.5}
    for rows, columns, step in [(3, 2, 0.5), (2, 4, 0.2), (5, 3, 0.1)]:
        yield {"w": rng.normal(size=columns), "x": rng.normal(size=(rows, columns)), "step": step}


def _nudge_stays(w, x, step):
    w, slopes = w.copy(), np.zeros(len(w))
    for i in range(len(w)):
        w[i] += step
        up = np.sum((x @ w) ** 3)
        w[i] -= 2 * step
        slopes[i] = (up - np.sum((x @ w) ** 3)) / (2 * step)
    return slopes


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Slopes by nudging",
    prompt="""Slopes of a loss with respect to each weight, by central differences.

    The loss is np.sum((x @ w) ** 3).
    w : (n,) array, the weights; x : (m, n) array
    step : float, how far a weight is moved each way; all others stay
    Returns an (n,) array of what the differences give, not of the exact
    slopes.
    """,
    reference=nudged_slopes,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="one-sided",
            name="Each weight is moved in one direction only.",
            hint="A central difference needs the loss on both sides of w.",
            wrong=Slip(nudged_slopes, "loss(w - nudge)) / (2 * step)", "loss(w)) / step"),
        ),
        Misconception(
            id="one-sided-downwards",
            name="Each weight is moved down only.",
            hint="A central difference needs the loss on both sides of w.",
            wrong=Slip(
                nudged_slopes,
                "(loss(w + nudge) - loss(w - nudge)) / (2 * step)",
                "(loss(w) - loss(w - nudge)) / step",
            ),
        ),
        Misconception(
            id="one-step-too-few",
            name="The difference is divided by step, though the two points are further apart.",
            hint="How far is w + step from w - step?",
            wrong=Slip(nudged_slopes, "(2 * step)", "step"),
        ),
        Misconception(
            id="not-divided",
            name="That is the change of the loss, not yet a slope.",
            hint="A slope is a change divided by what caused it.",
            wrong=Slip(nudged_slopes, " / (2 * step)", ""),
        ),
        Misconception(
            id="all-at-once",
            name="All weights are moved together.",
            hint="Every weight has a slope of its own: move one, keep the others.",
            wrong=Slip(nudged_slopes, "nudge[i] = step", "nudge[:] = step"),
        ),
        Misconception(
            id="nudge-stays",
            name="A weight that was moved does not go back before the next one moves.",
            hint="After the first weight, is w what it was? Work on a fresh copy each time.",
            wrong=_nudge_stays,
        ),
        Misconception(
            id="exact-slope",
            name="These are the exact slopes, by the rules of calculus.",
            hint="The prompt asks for what the differences give, with their small error.",
            wrong=lambda w, x, step: 3 * (x @ w) ** 2 @ x,
        ),
    ),
    hints=(
        "Write a function loss(w) first; then a loop over the weights.",
        "In the loop: a copy of w with entry i moved up, and one with it moved down.",
        "The two points are 2 * step apart.",
    ),
)
