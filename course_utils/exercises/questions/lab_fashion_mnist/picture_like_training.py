"""The exercise "Make a picture look like the training data"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_fashion_mnist import CHAPTER
from course_utils.exercises.slip import Slip


def picture_like_training(picture, side):
    light = 1 - picture / 255
    height, width = light.shape
    longer = max(height, width)
    square = np.zeros((longer, longer))
    top, left = (longer - height) // 2, (longer - width) // 2
    square[top : top + height, left : left + width] = light
    block = longer // side
    return square.reshape(side, block, side, block).mean(axis=(1, 3))


def inputs(rng):
    yield {
        "picture": np.array([[0, 51], [255, 51], [0, 255], [102, 0]], np.uint8),
        "side": 2,
    }
    yield {"picture": np.array([[0, 255, 102]], np.uint8), "side": 3}
    for height, width, side in [(12, 9, 4), (10, 15, 5), (28, 11, 14), (8, 24, 8), (12, 12, 6)]:
        yield {
            "picture": rng.integers(0, 256, size=(height, width), dtype=np.uint8),
            "side": side,
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Make a picture look like the training data",
    prompt="""A dark garment on white becomes a light garment on black, square and small.

    picture : (H, W) array of whole numbers from 0 (black) to 255 (white, the background)
    side : int; the longer of H and W is a multiple of it
    In this order: scale to 0..1 and invert, so that white becomes 0 and black becomes 1. Put
    the picture in the middle of a square of zeros as wide as its longer side (if the space
    left is odd, the larger half goes below or to the right). Shrink to (side, side): each
    pixel is the mean of the block of pixels that it stands for.
    Returns a float array (side, side).
    """,
    reference=picture_like_training,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="not-inverted",
            name="The picture is not inverted: its background is 1, the bars beside it 0.",
            hint="In the training images the background is 0.",
            wrong=Slip(picture_like_training, "1 - picture / 255", "picture / 255"),
        ),
        Misconception(
            id="inverted-last",
            name="The square of zeros is made first and inverted too: its bars are white.",
            hint="Invert before you add the zeros. The bars must be 0 in the result.",
            wrong=Slip(picture_like_training, "np.zeros(", "np.ones("),
        ),
        Misconception(
            id="in-the-corner",
            name="The picture is in the upper left corner of the square.",
            hint="The space left must be shared between both sides.",
            wrong=Slip(
                picture_like_training, "(longer - height) // 2, (longer - width) // 2", "0, 0"
            ),
        ),
        Misconception(
            id="pixels-skipped",
            name="One pixel of each block is kept, the others are skipped.",
            hint="A thin line may fall between the pixels that are kept. Average each block.",
            wrong=Slip(
                picture_like_training,
                "square.reshape(side, block, side, block).mean(axis=(1, 3))",
                "square[::block, ::block]",
            ),
        ),
        Misconception(
            id="not-scaled",
            name="The values go up to 255 instead of 1.",
            hint="The network was trained on values from 0 to 1.",
            wrong=Slip(picture_like_training, "1 - picture / 255", "255 - picture"),
        ),
    ),
    hints=(
        "Three steps, each a line or two: invert, paste into np.zeros, average blocks.",
        "square.reshape(side, block, side, block) has the rows of a block on axis 1, its "
        "columns on axis 3.",
    ),
)
