"""The exercise "How many numbers are in a batch?"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.why_cnns import CHAPTER


def numbers_in_batch():
    return 32 * 64 * 48 * 3


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="How many numbers are in a batch?",
    prompt="""How many numbers a batch holds.

    32 color images, each 64 pixels high and 48 pixels wide.
    """,
    reference=numbers_in_batch,
    misconceptions=(
        Misconception(
            id="channels-forgotten",
            name="Each pixel is counted as one number.",
            hint="These images are in color. How many numbers describe one pixel?",
            wrong=lambda: 32 * 64 * 48,
        ),
        Misconception(
            id="batch-forgotten",
            name="The numbers of one image are counted, not those of the batch.",
            hint="A batch is an array with one more axis, in front.",
            wrong=lambda: 64 * 48 * 3,
        ),
    ),
    hints=(
        "Write down the shape of one image: (height, width, channels).",
        "The batch has shape (32, 64, 48, channels). Multiply the sides.",
    ),
)
