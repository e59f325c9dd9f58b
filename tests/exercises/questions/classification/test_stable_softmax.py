"""Right answers to "A softmax that does not overflow", and what its solution gives."""

import numpy as np

from course_utils import reference
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def softmax_in_loops(scores):
    rows = []
    for row in scores:
        row = np.exp(row - max(row))
        rows.append(row / sum(row))
    return np.array(rows)


def softmax_through_logarithms(scores):
    totals = np.logaddexp.reduce(scores, axis=1)
    return np.exp(scores - totals[:, np.newaxis])


def softmax_from_differences(scores):
    differences = scores[:, np.newaxis, :] - scores[:, :, np.newaxis]
    return 1 / np.exp(np.minimum(differences, 700)).sum(axis=2)


def softmax_in_float32(scores):
    shifted = (scores - np.max(scores, 1)[:, None]).astype(np.float32)
    return (np.exp(shifted).T / np.exp(shifted).sum(1)).T


RIGHT_ANSWERS = (
    softmax_in_loops,
    softmax_through_logarithms,
    softmax_from_differences,
    softmax_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("stable_softmax", answer)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("stable_softmax", reference.softmax, rtol=1e-12)
