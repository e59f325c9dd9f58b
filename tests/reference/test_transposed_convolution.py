"""conv2d_transpose against Keras, TensorFlow, differences, and conv2d, whose adjoint it is."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import (
    conv2d,
    conv2d_backward,
    conv2d_transpose,
    conv2d_transpose_backward,
    output_size,
    transposed_output_size,
)
from tests.reference.cases import (
    CASES,
    FEWER_CASES,
    assert_close,
    both,
    dtypes,
    explicit,
    for_keras,
    numbers,
    seeds,
    strides,
)
from tests.reference.gradients import (
    assert_matches_differences,
    assert_matches_tensorflow,
    tensorflow_gradients,
)


@st.composite
def transposed_convolutions(draw, dtypes=dtypes, named=None):
    """(x, w, b, options); `named` True or False keeps to named or explicit paddings."""
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    stride = draw(strides())
    if draw(st.booleans()) if named is None else named:
        padding = draw(st.sampled_from(["valid", "same"]))
    else:  # smaller than the kernel, so that something is left of one pixel
        sides = [st.integers(0, (k - 1) // 2) for k in kernel]
        padding = draw(
            st.one_of(
                st.integers(0, (min(kernel) - 1) // 2),
                st.tuples(*sides),
                st.tuples(*(st.tuples(side, side) for side in sides)),
            )
        )
    size = draw(st.tuples(st.integers(1, 5), st.integers(1, 5)))
    options = {"stride": stride, "padding": padding}
    if draw(st.booleans()):
        extra = []
        for k, s in zip(kernel, both(stride)):
            fewest = 1 - k % 2 if padding == "same" else 0  # Keras counts so
            extra.append(draw(st.integers(fewest, fewest + s - 1)))
        options["output_padding"] = tuple(extra)
    images, channels, filters = draw(st.tuples(*[st.integers(1, 3)] * 3))
    rng = np.random.default_rng(draw(seeds))
    dtype = draw(dtypes)
    return (
        numbers((images, *size, channels), dtype, rng),
        numbers((*kernel, filters, channels), dtype, rng),
        numbers((filters,), dtype, rng) if draw(st.booleans()) else None,
        options,
    )


@CASES
@given(transposed_convolutions(named=True))
def test_agrees_with_keras(case):
    from keras import ops

    x, w, b, options = case
    extra = options.get("output_padding")
    expected = ops.conv_transpose(
        for_keras(x), for_keras(w), options["stride"], options["padding"], extra
    )
    y = conv2d_transpose(x, w, b, **options)
    expected = np.array(expected) + (0 if b is None else b)
    assert y.dtype == (np.int64 if x.dtype.kind in "iu" else x.dtype)
    assert_close(y, expected, y.dtype if y.dtype.kind == "f" else "float64", size=10)


@CASES
@given(transposed_convolutions(st.just("float32"), named=True), seeds)
def test_gradients_agree_with_tensorflow(case, seed):
    x, w, b, options = case
    b = np.zeros(w.shape[2], np.float32) if b is None else b
    shape = conv2d_transpose(x, w, **options).shape
    dy = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    expected = tensorflow_gradients(
        lambda x, w, b: tensorflow_transpose(x, w, shape, options) + b, (x, w, b), dy
    )
    assert_matches_tensorflow(conv2d_transpose_backward(dy, x, w, **options), expected)


def tensorflow_transpose(x, w, shape, options):
    """With `tf.nn.conv2d_transpose`; where its gradients are wrong, with what defines it.

    Those of two different strides write outside their memory (TensorFlow 2.21, oneDNN).
    """
    import tensorflow as tf

    stride = both(options["stride"])
    if stride[0] == stride[1]:
        return tf.nn.conv2d_transpose(x, w, shape, stride, options["padding"].upper())
    # Zeros between the pixels, then a convolution with the flipped kernel.
    x = spread(x, stride, axis=1)
    x = spread(x, stride, axis=2)
    full = tf.pad(x, [(0, 0), *((k - 1, k - 1) for k in w.shape[:2]), (0, 0)])
    flipped = tf.transpose(w[::-1, ::-1], (0, 1, 3, 2))
    y = tf.nn.conv2d(full, flipped, 1, "VALID")
    cut = [0, 0]
    if options["padding"] == "same":
        for axis, (n, k, s) in enumerate(zip(shape[1:3], w.shape[:2], stride)):
            cut[axis] = max((-(-n // s) - 1) * s + k - n, 0) // 2
    y = y[:, cut[0] : cut[0] + shape[1], cut[1] : cut[1] + shape[2]]
    missing = [(0, wanted - there) for wanted, there in zip(shape[1:3], y.shape[1:3])]
    return tf.pad(y, [(0, 0), *missing, (0, 0)])


def spread(x, stride, axis):
    """stride - 1 zeros between the lines of an axis."""
    import tensorflow as tf

    lines = tf.unstack(x, axis=axis)
    zeros = [tf.zeros_like(lines[0])] * (stride[axis - 1] - 1)
    spread_out = [part for line in lines for part in (line, *zeros)]
    return tf.stack(spread_out[: len(spread_out) - len(zeros)], axis=axis)


@FEWER_CASES
@given(transposed_convolutions(st.just("float64")), seeds)
def test_gradients_agree_with_differences(case, seed):
    x, w, b, options = case
    b = np.zeros(w.shape[2]) if b is None else b
    dy = np.random.default_rng(seed).normal(size=conv2d_transpose(x, w, **options).shape)
    gradients = conv2d_transpose_backward(dy, x, w, **options)
    assert_matches_differences(
        lambda *xwb: conv2d_transpose(*xwb, **options), (x, w, b), gradients, dy
    )


@CASES
@given(transposed_convolutions(st.just("float64")), seeds)
def test_is_the_convolution_run_backward(case, seed):
    """It equals conv2d's gradient with respect to the image, for every padding and size."""
    x, w, _, options = case
    y = conv2d_transpose(x, w, **options)
    convolution = {k: v for k, v in options.items() if k != "output_padding"}
    image = np.random.default_rng(seed).normal(size=y.shape)
    assert conv2d(image, w, **convolution).shape == x.shape
    dx, _, _ = conv2d_backward(x, image, w, **convolution)
    assert_close(y, dx, "float64", size=10)


@CASES
@given(transposed_convolutions(st.just("float64")))
def test_the_output_size_is_the_one_that_is_computed_alone(case):
    x, w, _, options = case
    y = conv2d_transpose(x, w, **options)
    extra = options.get("output_padding", (None, None))
    for axis in (0, 1):
        padding = options["padding"]
        side = padding if padding in ("valid", "same") else explicit(padding)[axis]
        arguments = x.shape[1 + axis], w.shape[axis], both(options["stride"])[axis], side
        assert transposed_output_size(*arguments, extra[axis]) == y.shape[1 + axis]


@pytest.mark.parametrize("padding", ["valid", "same", 0, 1, (0, 1)])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("stride", [1, 2, 3])
def test_every_size_that_shrinks_to_n_can_be_had_and_no_other(kernel, stride, padding):
    """The ambiguity: `stride` sizes lead to one n, and output_padding reaches each of them."""
    n = 4
    cut = 0 if isinstance(padding, str) else sum(both(padding))
    wanted = {
        m
        for m in range(1, 40)
        if (padding == "same" or m + cut >= kernel) and output_size(m, kernel, stride, padding) == n
    }
    reached = set()
    for extra in range(10):
        with contextlib.suppress(ValueError):
            reached.add(transposed_output_size(n, kernel, stride, padding, extra))
    assert reached == wanted
    assert transposed_output_size(n, kernel, stride, padding) in wanted
    assert len(wanted) == stride or (kernel, padding) == (1, 1)


def test_the_docstrings_numbers():
    assert transposed_output_size(14, 3, 2, "same") == 28
    assert transposed_output_size(14, 3, 2, "same", 0) == 27
    assert output_size(28, 3, 2, "same") == output_size(27, 3, 2, "same") == 14


def test_two_pixels_by_hand():
    """Each pixel pastes the kernel (1, 2, 3); at stride 2 the copies share one pixel."""
    x = np.array([10, 100]).reshape(1, 1, 2, 1)
    w = np.array([1, 2, 3]).reshape(1, 3, 1, 1)
    assert conv2d_transpose(x, w, stride=(1, 2)).ravel().tolist() == [10, 20, 130, 200, 300]
    # "same" cuts off the last one, one pixel of padding the first and the last.
    y = conv2d_transpose(x, w, stride=(1, 2), padding="same")
    assert y.ravel().tolist() == [10, 20, 130, 200]
    y = conv2d_transpose(x, w, stride=(1, 2), padding=(0, 1))
    assert y.ravel().tolist() == [20, 130, 200]
    y = conv2d_transpose(x, w, stride=(1, 2), padding=(0, 1), output_padding=(0, 1))
    assert y.ravel().tolist() == [20, 130, 200, 300]


def test_copies_overlap_in_a_checkerboard_unless_the_stride_divides_the_kernel():
    x = np.ones((1, 6, 6, 1))
    counts = conv2d_transpose(x, np.ones((3, 3, 1, 1)), stride=2)[0, 2:-2, 2:-2, 0]
    assert set(np.unique(counts)) == {1, 2, 4}
    counts = conv2d_transpose(x, np.ones((4, 4, 1, 1)), stride=2)[0, 2:-2, 2:-2, 0]
    assert set(np.unique(counts)) == {4}


def test_the_bias_reaches_pixels_that_no_kernel_does():
    y = conv2d_transpose(np.ones((1, 2, 2, 1)), np.ones((1, 1, 1, 1)), [5.0], stride=2)
    assert y[0, :, :, 0].tolist() == [[6, 5, 6, 5], [5] * 4, [6, 5, 6, 5], [5] * 4]


def test_dtypes_and_empty_batches():
    x, w = np.ones((2, 3, 3, 2), np.float16), np.ones((3, 3, 4, 2), np.float16)
    y = conv2d_transpose(x, w, stride=2)
    assert y.dtype == np.float16
    assert {g.dtype.name for g in conv2d_transpose_backward(y, x, w, stride=2)} == {"float16"}
    integers = conv2d_transpose_backward(y.astype(int), x.astype(int), w.astype(int), stride=2)
    assert {g.dtype.name for g in integers} == {"float64"}
    assert conv2d_transpose(x[:0], w).shape == (0, 5, 5, 4)
    dx, dw, db = conv2d_transpose_backward(np.ones((0, 5, 5, 4)), x[:0], w)
    assert dx.shape == (0, 3, 3, 2)
    assert not dw.any()
    assert not db.any()


def test_float16_is_added_up_in_float32():
    # In float16, 2048 + 1 = 2048: adding one by one would stop there.
    x, w = np.ones((1, 1, 1, 4096), np.float16), np.ones((1, 1, 1, 4096), np.float16)
    assert conv2d_transpose(x, w).item() == 4096
    pixels = np.ones((1, 1, 4096, 1), np.float16)
    _, dw, db = conv2d_transpose_backward(pixels, pixels, np.ones((1, 1, 1, 1), np.float16))
    assert dw.item() == db.item() == 4096


X, W = np.ones((2, 3, 4, 2)), np.ones((3, 2, 5, 2))


@pytest.mark.parametrize(
    ("x", "w", "b", "options", "message"),
    [
        (X[0], W, None, {}, r"x must have shape \(N, H, W, C\)"),
        (X[:, :0], W, None, {}, r"at least one pixel, got height and width \(0, 4\)"),
        (X, W[0], None, {}, r"w must have shape \(kh, kw, F, C\)"),
        (X, W.swapaxes(2, 3), None, {}, r"C = 2 input channels on its last axis.*\(kh, kw, F, C\)"),
        (X, W, np.ones(2), {}, r"b must have shape \(5,\)"),
        (X, W, None, {"stride": 0}, "stride must be"),
        (X, W, None, {"padding": "full"}, "padding must be .* got 'full'"),
        (X[:, :1], W, None, {"padding": (2, 0)}, "nothing is left vertically: .* 3 pixels.* 4 of"),
        (X, W, None, {"output_padding": -1}, "output_padding must be .* got -1"),
        (X, W, None, {"output_padding": (1, 2, 3)}, r"output_padding must be .* got \(1, 2, 3\)"),
        (X, W, None, {"output_padding": 1}, "makes 6 pixels vertically.*sizes from 5 to 5 do"),
        (X, W, None, {"stride": 2, "output_padding": (1, 2)}, "10 pixels horiz.*from 8 to 9 do"),
        (X.astype(int) * 2**40, W.astype(int) * 2**21, None, {}, "sums of these integers"),
    ],
)
def test_bad_input(x, w, b, options, message):
    with pytest.raises(ValueError, match=message):
        conv2d_transpose(x, w, b, **options)


def test_bad_gradient():
    with pytest.raises(ValueError, match=r"the output, \(2, 5, 5, 5\), got shape \(2, 3, 4, 5\)"):
        conv2d_transpose_backward(np.ones((2, 3, 4, 5)), X, W)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 3), "n must be an integer of at least 1, got 0"),
        ((4, 3, 2, "full"), "padding must be"),
        ((4, 3, 2, "same", 1.5), "output_padding must be"),
        ((4, 4, 2, "same", 0), "makes 6 pixels, from which .* lead back to 4; sizes from 7 to 8"),
    ],
)
def test_bad_sizes(arguments, message):
    with pytest.raises(ValueError, match=message):
        transposed_output_size(*arguments)
