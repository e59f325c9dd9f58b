"""Right answers to "Leaky ReLU", and what its solution gives."""

import numpy as np

from course_utils import reference
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def leaky_by_mask(x, slope):
    y = x.copy()
    y[y < 0] *= slope
    return y


def leaky_in_loops(x, slope):
    return np.array([v if v > 0 else slope * v for v in x.ravel()]).reshape(x.shape)


def leaky_as_maximum(x, slope):
    return np.maximum(x, slope * x)


def leaky_as_two_relus(x, slope):
    x = x.astype(np.float32)
    return np.maximum(x, 0) - slope * np.maximum(-x, 0)


RIGHT_ANSWERS = (
    leaky_by_mask,
    leaky_in_loops,
    leaky_as_maximum,
    leaky_as_two_relus,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("leaky", answer)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("leaky", reference.leaky_relu, rtol=1e-12)
