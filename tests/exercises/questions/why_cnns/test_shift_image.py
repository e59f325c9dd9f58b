"""Right answers to "Shift an image", and what its solution gives."""

import numpy as np

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def shift_by_loops(image, down, right):
    height, width = image.shape
    shifted = np.zeros_like(image)
    for row in range(height):
        for column in range(width):
            if 0 <= row - down < height and 0 <= column - right < width:
                shifted[row, column] = image[row - down, column - right]
    return shifted


def shift_by_roll(image, down, right):
    shifted = np.roll(image, (down, right), axis=(0, 1))
    if down:
        shifted[slice(0, down) if down > 0 else slice(down, None)] = 0
    if right:
        shifted[:, slice(0, right) if right > 0 else slice(right, None)] = 0
    return shifted


def shift_by_pad(image, down, right):
    height, width = image.shape
    padded = np.pad(image, ((max(down, 0), max(-down, 0)), (max(right, 0), max(-right, 0))))
    top, left = max(-down, 0), max(-right, 0)
    return padded[top : top + height, left : left + width]


def shift_by_matrices(image, down, right):
    height, width = image.shape
    return np.eye(height, k=-down) @ image @ np.eye(width, k=right)


def shift_in_float32(image, down, right):
    return shift_by_pad(image.astype(np.float32), down, right)


RIGHT_ANSWERS = (
    shift_by_loops,
    shift_by_roll,
    shift_by_pad,
    shift_by_matrices,
    shift_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("shift_image", answer)


def test_shifting_and_sliding_commute_inside_the_frame():
    cross = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]])
    image = np.zeros((9, 9), int)
    image[2:5, 2:5] = cross
    shift = get("shift_image").reference
    np.testing.assert_array_equal(
        reference.correlate2d(shift(image, 2, 1), cross),
        shift(reference.correlate2d(image, cross), 2, 1),
    )
