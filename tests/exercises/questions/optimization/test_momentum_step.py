"""Right answers to "A step with momentum" in several styles."""

import numpy as np

from tests.exercises.right_answers import assert_passes, each_of


def momentum_in_place_on_copies(w, velocity, gradient, learning_rate, momentum):
    w, velocity = w.copy(), velocity.copy()
    velocity *= momentum
    velocity -= learning_rate * gradient
    w += velocity
    return w, velocity


def momentum_entry_by_entry(w, velocity, gradient, learning_rate, momentum):
    new_w, new_velocity = np.empty(w.shape), np.empty(w.shape)
    for place in np.ndindex(w.shape):
        new_velocity[place] = momentum * velocity[place] - learning_rate * gradient[place]
        new_w[place] = w[place] + new_velocity[place]
    return new_w, new_velocity


def momentum_as_pytorch_keeps_it(w, velocity, gradient, learning_rate, momentum):
    buffer = momentum * (-velocity / learning_rate) + gradient
    return [w - learning_rate * buffer, -learning_rate * buffer]


def momentum_in_float32(w, velocity, gradient, learning_rate, momentum):
    w, velocity, gradient = (a.astype(np.float32) for a in (w, velocity, gradient))
    step = np.add(momentum * velocity, -learning_rate * gradient)
    return np.add(w, step), step


RIGHT_ANSWERS = (
    momentum_in_place_on_copies,
    momentum_entry_by_entry,
    momentum_as_pytorch_keeps_it,
    momentum_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("momentum_step", answer)
