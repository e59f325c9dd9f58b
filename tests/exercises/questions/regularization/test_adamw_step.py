"""Right answers to "One step of AdamW", and what its solution gives."""

import numpy as np

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def adamw_by_shrinking_first(w, g, m, v, step, learning_rate, weight_decay):
    m = m + (g - m) * 0.1
    v = v + (g * g - v) * 0.001
    rate = learning_rate * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    return w * (1 - learning_rate * weight_decay) - rate * m / (np.sqrt(v) + 1e-7), m, v


def adamw_in_loops(w, g, m, v, step, learning_rate, weight_decay):
    w, m, v = w.copy(), m.copy(), v.copy()
    for i in np.ndindex(w.shape):
        m[i] = 0.9 * m[i] + 0.1 * g[i]
        v[i] = 0.999 * v[i] + 0.001 * g[i] ** 2
        change = m[i] / (1 - 0.9**step) / ((v[i] / (1 - 0.999**step)) ** 0.5 + 1e-7)
        w[i] -= learning_rate * (change + weight_decay * w[i])
    return w, m, v


def adamw_as_a_list(w, g, m, v, step, learning_rate, weight_decay):
    new_m = np.average([m, g], axis=0, weights=[0.9, 0.1])
    new_v = np.average([v, np.square(g)], axis=0, weights=[0.999, 0.001])
    direction = new_m / (1 - np.power(0.9, step))
    direction /= np.sqrt(new_v / (1 - np.power(0.999, step))) + 1e-7
    return [w - learning_rate * direction - learning_rate * weight_decay * w, new_m, new_v]


def adamw_in_float32(w, g, m, v, step, learning_rate, weight_decay):
    w, g, m, v = (a.astype(np.float32) for a in (w, g, m, v))
    m = np.float32(0.9) * m + np.float32(0.1) * g
    v = np.float32(0.999) * v + np.float32(0.001) * g * g
    root = np.sqrt(v / np.float32(1 - 0.999**step)) + np.float32(1e-7)
    moved = m / np.float32(1 - 0.9**step) / root + np.float32(weight_decay) * w
    return w - np.float32(learning_rate) * moved, m, v


RIGHT_ANSWERS = (
    adamw_by_shrinking_first,
    adamw_in_loops,
    adamw_as_a_list,
    adamw_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("adamw_step", answer)


def test_numbers_that_the_chapter_works_out_by_hand():
    w, m, v = get("adamw_step").reference(**get("adamw_step").draw_inputs()[0])
    # The first step of Adam is the sign of g: 10 - 0.1 (1 + 2) and 10 - 0.1 (-1 + 2).
    np.testing.assert_allclose(w, [9.7, 9.9, -1.08], atol=1e-6)
    np.testing.assert_allclose(m, [0.05, -0.4, 0.2])
    np.testing.assert_allclose(v, [0.00025, 0.016, 0.004])
