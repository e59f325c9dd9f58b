"""The exercise "Shift an image"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.why_cnns import CHAPTER


def shift_image(image, down, right):
    height, width = image.shape
    canvas = np.zeros((3 * height, 3 * width), image.dtype)
    top, left = height + down, width + right
    canvas[top : top + height, left : left + width] = image
    return canvas[height : 2 * height, width : 2 * width]


def inputs(rng):
    image = np.arange(1, 13).reshape(3, 4)
    yield {"image": image, "down": 1, "right": 2}
    yield {"image": image, "down": 0, "right": 1}
    yield {"image": image, "down": 0, "right": 0}
    yield {"image": image, "down": -1, "right": -2}
    for shape, down, right in (((6, 5), 3, -2), ((7, 9), -4, 6), ((8, 5), 5, 4)):
        yield {"image": rng.normal(size=shape), "down": down, "right": right}


def _shift_repeating_the_edge(image, down, right):
    height, width = image.shape
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return image[rows][:, columns]


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Shift an image",
    prompt="""The image, moved down and to the right; what comes in is 0.

    image : array (height, width)
    down, right : int, in pixels; negative ones move up and to the left.
        Neither reaches the height or the width.
    Returns a new array (height, width). What leaves the frame is lost.
    """,
    reference=shift_image,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="wraps-around",
            name="What leaves the frame on one side comes in on the other.",
            hint="np.roll wraps around. The rows and columns that come in must be 0.",
            wrong=lambda image, down, right: np.roll(image, (down, right), (0, 1)),
        ),
        Misconception(
            id="wrong-direction",
            name="The image moves up and to the left.",
            hint="Moved down by 1, the old row 0 is the new row 1.",
            wrong=lambda image, down, right: shift_image(image, -down, -right),
        ),
        Misconception(
            id="axes-swapped",
            name="Down and right are mixed up.",
            hint="Axis 0 counts rows, from top to bottom; axis 1 counts columns.",
            wrong=lambda image, down, right: shift_image(image.T, down, right).T,
        ),
        Misconception(
            id="edge-repeated",
            name="The rows and columns that come in repeat the edge.",
            hint="What was outside the frame is taken to be 0.",
            wrong=_shift_repeating_the_edge,
        ),
    ),
    hints=(
        "Start from zeros of the same shape and dtype, and copy a part of the image into it.",
        "Moved down by 1: rows 1, 2, ... of the result are rows 0, 1, ... of the image.",
        "To treat both signs alike, put the image into the middle of zeros three times as "
        "high and wide, off center by (down, right), and cut the middle out.",
    ),
    points=2,
)
