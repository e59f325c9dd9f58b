"""Right answers to "Same padding", and what its solution gives."""

import numpy as np

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def same_by_search(n, kernel, stride):
    total = 0
    while len(range(0, n + total - kernel + 1, stride)) < np.ceil(n / stride):
        total += 1
    return np.array([total // 2, (total + 1) // 2])


def same_by_remainder(n, kernel, stride):
    total = max(kernel - (n % stride or stride), 0)
    before = total // 2
    return before, total - before


RIGHT_ANSWERS = (
    same_by_search,
    same_by_remainder,
    lambda n, kernel, stride: list(same_by_remainder(n, kernel, stride)),
    lambda n, kernel, stride: tuple(float(zeros) for zeros in same_by_search(n, kernel, stride)),
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("same_padding", answer)


def test_same_padding_agrees_with_padding_same():
    exercise = get("same_padding")
    for arguments in exercise.draw_inputs(seed=11):
        n, kernel, stride = arguments["n"], arguments["kernel"], arguments["stride"]
        row = np.arange(1, n + 1.0)[np.newaxis]
        weights = np.arange(1, kernel + 1.0)[np.newaxis]
        before, after = exercise.reference(**arguments)
        np.testing.assert_array_equal(
            reference.correlate2d(row, weights, stride=stride, padding=((0, 0), (before, after))),
            reference.correlate2d(row, weights, stride=stride, padding="same"),
        )
