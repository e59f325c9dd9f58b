"""What the tests of the reference operations share: generated cases, and how results compare."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

# Enough cases for every combination of options to come up, the same ones in every run.
CASES = settings(max_examples=300, derandomize=True, deadline=None)
FEWER_CASES = settings(CASES, max_examples=100)

TOLERANCE = {"float16": 5e-3, "float32": 1e-5, "float64": 1e-12}

seeds = st.integers(0, 2**32 - 1)
float_dtypes = st.sampled_from(["float32", "float32", "float64", "float16"])
# Integers so small that Keras, which computes with float64 here, is exact too.
dtypes = st.one_of(float_dtypes, st.sampled_from(["uint8", "int8", "int32"]))
numbers_of_groups = st.integers(1, 3)


def assert_close(actual, expected, dtype="float32", size=0):
    """Compare relative to the size of the result as a whole, not entry by entry near zero.

    `size` is that of the numbers added up, where they cancel to a much smaller result.
    """
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert actual.shape == expected.shape
    if actual.size == 0:
        return
    error = np.abs(actual.astype(np.float64) - expected.astype(np.float64)).max()
    assert error <= TOLERANCE[str(dtype)] * max(np.abs(expected).max(), size, 1e-3)


def for_keras(array):
    """A tensor of the same floats, or of float64 in place of integers.

    Keras casts some numpy arrays to float32; it leaves tensors as they are.
    """
    from keras import ops

    dtype = array.dtype if array.dtype.kind == "f" else np.float64
    return ops.convert_to_tensor(array, dtype=np.dtype(dtype).name)


def numbers(shape, dtype, rng):
    """Random numbers; integers over the whole range of their dtype, or -1000 to 1000."""
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return rng.normal(size=shape).astype(dtype)
    if dtype.kind == "b":
        return rng.random(size=shape) < 0.5
    limits = np.iinfo(dtype)
    low, high = max(limits.min, -1000), min(limits.max, 1000)
    return rng.integers(low, high, size=shape, endpoint=True, dtype=dtype)


@st.composite
def strides(draw, largest=3):
    return draw(st.one_of(st.integers(1, largest), st.tuples(*[st.integers(1, largest)] * 2)))


@st.composite
def paddings(draw, largest=(2, 2)):
    """Every way to write a padding; explicit ones up to `largest` (vertical, horizontal)."""
    vertical, horizontal = st.integers(0, largest[0]), st.integers(0, largest[1])
    return draw(
        st.one_of(
            st.sampled_from(["valid", "same"]),
            st.integers(0, min(largest)),
            st.tuples(vertical, horizontal),
            st.tuples(st.tuples(vertical, vertical), st.tuples(horizontal, horizontal)),
        )
    )


def both(value):
    """(vertical, horizontal) from an int or a pair."""
    return (value, value) if isinstance(value, int) else value


def explicit(padding):
    """((top, bottom), (left, right)) of a padding that is not "same"."""
    if padding == "valid":
        return (0, 0), (0, 0)
    if isinstance(padding, int):
        return (padding, padding), (padding, padding)
    return tuple((side, side) if isinstance(side, int) else side for side in padding)


@st.composite
def image_sizes(draw, kernel, padding, dilation=(1, 1), spare=6):
    """A (height, width) into which the kernel fits."""
    size = []
    for axis in (0, 1):
        extent = (kernel[axis] - 1) * dilation[axis] + 1
        smallest = 1 if padding == "same" else max(1, extent - sum(explicit(padding)[axis]))
        size.append(draw(st.integers(smallest, smallest + spare)))
    return tuple(size)


@st.composite
def convolutions(draw, dtypes=dtypes, groups=numbers_of_groups):
    """(x, w, b, options)"""
    kernel_size = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    groups = draw(groups)
    options = {
        "stride": draw(strides()),
        "padding": draw(paddings()),
        "dilation": draw(strides()),
        "groups": groups,
    }
    size = draw(image_sizes(kernel_size, options["padding"], both(options["dilation"])))
    images, channels, filters = draw(st.tuples(*[st.integers(1, 3)] * 3))
    rng = np.random.default_rng(draw(seeds))
    dtype = draw(dtypes)
    return (
        numbers((images, *size, groups * channels), dtype, rng),
        numbers((*kernel_size, channels, groups * filters), dtype, rng),
        numbers((groups * filters,), dtype, rng) if draw(st.booleans()) else None,
        options,
    )


def pad_for_keras(x, padding, value=0):
    """Keras knows "valid" and "same" only: pad the rest here. Return (tensor, its padding)."""
    if padding == "same":
        return for_keras(x), "same"
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    x = np.pad(x, ((0, 0), *explicit(padding), (0, 0)), constant_values=value)
    return for_keras(x), "valid"


def holed(w, dilation):
    """The kernel with dilation - 1 zeros between its entries, on the first two axes."""
    dilation_h, dilation_w = both(dilation)
    kh, kw = w.shape[:2]
    spread = np.zeros(((kh - 1) * dilation_h + 1, (kw - 1) * dilation_w + 1, *w.shape[2:]), w.dtype)
    spread[::dilation_h, ::dilation_w] = w
    return spread
