"""The exercise "Ten sigmoids in a row"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.activation_and_pooling import CHAPTER


def slope_after_ten_sigmoids():
    # One sigmoid is steepest at 0: sigmoid(0) * (1 - sigmoid(0)) = 1/4.
    return 0.25**10


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Ten sigmoids in a row",
    prompt="""A bound on the slope of ten sigmoids in a row, s(s(s(...s(x)...))).

    By the chain rule that slope is a product of ten slopes. Return the largest value that the
    product could have if each of the ten were as steep as a sigmoid can be.
    """,
    reference=slope_after_ten_sigmoids,
    misconceptions=(
        Misconception(
            id="value-for-slope",
            name="0.5 is the sigmoid's value at 0, not its slope there.",
            hint="The slope at x is s(x) (1 - s(x)).",
            wrong=lambda: 0.5**10,
        ),
        Misconception(
            id="slopes-added",
            name="The slopes are added.",
            hint="If one function stretches by 2 and the next by 3, both stretch by 6.",
            wrong=lambda: 10 * 0.25,
        ),
        Misconception(
            id="one-sigmoid",
            name="That is the largest slope of a single sigmoid.",
            hint="Each of the ten multiplies by its own slope.",
            wrong=lambda: 0.25,
        ),
        Misconception(
            id="slope-one",
            name="A slope of 1 is that of tanh at 0 or of ReLU, not of the sigmoid.",
            hint="The slope at x is s(x) (1 - s(x)); s(0) = 0.5.",
            wrong=lambda: 1.0,
        ),
    ),
    hints=(
        "Where is the sigmoid steepest? Look at the figure above.",
        "The slope at 0 is s(0) (1 - s(0)).",
        "Ten factors, each at most 1/4.",
    ),
    rtol=1e-2,
    atol=0.0,  # the number itself is smaller than the usual tolerance
)
