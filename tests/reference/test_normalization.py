"""Batch normalization against Keras, and by what it promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import (
    batch_norm,
    batch_norm_backward,
    batch_norm_inference,
)
from tests.reference.cases import (
    CASES,
    FEWER_CASES,
    assert_close,
    float_dtypes,
    for_keras,
    numbers,
    seeds,
)
from tests.reference.gradients import (
    assert_matches_differences,
    assert_matches_tensorflow,
    tensorflow_gradients,
)

epsilons = st.sampled_from([1e-3, 1e-5, 0.5])


@st.composite
def batches(draw, dtypes=float_dtypes):
    """(x, gamma, beta): at least two examples, around means that are not zero."""
    shape = (draw(st.integers(2, 5)), *draw(st.lists(st.integers(1, 4), max_size=2)))
    channels = draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(seeds))
    x = numbers((*shape, channels), draw(dtypes), rng)
    x = x * x.dtype.type(draw(st.sampled_from([0.1, 1, 10]))) + numbers(channels, x.dtype, rng)
    return x, numbers(channels, x.dtype, rng), numbers(channels, x.dtype, rng)


@CASES
@given(batches(), epsilons)
def test_agrees_with_keras(batch, epsilon):
    from keras import layers

    x, gamma, beta = batch
    # With momentum 0 the moving statistics are those of the last batch.
    dtype = "float32" if x.dtype == np.float16 else str(x.dtype)
    layer = layers.BatchNormalization(epsilon=epsilon, momentum=0, dtype=dtype)
    layer.build(x.shape)
    layer.set_weights([gamma, beta, np.zeros_like(beta), np.ones_like(beta)])
    expected = layer(for_keras(x), training=True)
    y, mean, var = batch_norm(x, gamma, beta, epsilon=epsilon)
    assert y.dtype == x.dtype
    assert mean.dtype == var.dtype == dtype
    # A mean of large numbers that cancel is as exact as the numbers, not as the mean.
    tolerance = dict(rtol=1e-5, atol=1e-6 * np.abs(x).max() ** 2)
    np.testing.assert_allclose(mean, layer.moving_mean, **tolerance)
    np.testing.assert_allclose(var, layer.moving_variance, **tolerance)
    # Where a channel hardly varies, both lose digits in x - mean, and the division shows it.
    size = np.abs(gamma * x / np.sqrt(var + epsilon)).max()
    assert_close(y, expected, x.dtype, size=size)


@CASES
@given(batches(), epsilons, seeds)
def test_inference_agrees_with_keras(batch, epsilon, seed):
    from keras import ops

    x, gamma, beta = batch
    rng = np.random.default_rng(seed)
    mean = numbers(gamma.shape, x.dtype, rng)
    var = np.square(numbers(gamma.shape, x.dtype, rng))
    wide = [
        for_keras(array.astype(np.result_type(x, np.float32)))
        for array in (x, mean, var, beta, gamma)
    ]
    expected = ops.batch_normalization(
        *wide[:3], axis=-1, offset=wide[3], scale=wide[4], epsilon=epsilon
    )
    y = batch_norm_inference(x, gamma, beta, mean, var, epsilon=epsilon)
    assert y.dtype == x.dtype
    assert_close(y, expected, x.dtype)


@FEWER_CASES
@given(batches(st.just("float64")))
def test_every_channel_leaves_with_mean_beta_and_variance_gamma_squared(batch):
    x, gamma, beta = batch
    y, mean, var = batch_norm(x, gamma, beta)
    axes = tuple(range(x.ndim - 1))
    np.testing.assert_allclose(mean, x.mean(axis=axes), rtol=1e-12)
    np.testing.assert_allclose(var, x.var(axis=axes), rtol=1e-9)  # divided by n, not n - 1
    np.testing.assert_allclose(y.mean(axis=axes), beta, atol=1e-9)
    np.testing.assert_allclose(y.var(axis=axes), gamma**2 * var / (var + 1e-3), rtol=1e-9)


def test_training_is_inference_with_the_statistics_of_the_batch():
    x = np.random.default_rng(0).normal(3, 2, size=(4, 5, 6, 3))
    gamma, beta = np.array([1.0, 2.0, -1.0]), np.array([0.0, 1.0, 2.0])
    y, mean, var = batch_norm(x, gamma, beta, epsilon=1e-5)
    np.testing.assert_array_equal(batch_norm_inference(x, gamma, beta, mean, var, epsilon=1e-5), y)


def test_a_constant_channel_gives_beta():
    y, _, var = batch_norm(np.full((4, 1), 5.0), [2.0], [3.0])
    assert y.ravel().tolist() == [3, 3, 3, 3]
    assert var == 0


def test_a_far_mean_costs_no_digits():
    # mean(x**2) - mean(x)**2 would lose everything here.
    x = np.array([[1e4 - 1], [1e4 + 1]], np.float32)
    assert batch_norm(x, [1.0], [0.0])[2] == 1


def test_integers_give_float64():
    y, mean, var = batch_norm(np.array([[1], [3]]), [1], [0], epsilon=1e-9)
    assert y.dtype == mean.dtype == var.dtype == np.float64
    np.testing.assert_allclose(y.ravel(), [-1, 1])


X, ONES = np.ones((4, 3)), np.ones(3)


@pytest.mark.parametrize(
    ("arguments", "epsilon", "message"),
    [
        ((ONES, ONES, ONES), 1e-3, r"x must have shape \(\.\.\., C\) .* got shape \(3,\)"),
        ((X[:0], ONES, ONES), 1e-3, r"at least one value per channel, got shape \(0, 3\)"),
        ((X, np.ones(4), ONES), 1e-3, r"gamma must have shape \(3,\).*got shape \(4,\)"),
        ((X, ONES, np.ones((1, 3))), 1e-3, r"beta must have shape \(3,\).*got shape \(1, 3\)"),
        ((X, ONES, 0.0), 1e-3, r"beta must have shape \(3,\).*got shape \(\)"),
        ((X, ONES, ONES), 0, "epsilon must be a positive number, got 0"),
        ((X, ONES, ONES), np.nan, "epsilon must be a positive number, got nan"),
        ((X, ONES, ONES), "1e-3", "epsilon must be a positive number, got '1e-3'"),
        ((X, ["a"] * 3, ONES), 1e-3, "gamma must hold real numbers"),
    ],
)
def test_bad_input(arguments, epsilon, message):
    with pytest.raises(ValueError, match=message):
        batch_norm(*arguments, epsilon=epsilon)


@pytest.mark.parametrize(
    ("mean", "var", "message"),
    [
        (np.ones(2), ONES, r"mean must have shape \(3,\)"),
        (ONES, np.ones(2), r"var must have shape \(3,\)"),
        (ONES, np.array([1, -0.5, 1]), r"var must not be negative, got -0\.5"),
    ],
)
def test_bad_statistics(mean, var, message):
    with pytest.raises(ValueError, match=message):
        batch_norm_inference(X, ONES, ONES, mean, var)


@CASES
@given(batches(st.just("float64")), epsilons, seeds)
def test_gradients_agree_with_differences(batch, epsilon, seed):
    x, gamma, beta = batch
    x = x + np.arange(len(x)).reshape(-1, *[1] * (x.ndim - 1))  # no channel is nearly constant
    dy = np.random.default_rng(seed).normal(size=x.shape)

    def forward(x, gamma, beta):
        return batch_norm(x, gamma, beta, epsilon=epsilon)[0]

    gradients = batch_norm_backward(dy, x, gamma, epsilon=epsilon)
    assert_matches_differences(forward, (x, gamma, beta), gradients, dy)


@CASES
@given(batches(st.just("float32")), epsilons, seeds)
def test_gradients_agree_with_tensorflow(batch, epsilon, seed):
    import tensorflow as tf

    x, gamma, beta = batch
    x = x + np.float32(3) * np.arange(len(x), dtype="f4").reshape(-1, *[1] * (x.ndim - 1))
    dy = np.random.default_rng(seed).normal(size=x.shape).astype(np.float32)

    def forward(x, gamma, beta):
        mean, var = tf.nn.moments(x, list(range(x.ndim - 1)))
        return tf.nn.batch_normalization(x, mean, var, beta, gamma, epsilon)

    # In float64, because TensorFlow itself loses digits in float32 here.
    wide = [array.astype(np.float64) for array in (x, gamma, beta)]
    expected = tensorflow_gradients(forward, wide, dy.astype(np.float64))
    expected = [gradient.astype(np.float32) for gradient in expected]
    size = np.abs(gamma).max() * np.abs(dy).max()  # with two examples, dx all but cancels
    gradients = batch_norm_backward(dy, x, gamma, epsilon=epsilon)
    assert_matches_tensorflow(gradients, expected, size)


@FEWER_CASES
@given(batches(st.just("float64")), seeds)
def test_moving_or_stretching_a_batch_changes_nothing(batch, seed):
    """With a small epsilon, x + c and c * x are normalized to the same: dx cannot point there."""
    x, gamma, _ = batch
    x = x + 3.0 * np.arange(len(x)).reshape(-1, *[1] * (x.ndim - 1))
    dy = np.random.default_rng(seed).normal(size=x.shape)
    dx, _, _ = batch_norm_backward(dy, x, gamma, epsilon=1e-12)
    axes = tuple(range(x.ndim - 1))
    np.testing.assert_allclose(dx.sum(axis=axes), 0, atol=1e-9)
    np.testing.assert_allclose((dx * x).sum(axis=axes), 0, atol=1e-6)


def test_dtypes_of_gradients():
    dy, gamma = np.ones((4, 3), np.float32), np.ones(3, np.float32)
    for x in (np.ones((4, 3), np.float16), np.eye(4, 3, dtype=np.float32)):
        assert {g.dtype.name for g in batch_norm_backward(dy, x, gamma)} == {"float32"}
    half = np.eye(4, 3, dtype=np.float16)
    assert {g.dtype.name for g in batch_norm_backward(half, half, half[0])} == {"float16"}


@pytest.mark.parametrize(
    ("dy", "x", "gamma", "epsilon", "message"),
    [
        (X[:3], X, ONES, 1e-3, r"shape of the output, \(4, 3\), got shape \(3, 3\)"),
        (ONES, X, ONES, 1e-3, r"\(4, 3\), got shape \(3,\)"),
        (X, X, np.ones(4), 1e-3, r"gamma must have shape \(3,\)"),
        (X, X, ONES, 0, "epsilon must be a positive number, got 0"),
        (X[:0], X[:0], ONES, 1e-3, "at least one value per channel"),
        (ONES, ONES, ONES, 1e-3, r"x must have shape \(\.\.\., C\)"),
    ],
)
def test_bad_gradients(dy, x, gamma, epsilon, message):
    with pytest.raises(ValueError, match=message):
        batch_norm_backward(dy, x, gamma, epsilon=epsilon)
