"""Pooling against Keras, against its loops, and at the borders."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import (
    avg_pool2d,
    avg_pool2d_backward,
    avg_pool2d_loops,
    global_avg_pool2d,
    global_avg_pool2d_backward,
    global_max_pool2d,
    global_max_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
    max_pool2d_loops,
)
from course_utils.reference.pooling import pool_arguments
from tests.reference.cases import (
    CASES,
    FEWER_CASES,
    assert_close,
    both,
    dtypes,
    explicit,
    float_dtypes,
    for_keras,
    image_sizes,
    numbers,
    pad_for_keras,
    paddings,
    seeds,
    strides,
)
from tests.reference.gradients import (
    assert_matches_differences,
    assert_matches_tensorflow,
    tensorflow_gradients,
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


POOLS = [(max_pool2d, max_pool2d_backward), (avg_pool2d, avg_pool2d_backward)]
GLOBAL_POOLS = [
    (global_max_pool2d, global_max_pool2d_backward),
    (global_avg_pool2d, global_avg_pool2d_backward),
]


def apart(x, rng):
    """Different numbers, far enough apart that no small step changes their order."""
    return rng.permutation(x.size).reshape(x.shape).astype(x.dtype) - x.size // 2


@FEWER_CASES
@given(poolings(st.just("float64")), seeds)
@pytest.mark.parametrize(("pool", "backward"), POOLS)
def test_gradients_agree_with_differences(pool, backward, case, seed):
    x, size, options = case
    rng = np.random.default_rng(seed)
    x = apart(x, rng)
    dy = rng.normal(size=pool(x, size, **options).shape)
    gradient = backward(dy, x, size, **options)
    assert_matches_differences(lambda x: pool(x, size, **options), (x,), [gradient], dy)


@CASES
@given(poolings(st.just("float32")), seeds)
@pytest.mark.parametrize(("pool", "backward"), POOLS)
def test_gradients_agree_with_tensorflow(pool, backward, case, seed):
    x, size, options = case
    rng = np.random.default_rng(seed)
    x = apart(x, rng)
    dy = rng.normal(size=pool(x, size, **options).shape).astype(np.float32)
    expected = tensorflow_gradients(lambda x: tensorflow_pool(pool, x, size, options), (x,), dy)
    assert_matches_tensorflow([backward(dy, x, size, **options)], expected)


def tensorflow_pool(pool, x, size, options):
    import tensorflow as tf

    windows, padding = keras_windows(size, options), options["padding"]
    theirs, border = (tf.nn.max_pool2d, -np.inf) if pool is max_pool2d else (tf.nn.avg_pool2d, 0)
    if padding in ("valid", "same"):
        return theirs(x, *windows, padding.upper())
    sides = [(0, 0), *explicit(padding), (0, 0)]
    y = theirs(tf.pad(x, sides, constant_values=border), *windows, "VALID")
    if pool is avg_pool2d:  # TensorFlow counted these zeros
        y = y / theirs(tf.pad(tf.ones_like(x), sides), *windows, "VALID")
    return y


@CASES
@given(poolings(st.just("float32")), seeds)
@pytest.mark.parametrize(("pool", "backward"), GLOBAL_POOLS)
def test_global_gradients_agree_with_tensorflow(pool, backward, case, seed):
    import tensorflow as tf

    rng = np.random.default_rng(seed)
    x = apart(case[0], rng)
    dy = rng.normal(size=(len(x), x.shape[3])).astype(np.float32)
    theirs = tf.reduce_max if pool is global_max_pool2d else tf.reduce_mean
    expected = tensorflow_gradients(lambda x: theirs(x, (1, 2)), (x,), dy)
    assert_matches_tensorflow([backward(dy, x)], expected)


@FEWER_CASES
@given(poolings(st.just("float64")), seeds)
@pytest.mark.parametrize(("pool", "backward"), GLOBAL_POOLS)
def test_global_gradients_agree_with_differences(pool, backward, case, seed):
    rng = np.random.default_rng(seed)
    x = apart(case[0], rng)
    dy = rng.normal(size=(len(x), x.shape[3]))
    assert_matches_differences(pool, (x,), [backward(dy, x)], dy)


def test_the_first_maximum_of_a_tie_gets_all_of_the_gradient():
    x = np.array([[1, 5, 7, 7], [5, 5, 7, 7], [0, 0, 2, 3], [0, 0, 3, 1]]).reshape(1, 4, 4, 1)
    dx = max_pool2d_backward(np.array([1.0, 2, 3, 4]).reshape(1, 2, 2, 1), x)
    assert dx[0, :, :, 0].tolist() == [[0, 1, 2, 0], [0, 0, 0, 0], [3, 0, 0, 4], [0, 0, 0, 0]]


@FEWER_CASES
@given(poolings(st.sampled_from(["float64", "int8", "bool"])), seeds)
def test_ties_in_windows_that_overlap(case, seed):
    """Against the rule itself, window by window: argmax takes the first maximum."""
    x, size, options = case
    x = x if x.dtype == bool else (x > 0).astype(x.dtype)
    y = max_pool2d(x, size, **options)
    dy = np.random.default_rng(seed).normal(size=y.shape)
    sliding = pool_arguments(x, size, options["stride"], options["padding"])[1]
    # The position of each pixel, and -1 in the padding, which never wins.
    places = np.arange(x.shape[1] * x.shape[2]).reshape(x.shape[1:3])
    places = np.pad(places, sliding.padding, constant_values=-1)
    expected = np.zeros((len(x), x.shape[1] * x.shape[2], x.shape[3]))
    for n, row, column, c in np.ndindex(y.shape):
        top, left = row * sliding.stride[0], column * sliding.stride[1]
        window = places[top : top + sliding.kernel[0], left : left + sliding.kernel[1]]
        window = window[window >= 0]
        winner = window[x[n, :, :, c].ravel()[window].argmax()]
        expected[n, winner, c] += dy[n, row, column, c]
    dx = max_pool2d_backward(dy, x, size, **options)
    np.testing.assert_allclose(dx, expected.reshape(x.shape), atol=1e-12)


def test_a_pixel_without_gradient_has_a_plain_zero():
    dx = max_pool2d_backward(np.full((1, 1, 1, 1), -4.0), np.arange(4.0).reshape(1, 2, 2, 1), 2)
    assert not np.signbit(dx[0, 0]).any()  # -0.0 would show as such in a table


def test_the_first_maximum_of_a_feature_map_gets_the_gradient():
    x = np.array([[2, 3], [3, 3]]).reshape(1, 2, 2, 1)
    assert global_max_pool2d_backward([[5.0]], x).ravel().tolist() == [0, 5, 0, 0]


@pytest.mark.parametrize("dtype", ["float64", "int64"])
def test_padding_never_receives_a_gradient(dtype):
    x = np.full((1, 3, 3, 1), -np.inf if dtype == "float64" else np.iinfo(dtype).min, dtype)
    for pool, backward in POOLS:
        dy = np.ones(pool(np.ones(x.shape), 2, stride=2, padding=1).shape)
        dx = backward(dy, x, 2, stride=2, padding=1)
        assert dx.sum() == dy.sum()


@FEWER_CASES
@given(poolings(st.just("float64")), seeds)
def test_average_pooling_is_adjoint_to_its_gradient(case, seed):
    x, size, options = case
    y = avg_pool2d(x, size, **options)
    dy = np.random.default_rng(seed).normal(size=y.shape)
    dx = avg_pool2d_backward(dy, np.zeros_like(x), size, **options)
    assert abs(np.vdot(y, dy) - np.vdot(x, dx)) < 1e-10


def test_dtypes_and_empty_batches_on_the_way_back():
    x = np.ones((2, 4, 4, 3))
    for backward, shape in [(b, (2, 2, 2, 3)) for _, b in POOLS] + [
        (b, (2, 3)) for _, b in GLOBAL_POOLS
    ]:
        for dtype in (np.float16, np.float32):
            assert backward(np.ones(shape, dtype), x.astype(dtype)).dtype == dtype
        assert backward(np.ones(shape, np.float32), x.astype(np.uint8)).dtype == np.float32
        assert backward(np.ones(shape, int), x.astype(int)).dtype == np.float64
        assert backward(np.ones(shape)[:0], x[:0]).shape == (0, 4, 4, 3)


@pytest.mark.parametrize(("pool", "backward"), POOLS)
def test_bad_gradients(pool, backward):
    with pytest.raises(ValueError, match=r"output, \(2, 2, 3, 3\), got shape \(2, 3, 3, 3\)"):
        backward(np.ones((2, 3, 3, 3)), X, 2)
    with pytest.raises(ValueError, match="padding must be smaller than the window"):
        backward(np.ones((2, 3, 3, 3)), X, 2, padding=2)


@pytest.mark.parametrize(("pool", "backward"), GLOBAL_POOLS)
def test_bad_gradients_of_global_pooling(pool, backward):
    with pytest.raises(ValueError, match=r"output, \(2, 3\), got shape \(2, 1, 1, 3\)"):
        backward(np.ones((2, 1, 1, 3)), X)
    with pytest.raises(ValueError, match="at least one pixel"):
        backward(np.ones((2, 3)), X[:, :0])


def test_max_pool2d_backward_takes_the_output_that_is_at_hand():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 3, (2, 7, 6, 3)).astype(np.float32)  # with ties
    options = {"size": 3, "stride": 2, "padding": "same"}
    y = max_pool2d(x, **options)
    dy = rng.standard_normal(y.shape, dtype=np.float32)
    expected = max_pool2d_backward(dy, x, **options)
    np.testing.assert_array_equal(max_pool2d_backward(dy, x, **options, y=y), expected)
    with pytest.raises(ValueError, match=r"y must be the output, of shape \(2, 4, 3, 3\)"):
        max_pool2d_backward(dy, x, **options, y=x)


def test_max_pool2d_backward_takes_an_output_in_lists():
    x = np.arange(16.0).reshape(1, 4, 4, 1)
    dy = np.ones((1, 2, 2, 1))
    expected = max_pool2d_backward(dy, x)
    np.testing.assert_array_equal(max_pool2d_backward(dy, x, y=max_pool2d(x).tolist()), expected)


def test_the_gradient_of_a_window_with_nan_reaches_no_pixel():
    x = np.arange(16.0).reshape(1, 4, 4, 1)
    x[0, 0, 0, 0] = np.nan
    assert np.isnan(max_pool2d(x)[0, 0, 0, 0])
    dx = max_pool2d_backward(np.ones((1, 2, 2, 1)), x)[0, :, :, 0]
    np.testing.assert_array_equal(np.argwhere(dx), [[1, 3], [3, 1], [3, 3]])
