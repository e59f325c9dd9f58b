"""Right answers to "From volts and currents to rows and columns", and what its solution gives."""

import numpy as np

from course_utils.exercises import get
from course_utils.voltammetry import rasterise, simulate
from tests.exercises.right_answers import assert_passes, each_of


def pixels_in_loops(potential, current, frame, size):
    left, right, bottom, top = frame
    rows, columns = [], []
    for e, i in zip(potential, current, strict=True):
        columns.append(min(int((e - left) / (right - left) * size), size - 1))
        rows.append(min(int((top - i) / (top - bottom) * size), size - 1))
    return np.array(rows), np.array(columns)


def pixels_by_floor_division(potential, current, frame, size):
    left, right, bottom, top = frame
    columns = (potential - left) // ((right - left) / size)
    rows = (top - current) // ((top - bottom) / size)
    return np.minimum(rows, size - 1), np.minimum(columns, size - 1)


def pixels_by_searching(potential, current, frame, size):
    left, right, bottom, top = frame
    columns = np.searchsorted(np.linspace(left, right, size + 1)[1:-1], potential, side="right")
    rows = np.searchsorted(np.linspace(-top, -bottom, size + 1)[1:-1], -current, side="right")
    return rows.astype(np.int32), columns.astype(np.int32)


def pixels_stacked(potential, current, frame, size):
    corner = np.array([frame[3], frame[0]])
    extent = np.array([frame[2] - frame[3], frame[1] - frame[0]])
    places = np.stack([current, potential], axis=-1)
    return ((places - corner) / extent * size).astype(np.int64).clip(0, size - 1).T


RIGHT_ANSWERS = (
    pixels_in_loops,
    pixels_by_floor_division,
    pixels_by_searching,
    pixels_stacked,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("curve_to_pixels", answer)


def test_the_rasterised_line_passes_through_the_pixels_of_the_points():
    potential, current = simulate()
    current = current[0] / np.abs(current).max()
    frame = (-0.85, 0.85, -1.2, 1.2)
    rows, columns = get("curve_to_pixels").reference(potential, current, frame, 96)
    assert (rasterise(potential, current, frame=frame)[rows, columns] > 0.05).all()
