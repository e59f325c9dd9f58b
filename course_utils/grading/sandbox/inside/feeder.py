"""The inputs of a student's process, which gets those of a call after answering the one before.

The watching process receives them after the fork, passes them on unread, and then wipes them, so
that a process forked later does not find them in its memory either. The student's process asks for
each by the head of a message that it writes. It can lie there, and so give up an answer for a look
at the next input; it cannot have both.
"""

import contextlib
import os
import select
import struct

_HEAD = struct.Struct("<cI")  # of a message, as in `wire.messages`
_COUNT = struct.Struct("<I")


def packed(inputs: list[list[bytes]]) -> bytes:
    """The inputs of each answer's calls, each an encoded message, as one payload."""
    parts = [_COUNT.pack(len(inputs))]
    for calls in inputs:
        parts.append(_COUNT.pack(len(calls)))
        for one in calls:
            parts += [_COUNT.pack(len(one)), one]
    return b"".join(parts)


def read_inputs(fd: int) -> list[list[memoryview]]:
    """Read what `packed` made into memory that can be wiped; each input is a whole message."""
    _read(fd, _HEAD.size)
    places = []
    for _ in range(_number(fd)):
        calls = []
        for _ in range(_number(fd)):
            head = _read(fd, _COUNT.size)
            body = _read(fd, _COUNT.unpack(head)[0])
            calls.append(memoryview(bytearray(b"i") + head + body))
            _wipe(body)
        places.append(calls)
    return places


def _number(fd: int) -> int:
    return _COUNT.unpack(_read(fd, _COUNT.size))[0]


def _read(fd: int, count: int) -> bytearray:
    data = bytearray(count)
    view, done = memoryview(data), 0
    while done < count:
        part = os.readv(fd, [view[done:]])
        if not part:
            raise EOFError
        done += part
    return data


def _wipe(data: bytearray | memoryview) -> None:
    data[:] = bytes(len(data))


class Feeder:
    """Gives a student's process its inputs.

    Attributes
    ----------
    mouth : int
        Descriptor from which that process reads; `fill` closes it here, after the fork.
    spoon : int
        Descriptor to watch while `feed` has something to write.
    """

    def __init__(self):
        self.mouth, self.spoon = os.pipe()
        os.set_blocking(self.spoon, False)
        self._inputs: list[list[memoryview]] = []
        self._answer, self._call = 0, 0
        self._pending: memoryview | None = None
        self._written = 0
        self._head, self._skip = b"", 0

    def fill(self, inputs: list[list[memoryview]]) -> None:
        """Take the inputs, after the fork."""
        os.close(self.mouth)
        self._inputs = inputs

    def follow(self, data: bytes, watched: select.poll) -> bool:
        """Go through what the process has written; return whether that got it an input."""
        place, given = 0, False
        while place < len(data):
            if self._skip:
                step = min(self._skip, len(data) - place)
                self._skip -= step
                place += step
                continue
            wanted = _HEAD.size - len(self._head)
            self._head += data[place : place + wanted]
            place += wanted
            if len(self._head) == _HEAD.size:
                kind, self._skip = _HEAD.unpack(self._head)
                self._head = b""
                given = self._message(kind, watched)
        return given

    def _message(self, kind: bytes, watched: select.poll) -> bool:
        if kind == b"t":  # it goes on to the next answer
            self._answer, self._call = self._answer + 1, 0
        elif kind == b"o":
            self._call += 1
        elif kind != b"b":
            return False
        if kind == b"t" or self._pending is not None or self._answer >= len(self._inputs):
            return False
        calls = self._inputs[self._answer]
        if self._call >= len(calls):
            return False
        self._pending, self._written = calls[self._call], 0
        self.feed(watched)
        return True

    def feed(self, watched: select.poll) -> None:
        """Write as much of an input as the pipe takes; watch for when it takes the rest."""
        try:
            self._written += os.write(self.spoon, self._pending[self._written :])
            if self._written < len(self._pending):
                watched.register(self.spoon, select.POLLOUT)
                return
        except BlockingIOError:
            watched.register(self.spoon, select.POLLOUT)
            return
        except OSError:  # nobody is reading any longer
            pass
        _wipe(self._pending)
        self._pending = None
        with contextlib.suppress(KeyError):
            watched.unregister(self.spoon)

    def close(self) -> None:
        """Wipe the inputs that were not given, and close the pipe."""
        for calls in self._inputs:
            for one in calls:
                _wipe(one)
        self._inputs = []
        os.close(self.spoon)
