"""Right answers to "Undo a shuffle", and what its solution gives."""

import numpy as np
import pytest

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of, inputs_of


def permuted_by_take(weights, order):
    return np.take(weights, order, axis=0)


def permuted_by_loop(weights, order):
    result = np.empty_like(weights)
    for place, pixel in enumerate(order):
        result[place] = weights[pixel]
    return result


def permuted_by_matrix(weights, order):
    return np.eye(len(order))[order] @ weights


def permuted_by_stack(weights, order):
    return np.stack([weights[pixel] for pixel in order])


RIGHT_ANSWERS = (
    permuted_by_take,
    permuted_by_loop,
    permuted_by_matrix,
    permuted_by_stack,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("permute_weights", answer)


@pytest.mark.parametrize("arguments", inputs_of("permute_weights"))
def test_permuted_weights_give_the_same_outputs(arguments):
    weights, order = arguments.values()
    x = np.random.default_rng(1).normal(size=(3, len(order)))
    result = get("permute_weights").reference(weights, order)
    np.testing.assert_allclose(x[:, order] @ result, x @ weights)
