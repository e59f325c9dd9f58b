"""Messages between the grader and the sandbox: numbers, text, raw arrays, models as data; no code.

Both sides use this file. A message is a frame: one byte that names its kind, the length of its
payload, the payload. A payload holds one value in a binary form with a tag before each part.
Everything that arrives is checked against limits before memory is allocated for it, because a
student's code can write any bytes into its own pipe.
"""

import os
import struct

import numpy as np

from course_utils.exercises.model_answers.data import ModelData
from course_utils.exercises.running import Unreadable

DEEPEST = 12  # levels of nested lists
MOST_ITEMS = 20_000  # in all lists of one payload together
LARGEST_SIDE = 2**40  # so that no product of sides overflows on the way to a ValueError

# The arrays that can be sent hold plain numbers, little-endian: no objects, text, dates or records.
DTYPES = tuple(
    np.dtype(code)
    for code in (
        *("?", "i1", "<i2", "<i4", "<i8", "u1", "<u2", "<u4", "<u8"),
        *("<f2", "<f4", "<f8", "<c8", "<c16"),
    )
)

_HEAD = struct.Struct("<cI")
_COUNT = struct.Struct("<I")
_INTEGER = struct.Struct("<q")
_FLOAT = struct.Struct("<d")
_ARRAY = struct.Struct("<BB")


class ProtocolError(ValueError):
    """The bytes are not a valid message; the text says why."""


def encode(value: object) -> bytes:
    """The value as bytes.

    Raises
    ------
    ProtocolError
        If it cannot be sent. These can: None, bool, int of 64 bits, float, str, a numeric array or
        scalar, `Unreadable`, `ModelData`, and lists, tuples and dicts (with str keys) of those.
    """
    parts: list[bytes] = []
    _encode(value, parts, 0)
    return b"".join(parts)


def _encode(value: object, parts: list[bytes], depth: int) -> None:
    if depth > DEEPEST:
        raise ProtocolError(f"lists are nested more than {DEEPEST} deep")
    if len(parts) > MOST_ITEMS:
        raise ProtocolError(f"there are more than {MOST_ITEMS} items")
    kind = type(value)
    if value is None:
        parts.append(b"N")
    elif kind is bool:
        parts.append(b"T" if value else b"F")
    elif kind is int:
        if not -(2**63) <= value < 2**63:
            raise ProtocolError("an integer has more than 64 bits")
        parts.append(b"I" + _INTEGER.pack(value))
    elif kind is float:
        parts.append(b"D" + _FLOAT.pack(value))
    elif kind is str:
        parts.append(_text(b"S", value))
    elif kind is Unreadable:
        parts.append(_text(b"U", value.what))
    elif kind is ModelData:
        parts.append(_text(b"K", value.config))
    elif kind in (list, tuple):
        parts.append((b"L" if kind is list else b"P") + _COUNT.pack(len(value)))
        for item in value:
            _encode(item, parts, depth + 1)
    elif kind is dict:
        parts.append(b"M" + _COUNT.pack(len(value)))
        for key, item in value.items():
            parts.append(_text(b"", key))
            _encode(item, parts, depth + 1)
    elif kind is np.ndarray or isinstance(value, np.generic):
        array = np.asarray(value)
        if array.dtype.kind in "fc" and array.dtype.itemsize > (
            8 if array.dtype.kind == "f" else 16
        ):
            array = array.astype(np.float64 if array.dtype.kind == "f" else np.complex128)
        dtype = array.dtype.newbyteorder("<")
        if dtype not in DTYPES:
            parts.append(_text(b"U", f"an array of dtype {array.dtype}"[:100]))
            return
        head = b"A" + _ARRAY.pack(DTYPES.index(dtype), array.ndim)
        sides = b"".join(_INTEGER.pack(side) for side in array.shape)
        parts.append(head + sides + array.astype(dtype, copy=False).tobytes())
    else:
        raise ProtocolError(f"an object of type {kind.__name__} cannot be sent")


def _text(tag: bytes, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return tag + _COUNT.pack(len(data)) + data


def decode(data: bytes) -> object:
    """The value that `encode` wrote; arrays are fresh and writable.

    Raises
    ------
    ProtocolError
        If `encode` does not write such bytes.
    """
    decoder = _Decoder(data)
    value = decoder.value(0)
    if decoder.place != len(data):
        raise ProtocolError(f"{len(data) - decoder.place} bytes are left over")
    return value


class _Decoder:
    def __init__(self, data: bytes):
        self.data, self.place, self.items = data, 0, 0

    def take(self, count: int) -> bytes:
        end = self.place + count
        if end > len(self.data):
            raise ProtocolError("the message ends too early")
        part, self.place = self.data[self.place : end], end
        return part

    def number(self, form: struct.Struct):
        return form.unpack(self.take(form.size))[0]

    def text(self) -> str:
        try:
            return self.take(self.number(_COUNT)).decode("utf-8")
        except UnicodeDecodeError:
            raise ProtocolError("a text is not UTF-8") from None

    def count(self) -> int:
        count = self.number(_COUNT)
        self.items += count
        if self.items > MOST_ITEMS:
            raise ProtocolError(f"there are more than {MOST_ITEMS} items")
        return count

    def value(self, depth: int) -> object:
        if depth > DEEPEST:
            raise ProtocolError(f"lists are nested more than {DEEPEST} deep")
        tag = self.take(1)
        if tag in b"NTF":
            return {b"N": None, b"T": True, b"F": False}[tag]
        if tag == b"I":
            return self.number(_INTEGER)
        if tag == b"D":
            return self.number(_FLOAT)
        if tag == b"S":
            return self.text()
        if tag == b"U":
            return Unreadable(printable(self.text(), 100))
        if tag == b"K":
            return ModelData(self.text())
        if tag in b"LP":
            items = [self.value(depth + 1) for _ in range(self.count())]
            return items if tag == b"L" else tuple(items)
        if tag == b"M":
            return {self.text(): self.value(depth + 1) for _ in range(self.count())}
        if tag == b"A":
            return self.array()
        raise ProtocolError(f"no value starts with {tag!r}")

    def array(self) -> np.ndarray | np.generic:
        code, ndim = _ARRAY.unpack(self.take(_ARRAY.size))
        if code >= len(DTYPES) or ndim > 32:
            raise ProtocolError(f"there is no array of dtype number {code} with {ndim} axes")
        shape = tuple(self.number(_INTEGER) for _ in range(ndim))
        if not all(0 <= side <= LARGEST_SIDE for side in shape):
            raise ProtocolError("an array has an impossible side")
        dtype, size = DTYPES[code], 1
        for side in shape:
            size *= side
        part = self.take(size * dtype.itemsize)
        if dtype.kind == "b":  # a byte other than 0 and 1 is no bool, and numpy would not notice
            array = np.frombuffer(part, np.uint8) != 0
        else:
            array = np.frombuffer(part, dtype).astype(dtype.newbyteorder("="))
        try:
            return array.reshape(shape)[()]
        except ValueError as error:  # it has no entries, but sides too long for numpy
            raise ProtocolError(f"an array has an impossible shape: {error}") from None


def printable(text: str, most: int) -> str:
    """The first characters of the text, without those that control a terminal or a page."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text[:most])


class Frames:
    """Cuts a stream of bytes into frames; `largest` bounds what one payload may take."""

    def __init__(self, largest: int):
        self.largest, self.buffer = largest, bytearray()

    def feed(self, data: bytes) -> None:
        self.buffer += data

    def next(self) -> tuple[bytes, bytes] | None:
        """(kind, payload) of the next frame, or None if it is not complete yet."""
        if len(self.buffer) < _HEAD.size:
            return None
        kind, length = _HEAD.unpack_from(self.buffer)
        if length > self.largest:
            raise ProtocolError(f"a message of {length} bytes came; {self.largest} are allowed")
        end = _HEAD.size + length
        if len(self.buffer) < end:
            return None
        payload = bytes(self.buffer[_HEAD.size : end])
        del self.buffer[:end]
        return kind, payload


def write_frame(fd: int, kind: bytes, payload: bytes = b"") -> None:
    """Write one frame, waiting as long as it takes."""
    data = memoryview(_HEAD.pack(kind, len(payload)) + payload)
    while data:
        data = data[os.write(fd, data) :]


def read_frame(fd: int) -> tuple[bytes, bytes]:
    """Read one frame from the grader, waiting as long as it takes; EOFError at the end."""
    kind, length = _HEAD.unpack(_read(fd, _HEAD.size))
    return kind, _read(fd, length)


def _read(fd: int, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = os.read(fd, min(count - len(data), 1 << 20))
        if not part:
            raise EOFError
        data += part
    return bytes(data)
