"""A process that judges the models that answers returned: it builds them again and trains them.

A model that came as data holds no code, but it may be slow and large. So this happens in a process
with limits of its own, which is ended when they are reached; what it had to say then is a status,
and no zero. It loads Keras, so that the grader itself need not.
"""

import contextlib
import dataclasses
import gc
import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.models.measuring import LONGEST
from course_utils.exercises.registry import get
from course_utils.exercises.report import Report
from course_utils.exercises.running import Outcome
from course_utils.grading.drawn import drawn
from course_utils.grading.protocol import Frames, decode, encode, read_frame, write_frame
from course_utils.grading.records import from_json, to_json
from course_utils.grading.sandboxes import KERAS_ENVIRONMENT, KERAS_START

MEMORY = 8 * 2**30  # bytes of address space; 2.5 GB of it go to Keras itself
PATIENCE = 3  # wall-clock seconds for each that a training may have on a processor
JUDGING = PATIENCE * (LONGEST + 30)  # wall-clock seconds for one answer
RECYCLED = 200  # answers after which another process takes over, in a fresh memory
LARGEST_REPORT = 16 * 2**20


class NotJudgedError(RuntimeError):
    """A model could not be judged; `status` is what the exercise gets, the text says why."""

    def __init__(self, status: str, detail: str):
        super().__init__(detail)
        self.status = status


class Tryer:
    """This side of the process, which is started when it is first needed."""

    def __init__(self):
        self._process: subprocess.Popen | None = None
        self._served = 0

    def judge(self, exercise: Exercise, seed: int, outcomes: list[Outcome]) -> Report:
        """The report on an answer whose calls had these outcomes.

        Raises
        ------
        NotJudgedError
            If that took too much time or memory, or the process ended.
        RuntimeError
            If the judging itself has a fault.
        """
        if self._served >= RECYCLED:
            self.stop()
        if self._process is None:
            self._start()
        self._served += 1
        question = {
            "id": exercise.id,
            "points": exercise.points,
            "time_limit": exercise.time_limit,
            "seed": seed,
            "outcomes": [tuple(getattr(one, name) for name in FIELDS) for one in outcomes],
        }
        try:
            write_frame(self._process.stdin.fileno(), b"J", encode(question))
            kind, payload = self._receive(time.monotonic() + JUDGING)
        except TimeoutError:
            self.stop()
            detail = f"Trying its model out had not come to an end after {JUDGING:g} s."
            raise NotJudgedError("timeout", detail) from None
        except (OSError, EOFError):
            raise self._died() from None
        if kind == b"m":
            self.stop()  # what it could not get, it may have got in part
            raise NotJudgedError("out_of_memory", "Trying its model out needs too much memory.")
        if kind != b"r":
            raise RuntimeError(json.loads(payload))
        return from_json(Report, json.loads(payload))

    def _start(self) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by stop
        self._process = subprocess.Popen(
            # -P: a file of a student's in the current folder must not be taken for a module.
            [sys.executable, "-P", "-m", "course_utils.grading.trying"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
            env={**os.environ, **KERAS_ENVIRONMENT},
        )
        self._frames, self._served = Frames(LARGEST_REPORT), 0
        try:
            self._receive(time.monotonic() + KERAS_START)
        except TimeoutError:
            self.stop()
            raise RuntimeError(f"Keras was not loaded after {KERAS_START:g} s") from None
        except (OSError, EOFError):
            raise RuntimeError(f"Keras cannot be loaded: {self._died()}") from None

    def _receive(self, deadline: float) -> tuple[bytes, bytes]:
        stream = self._process.stdout.fileno()
        while (frame := self._frames.next()) is None:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([stream], [], [], left)[0]:
                raise TimeoutError
            data = os.read(stream, 1 << 18)
            if not data:
                raise EOFError
            self._frames.feed(data)
        return frame

    def _died(self) -> NotJudgedError:
        """How it ended."""
        code = self._process.wait()
        self._errors.seek(0)
        said = self._errors.read()[-300:].decode("utf-8", "replace").strip()
        self.stop()
        if code == -signal.SIGKILL:
            detail = "The system ended the process that tried its model out: for memory, it seems."
            return NotJudgedError("out_of_memory", detail)
        how = f"exit code {code}" if code >= 0 else f"the signal {signal.Signals(-code).name}"
        detail = f"The process that tried its model out ended by {how}."
        return NotJudgedError("crashed", f"{detail} {said}".strip())

    def stop(self) -> None:
        """End the process; the next answer starts another one."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
        self._errors.close()


FIELDS = tuple(field.name for field in dataclasses.fields(Outcome))


def main() -> None:
    """Judge until the other end of standard input and output is gone."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):  # whatever a library prints is no answer
        os.dup2(nothing, fd)
    _end_with(requests)
    import keras

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    with contextlib.suppress(OSError, ValueError):  # macOS refuses, and trusts what it grades
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))
    write_frame(replies, b"l")
    while True:
        try:
            question = decode(read_frame(requests)[1])
        except EOFError:
            return
        try:
            reply = b"r", to_json(_judged(question))
        except MemoryError:
            reply = b"m", None
        except Exception as error:  # a fault of the exercise's or of the grader's own
            reply = b"f", f"{type(error).__name__}: {error}"[:500]
        with contextlib.suppress(BrokenPipeError):
            write_frame(replies, reply[0], json.dumps(reply[1]).encode())
        keras.utils.clear_session()
        gc.collect()


def _judged(question: dict) -> Report:
    exercise = dataclasses.replace(
        get(question["id"]), points=question["points"], time_limit=question["time_limit"]
    )
    outcomes = [Outcome(**dict(zip(FIELDS, one, strict=True))) for one in question["outcomes"]]
    return drawn(exercise, question["seed"]).judge(outcomes)


def _end_with(requests: int) -> None:
    """End this process as soon as nobody is at the other end, whatever it is training."""

    def wait() -> None:
        watched = select.poll()
        watched.register(requests, 0)
        watched.poll()
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    main()
