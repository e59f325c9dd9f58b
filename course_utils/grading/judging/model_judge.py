"""A process that judges the models that answers returned: it builds them again and trains them.

A model that came as data holds no code, but it may be slow and large. So this happens in a process
with limits of its own, which is ended when they are reached; what it had to say then is a status,
and no zero. It loads Keras, so that the grader itself need not.
"""

import contextlib
import dataclasses
import gc
import json
import resource
import signal
import tempfile
import time

import numpy as np

from course_utils.exercises.comparing import kind_of
from course_utils.exercises.exercise import Exercise
from course_utils.exercises.model_answers.measuring import LONGEST
from course_utils.exercises.registry import get
from course_utils.exercises.report import Report
from course_utils.exercises.running import Outcome, Unreadable
from course_utils.grading.judging.trials import trials
from course_utils.grading.sandbox.student_kit import KERAS_ENVIRONMENT, KERAS_STARTING
from course_utils.grading.wire.child_process import Child, channel
from course_utils.grading.wire.json_dataclasses import from_json, to_json
from course_utils.grading.wire.messages import decode, encode, read_frame, write_frame

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


class ModelJudge:
    """This side of the process, which is started when it is first needed."""

    def __init__(self):
        self._process: Child | None = None
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
            "outcomes": [_sendable(one) for one in outcomes],
        }
        try:
            self._process.send(b"J", encode(question))
            kind, payload = self._process.receive(time.monotonic() + JUDGING)
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
        environment = {**KERAS_ENVIRONMENT, "TMPDIR": tempfile.gettempdir()}
        self._process = Child(
            "course_utils.grading.judging.model_judge", [], environment, LARGEST_REPORT
        )
        self._served = 0
        try:
            self._process.receive(time.monotonic() + KERAS_STARTING)
        except TimeoutError:
            self.stop()
            raise RuntimeError(f"Keras was not loaded after {KERAS_STARTING:g} s") from None
        except (OSError, EOFError):
            raise RuntimeError(f"Keras cannot be loaded: {self._died()}") from None

    def _died(self) -> NotJudgedError:
        """How it ended."""
        code, how, said = self._process.how_it_ended()
        self.stop()
        if code == -signal.SIGKILL:
            detail = "The system ended the process that tried its model out: for memory, it seems."
            return NotJudgedError("out_of_memory", detail)
        detail = f"The process that tried its model out ended by {how}."
        return NotJudgedError("crashed", f"{detail} {said}".strip())

    def stop(self) -> None:
        """End the process; the next answer starts another one."""
        if self._process is None:
            return
        process, self._process = self._process, None
        process.stop()


FIELDS = tuple(field.name for field in dataclasses.fields(Outcome))


def _sendable(outcome: Outcome) -> tuple:
    """Its fields; of what is neither a model nor small, what it is: no more is judged of it."""
    value = outcome.value
    if isinstance(value, list | tuple | dict | np.ndarray):
        outcome = dataclasses.replace(outcome, value=Unreadable(kind_of(value)))
    return tuple(getattr(outcome, name) for name in FIELDS)


def main() -> None:
    """Judge until the other end of standard input and output is gone."""
    requests, replies = channel()
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
    return trials(exercise, question["seed"]).judge(outcomes)


if __name__ == "__main__":
    main()
