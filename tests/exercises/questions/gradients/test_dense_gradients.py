"""Right answers to "Backward through a dense layer", and what its solution gives."""

import numpy as np

from course_utils import reference
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def dense_in_loops(dy, x, w):
    dx, dw, db = np.zeros_like(x), np.zeros_like(w), np.zeros(w.shape[1])
    for n in range(len(x)):
        for j in range(w.shape[1]):
            db[j] += dy[n, j]
            for i in range(w.shape[0]):
                dw[i, j] += x[n, i] * dy[n, j]
                dx[n, i] += w[i, j] * dy[n, j]
    return dx, dw, db


def dense_with_einsum(dy, x, w):
    return (
        np.einsum("no,io->ni", dy, w),
        np.einsum("ni,no->io", x, dy),
        np.einsum("no->o", dy),
    )


def dense_as_outer_products(dy, x, w):
    dw = sum(np.outer(row, slopes) for row, slopes in zip(x, dy))
    return [np.stack([w @ slopes for slopes in dy]), dw, sum(dy)]


def dense_with_a_column_of_ones(dy, x, w):
    x = np.hstack([x, np.ones((len(x), 1))]).astype(np.float32)
    both = np.dot(x.T, dy)
    return np.dot(w, dy.T).T, both[:-1], both[-1]


RIGHT_ANSWERS = (
    dense_in_loops,
    dense_with_einsum,
    dense_as_outer_products,
    dense_with_a_column_of_ones,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("dense_gradients", answer)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("dense_gradients", reference.dense_backward, rtol=1e-12, atol=1e-13)
