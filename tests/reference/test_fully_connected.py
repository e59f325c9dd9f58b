"""dense and flatten against Keras's layers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import (
    dense,
    dense_backward,
    flatten,
    flatten_backward,
)
from tests.reference.cases import (
    CASES,
    assert_close,
    dtypes,
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

shapes = st.lists(st.integers(1, 4), min_size=1, max_size=3).map(tuple)


@CASES
@given(shapes, st.integers(1, 6), st.integers(1, 6), float_dtypes, st.booleans(), seeds)
def test_dense_agrees_with_keras(batch, n_in, n_out, dtype, use_bias, seed):
    from keras import layers

    rng = np.random.default_rng(seed)
    x, w = numbers((*batch, n_in), dtype, rng), numbers((n_in, n_out), dtype, rng)
    b = numbers((n_out,), dtype, rng) if use_bias else None
    layer = layers.Dense(n_out, use_bias=use_bias, dtype=dtype)
    layer.build(x.shape)
    layer.set_weights([w, b] if use_bias else [w])
    y = dense(x, w, b)
    assert y.dtype == dtype
    assert_close(y, layer(for_keras(x)), dtype)


@CASES
@given(shapes, st.integers(1, 4), dtypes, seeds)
def test_flatten_agrees_with_keras(example, images, dtype, seed):
    from keras import layers

    x = numbers((images, *example), dtype, np.random.default_rng(seed))
    y = flatten(x)
    assert y.dtype == x.dtype
    expected = layers.Flatten(dtype=dtype if x.dtype.kind == "f" else "float64")(x)
    np.testing.assert_array_equal(y, np.array(expected))


def test_dense_on_integers_is_exact():
    x = np.full((1, 3), 2**31 - 1, np.int32)
    y = dense(x, np.ones((3, 1), np.int32), np.array([5], np.uint8))
    assert y.dtype == np.int64
    assert y.tolist() == [[3 * (2**31 - 1) + 5]]


def test_dense_takes_one_example_without_a_batch():
    assert dense([1.0, 2.0], [[1.0, 0.0, 2.0], [0.0, 1.0, 3.0]], [0.5, 0, 0]).tolist() == [
        1.5,
        2,
        8,
    ]


def test_flatten_is_row_major_and_takes_empty_batches():
    assert flatten([[[1, 2], [3, 4]]]).tolist() == [[1, 2, 3, 4]]
    assert flatten(np.ones((0, 2, 3))).shape == (0, 6)
    assert flatten([1, 2]).shape == (2, 1)


@pytest.mark.parametrize(
    ("x", "w", "b", "message"),
    [
        (np.ones((2, 3)), np.ones((4, 5)), None, r"x of shape \(2, 3\) and w of shape \(4, 5\)"),
        (1.0, np.ones((1, 5)), None, r"x of shape \(\) and w of shape \(1, 5\)"),
        (np.ones((2, 3)), np.ones(3), None, r"w must have shape \(n_in, n_out\), got shape \(3,\)"),
        (np.ones((2, 3)), np.ones((3, 5)), np.ones(3), r"b must have shape \(5,\).*got shape \(3"),
        ([[2**62, 2**62]], [[1], [1]], None, "int64 ends at 9,223"),
        ([["a"]], [[1]], None, "x must hold real numbers"),
    ],
)
def test_bad_input(x, w, b, message):
    with pytest.raises(ValueError, match=message):
        dense(x, w, b)


def test_flatten_of_a_single_number():
    with pytest.raises(ValueError, match=r"x must have shape \(N, \.\.\.\)"):
        flatten(3)


@st.composite
def layers_and_gradients(draw, dtype):
    """(dy, x, w)"""
    batch, n_in, n_out = draw(shapes), draw(st.integers(1, 6)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(seeds))
    return tuple(
        numbers(shape, dtype, rng) for shape in ((*batch, n_out), (*batch, n_in), (n_in, n_out))
    )


@CASES
@given(layers_and_gradients("float64"))
def test_dense_gradients_agree_with_differences(case):
    dy, x, w = case
    b = np.zeros(w.shape[1])
    assert_matches_differences(dense, (x, w, b), dense_backward(dy, x, w), dy)


@CASES
@given(layers_and_gradients("float32"))
def test_dense_gradients_agree_with_tensorflow(case):
    import tensorflow as tf

    dy, x, w = case
    b = np.zeros(w.shape[1], np.float32)
    expected = tensorflow_gradients(lambda x, w, b: tf.tensordot(x, w, 1) + b, (x, w, b), dy)
    assert_matches_tensorflow(dense_backward(dy, x, w), expected)


def test_flatten_gives_each_gradient_back_to_its_pixel():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    np.testing.assert_array_equal(flatten_backward(flatten(x), x), x)
    assert flatten_backward(np.ones((0, 6)), np.ones((0, 2, 3))).shape == (0, 2, 3)


def test_dense_gradients_of_an_empty_batch_and_of_float16():
    dx, dw, db = dense_backward(np.ones((0, 3)), np.ones((0, 2)), np.ones((2, 3)))
    assert dx.shape == (0, 2)
    assert not dw.any()
    assert not db.any()
    ones = np.ones((4096, 1), np.float16)
    dx, dw, db = dense_backward(ones, ones, ones[:1])  # 2048 + 1 = 2048 in float16
    assert dw.item() == db.item() == 4096
    assert dx.dtype == dw.dtype == db.dtype == np.float16


@pytest.mark.parametrize(
    ("backward", "arguments", "message"),
    [
        (dense_backward, (np.ones((2, 5)), np.ones((2, 3)), np.ones((3, 4))), r"\(2, 4\), got .*5"),
        (dense_backward, (np.ones(4), np.ones((2, 3)), np.ones((3, 4))), r"got shape \(4,\)"),
        (dense_backward, (np.ones((2, 4)), np.ones((2, 5)), np.ones((3, 4))), "the last axis of x"),
        (flatten_backward, (np.ones((2, 5)), np.ones((2, 2, 3))), r"\(2, 6\), got shape \(2, 5\)"),
        (flatten_backward, (1.0, 1.0), r"x must have shape \(N"),
    ],
)
def test_bad_gradients(backward, arguments, message):
    with pytest.raises(ValueError, match=message):
        backward(*arguments)
