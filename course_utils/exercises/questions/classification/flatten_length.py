"""The exercise "How long is the flattened vector?"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.classification import CHAPTER
from course_utils.exercises.slip import Slip


def flatten_length(height, width, filters):
    for _ in filters:
        height, width = (height - 2) // 2, (width - 2) // 2
    return height * width * filters[-1]


def inputs(rng):
    yield {"height": 6, "width": 9, "filters": (3,)}
    yield {"height": 28, "width": 28, "filters": (8,)}
    yield {"height": 28, "width": 28, "filters": (32, 64)}
    yield {"height": 32, "width": 47, "filters": (16, 32, 8)}
    for blocks in (1, 2, 2, 3):
        height, width = rng.integers(24, 80, size=2)
        filters = tuple(int(f) for f in rng.integers(2, 40, size=blocks))
        yield {"height": int(height), "width": int(width), "filters": filters}


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="How long is the flattened vector?",
    prompt="""Length of the vector that Flatten makes after blocks of convolution and pooling.

    height, width : int, sides of the image
    filters : tuple of int, number of filters of each block, first block first
    Each block is a 3x3 convolution (stride 1, no padding), then 2x2 max pooling (stride 2, no
    padding: an odd row or column at the end is dropped).
    """,
    reference=flatten_length,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="same-padding",
            name="The convolution is taken to keep the size.",
            hint="Without padding, how many positions does a window of 3 have in 28 pixels?",
            wrong=Slip(
                flatten_length, "(height - 2) // 2, (width - 2) // 2", "height // 2, width // 2"
            ),
        ),
        Misconception(
            id="pooling-forgotten",
            name="The pooling is forgotten: the vector is as long as without it.",
            hint="The 8*26*26 listing has this mistake. What does each 2x2 window become?",
            wrong=Slip(
                flatten_length, "(height - 2) // 2, (width - 2) // 2", "height - 2, width - 2"
            ),
        ),
        Misconception(
            id="rounded-up",
            name="An odd row or column at the end is kept.",
            hint="A 2x2 window does not fit over a single row: 11 becomes 5.",
            wrong=Slip(
                flatten_length,
                "(height - 2) // 2, (width - 2) // 2",
                "-(-(height - 2) // 2), -(-(width - 2) // 2)",
            ),
        ),
        Misconception(
            id="kernel-subtracted",
            name="The convolution is taken to cost 3 pixels a side.",
            hint="28 pixels hold 26 windows of 3: the formula adds 1.",
            wrong=Slip(
                flatten_length,
                "(height - 2) // 2, (width - 2) // 2",
                "(height - 3) // 2, (width - 3) // 2",
            ),
        ),
        Misconception(
            id="filters-multiplied",
            name="The numbers of filters of all blocks are multiplied.",
            hint="A filter sums over all its input maps. How many maps leave the last block?",
            wrong=Slip(flatten_length, "filters[-1]", "np.prod(filters)"),
        ),
        Misconception(
            id="channels-forgotten",
            name="Only one of the last block's maps is counted.",
            hint="The last block gives one map for each of its filters.",
            wrong=Slip(flatten_length, " * filters[-1]", ""),
        ),
    ),
    hints=(
        "Follow one side of a 28 pixel image through one block first.",
        "28 becomes 26, then 13. What happens to 13?",
        "One block: side -> (side - 2) // 2. At the end: height * width * last filters.",
    ),
    points=2.0,
)
