"""A running sandbox: started, sent messages, stopped, and started again.

A sandbox is one long-lived program within a wall, with a kit of files; see `walls/`, `kit.py` and
`program.py`. This file is the same for all of them.
"""

import os
import subprocess
import tempfile
import time

from course_utils.grading.limits import Limits
from course_utils.grading.sandbox.kit import Kit
from course_utils.grading.sandbox.program import Program
from course_utils.grading.sandbox.walls.wall import Wall, WallError
from course_utils.grading.wire.child_process import receive
from course_utils.grading.wire.messages import Frames, ProtocolError, decode, encode, write_frame


class SandboxDiedError(RuntimeError):
    """The sandbox failed to answer as it must; it has been stopped."""


class Sandbox:
    """A program within a wall; `close` ends it. It ends with the thread that started it, too.

    Parameters
    ----------
    wall : Wall
    kit : Kit
        Made for this sandbox alone, which removes it in the end.
    program : Program
    limits : Limits

    Attributes
    ----------
    kind : str
        The wall's name.
    process : subprocess.Popen or None
        Its outermost process, while it runs.
    variables : tuple of str
        Names of the environment variables that the program sees.
    beside : KerasSupport or None
        What grades exercises whose answer is a Keras model, from the first such exercise on; it is
        closed with this sandbox.
    """

    def __init__(self, wall: Wall, kit: Kit, program: Program, limits: Limits):
        self.wall, self.kit, self.program, self.limits = wall, kit, program, limits
        wall.prepare(kit)
        self.process: subprocess.Popen | None = None
        self.variables: tuple[str, ...] = ()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by close
        self.beside = None

    @property
    def kind(self) -> str:
        """The wall's name."""
        return self.wall.kind

    @property
    def keras(self) -> bool:
        """Whether it holds Keras."""
        return self.kit.tensorflow

    @property
    def description(self) -> str:
        """The words for reports: what walls it in."""
        if self.limits.threads and self.wall.confines:
            return f"{self.wall.words}, {self.limits.threads} threads at most"
        return self.wall.words

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *exception) -> None:
        self.close()

    def close(self) -> None:
        """Stop everything in it and remove its files."""
        if self.beside is not None:
            self.beside.close()
        try:
            self.stop()
        finally:
            self._errors.close()
            self.kit.close()

    def stop(self) -> None:
        """Kill everything in it; `start` starts it again."""
        if self.process is None:
            return
        process, self.process = self.process, None
        try:
            self.wall.end()
        finally:
            process.kill()
            process.wait()
        self.wall.remove()
        for stream in (process.stdin, process.stdout):
            stream.close()

    def start(self) -> None:
        """Start it unless it is running.

        Raises
        ------
        SandboxDiedError
            If it does not come up; the text is its error output.
        """
        if self.process is not None:
            return
        try:
            command = self.wall.command(self.kit, self.program)
        except WallError as error:
            raise SandboxDiedError(str(error)) from None
        settings = {
            **self.program.settings,
            "walled": self.wall.confines,
            "readable": self.wall.readable(self.kit),
            "memory": self.limits.memory,
        }
        self._errors.seek(0)
        self._errors.truncate()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,  # not a pipe: nobody would read it, and others may hold it open
            env=self.wall.environment(self.program),
            cwd="/",
            start_new_session=True,
        )
        self._frames = Frames(largest=self.limits.reply + 2**20)
        seconds = self.program.starting
        try:
            self.send(b"H", encode(settings))
            kind, payload = self.receive(time.monotonic() + seconds)
        except TimeoutError:
            self._die(f"it was not ready after {seconds:g} s")
        except SandboxDiedError:
            self.wall.failed()
            raise
        except BaseException:  # Ctrl-C: the next start would take it for ready
            self.stop()
            raise
        if kind != b"r":
            self._die("it did not say that it is ready")
        self.variables = tuple(decode(payload))

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        """Send a message to the program; SandboxDiedError if that has ended."""
        try:
            write_frame(self.process.stdin.fileno(), kind, payload)
        except OSError:
            self._die("it ended")

    def receive(self, deadline: float) -> tuple[bytes, bytes]:
        """The next message.

        Raises
        ------
        TimeoutError
            If none came before the deadline, a value of `time.monotonic`.
        SandboxDiedError
            If the sandbox ended, or sent something that is not a message.
        """
        try:
            return receive(self.process.stdout.fileno(), self._frames, deadline)
        except EOFError:
            self._die("it ended")
        except ProtocolError as error:
            self._die(str(error))

    def _die(self, what: str) -> None:
        self.stop()
        end = self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, end - 500))
        said = self._errors.read().decode("utf-8", "replace").strip()
        raise SandboxDiedError(f"{what}: {said}" if said else what)
