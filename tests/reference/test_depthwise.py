"""depthwise_conv2d and separable_conv2d against Keras and against conv2d."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import conv2d, depthwise_conv2d, separable_conv2d
from tests.reference.cases import (
    CASES,
    FEWER_CASES,
    assert_close,
    both,
    dtypes,
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
    stride, dilation = both(options["stride"]), both(options["dilation"])
    w = holed(w, dilation)
    padding = options["padding"]
    if padding == "same":
        padding = []
        for axis in (0, 1):
            n, k, s = x.shape[1 + axis], w.shape[axis], stride[axis]
            last_start = (n - 1) // s * s
            total = max(last_start + k - n, 0)
            padding.append((total // 2, total - total // 2))
    x, _ = pad_for_keras(x, padding)
    return x, for_keras(w), stride


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
