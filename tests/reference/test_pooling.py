"""Pooling against Keras, against its loops, and at the borders."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import (
    avg_pool2d,
    avg_pool2d_loops,
    global_avg_pool2d,
    global_max_pool2d,
    max_pool2d,
    max_pool2d_loops,
)
from tests.reference.cases import (
    CASES,
    FEWER_CASES,
    assert_close,
    both,
    dtypes,
    float_dtypes,
    for_keras,
    image_sizes,
    numbers,
    pad_for_keras,
    paddings,
    seeds,
    strides,
)


@st.composite
def poolings(draw, dtypes=dtypes):
    """(x, size, options)"""
    size = draw(strides(largest=4))
    options = {
        "stride": draw(st.one_of(st.none(), strides())),
        "padding": draw(paddings(largest=[min(2, window - 1) for window in both(size)])),
    }
    images, channels = draw(st.tuples(st.integers(1, 2), st.integers(1, 3)))
    height_width = draw(image_sizes(both(size), options["padding"]))
    rng = np.random.default_rng(draw(seeds))
    x = numbers((images, *height_width, channels), draw(dtypes), rng)
    if draw(st.booleans()) and x.dtype.kind in "fi":
        x = -np.abs(x) - x.dtype.type(1)  # zeros from the padding would win
    return x, size, options


def keras_windows(size, options):
    stride = size if options["stride"] is None else options["stride"]
    return both(size), both(stride)


@CASES
@given(poolings())
def test_max_agrees_with_keras(case):
    from keras import ops

    x, size, options = case
    keras_x, padding = pad_for_keras(x, options["padding"], value=-np.inf)
    expected = ops.max_pool(keras_x, *keras_windows(size, options), padding)
    y = max_pool2d(x, size, **options)
    assert y.dtype == x.dtype
    np.testing.assert_array_equal(y, np.array(expected))


@CASES
@given(poolings(float_dtypes))
def test_avg_agrees_with_keras(case):
    from keras import ops

    x, size, options = case
    windows = keras_windows(size, options)
    if options["padding"] in ("valid", "same"):
        expected = np.array(ops.average_pool(for_keras(x), *windows, options["padding"]))
    else:
        # Keras would count these zeros: take out how many of them there are in each window.
        zeros, _ = pad_for_keras(x, options["padding"])
        real, _ = pad_for_keras(np.ones_like(x), options["padding"])
        expected = np.array(ops.average_pool(zeros, *windows, "valid")).astype(np.float64)
        expected = expected / np.array(ops.average_pool(real, *windows, "valid"))
    y = avg_pool2d(x, size, **options)
    assert y.dtype == x.dtype
    assert_close(y, expected, x.dtype)


@FEWER_CASES
@given(poolings(st.sampled_from(["float64", "int8", "uint8", "bool"])))
@pytest.mark.parametrize(
    ("fast", "loops"), [(max_pool2d, max_pool2d_loops), (avg_pool2d, avg_pool2d_loops)]
)
def test_agrees_with_its_loops(fast, loops, case):
    x, size, options = case
    y, expected = fast(x, size, **options), loops(x, size, **options)
    assert y.dtype == expected.dtype
    assert_close(y, expected, "float64")


@CASES
@given(poolings())
def test_global_pooling_agrees_with_keras(case):
    from keras import layers

    x, _, _ = case
    floats = x.astype(np.float64) if x.dtype.kind != "f" else x
    largest, mean = global_max_pool2d(x), global_avg_pool2d(x)
    assert largest.dtype == x.dtype
    assert mean.dtype == floats.dtype
    options = {"dtype": str(floats.dtype)}
    np.testing.assert_array_equal(largest, np.array(layers.GlobalMaxPooling2D(**options)(floats)))
    assert_close(mean, layers.GlobalAveragePooling2D(**options)(floats), floats.dtype)


@pytest.mark.parametrize("padding", ["same", 1, (1, 0), ((1, 0), (0, 1))])
def test_padding_never_wins_a_maximum(padding):
    x = np.full((1, 5, 5, 1), -3.0)
    x[0, 2, 2] = -np.inf
    assert (max_pool2d(x, 3, stride=1, padding=padding) == -3).all()


@pytest.mark.parametrize("dtype", ["int8", "int64", "float16"])
def test_padding_never_wins_against_the_lowest_number(dtype):
    info = np.iinfo(dtype) if np.dtype(dtype).kind == "i" else np.finfo(dtype)
    x = np.full((1, 2, 2, 1), info.min, dtype)
    y = max_pool2d(x, 2, padding=1)
    assert y.dtype == dtype
    assert (y == info.min).all()


def test_windows_of_minus_infinity_stay_so():
    assert (max_pool2d(np.full((1, 4, 4, 1), -np.inf), 3, padding="same") == -np.inf).all()


@pytest.mark.parametrize("padding", ["same", 1, (0, 2), ((2, 0), (1, 2))])
def test_the_mean_does_not_count_padding(padding):
    x = np.full((1, 5, 4, 2), 7.0)
    np.testing.assert_allclose(avg_pool2d(x, 3, stride=2, padding=padding), 7, rtol=1e-15)


def test_the_mean_of_integers_is_not_cut_off():
    x = np.array([[0, 255], [255, 255]], np.uint8).reshape(1, 2, 2, 1)
    assert avg_pool2d(x).item() == global_avg_pool2d(x).item() == 191.25


def test_float16_means_are_added_up_in_float32():
    x = np.full((1, 64, 64, 1), 100, np.float16)  # the sum, 409600, is beyond float16
    assert avg_pool2d(x, 64).item() == global_avg_pool2d(x).item() == 100


def test_stride_is_the_window_size_unless_given():
    x = np.arange(36.0).reshape(1, 6, 6, 1)
    assert max_pool2d(x, (2, 3)).shape == avg_pool2d(x, (2, 3)).shape == (1, 3, 2, 1)
    assert max_pool2d(x).shape == (1, 3, 3, 1)
    assert max_pool2d(x, 2, stride=1).shape == (1, 5, 5, 1)


def test_does_not_change_its_input_and_returns_new_memory():
    x = np.ones((1, 4, 4, 1))
    for pool in (max_pool2d, avg_pool2d):
        pool(x, 1)[...] = 7
    assert (x == 1).all()


def test_an_empty_batch_gives_an_empty_result():
    for pool in (max_pool2d, avg_pool2d, max_pool2d_loops, avg_pool2d_loops):
        assert pool(np.ones((0, 4, 4, 3))).shape == (0, 2, 2, 3)


X = np.ones((2, 5, 6, 3))


@pytest.mark.parametrize(
    ("x", "size", "options", "message"),
    [
        (X[0], 2, {}, r"x must have shape \(N, H, W, C\), got shape \(5, 6, 3\)"),
        (X, 0, {}, "size must be .* at least 1 .* got 0"),
        (X, "2", {}, "size must be .* got '2'"),
        (X, (2, 2.0), {}, r"size must be .* got \(2, 2\.0\)"),
        (X, 2, {"stride": 0}, "stride must be .* at least 1 .* got 0"),
        (X, 6, {}, r"vertically: kernel size 6 is larger .* 5 \+ 0 \+ 0 = 5"),
        (X, 2, {"padding": 2}, r"padding must be smaller than the window.* \(2, 2\) .*\(2, 2\)"),
        (X, (3, 2), {"padding": ((0, 0), (0, 2))}, "padding must be smaller than the window"),
        (X, 2, {"padding": "SAME"}, "padding must be .* got 'SAME'"),
        (X[:, :0], 2, {"padding": "same"}, "at least one pixel"),
        (X + 1j, 2, {}, "x must hold real numbers"),
    ],
)
@pytest.mark.parametrize("pool", [max_pool2d, avg_pool2d, max_pool2d_loops, avg_pool2d_loops])
def test_bad_input(pool, x, size, options, message):
    with pytest.raises(ValueError, match=message):
        pool(x, size, **options)


@pytest.mark.parametrize("pool", [global_max_pool2d, global_avg_pool2d])
def test_bad_input_of_global_pooling(pool):
    with pytest.raises(ValueError, match=r"x must have shape \(N, H, W, C\)"):
        pool(X[0])
    with pytest.raises(ValueError, match=r"at least one pixel, got x of shape \(2, 5, 0, 3\)"):
        pool(X[:, :, :0])
