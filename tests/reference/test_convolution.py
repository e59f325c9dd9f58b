"""conv2d against Keras, against its loops, by its properties, and its memory."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import conv2d, conv2d_loops
from course_utils.reference.engine import strips
from course_utils.reference.geometry import slide
from tests.reference.cases import (
    CASES,
    FEWER_CASES,
    assert_close,
    both,
    convolutions,
    for_keras,
    holed,
    pad_for_keras,
    seeds,
)


def keras_conv(x, w, b, *, stride, padding, dilation, groups):
    """ops.conv; it reads the groups off the shapes, and refuses stride with dilation."""
    from keras import ops

    assert x.shape[3] == groups * w.shape[2]
    x, padding = pad_for_keras(x, padding)
    if max(both(stride)) > 1 and max(both(dilation)) > 1:
        w, dilation = holed(w, dilation), 1
    y = ops.conv(x, for_keras(w), strides=stride, padding=padding, dilation_rate=dilation)
    return np.array(y if b is None else ops.add(y, for_keras(b)))


@CASES
@given(convolutions(groups=st.sampled_from([1, 1, 1, 1, 1, 2, 3])))  # Keras compiles groups: slow
def test_agrees_with_keras(case):
    x, w, b, options = case
    y, expected = conv2d(x, w, b, **options), keras_conv(x, w, b, **options)
    if x.dtype.kind == "f":
        assert y.dtype == x.dtype
        assert_close(y, expected, x.dtype)
    else:
        assert y.dtype == np.int64
        np.testing.assert_array_equal(y, expected)


@FEWER_CASES
@given(convolutions(st.sampled_from(["float64", "int8", "bool"])))
def test_agrees_with_its_loops(case):
    x, w, b, options = case
    y, expected = conv2d(x, w, b, **options), conv2d_loops(x, w, b, **options)
    assert y.dtype == expected.dtype
    assert_close(y, expected, "float64")


@FEWER_CASES
@given(convolutions(), st.sampled_from([1, 100, 1000]))
def test_the_block_size_changes_nothing(case, block_bytes):
    x, w, b, options = case
    whole = conv2d(x, w, b, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(strips, "BLOCK_BYTES", block_bytes)
        assert_close(conv2d(x, w, b, **options), whole, "float16" if x.dtype == "f2" else "float32")


@FEWER_CASES
@given(convolutions(st.just("float64")), st.floats(-2, 2), seeds)
def test_is_linear_in_images_and_in_filters(case, factor, seed):
    x, w, _, options = case
    rng = np.random.default_rng(seed)
    x2, w2 = rng.normal(size=x.shape), rng.normal(size=w.shape)
    y = conv2d(x, w, **options)
    assert_close(
        conv2d(factor * x + x2, w, **options), factor * y + conv2d(x2, w, **options), "float64"
    )
    assert_close(
        conv2d(x, factor * w + w2, **options), factor * y + conv2d(x, w2, **options), "float64"
    )


@FEWER_CASES
@given(convolutions(st.just("float64")), st.integers(0, 3), st.integers(0, 3))
def test_is_equivariant_to_shifts_by_whole_strides(case, down, right):
    x, w, b, options = case
    if options["padding"] == "same":  # its padding depends on the size
        options["padding"] = 9  # the widest kernel, 4 at dilation 3, still fits one pixel
    (top, bottom), (left, far) = slide(
        x.shape[1:3], w.shape[:2], padding=options["padding"]
    ).padding
    stride_h, stride_w = both(options["stride"])
    y = conv2d(x, w, b, **options)
    # Zeros on top and on the left push the image down and to the right.
    options["padding"] = ((top + down * stride_h, bottom), (left + right * stride_w, far))
    assert_close(conv2d(x, w, b, **options)[:, down:, right:], y, "float64")


@FEWER_CASES
@given(convolutions(st.just("float64")))
def test_dilation_is_a_kernel_with_holes(case):
    x, w, b, options = case
    y = conv2d(x, w, b, **options)
    w = holed(w, options.pop("dilation"))
    assert_close(conv2d(x, w, b, **options), y, "float64")


@FEWER_CASES
@given(convolutions(st.just("float64")))
def test_groups_are_a_kernel_of_blocks(case):
    x, w, b, options = case
    y = conv2d(x, w, b, **options)
    groups = options.pop("groups")
    channels, filters = w.shape[2], w.shape[3] // groups
    blocks = np.zeros((*w.shape[:2], groups * channels, groups * filters))
    for g in range(groups):
        inputs = slice(g * channels, (g + 1) * channels)
        outputs = slice(g * filters, (g + 1) * filters)
        blocks[:, :, inputs, outputs] = w[:, :, :, outputs]
    assert_close(conv2d(x, blocks, b, **options), y, "float64")


def test_same_puts_the_odd_pixel_at_the_bottom_and_right():
    x = np.ones((1, 2, 2, 1))
    y = conv2d(x, np.ones((2, 2, 1, 1)), padding="same")
    assert y[0, :, :, 0].tolist() == [[4, 2], [2, 1]]


def test_mixed_dtypes_give_the_common_one():
    x, w = np.ones((1, 3, 3, 1), np.float32), np.ones((3, 3, 1, 2), np.float32)
    assert conv2d(x, w).dtype == np.float32
    assert conv2d(x.astype(np.uint8), w).dtype == np.float32
    assert conv2d(x, w, np.zeros(2)).dtype == np.float64


def test_float16_is_added_up_in_float32():
    # In float16, 2048 + 1 = 2048: adding one by one would stop there.
    x = np.ones((1, 1, 4096, 1), np.float16)
    assert conv2d(x, np.ones((1, 4096, 1, 1), np.float16)).item() == 4096


def test_an_empty_batch_gives_an_empty_result():
    assert conv2d(np.ones((0, 5, 4, 2)), np.ones((3, 3, 2, 7))).shape == (0, 3, 2, 7)


def test_does_not_change_its_input_and_returns_new_memory():
    x, w, b = np.ones((2, 4, 4, 3)), np.ones((1, 1, 3, 3)), np.zeros(3)
    y = conv2d(x, w, b)
    y[...] = 7
    for array, value in ((x, 1), (w, 1), (b, 0)):
        assert (array == value).all()


@pytest.mark.parametrize("layout", ["transposed", "every second", "reversed"])
def test_takes_views_of_any_layout(layout):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(4, 8, 6, 4)), rng.normal(size=(2, 4, 4, 6))
    if layout == "transposed":
        x, w = x.transpose(3, 2, 1, 0), w.transpose(1, 0, 2, 3)
    elif layout == "every second":
        x, w = x[::2, ::2, ::2, ::2], w[:, ::2, ::2, ::2]
    else:
        x, w = x[::-1, ::-1, ::-1, ::-1], w[::-1, ::-1, ::-1, ::-1]
    assert_close(conv2d(x, w), conv2d(x.copy(), w.copy()), "float64")


@pytest.mark.parametrize(
    ("image_shape", "filters", "options"),
    [
        ((1, 32, 32, 32), 64, {"padding": "same"}),
        ((1, 32, 32, 32), 1, {"padding": "same"}),
        ((8, 64, 64, 16), 16, {"padding": "same"}),
        ((1, 512, 512, 3), 1, {}),
        ((4, 28, 28, 1), 8, {}),
        ((2, 3, 3000, 8), 4, {}),  # lines so wide that they are cut
        ((2, 64, 64, 16), 16, {"padding": "same", "stride": 2}),
        ((2, 64, 64, 16), 16, {"padding": "same", "groups": 4}),
        ((2, 64, 64, 16), 16, {"dilation": 3}),
    ],
)
def test_extra_memory_stays_under_three_times_input_plus_output(image_shape, filters, options):
    x = np.ones(image_shape, np.float32)
    w = np.ones((3, 3, image_shape[3] // options.get("groups", 1), filters), np.float32)
    b = np.ones(filters, np.float32)
    conv2d(x[:1, :8, :8], w, b, **options)  # what is allocated only once is not counted
    tracemalloc.start()
    try:
        y = conv2d(x, w, b, **options)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    extra = peak - y.nbytes
    assert extra < 3 * (x.nbytes + y.nbytes)


X, W = np.ones((2, 5, 6, 4)), np.ones((3, 3, 4, 8))


@pytest.mark.parametrize(
    ("x", "w", "b", "options", "message"),
    [
        (X[0], W, None, {}, r"x must have shape \(N, H, W, C\), got shape \(5, 6, 4\)"),
        (X, W[..., 0], None, {}, r"w must have shape \(kh, kw, C / groups, F\), got .*\(3, 3, 4\)"),
        (X, W[:, :, :3], None, {}, r"w must have C / groups = 4 / 1 = 4 .*got w of .*3, 3, 3, 8"),
        (X, W, None, {"groups": 2}, r"w must have C / groups = 4 / 2 = 2 .*got w of .*3, 3, 4, 8"),
        (X, W, None, {"groups": 3}, "groups must divide .*groups=3 with 4 channels.* 8 filters"),
        (X, W[..., :7], None, {"groups": 2}, "groups must divide .*groups=2.*4 channels.*7 filter"),
        (X, W, None, {"groups": 0}, "groups must be an integer of at least 1, got 0"),
        (X, W, None, {"groups": 1.0}, "groups must be an integer of at least 1, got 1.0"),
        (X, W, None, {"groups": True}, "groups must be an integer of at least 1, got True"),
        (X, W[..., :0], None, {}, r"w must have no empty axis, got shape \(3, 3, 4, 0\)"),
        (X[:, :2], W, None, {}, r"vertically: kernel size 3 is larger .* 2 \+ 0 \+ 0 = 2"),
        (X[:, :, :1], W, None, {"padding": ((0, 0), (1, 0))}, r"horizontally.* 1 \+ 1 \+ 0 = 2"),
        (X, W, None, {"dilation": 3}, r"kernel size 3 \(spread over 7 by dilation 3\).* = 5"),
        (X[:, :0], W, None, {"padding": "same"}, r"at least one pixel.*\(0, 6\)"),
        (X, W, None, {"stride": 0}, r"stride must be .* at least 1 .* got 0"),
        (X, W, None, {"stride": (1, -1)}, r"stride must be .* at least 1 .* got \(1, -1\)"),
        (X, W, None, {"stride": (1, 1, 1)}, r"stride must be .* pair .* got \(1, 1, 1\)"),
        (X, W, None, {"stride": "2"}, "stride must be .* got '2'"),
        (X, W, None, {"stride": True}, "stride must be .* got True"),
        (X, W, None, {"stride": 1.5}, r"stride must be .* got 1\.5"),
        (X, W, None, {"dilation": 0}, "dilation must be .* at least 1 .* got 0"),
        (X, W, None, {"dilation": None}, "dilation must be .* got None"),
        (X, W, None, {"padding": "full"}, 'padding must be "valid", "same".* got \'full\''),
        (X, W, None, {"padding": -1}, "padding must be .* got -1"),
        (X, W, None, {"padding": (1, -1)}, r"padding must be .* got \(1, -1\)"),
        (X, W, None, {"padding": ((1, 1), (1, 1, 1))}, r"padding must be .* \(1, 1, 1\)\)"),
        (X, W, None, {"padding": ((1, 2), 3)}, r"padding must be .* got \(\(1, 2\), 3\)"),
        (X, W, None, {"padding": 0.5}, r"padding must be .* got 0\.5"),
        (X, W, None, {"padding": True}, "padding must be .* got True"),
        (X, W, np.ones(7), {}, r"b must have shape \(8,\).* got shape \(7,\)"),
        (X, W, np.ones((8, 1)), {}, r"b must have shape \(8,\).* got shape \(8, 1\)"),
        (X, W, 1.0, {}, r"b must have shape \(8,\).* got shape \(\)"),
        (X, W, ["a"] * 8, {}, "b must hold real numbers"),
        (X + 1j, W, None, {}, "x must hold real numbers.*complex"),
        (np.full(X.shape, 2**60), W.astype(np.int64), None, {}, "int64 ends at 9,223"),
        (X.astype(int), W.astype(int), np.full(8, 2**63 - 1), {}, "int64 ends at 9,223"),
    ],
)
@pytest.mark.parametrize("function", [conv2d, conv2d_loops])
def test_bad_input(function, x, w, b, options, message):
    with pytest.raises(ValueError, match=message):
        function(x, w, b, **options)
