"""The exercise "From volts and currents to rows and columns"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_voltammetry import CHAPTER
from course_utils.exercises.slip import Slip


def curve_to_pixels(potential, current, frame, size):
    left, right, bottom, top = frame
    columns = np.floor((potential - left) / (right - left) * size)
    rows = np.floor((top - current) / (top - bottom) * size)
    columns = np.minimum(columns, size - 1)
    rows = np.minimum(rows, size - 1)
    return rows.astype(np.int64), columns.astype(np.int64)


def inputs(rng):
    # Sixteenths, so that no point lies on a pixel's edge by rounding.
    yield {
        "potential": np.array([0.0, 0.3125, 1.0]),
        "current": np.array([0.0, 1.875, 0.625]),
        "frame": (0.0, 1.0, 0.0, 2.0),
        "size": 4,
    }
    yield {
        "potential": np.array([-0.75, 0.9375, 0.125, -1.0]),
        "current": np.array([-0.4375, 1.5, 1.0625, 0.3125]),
        "frame": (-1.0, 1.0, -0.5, 1.5),
        "size": 8,
    }
    for size, frame in (
        (10, (-1.0, 1.0, -2.0, 2.0)),
        (24, (0.0, 3.0, -1.0, 1.0)),
        (96, (-0.85, 0.85, -1.2, 1.2)),
    ):
        left, right, bottom, top = frame
        pixel = rng.integers(0, size, (2, 12), dtype=np.int64) + rng.uniform(0.05, 0.95, (2, 12))
        yield {
            "potential": left + (right - left) * pixel[0] / size,
            "current": bottom + (top - bottom) * pixel[1] / size,
            "frame": frame,
            "size": size,
        }


def _pixels(potential, current, frame, size, *, cut=np.floor, steps=0):
    left, right, bottom, top = frame
    columns = cut((potential - left) / (right - left) * (size - steps))
    rows = cut((top - current) / (top - bottom) * (size - steps))
    return tuple(np.minimum(z, size - 1).astype(np.int64) for z in (rows, columns))


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="From volts and currents to rows and columns",
    prompt="""The pixel in which each point of a curve lies.

    potential, current : (n,)
    frame : (left, right, bottom, top), what the picture's edges stand for. All points lie
        within it.
    size : int, the picture has size x size pixels
    Column 0 is at the left, row 0 at the top. Pixel 0 reaches from the edge to 1/size of
    the width or height, and so on. A point exactly between two pixels belongs to the one
    with the larger number, one on the last edge to the last pixel.
    Returns rows and columns, two arrays (n,) of whole numbers.
    """,
    reference=curve_to_pixels,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="upside-down",
            name="The picture is upside down: row 0 is at the bottom.",
            hint="Currents count upwards, rows downwards. Which current lies in row 0?",
            wrong=Slip(curve_to_pixels, "(top - current)", "(current - bottom)"),
        ),
        Misconception(
            id="columns-first",
            name="Columns are returned first.",
            hint="An image is indexed as image[row, column].",
            wrong=lambda potential, current, frame, size: curve_to_pixels(
                potential, current, frame, size
            )[::-1],
        ),
        Misconception(
            id="rounded",
            name="The places are rounded to the nearest whole number.",
            hint="A point at 0.7 of the first pixel is still in pixel 0.",
            wrong=lambda potential, current, frame, size: _pixels(
                potential, current, frame, size, cut=np.round
            ),
        ),
        Misconception(
            id="one-pixel-too-few",
            name="The frame is divided into size - 1 parts.",
            hint="How wide is a pixel if there are `size` of them?",
            wrong=lambda potential, current, frame, size: _pixels(
                potential, current, frame, size, steps=1
            ),
        ),
        Misconception(
            id="frame-of-the-curve",
            name="The curve's own smallest and largest values are taken for the frame.",
            hint="Then every curve fills its picture. What do the four numbers of frame say?",
            wrong=Slip(
                curve_to_pixels,
                "= frame",
                "= potential.min(), potential.max(), current.min(), current.max()",
            ),
        ),
    ),
    hints=(
        "First the part of the width or height that lies before the point, from 0 to 1.",
        "Then times size, cut off to a whole number: np.floor.",
        "For the rows measure from the top: (top - current) / (top - bottom).",
    ),
)
