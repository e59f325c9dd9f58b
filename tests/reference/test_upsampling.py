"""Upsampling against Keras and TensorFlow, differences, and by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import upsample2d, upsample2d_backward
from tests.reference.cases import (
    CASES,
    FEWER_CASES,
    assert_close,
    both,
    float_dtypes,
    numbers,
    seeds,
    strides,
)
from tests.reference.gradients import (
    assert_matches_differences,
    assert_matches_tensorflow,
    tensorflow_gradients,
)

KINDS = ["nearest", "bilinear"]


@st.composite
def upsamplings(draw, dtypes=float_dtypes):
    """(x, size)"""
    shape = draw(st.tuples(*[st.integers(1, n) for n in (2, 6, 6, 3)]))
    rng = np.random.default_rng(draw(seeds))
    return numbers(shape, draw(dtypes), rng), draw(strides(largest=5))


@CASES
@given(upsamplings())
@pytest.mark.parametrize("kind", KINDS)
def test_agrees_with_keras(kind, case):
    from keras import layers

    x, size = case
    expected = np.array(layers.UpSampling2D(size, interpolation=kind, dtype=x.dtype.name)(x))
    y = upsample2d(x, size, interpolation=kind)
    assert y.dtype == x.dtype
    # Keras computes float64 in float32 here.
    assert_close(y, expected, "float32" if x.dtype == np.float64 else x.dtype)


@CASES
@given(upsamplings(st.just("float32")), seeds)
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_agree_with_tensorflow(kind, case, seed):
    import tensorflow as tf

    x, size = case
    dy = np.random.default_rng(seed).normal(size=upsample2d(x, size).shape).astype(np.float32)
    expected = tensorflow_gradients(
        lambda x: tf.image.resize(x, dy.shape[1:3], method=kind), (x,), dy
    )
    assert_matches_tensorflow([upsample2d_backward(dy, x, size, interpolation=kind)], expected)


@FEWER_CASES
@given(upsamplings(st.just("float64")), seeds)
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_agree_with_differences(kind, case, seed):
    x, size = case
    dy = np.random.default_rng(seed).normal(size=upsample2d(x, size).shape)
    gradient = upsample2d_backward(dy, x, size, interpolation=kind)
    assert_matches_differences(
        lambda x: upsample2d(x, size, interpolation=kind), (x,), [gradient], dy
    )


@CASES
@given(upsamplings(st.just("float64")), seeds)
@pytest.mark.parametrize("kind", KINDS)
def test_is_adjoint_to_its_gradient(kind, case, seed):
    x, size = case
    y = upsample2d(x, size, interpolation=kind)
    dy = np.random.default_rng(seed).normal(size=y.shape)
    dx = upsample2d_backward(dy, np.zeros_like(x), size, interpolation=kind)
    assert abs(np.vdot(y, dy) - np.vdot(x, dx)) < 1e-10 * max(1, np.abs(dy).sum())


@CASES
@given(upsamplings(st.just("float64")))
def test_bilinear_in_float64_is_interpolation_between_centers(case):
    x, size = case
    expected = x
    for axis, factor in zip((1, 2), both(size)):
        n = x.shape[axis]
        places = (np.arange(n * factor) + 0.5) / factor - 0.5
        expected = np.apply_along_axis(
            lambda line, places: np.interp(places, np.arange(len(line)), line),
            axis,
            expected,
            places,
        )
    assert_close(upsample2d(x, size, interpolation="bilinear"), expected, "float64", size=1)


def test_a_line_by_hand():
    line = np.array([0, 8]).reshape(1, 1, 2, 1)
    assert upsample2d(line, (1, 2)).ravel().tolist() == [0, 0, 8, 8]
    bilinear = upsample2d(line, (1, 2), interpolation="bilinear")
    assert bilinear.ravel().tolist() == [0, 2, 6, 8]
    assert bilinear.dtype == np.float64
    dx = upsample2d_backward([[[[1], [10], [100], [1000]]]], line, (1, 2))
    assert dx.ravel().tolist() == [11, 1100]
    dx = upsample2d_backward([[[[1], [10], [100], [1000]]]], line, (1, 2), interpolation="bilinear")
    assert dx.ravel().tolist() == [1 + 7.5 + 25, 2.5 + 75 + 1000]


def test_dtypes_and_empty_batches():
    x = np.ones((2, 3, 4, 1))
    for kind in KINDS:
        for dtype in (np.float16, np.float32):
            y = upsample2d(x.astype(dtype), interpolation=kind)
            assert y.dtype == dtype
            assert upsample2d_backward(y, x.astype(dtype), interpolation=kind).dtype == dtype
        assert upsample2d(x[:0], 3, interpolation=kind).shape == (0, 9, 12, 1)
        assert upsample2d_backward(np.ones((0, 6, 8, 1)), x[:0], interpolation=kind).shape[0] == 0
    assert upsample2d(x.astype(np.uint8)).dtype == np.uint8
    assert upsample2d_backward(np.ones((2, 6, 8, 1), int), x.astype(int)).dtype == np.float64


def test_returns_a_new_array():
    x = np.ones((1, 2, 2, 1))
    for kind in KINDS:
        upsample2d(x, 1, interpolation=kind)[...] = 7
        upsample2d_backward(x, x, 1, interpolation=kind)[...] = 7
    assert (x == 1).all()


@pytest.mark.parametrize(
    ("x", "size", "kind", "message"),
    [
        (np.ones((2, 3, 4)), 2, "nearest", r"x must have shape \(N, H, W, C\)"),
        (np.ones((1, 2, 3, 4)), 0, "nearest", "size must be"),
        (np.ones((1, 2, 3, 4)), 1.5, "nearest", "size must be"),
        (np.ones((1, 2, 3, 4)), 2, "cubic", "interpolation must be .* got 'cubic'"),
    ],
)
def test_bad_input(x, size, kind, message):
    with pytest.raises(ValueError, match=message):
        upsample2d(x, size, interpolation=kind)


def test_bad_gradient():
    with pytest.raises(ValueError, match=r"the output, \(1, 4, 6, 4\), got shape \(1, 4, 4, 4\)"):
        upsample2d_backward(np.ones((1, 4, 4, 4)), np.ones((1, 2, 3, 4)))
