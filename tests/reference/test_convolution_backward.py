"""conv2d_backward against differences, TensorFlow and conv2d itself; its threads."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import conv2d, conv2d_backward
from course_utils.reference.convolution import conv2d_kernel_gradient
from course_utils.reference.engine import convolution as engine
from course_utils.reference.engine import strips
from course_utils.reference.geometry import slide_1d
from tests.reference.cases import (
    CASES,
    FEWER_CASES,
    assert_close,
    both,
    convolutions,
    explicit,
    holed,
    seeds,
)
from tests.reference.gradients import (
    assert_matches_differences,
    assert_matches_tensorflow,
    tensorflow_gradients,
)


def upstream(x, w, options, seed):
    """A random gradient of the output, in x's dtype."""
    shape = conv2d(x, w, **options).shape
    return np.random.default_rng(seed).normal(size=shape).astype(x.dtype)


@FEWER_CASES
@given(convolutions(st.just("float64")), seeds)
def test_agrees_with_differences(case, seed):
    x, w, b, options = case
    b = np.zeros(w.shape[3]) if b is None else b
    dy = upstream(x, w, options, seed)
    gradients = conv2d_backward(dy, x, w, **options)
    assert_matches_differences(lambda *xwb: conv2d(*xwb, **options), (x, w, b), gradients, dy)


@CASES
@given(convolutions(st.just("float32")), seeds)
def test_agrees_with_tensorflow(case, seed):
    x, w, b, options = case
    b = np.zeros(w.shape[3], np.float32) if b is None else b
    dy = upstream(x, w, options, seed)
    dilation = both(options["dilation"])

    def forward(x, w, b):
        return tensorflow_conv(x, w, options) + b

    # TensorFlow does not combine stride and dilation: its kernel gets holes instead.
    dx, dw, db = tensorflow_gradients(forward, (x, holed(w, dilation), b), dy)
    expected = dx, dw[:: dilation[0], :: dilation[1]], db
    assert_matches_tensorflow(conv2d_backward(dy, x, w, **options), expected)


def tensorflow_conv(x, w, options):
    """The convolution with TensorFlow's functions.

    Gradients of `tf.nn.conv2d` with two different strides write outside their memory (TensorFlow
    2.21, oneDNN): it computes every pixel then, and the rest is thinned out.
    """
    import tensorflow as tf

    stride_h, stride_w = both(options["stride"])
    padding = options["padding"]
    if padding == "same" and stride_h != stride_w:
        sizes = zip(x.shape[1:3], w.shape[:2], (stride_h, stride_w), strict=True)
        padding = [slide_1d(n, k, stride, "same", 1)[0] for n, k, stride in sizes]
    if padding != "same":
        x = tf.pad(x, [(0, 0), *explicit(padding), (0, 0)])
    stride, thin = (stride_h, (1, 1)) if stride_h == stride_w else (1, (stride_h, stride_w))
    groups = options["groups"]
    maps = [
        tf.nn.conv2d(images, kernel, stride, "SAME" if padding == "same" else "VALID")
        for images, kernel in zip(tf.split(x, groups, 3), tf.split(w, groups, 3), strict=True)
    ]
    return tf.concat(maps, 3)[:, :: thin[0], :: thin[1]]


@CASES
@given(convolutions(st.just("float64")), seeds)
def test_both_gradients_are_adjoint_to_the_convolution(case, seed):
    """<conv(x, w), dy> = <x, dx> = <w, dw> for every x and w: it is linear in both."""
    x, w, _, options = case
    dy = upstream(x, w, options, seed)
    dx, dw, db = conv2d_backward(dy, x, w, **options)
    rng = np.random.default_rng(seed)
    x2, w2 = rng.normal(size=x.shape), rng.normal(size=w.shape)
    size = 1e-10 * max(1, np.abs(dy).sum())
    assert abs(np.vdot(conv2d(x2, w, **options), dy) - np.vdot(x2, dx)) < size
    assert abs(np.vdot(conv2d(x, w2, **options), dy) - np.vdot(w2, dw)) < size
    assert_close(db, dy.sum(axis=(0, 1, 2)), "float64", size=10)


@FEWER_CASES
@given(convolutions(st.just("float64")), seeds, st.sampled_from([1, 100, 1000]))
def test_the_block_size_changes_nothing(case, seed, block_bytes):
    x, w, _, options = case
    dy = upstream(x, w, options, seed)
    whole = conv2d_backward(dy, x, w, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strips, "BLOCK_BYTES", block_bytes)
        for gradient, expected in zip(conv2d_backward(dy, x, w, **options), whole, strict=True):
            assert_close(gradient, expected, "float64", size=1)


def test_a_pixel_by_hand():
    """One line of four pixels, kernel (a, b) = (2, 3): y = 2 x[i] + 3 x[i + 1]."""
    x = np.array([1.0, 2, 3, 4]).reshape(1, 1, 4, 1)
    w = np.array([2.0, 3]).reshape(1, 2, 1, 1)
    dy = np.array([1.0, 10, 100]).reshape(1, 1, 3, 1)
    dx, dw, db = conv2d_backward(dy, x, w)
    assert dx.ravel().tolist() == [2, 3 + 20, 30 + 200, 300]
    assert dw.ravel().tolist() == [1 + 20 + 300, 2 + 30 + 400]
    assert db.tolist() == [111]


def test_pixels_that_no_window_meets_have_no_gradient():
    x, w = np.ones((1, 6, 6, 1)), np.ones((2, 2, 1, 1))
    dx, _, _ = conv2d_backward(np.ones((1, 2, 2, 1)), x, w, stride=3)
    seen = np.array([1, 1, 0, 1, 1, 0])
    np.testing.assert_array_equal(dx[0, :, :, 0], np.outer(seen, seen))


def test_padding_that_windows_lie_in_altogether():
    x, w = np.ones((1, 1, 1, 1)), np.full((1, 1, 1, 1), 5.0)
    dy = np.arange(25.0).reshape(1, 5, 5, 1)
    dx, dw, db = conv2d_backward(dy, x, w, padding=2)
    assert dx.item() == 5 * 12
    assert dw.item() == 12
    assert db.item() == 300


def test_dtypes():
    x, w = np.ones((2, 4, 4, 1), np.float32), np.ones((3, 3, 1, 2), np.float32)
    dy = np.ones((2, 2, 2, 2), np.float32)
    for images in (x, x.astype(np.uint8)):
        assert {g.dtype.name for g in conv2d_backward(dy, images, w)} == {"float32"}
    integers = conv2d_backward(dy.astype(int), x.astype(np.uint8), w.astype(np.int8))
    assert {g.dtype.name for g in integers} == {"float64"}


def test_float16_is_added_up_in_float32():
    # In float16, 2048 + 1 = 2048: adding one by one would stop there.
    x, w = np.ones((1, 1, 4096, 1), np.float16), np.ones((1, 1, 1, 1), np.float16)
    dx, dw, db = conv2d_backward(x, x, w)
    assert dx.dtype == dw.dtype == db.dtype == np.float16
    assert dw.item() == db.item() == 4096


def test_an_empty_batch_has_gradients_of_zero():
    dx, dw, db = conv2d_backward(
        np.ones((0, 3, 2, 7)), np.ones((0, 5, 4, 2)), np.ones((3, 3, 2, 7))
    )
    assert dx.shape == (0, 5, 4, 2)
    np.testing.assert_array_equal(dw, np.zeros((3, 3, 2, 7)))
    np.testing.assert_array_equal(db, np.zeros(7))


def test_takes_views_and_does_not_change_its_input():
    rng = np.random.default_rng(0)
    x, w, dy = (
        rng.normal(size=shape).transpose(3, 2, 1, 0)
        for shape in ((4, 6, 8, 4), (6, 4, 4, 2), (6, 3, 7, 4))
    )
    before = dy.copy(), x.copy(), w.copy()
    gradients = conv2d_backward(dy, x, w)
    for gradient, expected in zip(gradients, conv2d_backward(*before), strict=True):
        assert_close(gradient, expected, "float64")
        gradient[...] = 7
    for array, copy in zip((dy, x, w), before, strict=True):
        np.testing.assert_array_equal(array, copy)


X, W, DY = np.ones((2, 5, 6, 4)), np.ones((3, 3, 4, 8)), np.ones((2, 3, 4, 8))


@pytest.mark.parametrize(
    ("dy", "x", "w", "options", "message"),
    [
        (DY[:1], X, W, {}, r"dy must have the shape of the output, \(2, 3, 4, 8\), got .*\(1, 3"),
        (DY[..., :4], X, W, {}, r"dy must have .* \(2, 3, 4, 8\), got shape \(2, 3, 4, 4\)"),
        (DY, X, W, {"padding": "same"}, r"\(2, 5, 6, 8\), got shape \(2, 3, 4, 8\)"),
        (1.0, X, W, {}, r"dy must have .* got shape \(\)"),
        (DY + 1j, X, W, {}, "dy must hold real numbers"),
        (DY, X[0], W, {}, r"x must have shape \(N, H, W, C\)"),
        (DY, X, W[..., 0], {}, r"w must have shape \(kh, kw, C / groups, F\)"),
        (DY, X, W, {"groups": 3}, "groups must divide"),
        (DY, X, W, {"stride": 0}, "stride must be"),
        (DY, X, W, {"dilation": 3}, "the kernel does not fit"),
    ],
)
def test_bad_input(dy, x, w, options, message):
    with pytest.raises(ValueError, match=message):
        conv2d_backward(dy, x, w, **options)


@FEWER_CASES
@given(convolutions(st.just("float64")), seeds)
def test_threads_change_nothing(case, seed):
    x, w, b, options = case
    y, dy = conv2d(x, w, b, **options), upstream(x, w, options, seed)
    alone = conv2d_backward(dy, x, w, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "worker_count", lambda operations: 3)
        patch.setattr(strips, "BLOCK_BYTES", 1000)
        assert_close(conv2d(x, w, b, **options), y, "float64")
        for gradient, expected in zip(conv2d_backward(dy, x, w, **options), alone, strict=True):
            assert_close(gradient, expected, "float64", size=1)


def test_the_kernel_gradient_alone_is_that_of_conv2d_backward():
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((3, 7, 8, 4)), rng.standard_normal((3, 2, 2, 6))
    options = {"stride": 2, "padding": "same", "groups": 2}
    dy = rng.standard_normal((3, 4, 4, 6))
    _, *expected = conv2d_backward(dy, x, w, **options)
    for actual, wanted in zip(conv2d_kernel_gradient(dy, x, w, **options), expected, strict=True):
        np.testing.assert_array_equal(actual, wanted)
    with pytest.raises(ValueError, match="dy must have the shape of the output"):
        conv2d_kernel_gradient(dy[:1], x, w, **options)
