"""The exercise "A photo becomes a square of 32"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_cifar10 import CHAPTER
from course_utils.exercises.slip import Slip


def square_thumbnail(photo, side):
    height, width, channels = photo.shape
    block = min(height, width) // side
    size = block * side
    top, left = (height - size) // 2, (width - size) // 2
    square = photo[top : top + size, left : left + size].astype(np.float64)
    return square.reshape(side, block, side, block, channels).mean(axis=(1, 3))


def inputs(rng):
    small = np.array([[9, 0, 4, 8, 9, 9], [9, 2, 6, 0, 2, 9]], np.uint8)
    yield {"photo": small[:, :, np.newaxis], "side": 1}
    yield {"photo": rng.integers(0, 256, size=(4, 8, 3), dtype=np.uint8), "side": 2}
    for height, width, side in [(13, 9, 4), (11, 20, 3), (24, 24, 8), (30, 45, 5)]:
        yield {
            "photo": rng.integers(0, 256, size=(height, width, 3), dtype=np.uint8),
            "side": side,
        }


def _squashed(photo, side):
    height, width, channels = photo.shape
    rows, columns = height // side, width // side
    top, left = (height - rows * side) // 2, (width - columns * side) // 2
    middle = photo[top : top + rows * side, left : left + columns * side]
    return middle.reshape(side, rows, side, columns, channels).mean(axis=(1, 3))


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="A photo becomes a square of 32",
    prompt="""The middle square of a photo, shrunk so that no pixel of it is skipped.

    photo : (H, W, C) uint8; side : int, at most H and W
    Cut a square out of the middle, as large as its side can be as a multiple of `side`; where
    an odd number of pixels is left over, the extra one goes to the bottom or the right. Cut
    the square into side x side blocks. Each pixel of the result is the mean of one block.
    Returns a (side, side, C) array of floats from 0 to 255, not rounded.
    """,
    reference=square_thumbnail,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="subsampled",
            name="One pixel of each block is kept and the others are thrown away.",
            hint="Fine stripes become coarse ones this way: that is aliasing. All pixels of a "
            "block count.",
            wrong=Slip(
                square_thumbnail,
                "square.reshape(side, block, side, block, channels).mean(axis=(1, 3))",
                "square[::block, ::block]",
            ),
        ),
        Misconception(
            id="from-the-corner",
            name="The square is cut from the upper left corner.",
            hint="As much must be cut off above as below, and on the left as on the right.",
            wrong=Slip(square_thumbnail, "(height - size) // 2, (width - size) // 2", "0, 0"),
        ),
        Misconception(
            id="squashed",
            name="The whole photo is squeezed into a square.",
            hint="A circle in the photo must stay a circle. What has to be cut off?",
            wrong=_squashed,
        ),
        Misconception(
            id="bytes-overflow",
            name="The blocks are added up in 8 bits, where 255 + 1 is 0.",
            hint="Turn the pixels into floats before you add.",
            wrong=Slip(
                square_thumbnail,
                "mean(axis=(1, 3))",
                "astype(np.uint8).sum(axis=(1, 3), dtype=np.uint8) / block**2",
            ),
        ),
        Misconception(
            id="rounded",
            name="The means are rounded down to whole numbers.",
            hint="The network takes floats. Keep the fractions.",
            wrong=Slip(square_thumbnail, "mean(axis=(1, 3))", "mean(axis=(1, 3)) // 1"),
        ),
        Misconception(
            id="blocks-interleaved",
            name="A block is made of pixels that lie far apart.",
            hint="reshape splits an axis into (which block, which pixel of it), in this order.",
            wrong=Slip(
                square_thumbnail,
                "side, block, side, block, channels).mean(axis=(1, 3))",
                "block, side, block, side, channels).mean(axis=(0, 2))",
            ),
        ),
    ),
    hints=(
        "First the side of a block, then that of the square, then how much to cut off.",
        "block = min(H, W) // side; the square has block * side pixels.",
        "square.reshape(side, block, side, block, C): which two axes does the mean go over?",
    ),
    points=2.0,
)
