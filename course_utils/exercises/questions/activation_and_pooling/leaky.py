"""The exercise "Leaky ReLU"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.activation_and_pooling import CHAPTER


def leaky(x, slope):
    return np.where(x > 0, x, slope * x)


def inputs(rng):
    yield {"x": np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), "slope": 0.5}
    yield {"x": np.array([[3.0, -4.0, 1.0], [-0.1, 0.0, -10.0]]), "slope": 0.1}
    for shape, slope in [((7,), 0.01), ((3, 4), 0.3), ((2, 5, 4, 3), 0.2), ((2, 3), 0.0)]:
        yield {"x": rng.normal(scale=3, size=shape), "slope": slope}


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Leaky ReLU",
    prompt="""Leaky ReLU: positive entries stay, the others are multiplied by slope.

    x : float array of any shape
    slope : float from 0 to 1
    Returns an array of x's shape; x itself stays as it is.
    """,
    reference=leaky,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="plain-relu",
            name="Negative entries become 0: that is ReLU, without the leak.",
            hint="What should -2 become when slope is 0.5?",
            wrong=lambda x, slope: np.maximum(x, 0),
        ),
        Misconception(
            id="slope-everywhere",
            name="Positive entries are multiplied by the slope too.",
            hint="Only one side leaks. What should 2 become?",
            wrong=lambda x, slope: slope * x,
        ),
        Misconception(
            id="sides-swapped",
            name="The slope is applied to the positive side, and negative entries stay.",
            hint="Which side of zero does ReLU leave alone?",
            wrong=lambda x, slope: np.where(x > 0, slope * x, x),
        ),
        Misconception(
            id="sign-lost",
            name="Negative entries come out positive.",
            hint="The slope is positive, so a negative number times it stays negative.",
            wrong=lambda x, slope: np.where(x > 0, x, -slope * x),
        ),
        Misconception(
            id="slope-as-floor",
            name="Entries below the slope are raised to it, as by max(slope, x).",
            hint="The slope multiplies x; it is not a smallest value.",
            wrong=lambda x, slope: np.maximum(slope, x),
        ),
    ),
    hints=(
        "Two cases, chosen entry by entry: np.where(condition, one, other).",
        "The condition is x > 0; the first case is x itself.",
    ),
)
