"""The exercise "The loss of a guess"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.training import CHAPTER


def loss_of_a_guess():
    # Every class gets 1/1000, whichever is right: -ln(1/1000).
    return np.log(1000)


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="The loss of a guess",
    prompt="""Cross-entropy of a network with 1,000 classes that learned nothing yet.

    It gives every class the same probability, whatever the image is. The
    logarithm is the natural one, as in the text.
    """,
    reference=loss_of_a_guess,
    misconceptions=(
        Misconception(
            id="ten-classes",
            name="That is the loss of a guess among ten classes.",
            hint="Which probability does each of 1,000 classes get?",
            wrong=lambda: np.log(10),
        ),
        Misconception(
            id="decimal-logarithm",
            name="The logarithm is the decimal one.",
            hint="np.log is the natural logarithm; math.log10 and np.log10 are not.",
            wrong=lambda: 3.0,
        ),
        Misconception(
            id="binary-logarithm",
            name="The logarithm is the binary one: that is the answer in bits.",
            hint="np.log is the natural logarithm, whose unit is the nat.",
            wrong=lambda: np.log2(1000),
        ),
        Misconception(
            id="sign-lost",
            name="The sign is the wrong way round: a loss is not below zero.",
            hint="The loss is minus the logarithm of a number below 1.",
            wrong=lambda: -np.log(1000),
        ),
        Misconception(
            id="probability-for-loss",
            name="That is a probability, not a loss.",
            hint="The loss is minus the logarithm of the right class's probability.",
            wrong=lambda: 1 / 1000,
        ),
    ),
    hints=(
        "Equal probabilities that add up to 1: how large is each?",
        "Minus the natural logarithm of 1/1000.",
    ),
    rtol=1e-3,
)
