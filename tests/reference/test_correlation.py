"""correlate2d against Keras, against its loops, and on integers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_utils.reference import correlate2d, correlate2d_loops
from tests.reference.cases import (
    CASES,
    FEWER_CASES,
    assert_close,
    both,
    dtypes,
    for_keras,
    image_sizes,
    numbers,
    pad_for_keras,
    paddings,
    seeds,
    strides,
)


@st.composite
def correlations(draw, dtypes=dtypes):
    """(image, kernel, options)"""
    kernel_size = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    options = {"stride": draw(strides()), "padding": draw(paddings())}
    size = draw(image_sizes(kernel_size, options["padding"]))
    rng = np.random.default_rng(draw(seeds))
    dtype = draw(dtypes)
    return numbers(size, dtype, rng), numbers(kernel_size, dtype, rng), options


@CASES
@given(correlations())
def test_agrees_with_keras(case):
    from keras import ops

    image, kernel, options = case
    x, padding = pad_for_keras(image[None, :, :, None], options["padding"])
    expected = ops.conv(
        x, for_keras(kernel[:, :, None, None]), strides=both(options["stride"]), padding=padding
    )
    y = correlate2d(image, kernel, **options)
    if image.dtype.kind == "f":
        assert y.dtype == image.dtype
        assert_close(y, np.array(expected)[0, :, :, 0], image.dtype)
    else:
        assert y.dtype == np.int64
        np.testing.assert_array_equal(y, np.array(expected)[0, :, :, 0])


@FEWER_CASES
@given(correlations(st.sampled_from(["float64", "int8", "uint8", "bool"])))
def test_agrees_with_its_loops(case):
    image, kernel, options = case
    y, expected = correlate2d(image, kernel, **options), correlate2d_loops(image, kernel, **options)
    assert y.dtype == expected.dtype
    assert_close(y, expected, "float64")


def test_the_kernel_is_not_flipped():
    image = np.zeros((5, 5))
    image[2, 2] = 1
    kernel = np.arange(1, 10).reshape(3, 3)
    # Around a single bright pixel the kernel shows up turned by 180 degrees.
    np.testing.assert_array_equal(correlate2d(image, kernel), kernel[::-1, ::-1])


def test_unsigned_bytes_do_not_wrap_around():
    image = np.full((3, 3), 255, np.uint8)
    kernel = np.array([[-1, -1, -1], [-1, -1, -1], [-1, -1, -1]])
    assert correlate2d(image, kernel).tolist() == [[-9 * 255]]


def test_float16_is_added_up_in_float32():
    # In float16, 2048 + 1 = 2048: adding one by one would stop there.
    ones = np.ones((1, 4096), np.float16)
    assert correlate2d(ones, ones).tolist() == [[4096]]


def test_integers_beyond_32_bits_stay_exact():
    image = np.full((2, 2), 2**31 - 1, np.int32)
    y = correlate2d(image, np.ones((2, 2), np.int32))
    assert y.dtype == np.int64
    assert y.tolist() == [[4 * (2**31 - 1)]]


@pytest.mark.parametrize(
    ("image", "kernel"),
    [
        (np.full((2, 2), 2**62, np.int64), np.ones((2, 2), np.int64)),
        (np.full((2, 2), -(2**63), np.int64), np.array([[-1]])),
        (np.full((1, 1), 2**64 - 1, np.uint64), np.array([[1]], np.uint64)),
        (np.array([[3]]), np.array([[2**63]], np.uint64)),
    ],
)
def test_sums_beyond_int64_are_refused(image, kernel):
    with pytest.raises(ValueError, match=r"int64 ends at 9,223.*pass floats"):
        correlate2d(image, kernel)


def test_the_largest_sum_that_fits_is_exact():
    assert correlate2d([[2**62 - 1, 2**62 - 1]], [[1, 1]]).tolist() == [[2**63 - 2]]


def test_does_not_change_its_input():
    image, kernel = np.ones((4, 4)), np.ones((2, 2))
    correlate2d(image, kernel, padding=1)[...] = 7
    assert (image == 1).all()
    assert (kernel == 1).all()


@pytest.mark.parametrize(
    ("image", "kernel", "options", "message"),
    [
        (np.ones((1, 5, 5, 1)), np.ones((3, 3)), {}, r"image must have shape \(H, W\).*1, 5, 5, 1"),
        (np.ones((5, 5)), np.ones(3), {}, r"kernel must have shape \(kh, kw\).*\(3,\)"),
        (np.ones((5, 5)), np.ones((0, 3)), {}, r"no empty axis, got shape \(0, 3\)"),
        (np.ones((2, 5)), np.ones((3, 3)), {}, r"vertically: kernel size 3 .* 2 \+ 0 \+ 0 = 2"),
        (np.ones((5, 5)), np.ones((3, 3)), {"stride": 0}, "stride must be .* at least 1.*got 0"),
        (np.ones((5, 5)), np.ones((3, 3)), {"padding": -1}, "padding must be .*got -1"),
        ([["a"]], [[1]], {}, "image must hold real numbers"),
        ([[1, 2], [3]], [[1]], {}, "image is not a rectangular array"),
        ([[None]], [[1]], {}, "image must hold real numbers.*object"),
        ([[1j]], [[1]], {}, "image must hold real numbers.*complex"),
    ],
)
@pytest.mark.parametrize("function", [correlate2d, correlate2d_loops])
def test_bad_input(function, image, kernel, options, message):
    with pytest.raises(ValueError, match=message):
        function(image, kernel, **options)
