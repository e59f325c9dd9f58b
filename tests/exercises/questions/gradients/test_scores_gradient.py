"""Right answers to "From the loss to the scores", and what its solution gives."""

import numpy as np

from course_utils import reference
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def scores_in_loops(scores, labels):
    gradient = np.zeros(scores.shape)
    for n, (row, label) in enumerate(zip(scores, labels)):
        powers = [np.exp(s - max(row)) for s in row]
        for k, power in enumerate(powers):
            gradient[n, k] = (power / sum(powers) - (k == label)) / len(scores)
    return gradient


def scores_with_one_hot(scores, labels):
    totals = np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return (np.exp(scores - totals) - np.eye(scores.shape[1])[labels]) / scores.shape[0]


def scores_through_the_jacobian(scores, labels):
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = shifted / shifted.sum(axis=1, keepdims=True)
    rows = []
    for row, label in zip(p, labels):
        jacobian = np.diag(row) - np.outer(row, row)
        # a small number keeps 0 / 0 out where the right class has probability 0
        rows.append(-jacobian[label] / max(row[label], 1e-300))
    return np.stack(rows) / len(labels)


def scores_in_float32(scores, labels):
    scores = (scores - scores.max(1)[:, None]).astype(np.float32)
    p = np.exp(scores) / np.exp(scores).sum(1)[:, None]
    np.subtract.at(p, (np.arange(len(p)), labels), 1)
    return p / np.float32(len(p))


RIGHT_ANSWERS = (
    scores_in_loops,
    scores_with_one_hot,
    scores_through_the_jacobian,
    scores_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("scores_gradient", answer)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("scores_gradient", reference.cross_entropy_backward, rtol=1e-12, atol=1e-13)
