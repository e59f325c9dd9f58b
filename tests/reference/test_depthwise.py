"""depthwise_conv2d and separable_conv2d against Keras and against conv2d."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import (
    conv2d,
    conv2d_backward,
    depthwise_conv2d,
    depthwise_conv2d_backward,
    separable_conv2d,
    separable_conv2d_backward,
)
from tests.reference.cases import (
    CASES,
    FEWER_CASES,
    assert_close,
    both,
    dtypes,
    explicit,
    float_dtypes,
    for_keras,
    holed,
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
def depthwise_convolutions(draw, dtypes=dtypes):
    """(x, w, options)"""
    kernel_size = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    options = {
        "stride": draw(strides()),
        "padding": draw(paddings()),
        "dilation": draw(strides(largest=2)),
    }
    size = draw(image_sizes(kernel_size, options["padding"], both(options["dilation"])))
    images, channels, multiplier = draw(st.tuples(*[st.integers(1, 3)] * 3))
    rng = np.random.default_rng(draw(seeds))
    dtype = draw(dtypes)
    return (
        numbers((images, *size, channels), dtype, rng),
        numbers((*kernel_size, channels, multiplier), dtype, rng),
        options,
    )


def keras_options(x, w, options):
    """What Keras takes for the same convolution: one stride for both axes, no mix with dilation.

    TensorFlow's depthwise kernel wants equal strides; so every pixel is computed with stride 1
    and the result thinned out. "same" depends on the stride: its zeros are put in by hand.
    """
    x, _ = pad_for_keras(x, sides(x, w, options))
    return x, for_keras(holed(w, options["dilation"])), both(options["stride"])


def sides(x, w, options):
    """The padding as ((top, bottom), (left, right)); that of "same" worked out here."""
    if options["padding"] != "same":
        return explicit(options["padding"])
    padding = []
    for axis in (0, 1):
        n, s, d = x.shape[1 + axis], both(options["stride"])[axis], both(options["dilation"])[axis]
        last_start = (n - 1) // s * s
        total = max(last_start + (w.shape[axis] - 1) * d + 1 - n, 0)
        padding.append((total // 2, total - total // 2))
    return tuple(padding)


@CASES
@given(depthwise_convolutions())
def test_depthwise_agrees_with_keras(case):
    from keras import ops

    x, w, options = case
    if options["stride"] in (1, (1, 1)) or (
        len(set(both(options["stride"]))) == 1 and options["dilation"] in (1, (1, 1))
    ):
        keras_x, padding = pad_for_keras(x, options["padding"])
        expected = ops.depthwise_conv(
            keras_x,
            for_keras(w),
            strides=options["stride"],
            padding=padding,
            dilation_rate=options["dilation"],
        )
    else:
        keras_x, keras_w, (stride_h, stride_w) = keras_options(x, w, options)
        expected = ops.depthwise_conv(keras_x, keras_w)[:, ::stride_h, ::stride_w]
    y = depthwise_conv2d(x, w, **options)
    if x.dtype.kind == "f":
        assert y.dtype == x.dtype
        assert_close(y, expected, x.dtype)
    else:
        assert y.dtype == np.int64
        np.testing.assert_array_equal(y, expected)


@FEWER_CASES
@given(depthwise_convolutions(st.just("float64")), seeds)
def test_depthwise_is_a_convolution_with_one_group_a_channel(case, seed):
    x, w, options = case
    channels, multiplier = w.shape[2:]
    b = np.random.default_rng(seed).normal(size=channels * multiplier)
    grouped = w.reshape(*w.shape[:2], 1, channels * multiplier)
    expected = conv2d(x, grouped, b, groups=channels, **options)
    assert_close(depthwise_conv2d(x, w, b, **options), expected, "float64")


@CASES
@given(depthwise_convolutions(float_dtypes), st.integers(1, 4), seeds)
def test_separable_agrees_with_keras(case, filters, seed):
    from keras import ops

    x, w, options = case
    pointwise = numbers(
        (1, 1, w.shape[2] * w.shape[3], filters), x.dtype, np.random.default_rng(seed)
    )
    # As above: thinned out before the pointwise step or after it is the same.
    keras_x, keras_w, (stride_h, stride_w) = keras_options(x, w, options)
    expected = ops.separable_conv(keras_x, keras_w, for_keras(pointwise))[:, ::stride_h, ::stride_w]
    y = separable_conv2d(x, w, pointwise, **options)
    assert y.dtype == x.dtype
    assert_close(y, expected, x.dtype)


def test_separable_adds_its_bias_after_the_pointwise_step():
    x, w, pointwise = np.ones((1, 3, 3, 2)), np.ones((3, 3, 2, 1)), np.ones((1, 1, 2, 2))
    y = separable_conv2d(x, w, pointwise, np.array([0.5, -1]))
    assert y.ravel().tolist() == [18.5, 17]


def test_float16_is_added_up_in_float32():
    # In float16, 2048 + 1 = 2048: adding one by one would stop there.
    x, w = np.ones((1, 1, 4096, 1), np.float16), np.ones((1, 4096, 1, 1), np.float16)
    assert depthwise_conv2d(x, w).item() == 4096


X, W = np.ones((2, 5, 6, 3)), np.ones((3, 3, 3, 2))


@pytest.mark.parametrize(
    ("x", "w", "b", "options", "message"),
    [
        (X[0], W, None, {}, r"x must have shape \(N, H, W, C\)"),
        (X, W[0], None, {}, r"w must have shape \(kh, kw, C, multiplier\), got shape \(3, 3, 2\)"),
        (X, W[:, :, :2], None, {}, r"each of the 3 channels of x .*got w of shape \(3, 3, 2, 2\)"),
        (X, W[..., :0], None, {}, "no empty axis"),
        (X, W, np.ones(3), {}, r"b must have shape \(6,\).*got shape \(3,\)"),
        (X[:, :2], W, None, {}, "vertically: kernel size 3 is larger"),
        (X, W, None, {"stride": 0}, "stride must be"),
        (np.full(X.shape, 2**60), W.astype(np.int64), None, {}, "int64 ends at 9,223"),
    ],
)
def test_bad_input(x, w, b, options, message):
    with pytest.raises(ValueError, match=message):
        depthwise_conv2d(x, w, b, **options)


@pytest.mark.parametrize(
    ("pointwise", "message"),
    [
        (np.ones((3, 3, 6, 4)), r"w_pointwise must have shape \(1, 1, .*got \(3, 3, 6, 4\)"),
        (np.ones((6, 4)), r"w_pointwise must have shape \(1, 1, .*got shape \(6, 4\)"),
        (np.ones((1, 1, 3, 4)), r"6 / 1 = 6 .*got w of shape \(1, 1, 3, 4\)"),
    ],
)
def test_bad_pointwise_kernel(pointwise, message):
    with pytest.raises(ValueError, match=message):
        separable_conv2d(X, W, pointwise)


def depthwise_gradient(x, w, options, seed):
    shape = depthwise_conv2d(x, w, **options).shape
    return np.random.default_rng(seed).normal(size=shape).astype(x.dtype)


@FEWER_CASES
@given(depthwise_convolutions(st.just("float64")), seeds)
def test_depthwise_gradients_agree_with_differences(case, seed):
    x, w, options = case
    dy, b = depthwise_gradient(x, w, options, seed), np.zeros(w.shape[2] * w.shape[3])
    gradients = depthwise_conv2d_backward(dy, x, w, **options)
    assert_matches_differences(
        lambda *xwb: depthwise_conv2d(*xwb, **options), (x, w, b), gradients, dy
    )


@CASES
@given(depthwise_convolutions(st.just("float32")), seeds)
def test_depthwise_gradients_agree_with_tensorflow(case, seed):
    import tensorflow as tf

    x, w, options = case
    dy, b = depthwise_gradient(x, w, options, seed), np.zeros(w.shape[2] * w.shape[3], np.float32)
    padding, (dilation_h, dilation_w) = sides(x, w, options), both(options["dilation"])
    stride_h, stride_w = both(options["stride"])

    def forward(x, w, b):
        x = tf.pad(x, [(0, 0), *padding, (0, 0)])
        # TensorFlow wants equal strides, and none with dilation: the rest is thinned out.
        return tf.nn.depthwise_conv2d(x, w, (1, 1, 1, 1), "VALID")[:, ::stride_h, ::stride_w] + b

    dx, dw, db = tensorflow_gradients(forward, (x, holed(w, options["dilation"]), b), dy)
    expected = dx, dw[::dilation_h, ::dilation_w], db
    assert_matches_tensorflow(depthwise_conv2d_backward(dy, x, w, **options), expected)


@CASES
@given(depthwise_convolutions(st.just("float64")), seeds)
def test_depthwise_gradients_are_adjoint(case, seed):
    x, w, options = case
    dy = depthwise_gradient(x, w, options, seed)
    dx, dw, _ = depthwise_conv2d_backward(dy, x, w, **options)
    rng = np.random.default_rng(seed)
    x2, w2 = rng.normal(size=x.shape), rng.normal(size=w.shape)
    size = 1e-10 * max(1, np.abs(dy).sum())
    assert abs(np.vdot(depthwise_conv2d(x2, w, **options), dy) - np.vdot(x2, dx)) < size
    assert abs(np.vdot(depthwise_conv2d(x, w2, **options), dy) - np.vdot(w2, dw)) < size


@FEWER_CASES
@given(depthwise_convolutions(st.just("float64")), seeds)
def test_depthwise_gradients_are_those_of_one_group_a_channel(case, seed):
    x, w, options = case
    dy = depthwise_gradient(x, w, options, seed)
    grouped = w.reshape(*w.shape[:2], 1, -1)
    dx, dw, db = conv2d_backward(dy, x, grouped, groups=w.shape[2], **options)
    expected = dx, dw.reshape(w.shape), db
    for actual, wanted in zip(
        depthwise_conv2d_backward(dy, x, w, **options), expected, strict=True
    ):
        assert_close(actual, wanted, "float64", size=1)


@FEWER_CASES
@given(depthwise_convolutions(st.just("float64")), st.integers(1, 4), seeds)
def test_separable_gradients_agree_with_differences(case, filters, seed):
    x, w, options = case
    rng = np.random.default_rng(seed)
    pointwise, b = rng.normal(size=(1, 1, w.shape[2] * w.shape[3], filters)), np.zeros(filters)
    dy = rng.normal(size=separable_conv2d(x, w, pointwise, **options).shape)
    gradients = separable_conv2d_backward(dy, x, w, pointwise, **options)
    assert_matches_differences(
        lambda *arrays: separable_conv2d(*arrays, **options), (x, w, pointwise, b), gradients, dy
    )


@CASES
@given(depthwise_convolutions(st.just("float32")), st.integers(1, 4), seeds)
def test_separable_gradients_agree_with_tensorflow(case, filters, seed):
    import tensorflow as tf

    x, w, options = case
    rng = np.random.default_rng(seed)
    pointwise = rng.normal(size=(1, 1, w.shape[2] * w.shape[3], filters)).astype(np.float32)
    b = np.zeros(filters, np.float32)
    dy = rng.normal(size=separable_conv2d(x, w, pointwise, **options).shape).astype(np.float32)
    padding, (dilation_h, dilation_w) = sides(x, w, options), both(options["dilation"])
    stride_h, stride_w = both(options["stride"])

    def forward(x, w, pointwise, b):
        x = tf.pad(x, [(0, 0), *padding, (0, 0)])
        y = tf.nn.separable_conv2d(x, w, pointwise, (1, 1, 1, 1), "VALID")
        return y[:, ::stride_h, ::stride_w] + b

    arrays = (x, holed(w, options["dilation"]), pointwise, b)
    dx, dw, dpointwise, db = tensorflow_gradients(forward, arrays, dy)
    expected = dx, dw[::dilation_h, ::dilation_w], dpointwise, db
    assert_matches_tensorflow(separable_conv2d_backward(dy, x, w, pointwise, **options), expected)


def test_dtypes_of_gradients():
    x, w, dy = np.ones((1, 3, 3, 2)), np.ones((3, 3, 2, 2)), np.ones((1, 1, 1, 4))
    for dtype in (np.float16, np.float32):
        gradients = depthwise_conv2d_backward(dy.astype(dtype), x.astype(dtype), w.astype(dtype))
        assert {g.dtype for g in gradients} == {np.dtype(dtype)}


@pytest.mark.parametrize(
    ("dy", "x", "w", "message"),
    [
        (np.ones((2, 3, 4, 5)), X, W, r"shape of the output, \(2, 3, 4, 6\), got .*\(2, 3, 4, 5\)"),
        (np.ones((2, 3, 4, 6)), X[0], W, r"x must have shape \(N, H, W, C\)"),
        (np.ones((2, 3, 4, 6)), X, W[:, :, :2], "each of the 3 channels of x"),
    ],
)
def test_bad_gradients(dy, x, w, message):
    with pytest.raises(ValueError, match=message):
        depthwise_conv2d_backward(dy, x, w)


def test_bad_gradients_of_the_separable_convolution():
    pointwise = np.ones((1, 1, 6, 4))
    with pytest.raises(ValueError, match=r"\(2, 3, 4, 4\), got shape \(2, 3, 4, 6\)"):
        separable_conv2d_backward(np.ones((2, 3, 4, 6)), X, W, pointwise)
    with pytest.raises(ValueError, match=r"w_pointwise must have shape"):
        separable_conv2d_backward(np.ones((2, 3, 4, 4)), X, W, np.ones((3, 3, 6, 4)))
