"""Right answers to "Probabilities at a temperature", and what its solution gives."""

import numpy as np

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def soften_by_powers(logits, temperature):
    # A temperature is a power of the probabilities, made to add up to 1 again.
    p = np.exp((logits - logits.max(axis=1, keepdims=True)) / temperature)
    return p / p.sum(axis=1)[:, None]


def soften_by_rows(logits, temperature):
    rows = []
    for row in logits:
        powers = [np.exp((score - max(row)) / temperature) for score in row]
        rows.append([p / sum(powers) for p in powers])
    return np.array(rows)


def soften_by_differences(logits, temperature):
    # 1 over the sum of exponentials of differences to every other score.
    differences = (logits[:, None, :] - logits[:, :, None]) / temperature
    with np.errstate(over="ignore"):
        return 1 / np.exp(differences).sum(axis=2)


def soften_in_float32(logits, temperature):
    z = logits.astype(np.float32) / np.float32(temperature)
    z -= z.max(axis=-1, keepdims=True)
    e = np.exp(z)
    return np.einsum("nk,n->nk", e, 1 / e.sum(axis=-1))


RIGHT_ANSWERS = (
    soften_by_powers,
    soften_by_rows,
    soften_by_differences,
    soften_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("soften", answer)


def test_a_temperature_of_one_is_softmax():
    logits = np.random.default_rng(0).normal(size=(5, 4))
    np.testing.assert_allclose(get("soften").reference(logits, 1.0), reference.softmax(logits))
