"""Dropout against Keras's, which draws other numbers: what is kept must be the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import (
    dropout,
    dropout_backward,
)
from tests.reference.cases import CASES, assert_close, float_dtypes, numbers, seeds
from tests.reference.gradients import (
    assert_matches_differences,
    assert_matches_tensorflow,
    tensorflow_gradients,
)


@CASES
@given(st.integers(1, 50), float_dtypes, st.floats(0, 0.95), seeds)
def test_agrees_with_keras_where_both_keep_a_value(n, dtype, rate, seed):
    from keras import random

    rng = np.random.default_rng(seed)
    x = np.abs(numbers((n, 3), dtype, rng)) + np.dtype(dtype).type(0.1)  # no zeros
    y, mask = dropout(x, rate, rng)
    keras_y = np.array(random.dropout(x, rate, seed=seed % 2**31))
    both = mask & (keras_y > 0)
    assert y.dtype == x.dtype
    assert mask.dtype == bool
    assert mask.shape == x.shape
    np.testing.assert_array_equal(y > 0, mask)
    assert_close(y[both], keras_y[both], dtype)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.8])
def test_drops_the_given_share_and_keeps_the_mean(rate):
    y, mask = dropout(np.ones((400, 500)), rate, np.random.default_rng(0))
    # 200,000 independent values: one standard error of the share is at most 0.0012.
    assert abs(mask.mean() - (1 - rate)) < 0.005
    assert abs(y.mean() - 1) < 0.02


def test_the_same_seed_drops_the_same_values():
    x = np.ones((20, 20))
    first, _ = dropout(x, 0.5, np.random.default_rng(3))
    second, _ = dropout(x, 0.5, np.random.default_rng(3))
    other, _ = dropout(x, 0.5, np.random.default_rng(4))
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


def test_rate_zero_keeps_everything():
    x = np.arange(6.0)
    y, mask = dropout(x, 0, np.random.default_rng(0))
    np.testing.assert_array_equal(y, x)
    assert mask.all()


def test_a_dropped_infinity_is_zero():
    y, mask = dropout(np.full(100, np.inf), 0.5, np.random.default_rng(0))
    assert (y[~mask] == 0).all()


def test_does_not_change_its_input():
    x = np.ones(10)
    dropout(x, 0.5, np.random.default_rng(0))
    assert (x == 1).all()


@pytest.mark.parametrize("rate", [1, -0.1, 1.5, np.nan, "0.5", None, True])
def test_bad_rate(rate):
    with pytest.raises(ValueError, match="rate must be a number of at least 0 and below 1, got"):
        dropout(np.ones(3), rate, np.random.default_rng(0))


@pytest.mark.parametrize("rng", [0, None, np.random.RandomState(0)])
def test_bad_generator(rng):
    with pytest.raises(ValueError, match=r"rng must be a numpy\.random\.Generator.*got"):
        dropout(np.ones(3), 0.5, rng)


@CASES
@given(st.integers(1, 50), st.floats(0, 0.95), seeds)
def test_gradient_agrees_with_differences_for_the_same_mask(n, rate, seed):
    rng = np.random.default_rng(seed)
    x, dy = rng.normal(size=n), rng.normal(size=n)
    _, mask = dropout(x, rate, np.random.default_rng(seed))

    def forward(x):
        return dropout(x, rate, np.random.default_rng(seed))[0]

    assert_matches_differences(forward, (x,), [dropout_backward(dy, mask, rate)], dy)


@CASES
@given(st.integers(1, 50), st.floats(0, 0.95), seeds)
def test_gradient_agrees_with_tensorflow(n, rate, seed):
    import tensorflow as tf

    x, dy = np.random.default_rng(seed).normal(size=(2, n)).astype(np.float32) + np.float32(10)
    scale = 1 / (1 - rate)
    tensor = tf.nn.dropout(x, rate, seed=seed % 2**31)
    mask = tensor.numpy() > 0
    expected = tensorflow_gradients(lambda x: tf.where(mask, x * scale, 0), (x,), dy)
    np.testing.assert_allclose(tensor.numpy()[mask], (x * scale)[mask], rtol=1e-5)
    assert_matches_tensorflow([dropout_backward(dy, mask, rate)], expected)


def test_gradient_keeps_its_dtype():
    mask = np.array([True, False])
    for dtype in (np.float16, np.float32, np.float64):
        assert dropout_backward(np.ones(2, dtype), mask, 0.5).dtype == dtype
    assert dropout_backward([1, 1], mask, 0.5).tolist() == [2, 0]


@pytest.mark.parametrize(
    ("dy", "mask", "rate", "message"),
    [
        (np.ones(2), np.ones(3, bool), 0.5, r"shape of the output, \(3,\), got shape \(2,\)"),
        (np.ones(3), np.ones(3), 0.5, "mask must be the boolean array .* got dtype float64"),
        (np.ones(3), np.ones(3, bool), 1, "rate must be a number"),
    ],
)
def test_bad_gradients(dy, mask, rate, message):
    with pytest.raises(ValueError, match=message):
        dropout_backward(dy, mask, rate)
