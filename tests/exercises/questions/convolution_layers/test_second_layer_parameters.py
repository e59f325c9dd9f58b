"""Right answers to "Parameters of a layer", and what its solution gives."""

import numpy as np

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of

RIGHT_ANSWERS = (
    lambda: 73856,
    lambda: 73856.0,
    lambda: np.prod([3, 3, 64, 128]) + 128,
    lambda: (3 * 3 * 64 + 1) * 128,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("second_layer_parameters", answer)


def test_the_number():
    assert get("second_layer_parameters").reference() == 73_856
