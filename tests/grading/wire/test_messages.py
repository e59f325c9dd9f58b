"""What crosses the pipe: values come back as they were, and nothing else comes in."""

import random
import struct
import sys

import numpy as np
import pytest

from course_utils.exercises.running import Unreadable
from course_utils.grading.sandbox.replies import Replies
from course_utils.grading.wire.messages import (
    DTYPES,
    Frames,
    ProtocolError,
    decode,
    encode,
    printable,
)

VALUES = [
    None,
    True,
    -(2**63),
    0.1,
    float("inf"),
    "naïve",
    (),
    [1, (2.5, [None, "x"])],
    {"shape": (2, 3), "x": [True]},
    Unreadable("an object of type dict"),
    np.arange(6, dtype=np.int32).reshape(2, 3),
    np.float32(1.5),
    np.bool_(True),
    np.zeros((0, 3)),
    np.arange(6.0).reshape(2, 3).T,
    np.array([np.nan, -np.inf, -0.0]),
]


def same(one, other):
    if isinstance(one, list | tuple):
        return type(one) is type(other) and all(map(same, one, other)) and len(one) == len(other)
    if isinstance(one, np.ndarray | np.generic):
        return (
            type(one) is type(other)
            and (one.dtype, one.shape) == (other.dtype, other.shape)
            and np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")
        )
    return type(one) is type(other) and one == other


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back_as_they_were(value):
    assert same(decode(encode(value)), value)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_arrays_of_every_dtype_come_back_writable(dtype):
    array = np.arange(6).reshape(2, 3).astype(dtype)
    back = decode(encode(array))
    assert same(back, array)
    back[0, 0] = 1
    assert same(decode(encode(array.astype(dtype.newbyteorder(">")))), array)


@pytest.mark.parametrize("dtype", [object, "U3", "S3", "M8[s]", "V4", [("a", "f8")]], ids=str)
def test_arrays_of_anything_but_numbers_are_named_and_do_not_travel(dtype):
    assert "an array of dtype" in decode(encode(np.zeros(3, dtype))).what


@pytest.mark.parametrize("value", [{1}, object(), 2**63, [[]] * 30_000, print])
def test_what_cannot_be_sent_is_refused(value):
    with pytest.raises(ProtocolError):
        encode(value)


def test_lists_nested_too_deep_are_refused_on_both_sides():
    value = 1
    for _ in range(50):
        value = [value]
    with pytest.raises(ProtocolError, match="nested"):
        encode(value)
    with pytest.raises(ProtocolError, match="nested"):
        decode(b"L\1\0\0\0" * 50 + b"N")


def test_no_bytes_crash_the_decoder_or_take_much_memory():
    # Truncated, extended and flipped messages: a value or a ProtocolError, and no large arrays.
    rng = random.Random(0)
    messages = [encode(value) for value in VALUES]
    refused = 0
    for _ in range(20_000):
        data = bytearray(rng.choice(messages))
        for _ in range(rng.randrange(1, 4)):
            match rng.randrange(3):
                case 0 if data:
                    data[rng.randrange(len(data))] = rng.randrange(256)
                case 1:
                    del data[rng.randrange(len(data) + 1) :]
                case 2:
                    data[rng.randrange(len(data) + 1) :] = rng.randbytes(rng.randrange(9))
        try:
            value = decode(bytes(data))
        except ProtocolError:
            refused += 1
        else:
            assert sys.getsizeof(value) < 10_000
            encode(value)
    assert 10_000 < refused < 20_000


@pytest.mark.parametrize(
    ("sides", "entries"),
    [((2**62,), 8), ((2**33,) * 4, 0), ((-1,), 8), ((-1, -8), 8), ((0, 2**41), 0), ((3,), 2)],
)
def test_shapes_are_checked_before_memory_is_taken(sides, entries):
    head = b"A" + bytes([DTYPES.index(np.dtype("<f8")), len(sides)])
    with pytest.raises(ProtocolError):
        decode(head + struct.pack(f"<{len(sides)}q", *sides) + bytes(8 * entries))


def test_bytes_that_are_no_truth_values_become_some():
    head = b"A" + bytes([DTYPES.index(np.dtype(bool)), 1]) + struct.pack("<q", 3)
    assert decode(head + b"\0\2\xff").view(np.uint8).tolist() == [0, 1, 1]


def test_frames_are_cut_wherever_the_stream_is():
    stream = b"".join(struct.pack("<cI", b"x", n) + bytes(n) for n in (0, 3, 100))
    for step in (1, 7, 200):
        frames, found = Frames(largest=100), []
        for start in range(0, len(stream), step):
            frames.feed(stream[start : start + step])
            while (frame := frames.next()) is not None:
                found.append(len(frame[1]))
        assert found == [0, 3, 100]
    frames.feed(struct.pack("<cI", b"x", 101))
    with pytest.raises(ProtocolError, match="101 bytes"):
        frames.next()


REPLY = (0, "returned", np.float64(2), "", "", ["image"], "")


def replies(*messages):
    taken = Replies(("image", "weights"), calls=2, cells=3, models=False)
    for kind, value in messages:
        taken.take(kind, decode(encode(value)))
    return taken


def test_replies_in_their_order_are_taken():
    taken = replies(
        (b"s", (2, 0, 7)), (b"e", (2, 7, "ValueError\x1b[2J")), (b"b", 0), (b"o", REPLY)
    )
    assert (taken.at, taken.began, taken.complete) == ((2, 0, 7), True, False)
    assert taken.cell_errors[0].text == "ValueError\ufffd[2J"
    (outcome,) = taken.outcomes
    assert (outcome.value, outcome.mutated) == (2, ("image",))
    taken.take(b"o", (1, "raised", None, "TypeError", "line 1", [], ""))
    assert taken.complete


@pytest.mark.parametrize(
    "messages",
    [
        [(b"o", REPLY)],
        [(b"b", 0), (b"b", 0)],
        [(b"b", None)],
        [(b"b", True)],
        [(b"b", 3)],
        [(b"n", ("nothing", True))],
        [(b"n", ("nothing", -2))],
        [(b"n", "nothing")],
        [(b"e", (True, 1, "text"))],
        [(b"e", [True, 1, "text"])],
        [(b"s", (0, True, 1))],
        [(b"b", 0), (b"s", (0, 0, 1))],
        [(b"b", 0), (b"o", REPLY), (b"o", REPLY)],
        [(b"b", 0), (b"o", (1, *REPLY[1:]))],
        [(b"b", 0), (b"o", (True, *REPLY[1:]))],
        [(b"b", 0), (b"o", (0, "timed out", *REPLY[2:]))],
        [(b"b", 0), (b"o", (*REPLY[:6], "x y"))],
        [(b"b", 0), (b"o", (*REPLY[:5], "image", ""))],
        [(b"b", 0), (b"o", REPLY[:-1])],
        # Arrays where other things belong: comparing them would raise or give arrays.
        *([(b"b", 0), (b"o", (*REPLY[:i], np.ones(3), *REPLY[i + 1 :]))] for i in (0, 1, 3, 6)),
        [(b"b", 0), (b"o", (*REPLY[:5], [np.ones(3)], ""))],
        [(b"b", np.ones(3))],
        [(b"n", np.ones(3))],
        [(b"s", np.ones(3))],
        [(b"b", 0), (b"n", ("x", 0))],
        [(b"n", ("x", 0)), (b"b", 0)],
        [(b"s", (3, 0, 1))],
        [(b"s", (-1, 0, 1))],
        [(b"t", "x")],
        [(b"x", (0, 0.0, 0, False))],
    ],
)
def test_replies_that_have_no_place_are_refused(messages):
    with pytest.raises(ProtocolError):
        replies(*messages)


def test_text_is_cut_and_steers_nothing():
    assert printable("a\x1b[2J\u202eb\n" + "x" * 99, 8) == "a\ufffd[2J\ufffdb\n"
