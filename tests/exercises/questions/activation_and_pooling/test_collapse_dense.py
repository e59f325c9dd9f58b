"""Right answers to "Two dense layers as one", and what its solution gives."""

import numpy as np

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def collapse_by_multiplying_out(w1, b1, w2, b2):
    w = np.zeros((len(w1), w2.shape[1]))
    for i in range(len(w1)):
        for j in range(w2.shape[1]):
            w[i, j] = sum(w1[i, k] * w2[k, j] for k in range(len(w2)))
    return w, np.dot(b1, w2) + b2


def collapse_by_probing(w1, b1, w2, b2):
    def layers(x):
        return (x @ w1 + b1) @ w2 + b2

    b = layers(np.zeros(len(w1)))
    return layers(np.eye(len(w1))) - b, b


def collapse_with_einsum(w1, b1, w2, b2):
    return [np.einsum("ih,ho->io", w1, w2), np.einsum("h,ho->o", b1, w2) + b2]


def collapse_with_a_row_of_ones(w1, b1, w2, b2):
    first = np.block([[w1, np.zeros((len(w1), 1))], [b1[np.newaxis], np.ones((1, 1))]])
    both = first.astype(np.float32) @ np.vstack([w2, b2])
    return both[:-1], both[-1]


RIGHT_ANSWERS = (
    collapse_by_multiplying_out,
    collapse_by_probing,
    collapse_with_einsum,
    collapse_with_a_row_of_ones,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("collapse_dense", answer)


def test_the_collapsed_layer_gives_what_the_two_give():
    exercise = get("collapse_dense")
    for inputs in exercise.draw_inputs():
        x = np.random.default_rng(0).normal(size=(6, len(inputs["w1"])))
        two = reference.dense(
            reference.dense(x, inputs["w1"], inputs["b1"]), inputs["w2"], inputs["b2"]
        )
        np.testing.assert_allclose(reference.dense(x, *exercise.reference(**inputs)), two)
