"""The exercise "How long a moving mean takes"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.normalization import CHAPTER


def steps_until_ninety_percent():
    # After k steps the moving mean is (1 - 0.999**k) times the true one.
    k = 0
    while 1 - 0.999**k < 0.9:
        k += 1
    return k


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="How long a moving mean takes",
    prompt="""Steps until a moving mean has come 90% of the way.

    The moving mean starts at 0 and its momentum is 0.999: at every step it
    becomes 0.999 times itself plus 0.001 times the batch's mean, which is 10
    in every batch.
    Returns after how many steps it is 9 or more for the first time.
    """,
    reference=steps_until_ninety_percent,
    misconceptions=(
        Misconception(
            id="momentum-of-the-figure",
            name="That is the count for a momentum of 0.99.",
            hint="Here 0.001 of the way that is left goes at a step, not 0.01.",
            wrong=lambda: 230,
        ),
        Misconception(
            id="ten-times-the-figure",
            name="That is ten times the count for a momentum of 0.99: close, but not right.",
            hint="0.999 ** 10 is not quite 0.99. Let the computer count.",
            wrong=lambda: 2300,
        ),
        Misconception(
            id="one-thousandth-each",
            name="Each step is taken to go one thousandth of the whole way.",
            hint="It goes one thousandth of the way that is left, which gets shorter.",
            wrong=lambda: 900,
        ),
        Misconception(
            id="one-over-what-goes",
            name="1 / 0.001 = 1,000 steps: after these, 63% of the way is done.",
            hint="How much of the way is left after 1,000 steps? 0.999 ** 1000 tells.",
            wrong=lambda: 1000,
        ),
        Misconception(
            id="rounded-down",
            name="That is one step too few: the count was rounded down.",
            hint="Is it 9 already, or only nearly?",
            wrong=lambda: 2301,
        ),
        Misconception(
            id="one-too-many",
            name="That is one step too many.",
            hint="The start, before any batch, is not a step.",
            wrong=lambda: 2303,
        ),
        Misconception(
            id="the-new-weighs-999",
            name="The new batch is given 0.999 of the weight, as PyTorch's momentum would.",
            hint="Momentum is how much of the old value stays, here and in Keras.",
            wrong=lambda: 1,
        ),
    ),
    hints=(
        "What is missing to 10 is multiplied by the same number at every step.",
        "After k steps, 10 * 0.999**k is missing. When is that 1 or less?",
    ),
)
