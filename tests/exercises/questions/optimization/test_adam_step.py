"""Right answers to "A step of Adam", and what its solution gives."""

import numpy as np

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def adam_as_keras_orders_it(w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon):
    alpha = learning_rate * np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
    m = m + (gradient - m) * (1 - beta_1)
    v = v + (np.square(gradient) - v) * (1 - beta_2)
    return w - m * alpha / (np.sqrt(v) + epsilon), m, v


def adam_in_place_on_copies(w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon):
    w, m, v = w.copy(), m.copy(), v.copy()
    m *= beta_1
    m += (1 - beta_1) * gradient
    v *= beta_2
    v += (1 - beta_2) * gradient * gradient
    m_hat, v_hat = m / (1 - pow(beta_1, step)), v / (1 - pow(beta_2, step))
    w -= learning_rate * m_hat / (v_hat**0.5 + epsilon)
    return w, m, v


def adam_entry_by_entry(w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon):
    result = np.empty((3, w.size))
    columns = zip(w.ravel(), m.ravel(), v.ravel(), gradient.ravel(), strict=True)
    for i, (w_i, m_i, v_i, g_i) in enumerate(columns):
        m_i = beta_1 * m_i + (1 - beta_1) * g_i
        v_i = beta_2 * v_i + (1 - beta_2) * g_i**2
        size = (m_i / (1 - beta_1**step)) / ((v_i / (1 - beta_2**step)) ** 0.5 + epsilon)
        result[:, i] = w_i - learning_rate * size, m_i, v_i
    return result.reshape(3, *w.shape)


def adam_in_float32(w, m, v, gradient, step, learning_rate, beta_1, beta_2, epsilon):
    w, m, v, gradient = (np.float32(array) for array in (w, m, v, gradient))
    m = np.float32(beta_1) * m + np.float32(1 - beta_1) * gradient
    v = np.float32(beta_2) * v + np.float32(1 - beta_2) * gradient**2
    root = np.sqrt(v / np.float32(1 - beta_2**step))
    return w - learning_rate * (m / np.float32(1 - beta_1**step)) / (root + epsilon), m, v


RIGHT_ANSWERS = (
    adam_as_keras_orders_it,
    adam_in_place_on_copies,
    adam_entry_by_entry,
    adam_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("adam_step", answer)


def test_the_first_step_of_adam_is_as_long_as_the_rate():
    first = get("adam_step").draw_inputs()[0]
    w, _, _ = get("adam_step").reference(**first)
    np.testing.assert_allclose(w, first["w"] - first["learning_rate"] * np.sign(first["gradient"]))
