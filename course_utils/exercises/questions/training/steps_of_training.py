"""The exercise "How many steps?"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.training import CHAPTER


def steps_of_training():
    batches = -(-55_000 // 64)  # 859.375, and the rest is a batch too
    return 10 * batches


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="How many steps?",
    prompt="""Weight updates in ten epochs over 55,000 images in batches of 64.

    The last batch of an epoch is smaller than the others; it counts as a step
    too.
    """,
    reference=steps_of_training,
    misconceptions=(
        Misconception(
            id="last-batch-dropped",
            name="The last, smaller batch of each epoch is not counted.",
            hint="859 · 64 = 54,976. What happens to the other 24 images?",
            wrong=lambda: 10 * (55_000 // 64),
        ),
        Misconception(
            id="rounded-at-the-end",
            name="The ten epochs are laid end to end and cut into batches once.",
            hint="Each epoch starts a new batch. How many steps does one epoch have?",
            wrong=lambda: -(-550_000 // 64),
        ),
        Misconception(
            id="one-epoch",
            name="That is a single epoch.",
            hint="An epoch is once through the images. There are ten.",
            wrong=lambda: 860,
        ),
        Misconception(
            id="not-rounded",
            name="The smaller batch of each epoch is counted as a part of a step.",
            hint="859.375 batches: the last one is smaller, but the weights move all the same.",
            wrong=lambda: 550_000 / 64,
        ),
        Misconception(
            id="validation-images-too",
            name="That is for all 60,000 images; 5,000 of them are put aside.",
            hint="How many images does this training go through in an epoch?",
            wrong=lambda: 10 * 938,
        ),
        Misconception(
            id="one-step-an-image",
            name="That is one step per image.",
            hint="The weights move once for each batch.",
            wrong=lambda: 550_000,
        ),
    ),
    hints=(
        "How many batches does one epoch have? Divide, and think of the rest.",
        "55,000 / 64 = 859.375, so 859 full batches and one more.",
    ),
)
