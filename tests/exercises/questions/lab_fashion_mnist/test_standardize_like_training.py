"""Right answers to "Standardize without a leak" in several styles."""

import numpy as np

from tests.exercises.right_answers import assert_passes, each_of


def standardize_plainly(train, other):
    m, s = np.mean(train), np.std(train)
    return [(train - m) / s, (other - m) / s]


def standardize_by_definition(train, other):
    n = train.size
    mean = sum(train.ravel().tolist()) / n
    deviation = (sum((v - mean) ** 2 for v in train.ravel().tolist()) / n) ** 0.5
    return tuple(np.subtract(part, mean) / deviation for part in (train, other))


def standardize_in_float32(train, other):
    train, other = train.astype(np.float32), other.astype(np.float32)
    center, spread = train.mean(), train.std()
    return (train - center) / spread, (other - center) / spread


def standardize_with_axes(train, other):
    axes = (0, 1, 2, 3)
    mean = train.mean(axis=axes, keepdims=True)
    spread = np.sqrt(((train - mean) ** 2).mean(axis=axes, keepdims=True))
    return np.divide(train - mean, spread), np.divide(other - mean, spread)


RIGHT_ANSWERS = (
    standardize_plainly,
    standardize_by_definition,
    standardize_in_float32,
    standardize_with_axes,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("standardize_like_training", answer)
