"""A process of the grader's own, and the two pipes to it.

`Child` is for the process that starts it; `channel` is for the process itself.
"""

import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable

from course_utils.grading.wire.messages import Frames, write_frame

SAID = 500  # bytes that are kept of the end of its error output


class Child:
    """A running module of this package, ended by `stop` at the latest.

    Parameters
    ----------
    module : str
        Name of the module, which is run as a program.
    arguments : list of str
    environment : dict
        Variables to set besides those of this process.
    largest : int
        The most bytes that one of its messages may have.
    """

    def __init__(self, module: str, arguments: list[str], environment: dict, largest: int):
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by stop
        self._process = subprocess.Popen(
            # -P: a student's file in the current folder must not be imported as a module.
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,  # Ctrl-C is for the process that started it
            env={**os.environ, **environment},
        )
        self._frames = Frames(largest)

    @property
    def pid(self) -> int:
        """The id of its process."""
        return self._process.pid

    def send(self, kind: bytes, payload: bytes) -> None:
        """Send a message; OSError if the process has closed its end of the pipe."""
        write_frame(self._process.stdin.fileno(), kind, payload)

    def receive(self, deadline: float) -> tuple[bytes, bytes]:
        """The next message; see `receive`."""
        return receive(self._process.stdout.fileno(), self._frames, deadline)

    def how_it_ended(self) -> tuple[int, str, str]:
        """Wait until it ends; its exit code, the same in words, and the end of its error output."""
        code = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read()[-SAID:].decode("utf-8", "replace").strip()
        how = f"exit code {code}" if code >= 0 else f"the signal {signal.Signals(-code).name}"
        return code, how, said

    def kill(self) -> None:
        """Kill the process and do nothing else; any thread may call this."""
        self._process.kill()

    def stop(self) -> None:
        """Kill the process and close the pipes to it."""
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()
        self._errors.close()


def receive(stream: int, frames: Frames, deadline: float) -> tuple[bytes, bytes]:
    """The next message that comes through a stream.

    Parameters
    ----------
    stream : int
        A file descriptor.
    frames : Frames
        Holds the bytes that have arrived so far.
    deadline : float
        A value of `time.monotonic`.

    Raises
    ------
    TimeoutError
        If none came before the deadline.
    EOFError
        If the stream has ended.
    ProtocolError
        If the bytes are not a valid message.
    """
    while (frame := frames.next()) is None:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([stream], [], [], left)[0]:
            raise TimeoutError
        data = os.read(stream, 1 << 18)
        if not data:
            raise EOFError
        frames.feed(data)
    return frame


def channel(last: Callable[[], None] = lambda: None) -> tuple[int, int]:
    """For the process itself: the descriptors for requests and for replies.

    Whatever libraries print is discarded. When the other end is closed, the process calls `last`
    and ends, whatever it is doing.
    """
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):
        os.dup2(nothing, fd)

    def wait() -> None:
        watched = select.poll()
        watched.register(requests, 0)
        watched.poll()
        last()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
    return requests, replies
