"""The exercise "Two neurons in a chain"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.gradients import CHAPTER


def slope_of_first_weight():
    x, w1, b1, w2, b2, target = 3, 2, -5, -3, 1, 1
    h = max(0, w1 * x + b1)  # 1, so ReLU is open
    y = w2 * h + b2  # -2
    dy = 2 * (y - target)  # -6
    dh = dy * w2  # 18
    return dh * x


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Two neurons in a chain",
    prompt="""Slope of the loss with respect to the first weight, w1.

    x = 3 -> z = w1 * x + b1 -> h = max(0, z) -> y = w2 * h + b2
    -> loss = (y - target)**2
    with w1 = 2, b1 = -5, w2 = -3, b2 = 1 and target = 1.
    """,
    reference=slope_of_first_weight,
    misconceptions=(
        Misconception(
            id="two-forgotten",
            name="The slope of a square is taken to be y - target, without the factor 2.",
            hint="What is the slope of u**2?",
            wrong=lambda: 27,
        ),
        Misconception(
            id="sign-lost",
            name="The size is right, the sign is not.",
            hint="Two factors on the way are negative: y - target, and one weight.",
            wrong=lambda: -54,
        ),
        Misconception(
            id="slope-of-the-bias",
            name="That is the slope with respect to b1 (or z).",
            hint="w1 reaches z multiplied by something. By what?",
            wrong=lambda: 18,
        ),
        Misconception(
            id="slope-of-the-second-weight",
            name="That is the slope with respect to w2.",
            hint="Go further back: y depends on h, h on z, and z on w1.",
            wrong=lambda: -6,
        ),
        Misconception(
            id="weight-for-input",
            name="The last factor is w1; that is the way to x, not to w1.",
            hint="z = w1 * x + b1. How much does z change if w1 changes by 1?",
            wrong=lambda: 36,
        ),
        Misconception(
            id="weight-between-forgotten",
            name="The slope passes the second neuron without being multiplied by its weight.",
            hint="y = w2 * h + b2. How much does y change if h changes by 1?",
            wrong=lambda: -18,
        ),
    ),
    hints=(
        "First all values, from x to the loss. Then the slopes, from the loss back to w1.",
        "y is -2, so the slope of the loss at y is 2 * (-2 - 1) = -6.",
        "Multiply -6 by w2, by 1 (ReLU is open, since z is 1), and by x.",
    ),
)
