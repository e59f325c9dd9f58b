"""Sizes, receptive fields, parameters and operations, counted in another way."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from course_utils.reference import (
    conv2d,
    depthwise_conv2d,
    flop_count,
    output_size,
    parameter_count,
    receptive_field,
)
from tests.reference.cases import CASES, FEWER_CASES

small = st.integers(1, 5)


@CASES
@given(
    n=st.integers(1, 30),
    kernel=small,
    stride=small,
    dilation=st.integers(1, 4),
    padding=st.one_of(st.sampled_from(["valid", "same"]), st.integers(0, 3)),
)
def test_output_size_agrees_with_keras(n, kernel, stride, dilation, padding):
    from keras import layers

    extent = (kernel - 1) * dilation + 1
    sides = {"valid": 0, "same": extent}.get(padding, padding)
    assume(n + 2 * sides >= extent)
    # Keras has no strides with dilation: a spread kernel takes the same room.
    layer = layers.Conv1D(
        1,
        extent if stride > 1 else kernel,
        strides=stride,
        dilation_rate=1 if stride > 1 else dilation,
        padding="same" if padding == "same" else "valid",
    )
    padded = n if isinstance(padding, str) else n + 2 * padding
    expected = layer.compute_output_shape((None, padded, 1))[1]
    assert output_size(n, kernel, stride, padding, dilation) == expected


@CASES
@given(st.integers(1, 30), small, small, st.tuples(st.integers(0, 3), st.integers(0, 3)), small)
def test_output_size_counts_the_places_where_the_kernel_fits(n, kernel, stride, padding, dilation):
    extent = (kernel - 1) * dilation + 1
    padded = n + sum(padding)
    assume(extent <= padded)
    places = sum(start + extent <= padded for start in range(0, padded, stride))
    size = output_size(n, kernel, stride, padding, dilation)
    assert size == places
    assert type(size) is int


@FEWER_CASES
@given(st.lists(st.tuples(small, st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=4))
def test_receptive_field_counts_the_pixels_that_change_an_output(layers):
    field = receptive_field(layers)
    assume(field < 300)
    # One image for each pixel of a line; only that pixel is lit. A few pixels are left over.
    x = np.eye(field + 4).reshape(field + 4, 1, field + 4, 1)
    for kernel, stride, dilation in layers:
        ones = np.ones((1, kernel, 1, 1))
        x = conv2d(x, ones, stride=stride, dilation=(1, dilation))
    seen = np.flatnonzero(x[:, 0, 0, 0])
    # With gaps between taps some pixels inside the field are not met: its ends are what counts.
    assert seen[-1] - seen[0] + 1 == field


@pytest.mark.parametrize(
    ("layers", "field"),
    [
        ([], 1),
        ([3], 3),
        ([3, 3], 5),
        ([3, 3, 3], 7),
        ([(3, 1), (3, 1), (3, 1), (2, 2)], 8),  # document 3 says 14
        ([3, (2, 2), 3], 8),
        ([(3, 1, 2)], 5),
        ([(3, 2), (3, 1, 2)], 11),
        ([(5, 1), (2, 2), (5, 1), (2, 2)], 16),  # LeNet-5 up to its second pooling
        ([[3, 1], 3], 5),
    ],
)
def test_receptive_fields(layers, field):
    assert receptive_field(layers) == field


@FEWER_CASES
@given(st.tuples(small, small), small, small, st.integers(1, 3), st.booleans())
def test_parameter_count_agrees_with_keras(size, channels, filters, groups, bias):
    from keras import layers

    conv = layers.Conv2D(groups * filters, size, groups=groups, use_bias=bias)
    conv.build((None, 9, 9, groups * channels))
    shape = (*size, channels, groups * filters)
    assert parameter_count(shape, bias=bias) == conv.count_params()

    depthwise = layers.DepthwiseConv2D(size, depth_multiplier=filters, use_bias=bias)
    depthwise.build((None, 9, 9, channels))
    shape = (*size, channels, filters)
    assert parameter_count(shape, bias=bias, depthwise=True) == depthwise.count_params()

    dense = layers.Dense(filters, use_bias=bias)
    dense.build((None, channels))
    assert parameter_count((channels, filters), bias=bias) == dense.count_params()


@FEWER_CASES
@given(
    st.tuples(st.integers(5, 9), st.integers(5, 9)),
    st.tuples(st.integers(1, 3), st.integers(1, 3)),
    st.tuples(small, small, st.integers(1, 3)),
    st.sampled_from([{}, {"stride": 2}, {"stride": (1, 3), "padding": 2}, {"dilation": 2}]),
)
def test_flop_count_counts_the_multiplications(image, kernel, channels, options):
    inputs, filters, groups = channels
    # With ones everywhere, each multiplication adds 1; zeros of the padding are counted too.
    padding = options.get("padding", 0)
    x = np.ones((1, *(n + 2 * padding for n in image), groups * inputs))
    unpadded = {name: value for name, value in options.items() if name != "padding"}

    w = np.ones((*kernel, inputs, groups * filters))
    count = flop_count((*image, groups * inputs), w.shape, **options)
    assert count == 2 * conv2d(x, w, groups=groups, **unpadded).sum()
    assert type(count) is int

    w = np.ones((*kernel, groups * inputs, filters))
    count = flop_count((*image, groups * inputs), w.shape, depthwise=True, **options)
    assert count == 2 * depthwise_conv2d(x, w, **unpadded).sum()


def test_flop_count_of_a_dense_layer():
    assert flop_count((784,), (784, 100)) == 2 * 78_400


def test_flop_count_of_same_padding():
    assert flop_count((7, 7, 1), (3, 3, 1, 1), stride=2, padding="same") == 2 * 9 * 16


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((5, 6), r"kernel size 6 is larger than the padded input, 5 \+ 0 \+ 0 = 5"),
        ((5, 3, 1, 0, 3), r"kernel size 3 \(spread over 7 by dilation 3\)"),
        ((0, 1), "n must be an integer of at least 1, got 0"),
        ((5.0, 1), r"n must be an integer of at least 1, got 5\.0"),
        ((5, 0), "kernel must be an integer of at least 1, got 0"),
        ((5, 3, 0), "stride must be an integer of at least 1, got 0"),
        ((5, 3, "1"), "stride must be an integer of at least 1, got '1'"),
        ((5, 3, True), "stride must be an integer of at least 1, got True"),
        ((5, 3, 1, -1), "padding must be .* got -1"),
        ((5, 3, 1, "full"), "padding must be .* got 'full'"),
        ((5, 3, 1, (1, 1, 1)), r"padding must be .* got \(1, 1, 1\)"),
        ((5, 3, 1, None), "padding must be .* got None"),
        ((5, 3, 1, ((1, 1), (1, 1))), "padding must be .* got"),
        ((5, 3, 1, 0, 0), "dilation must be an integer of at least 1, got 0"),
    ],
)
def test_bad_output_size(arguments, message):
    with pytest.raises(ValueError, match=message):
        output_size(*arguments)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([3, (3, 0)], "stride of layer 1 must be an integer of at least 1, got 0"),
        ([0], "kernel of layer 0 must be .* got 0"),
        ([(3, 1, 1, 1)], r"layer 0 must be .* got \(3, 1, 1, 1\)"),
        ([()], r"layer 0 must be .* got \(\)"),
        (["3"], "layer 0 must be .* got '3'"),
        ([(3, 1, 0.5)], r"dilation of layer 0 must be .* got 0\.5"),
        (3, "layers must be a sequence .* got 3"),
    ],
)
def test_bad_receptive_field(layers, message):
    with pytest.raises(ValueError, match=message):
        receptive_field(layers)


@pytest.mark.parametrize(
    ("shape", "depthwise", "message"),
    [
        ((3, 3, 3), False, r"w_shape must be .*got \(3, 3, 3\)"),
        ((3, 3), True, r"w_shape must be \(kh, kw, C, multiplier\), got \(3, 3\)"),
        ((3, 3, 0, 8), False, "each number of w_shape must be .* got 0"),
        (9, False, "w_shape must be a tuple of integers, got 9"),
    ],
)
def test_bad_parameter_count(shape, depthwise, message):
    with pytest.raises(ValueError, match=message):
        parameter_count(shape, depthwise=depthwise)


@pytest.mark.parametrize(
    ("x_shape", "w_shape", "options", "message"),
    [
        ((1, 9, 9, 3), (3, 3, 3, 8), {}, r"one example.*\(1, 9, 9, 3\)"),
        ((9, 9, 3), (3, 8), {}, r"one example.*\(9, 9, 3\) and w_shape \(3, 8\)"),
        ((9, 9, 4), (3, 3, 3, 8), {}, "its 3 input channels do not fit 4 channels"),
        ((9, 9, 6), (3, 3, 2, 8), {}, "its 2 input channels do not fit 6 channels"),
        ((9, 9, 2), (3, 3, 4, 8), {}, "its 4 input channels do not fit 2 channels"),
        ((9, 9, 6), (3, 3, 3, 1), {"depthwise": True}, "do not fit 6 channels"),
        ((4,), (3, 8), {}, r"w_shape \(3, 8\) does not take inputs of shape \(4,\)"),
        ((2, 9, 3), (3, 3, 3, 8), {}, "kernel size 3 is larger"),
        ((9, 9, 3), (3, 3, 3, 8), {"stride": 0}, "stride must be"),
    ],
)
def test_bad_flop_count(x_shape, w_shape, options, message):
    with pytest.raises(ValueError, match=message):
        flop_count(x_shape, w_shape, **options)
