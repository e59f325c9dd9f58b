"""Values as JSON: without loss, or described."""

import json

import numpy as np
import pytest

from course_utils.exercises.running import Unreadable
from course_utils.grading.wire.json_values import (
    MOST_ENTRIES,
    FormatError,
    value_from_json,
    value_to_json,
)
from course_utils.grading.wire.messages import DTYPES


def there_and_back(value):
    return value_from_json(json.loads(json.dumps(value_to_json(value), allow_nan=False)))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)])
def test_arrays_come_back_bit_by_bit(dtype, shape):
    count = int(np.prod(shape))
    raw = np.random.default_rng(0).bytes(count * dtype.itemsize)
    if dtype.kind == "b":
        array = (np.frombuffer(raw, np.uint8) % 2 == 0).reshape(shape)[()]
    else:
        array = np.frombuffer(raw, dtype).reshape(shape)[()]
    back = there_and_back(array)
    assert (back.dtype, back.shape, type(back)) == (array.dtype, shape, type(array))
    np.testing.assert_array_equal(back, array)


@pytest.mark.parametrize(
    "value",
    [None, True, "é", 3, 2.5, (1, [2.0, ("a",)]), [], (), np.float32(0.1), -(2**62)],
    ids=str,
)
def test_plain_values_come_back(value):
    back = there_and_back(value)
    assert (back, type(back)) == (value, type(value))


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (np.zeros(MOST_ENTRIES + 1), "an array of shape (4097,), float64"),
        ([0] * 201, "a list of 201 items"),
        (np.array(["a"]), "an array of shape (1,), <U1"),
        ({"a": 1}, "an object of type dict"),
        (Unreadable("an object of type Spam"), "an object of type Spam"),
    ],
)
def test_what_is_too_large_or_too_odd_is_described(value, what):
    assert there_and_back(value) == Unreadable(what)


def test_special_numbers_and_deep_nesting():
    assert np.isnan(there_and_back(float("nan")))
    assert there_and_back(np.array([np.inf, -np.inf])).tolist() == [np.inf, -np.inf]
    deep = []
    for _ in range(100):
        deep = [deep]
    assert "nested too deep" in str(there_and_back(deep))
    assert len(there_and_back("x" * 10**6)) == 2000
    assert there_and_back("\ud800") == "?"


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "array", "dtype": "float64", "shape": [2], "entries": [1.0]},
        {"kind": "array", "dtype": "float64", "shape": [2], "entries": [1.0, "x"]},
        {"kind": "array", "dtype": "float64", "shape": [2], "entries": [1.0, None]},
        {"kind": "array", "dtype": "object", "shape": [1], "entries": [1.0]},
        {"kind": "array", "dtype": "int8", "shape": [1], "entries": [1000]},
        {"kind": "array", "dtype": "int8", "shape": [1], "entries": [True]},
        {"kind": "array", "dtype": "bool", "shape": [1], "entries": [1]},
        {"kind": "array", "dtype": "int8", "shape": [-1], "entries": []},
        {"kind": "array", "dtype": "int8", "shape": [0] + [2**40] * 32, "entries": []},
        {"kind": "list", "items": 3},
        {"kind": "pickle", "items": []},
        {"items": []},
        [1],
    ],
)
def test_what_is_no_value_is_refused(data):
    with pytest.raises(FormatError):
        value_from_json(data)
