"""The grader's side of the sandbox in which models are looked at and tried out.

Descriptions and numbers come back, and are checked; requirements, diagnosis and points stay here.
"""

import json
import math
import os
import signal
import time

from course_utils.exercises.model_answers.data import ModelData
from course_utils.exercises.model_answers.description import Description
from course_utils.exercises.model_answers.exercise import ModelExercise
from course_utils.exercises.model_answers.measuring import LONGEST
from course_utils.exercises.model_answers.model_error import ModelError
from course_utils.exercises.model_answers.workshop import Own, Workshop
from course_utils.exercises.trial import Trial
from course_utils.grading.limits import Limits
from course_utils.grading.sandbox.breaking_out import judge_breaches
from course_utils.grading.sandbox.kit import Kit
from course_utils.grading.sandbox.opening import SandboxUnavailableError
from course_utils.grading.sandbox.packages import KERAS, MissingPackagesError, keras_files
from course_utils.grading.sandbox.program import Program
from course_utils.grading.sandbox.sandbox import Sandbox, SandboxDiedError
from course_utils.grading.sandbox.student_kit import ENVIRONMENT, KERAS_STARTING
from course_utils.grading.sandbox.walls import WALLS
from course_utils.grading.wire.messages import ProtocolError, decode, encode

SERVER = "course_utils.grading.judging.model_server"
MEMORY = 8 * 2**30  # bytes of address space; 2.5 GB of it go to Keras itself
PATIENCE = 3  # wall-clock seconds for each that a training may have on a processor
DESCRIBING = 60.0  # wall-clock seconds for one model
JUDGING = PATIENCE * (LONGEST + 30)  # wall-clock seconds for trying one out
MOST_NUMBERS = 20  # that a requirement measures


class NotJudgedError(RuntimeError):
    """A model could not be judged; `status` is what the exercise gets, the text says why."""

    def __init__(self, status: str, detail: str):
        super().__init__(detail)
        self.status = status


class ModelJudge(Workshop):
    """A workshop in a sandbox of its own, started when it is first needed.

    Parameters
    ----------
    kind : str
        Of wall.

    Raises
    ------
    SandboxUnavailableError
        From any method, if the sandbox does not hold on this machine.
    NotJudgedError
        If a model takes too much time or memory, or its process ends.
    RuntimeError
        If the exercise or the grader has a fault.
    """

    def __init__(self, kind: str):
        self.kind = kind
        self._sandbox: Sandbox | None = None
        self._tested = False
        self._busy = False  # with a submission
        self._own: dict[tuple[str, int], Own] = {}

    def describe(self, data: ModelData) -> Description:
        """See `Workshop`."""
        try:
            answer = self._ask(b"D", data.config, DESCRIBING)
        except RuntimeError as error:  # at a student's model: theirs until somebody has looked
            if isinstance(error, NotJudgedError | SandboxUnavailableError):
                raise
            raise NotJudgedError("crashed", f"Looking at its model failed: {error}.") from None
        return _checked(Description.from_json, answer)

    def measure(
        self, exercise: ModelExercise, requirement: int, data: ModelData, seed: int
    ) -> dict:
        """See `Workshop`."""
        question = {
            "id": exercise.id, "requirement": requirement, "config": data.config, "seed": seed,
        }  # fmt: skip
        return _checked(_numbers, self._ask(b"M", question, JUDGING))

    def own(self, trial: Trial) -> Own:
        """See `Workshop`. Asked once, of a process that has seen no submission."""
        key = trial.exercise.id, trial.seed
        if key not in self._own:
            busy, self._busy = self._busy, False
            if busy:
                self._send(b"Q")
            question = {"id": key[0], "seed": key[1]}
            self._own[key] = _checked(_own, self._ask(b"O", question, JUDGING))
            self.end_submission()
        return self._own[key]

    def end_submission(self) -> None:
        """End the process of the submission; the next question starts another one."""
        if self._busy:
            self._busy = False
            self._send(b"Q")

    def stop(self) -> None:
        """End everything; the next question starts it again."""
        self._busy = False
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None

    def _send(self, kind: bytes, payload: bytes = b"") -> None:
        try:
            self._sandbox.send(kind, payload)
        except SandboxDiedError:
            self.stop()

    def _ask(self, kind: bytes, question: object, seconds: float) -> object:
        self._start()
        return self._answer(kind, question, seconds)

    def _answer(self, kind: bytes, question: object, seconds: float) -> object:
        try:
            if not self._busy:
                self._sandbox.send(b"S")
                self._busy = True
            self._sandbox.send(kind, encode(question))
            kind, payload = self._sandbox.receive(time.monotonic() + seconds)
            answer = decode(payload) if payload else None
        except TimeoutError:
            self.stop()
            detail = f"Trying its model out had not come to an end after {seconds:g} s."
            raise NotJudgedError("timeout", detail) from None
        except (SandboxDiedError, ProtocolError) as error:
            self.stop()
            detail = f"The sandbox that tried its model out ended: {error}."
            raise NotJudgedError("crashed", detail) from None
        if kind == b"a":
            return answer
        if kind == b"e":
            raise ModelError(str(answer))
        if kind == b"m":
            self.end_submission()  # what it could not get, it may have got in part
            raise NotJudgedError("out_of_memory", "Trying its model out needs too much memory.")
        if kind == b"!":
            self.end_submission()
            raise _ended(answer)
        raise RuntimeError(str(answer))

    def _start(self) -> None:
        if self._sandbox is None:
            self._busy = False
            try:
                kit = Kit((".",), keras_files(), KERAS, tensorflow=True)
            except MissingPackagesError as error:
                raise SandboxUnavailableError(
                    f"exercises whose answer is a Keras model need Keras here: {error}"
                ) from None
            program = Program(SERVER, ENVIRONMENT, KERAS_STARTING)
            self._sandbox = Sandbox(WALLS[self.kind](), kit, program, Limits(memory=MEMORY))
        if self._sandbox.process is not None:
            return
        try:
            self._sandbox.start()
        except SandboxDiedError as error:
            self.stop()
            raise SandboxUnavailableError(f"where models are tried out: {error}") from None
        if self._sandbox.wall.confines and not self._tested:
            told = judge_breaches(self._sandbox, lambda one: self._answer(b"T", one, DESCRIBING))
            if told:
                self.stop()
                raise SandboxUnavailableError(f"where models are tried out: {told}")
            self.end_submission()
            self._tested = True


def _ended(status: object) -> NotJudgedError:
    """How its process ended."""
    if type(status) is int and os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number == signal.SIGKILL:
            detail = "The system ended the process that tried its model out: for memory, it seems."
            return NotJudgedError("out_of_memory", detail)
        detail = f"the signal {signal.Signals(number).name}"
    else:
        detail = "itself"
    return NotJudgedError("crashed", f"The process that tried its model out ended by {detail}.")


def _checked(read, answer: object):
    """What came, if it is what must come; else the process that sent it is not to be trusted."""
    try:
        return read(answer)
    except Exception as error:  # whatever comes, the run goes on
        detail = f"The process that tried its model out sent what is no answer: {error}."
        raise NotJudgedError("crashed", detail) from None


def _numbers(answer: object) -> dict:
    numbers = json.loads(answer)
    if not isinstance(numbers, dict) or len(numbers) > MOST_NUMBERS:
        raise ValueError("no numbers")
    for name, value in numbers.items():
        if type(value) not in (int, float) or not math.isfinite(value):
            raise ValueError(f"{name[:40]!r} is no number")
    return numbers


def _own(answer: object) -> Own:
    data = json.loads(answer)
    return Own(_seen(data["expected"]), {id: _seen(seen) for id, seen in data["mistaken"].items()})


def _seen(written: list) -> tuple[Description | str, ...]:
    return tuple(Description.from_json(text) if described else text for described, text in written)
