"""Activations against Keras, and where the plain formulas would overflow."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import (
    leaky_relu,
    leaky_relu_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    softmax,
    softmax_backward,
    tanh,
    tanh_backward,
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

shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)
scales = st.sampled_from([1e-3, 1, 30, 1e4])


@st.composite
def arrays(draw, dtypes=float_dtypes):
    x = numbers(draw(shapes), draw(dtypes), np.random.default_rng(draw(seeds)))
    # In float16, 1e4 times a normal number may be infinite.
    return np.clip(x * x.dtype.type(draw(scales)), -6e4, 6e4)


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")
@CASES
@given(arrays())
@pytest.mark.parametrize("function", [relu, sigmoid, tanh, softmax])
def test_agrees_with_keras(function, x):
    from keras import ops

    y, expected = function(x), getattr(ops, function.__name__)(for_keras(x))
    assert y.dtype == x.dtype
    assert_close(y, expected, x.dtype)


@CASES
@given(arrays(), st.floats(0, 2, width=32))  # TensorFlow keeps the slope in float32
def test_leaky_relu_agrees_with_keras(x, slope):
    from keras import ops

    assert_close(
        leaky_relu(x, negative_slope=slope),
        ops.leaky_relu(for_keras(x), negative_slope=slope),
        x.dtype,
    )


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis")
@CASES
@given(arrays(), st.data())
def test_softmax_agrees_with_keras_along_any_axis(x, data):
    from keras import ops

    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    y = softmax(x, axis=axis)
    assert y.dtype == x.dtype
    assert_close(y, ops.softmax(for_keras(x), axis=axis), x.dtype)


@FEWER_CASES
@given(arrays(st.just("float64")), st.integers(-(10**6), 10**6))
def test_softmax_is_a_distribution_that_no_shift_changes(x, shift):
    y = softmax(x)
    assert (y >= 0).all()
    np.testing.assert_allclose(y.sum(axis=-1), 1, rtol=1e-12)
    # Adding a large number rounds x itself by up to 1e-10.
    np.testing.assert_allclose(softmax(x + shift), y, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_large_scores_overflow_nothing(dtype):
    with np.errstate(all="raise", under="ignore"):
        x = np.array([-1e4, 0, 1e4], dtype)
        assert softmax(x).tolist() == [0, 0, 1]
        assert softmax(x[::2] * 6).tolist() == [0, 1]  # their difference is beyond float16
        assert sigmoid(x).tolist() == [0, 0.5, 1]
        assert tanh(x).tolist() == [-1, 0, 1]


def test_a_score_of_minus_infinity_has_probability_zero():
    assert softmax([0, -np.inf, 0]).tolist() == [0.5, 0, 0.5]


def test_small_sigmoids_keep_their_digits():
    np.testing.assert_allclose(sigmoid(-40.0), np.exp(-40.0), rtol=1e-15)


def test_leaky_relu_has_the_default_slope_of_the_keras_op():
    assert leaky_relu(-1.0) == -0.2


def test_integers_stay_integers_where_the_result_is_one():
    y = relu(np.array([-3, 0, 3], np.int8))
    assert y.dtype == np.int8
    assert y.tolist() == [0, 0, 3]
    for function in (leaky_relu, sigmoid, tanh, softmax):
        x = np.array([-100, 100], np.int8)
        assert function(x).dtype == np.float64
        np.testing.assert_array_equal(function(x), function(x.astype(np.float64)))


def test_not_a_number_stays_visible():
    for function in (relu, leaky_relu, sigmoid, tanh, softmax):
        assert np.isnan(function(np.array([np.nan]))).all()


def test_does_not_change_its_input():
    x = np.array([-1.0, 2.0])
    for function in (relu, leaky_relu, sigmoid, tanh, softmax):
        function(x)[...] = 7
        assert x.tolist() == [-1, 2]


@pytest.mark.parametrize("function", [relu, leaky_relu, sigmoid, tanh, softmax])
@pytest.mark.parametrize("x", ["a", None, [1, [2]], 1j])
def test_bad_input(function, x):
    with pytest.raises(ValueError, match=r"x must hold real numbers|x is not a rectangular array"):
        function(x)


@pytest.mark.parametrize("slope", [-0.1, np.nan, "0.2", True, None])
def test_bad_slope(slope):
    with pytest.raises(ValueError, match="negative_slope must be"):
        leaky_relu([1.0], negative_slope=slope)


@pytest.mark.parametrize("axis", [2, -3, 0.0, None, "1"])
def test_bad_softmax_axis(axis):
    with pytest.raises(ValueError, match=r"x has shape \(2, 3\), so it has no axis"):
        softmax(np.ones((2, 3)), axis=axis)


def test_softmax_of_nothing():
    with pytest.raises(ValueError, match=r"at least one score along axis -1, got shape \(2, 0\)"):
        softmax(np.ones((2, 0)))


BACKWARD = {
    relu: relu_backward,
    leaky_relu: leaky_relu_backward,
    sigmoid: sigmoid_backward,
    tanh: tanh_backward,
    softmax: softmax_backward,
}
activations = pytest.mark.parametrize("function", BACKWARD)


@activations
@FEWER_CASES
@given(arrays(st.just("float64")), seeds)
def test_gradients_agree_with_differences(function, x, seed):
    # A difference needs a point that no step moves across the corner at 0, and no probability
    # so small that the loss does not feel it.
    x = np.clip(x, -5, 5) + np.where(x < 0, -0.01, 0.01)
    dy = np.random.default_rng(seed).normal(size=x.shape)
    assert_matches_differences(function, (x,), [BACKWARD[function](dy, x)], dy)


@activations
@CASES
@given(arrays(st.just("float32")), seeds)
def test_gradients_agree_with_tensorflow(function, x, seed):
    import tensorflow as tf

    dy = np.random.default_rng(seed).normal(size=x.shape).astype(np.float32)
    theirs = {leaky_relu: tf.nn.leaky_relu, sigmoid: tf.sigmoid, tanh: tf.tanh}
    forward = theirs.get(function) or getattr(tf.nn, function.__name__)
    expected = tensorflow_gradients(forward, (x,), dy)
    assert_matches_tensorflow([BACKWARD[function](dy, x)], expected)


@FEWER_CASES
@given(arrays(st.just("float64")), st.data())
def test_softmax_gradients_along_any_axis(x, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    dy = np.random.default_rng(0).normal(size=x.shape)
    moved = softmax_backward(np.moveaxis(dy, axis, -1), np.moveaxis(x, axis, -1))
    assert_close(np.moveaxis(softmax_backward(dy, x, axis=axis), axis, -1), moved, "float64")
    # Raising all scores of an axis together changes no probability.
    np.testing.assert_allclose(moved.sum(axis=-1), 0, atol=1e-12)


def test_leaky_relu_gradient_uses_its_slope():
    assert leaky_relu_backward([3.0, 3.0], [-1, 1], negative_slope=0.5).tolist() == [1.5, 3]


def test_the_corner_of_relu_belongs_to_the_flat_side():
    assert relu_backward([3.0], [0.0]).tolist() == [0]
    np.testing.assert_allclose(leaky_relu_backward([3.0], [0.0]), 3 * 0.2)


def test_large_values_overflow_nothing_on_the_way_back():
    x, dy = np.array([-1e4, 0, 1e4]), np.ones(3)
    with np.errstate(all="raise", under="ignore"):
        assert sigmoid_backward(dy, x).tolist() == [0, 0.25, 0]
        assert tanh_backward(dy, x).tolist() == [0, 1, 0]
        assert softmax_backward(dy, x).tolist() == [0, 0, 0]


def test_small_gradients_keep_their_digits():
    np.testing.assert_allclose(sigmoid_backward(1.0, 40.0), np.exp(-40.0), rtol=1e-15)
    np.testing.assert_allclose(tanh_backward(1.0, 20.0), 4 * np.exp(-40.0), rtol=1e-15)


@activations
def test_dtypes_of_gradients(function):
    backward = BACKWARD[function]
    for dtype in (np.float16, np.float32, np.float64):
        assert backward(np.ones(3, dtype), np.ones(3, dtype)).dtype == dtype
    assert backward(np.ones(3, int), np.ones(3, np.int8)).dtype == np.float64
    assert backward(np.ones(3, np.float32), np.ones(3, np.int8)).dtype == np.float32


@activations
def test_a_gradient_of_the_wrong_shape(function):
    with pytest.raises(ValueError, match=r"shape of the output, \(2, 3\), got shape \(3,\)"):
        BACKWARD[function](np.ones(3), np.ones((2, 3)))
    with pytest.raises(ValueError, match="dy must hold real numbers"):
        BACKWARD[function]("a", np.ones(()))


def test_bad_options_on_the_way_back():
    with pytest.raises(ValueError, match="negative_slope must be"):
        leaky_relu_backward([1.0], [1.0], negative_slope=-1)
    with pytest.raises(ValueError, match="no axis 1"):
        softmax_backward([1.0], [1.0], axis=1)
