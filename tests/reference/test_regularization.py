"""Dropout against Keras's, which draws other numbers: what is kept must be the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import dropout
from tests.reference.cases import CASES, assert_close, float_dtypes, numbers, seeds


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
