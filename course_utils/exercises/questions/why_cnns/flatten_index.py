"""The exercise "Where a number lands"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.why_cnns import CHAPTER
from course_utils.exercises.slip import Slip


def flatten_index(row, column, channel, shape):
    _, width, channels = shape
    pixels_before = row * width + column
    return pixels_before * channels + channel


def inputs(rng):
    yield {"row": 1, "column": 2, "channel": 0, "shape": (2, 4, 1)}
    yield {"row": 1, "column": 2, "channel": 1, "shape": (2, 4, 3)}
    yield {"row": 0, "column": 0, "channel": 0, "shape": (2, 4, 3)}
    for _ in range(6):
        shape = tuple(int(n) for n in rng.integers([5, 11, 2], [10, 30, 5]))
        row, column, channel = (int(i) for i in rng.integers(0, shape))
        yield {"row": row, "column": column, "channel": channel, "shape": shape}


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Where a number lands",
    prompt="""Place of one number of an image in the flattened image.

    row, column, channel : int, each counted from 0
    shape : (height, width, channels) of the image
    Returns an int, counted from 0, such that
    image.reshape(-1)[result] is image[row, column, channel].
    """,
    reference=flatten_index,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="columns-first",
            name="The image is read column by column.",
            hint="reshape(-1) walks along the first row before it starts the second one.",
            wrong=Slip(flatten_index, "row * width + column", "column * shape[0] + row"),
        ),
        Misconception(
            id="height-for-width",
            name="A row is taken to be as long as the image is high.",
            hint="How many pixels does one full row hold: the height or the width?",
            wrong=Slip(flatten_index, "row * width", "row * shape[0]"),
        ),
        Misconception(
            id="channels-forgotten",
            name="The position is counted in pixels, not in numbers.",
            hint="Each pixel before yours takes up one place for each channel.",
            wrong=Slip(flatten_index, " * channels + channel", ""),
        ),
        Misconception(
            id="channels-first",
            name="The whole first channel is read before the second one begins.",
            hint="In an array (height, width, channels) the last axis changes fastest: "
            "which numbers come right after image[0, 0, 0]?",
            wrong=lambda row, column, channel, shape: (
                (channel * shape[0] + row) * shape[1] + column
            ),
        ),
        Misconception(
            id="counted-from-one",
            name="Positions are counted from 1.",
            hint="The number at row 0, column 0, channel 0 has position 0.",
            wrong=Slip(flatten_index, "+ channel", "+ channel + 1"),
        ),
    ),
    hints=(
        "Begin with one channel: how many pixels lie in the full rows above yours?",
        "Add the pixels to the left of yours in its own row.",
        "Each of these pixels takes up `channels` places; then come the channels of your own.",
    ),
)
