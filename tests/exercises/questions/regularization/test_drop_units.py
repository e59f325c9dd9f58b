"""Right answers to "Dropout", and what its solution gives."""

import numpy as np

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def drop_with_a_mask(x, rate, draws, training):
    return x * (draws >= rate) / (1 - rate) if training else x.copy()


def drop_in_loops(x, rate, draws, training):
    rate = rate if training else 0
    values = [v / (1 - rate) if d >= rate else 0.0 for v, d in zip(x.flat, draws.flat, strict=True)]
    return np.array(values).reshape(x.shape)


def drop_by_assignment(x, rate, draws, training):
    y = x.astype(np.float64)
    if training:
        y /= 1 - rate
        y[draws < rate] = 0
    return y


def drop_in_float32(x, rate, draws, training):
    if not training:
        return x.astype(np.float32)
    mask = (draws >= rate).astype(np.float32) * np.float32(1 / (1 - rate))
    return np.einsum("...,...->...", x.astype(np.float32), mask)


RIGHT_ANSWERS = (
    drop_with_a_mask,
    drop_in_loops,
    drop_by_assignment,
    drop_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("drop_units", answer)


def test_dropout_is_the_reference_with_the_same_draws():
    for inputs in get("drop_units").draw_inputs():
        x, rate, training = (inputs[name] for name in ("x", "rate", "training"))
        expected = reference.dropout(x, rate, np.random.default_rng(3))[0] if training else x
        inputs["draws"] = np.random.default_rng(3).random(x.shape)
        np.testing.assert_allclose(get("drop_units").reference(**inputs), expected, rtol=1e-14)
