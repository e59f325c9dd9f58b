"""A process that reads and grades submissions, one at a time, for the process that started it.

The two talk over pipes, in JSON. If the worker dies, from a signal or for lack of memory, only the
submission that it was working on is affected; `Worker` starts another one. If the other side dies,
the worker ends, and its sandbox with it.
"""

import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass

from course_utils.grading.assignment import Assignment, parse_assignment
from course_utils.grading.judging.grade import grade_submission
from course_utils.grading.judging.model_judge import JUDGING
from course_utils.grading.judging.results import SubmissionResult
from course_utils.grading.limits import KERAS_SECONDS
from course_utils.grading.sandbox.conversation import ENDING, PATIENCE
from course_utils.grading.sandbox.conversation import READING as READING_CELLS
from course_utils.grading.sandbox.opening import SandboxUnavailableError, open_sandbox
from course_utils.grading.sandbox.student_kit import KERAS_STARTING
from course_utils.grading.sandbox.walls import WALLS
from course_utils.grading.submissions.layouts import Handed
from course_utils.grading.submissions.reading import LONGEST, Reading, read_submission
from course_utils.grading.wire.child_process import Child, channel
from course_utils.grading.wire.json_dataclasses import from_json, to_json
from course_utils.grading.wire.messages import read_frame, write_frame

LARGEST_MESSAGE = 64 * 2**20
READING = 4.0 * LONGEST  # seconds for reading one submission, which has a limit of its own
STARTING = 120.0  # seconds for the sandbox to be opened and tried, on a busy machine
TRIES = 2  # for a submission on which a worker died


class WorkerDiedError(RuntimeError):
    """A worker ended or stopped answering; the text says how."""


class StuckError(WorkerDiedError):
    """A worker took longer than all the parts of its work may take together."""


class GraderFailedError(RuntimeError):
    """The grader itself failed; the text says how."""


class Worker:
    """This side of a worker process, which is started when first needed.

    Parameters
    ----------
    assignment : Assignment
    seed : int
    sandbox : str
        Kind of sandbox; no other is used in its place.
    """

    def __init__(self, assignment: Assignment, seed: int, sandbox: str):
        self.assignment, self.seed, self.sandbox = assignment, seed, sandbox
        self.process: Child | None = None
        self._interrupted = False

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *exception) -> None:
        self.stop()

    def read(self, handed: Handed) -> Reading:
        """Read a submission; raises WorkerDiedError if the worker dies."""
        return from_json(Reading, self._ask("read", to_json(handed), READING))

    def grade(self, cells: list[str], python: str = "") -> SubmissionResult:
        """Grade the cells of a submission; raises WorkerDiedError if the worker dies.

        `python` is the version of Python that the notebook says it was written with.
        """
        question = {"cells": cells, "python": python}
        return from_json(SubmissionResult, self._ask("grade", question, self._longest()))

    def _longest(self) -> float:
        """Seconds after which grading is certainly stuck: each part of it has its own limit."""
        limits = self.assignment.limits
        once = [PATIENCE * (limits.cells + one.time_limit) for one in self.assignment.exercises]
        runs = 3 + limits.skipped  # together, alone, with the cells below; without some statements
        seconds = STARTING + runs * (sum(once) + len(once) * ENDING) + 2 * READING_CELLS
        seconds += WALLS[self.sandbox].preparing
        if models := self.assignment.models:
            # The cells are run in both sandboxes, and a model is judged at most twice.
            seconds += 3 * KERAS_STARTING + runs * PATIENCE * (limits.cells + KERAS_SECONDS)
            seconds += 2 * READING_CELLS + 2 * JUDGING * len(models)
        return seconds

    def _ask(self, what: str, value: object, seconds: float) -> object:
        message = json.dumps({what: value}).encode()
        try:
            if self.process is None:
                self._start()
            self.process.send(b"J", message)
            _, answer = self.process.receive(time.monotonic() + seconds)
            answer = json.loads(answer)
        except InterruptedError:  # from _start
            raise
        except TimeoutError:  # an OSError too
            self.stop()
            raise StuckError(f"it had not finished after {seconds:.0f} s") from None
        except (OSError, EOFError) as error:
            if self.process is None:
                raise WorkerDiedError(f"it did not start: {error}") from None
            died = self._died()
            if self._interrupted:
                raise InterruptedError("the run was stopped") from None
            raise WorkerDiedError(died) from None
        except BaseException:  # Ctrl-C: its current answer would be taken for the next one
            self.stop()
            raise
        match answer:
            case {"unavailable": str(reason)}:
                self.stop()
                raise SandboxUnavailableError(reason)
            case {"answer": value}:
                return value
            case {"failed": str(reason)}:
                raise GraderFailedError(f"The grader failed: {reason}")
        raise WorkerDiedError("it gave no answer")

    def _start(self) -> None:
        if self._interrupted:
            raise InterruptedError("the run was stopped")
        # This process and the worker both remove it, whichever ends last.
        self._folder = tempfile.TemporaryDirectory(
            prefix="course-grade-worker-", ignore_cleanup_errors=True
        )
        name = self._folder.name
        self.process = Child("course_utils.grading.running.worker", [name], {}, LARGEST_MESSAGE)
        if self._interrupted:  # meanwhile, from another thread
            self.process.kill()
        settings = {"assignment": self.assignment.text, "seed": self.seed, "sandbox": self.sandbox}
        self.process.send(b"J", json.dumps(settings).encode())

    def _died(self) -> str:
        """How it ended."""
        _, how, said = self.process.how_it_ended()
        self.stop()
        return f"it ended by {how}" + (f": {said}" if said else "")

    def interrupt(self) -> None:
        """End the process for good, from a thread other than the one that asks it."""
        self._interrupted = True
        process = self.process
        if process is not None:
            process.kill()

    def stop(self) -> None:
        """End the process; the next question starts another one."""
        if self.process is None:
            return
        process, self.process = self.process, None
        process.stop()
        self._folder.cleanup()


@dataclass(frozen=True)
class Answer:
    """What came of asking a worker: a value, or a status and the reason; and the number of tries.

    The status is "crashed" or "timeout" if the workers died, "not_gradable" if the grader failed.
    """

    value: Reading | SubmissionResult | None
    status: str
    why: str
    tries: int


def insisting(ask: Callable[[], Reading | SubmissionResult]) -> Answer:
    """Ask a worker, and once more if it dies."""
    for attempt in range(1, TRIES + 1):
        try:
            return Answer(ask(), "", "", attempt)
        except StuckError as error:
            status, problem = "timeout", str(error)
        except WorkerDiedError as error:
            status, problem = "crashed", str(error)
        except GraderFailedError as error:
            return Answer(None, "not_gradable", str(error), attempt)
    why = f"The grader's process gave up {TRIES} times: {problem}."
    return Answer(None, status, why, TRIES)


def main(folder: str) -> None:
    """Serve the process at the other end of standard input and output.

    `folder` is for what this process writes; it is removed when the other end is gone.
    """
    # Not through TMPDIR, which a container engine would use for itself too.
    tempfile.tempdir = folder
    requests, replies = channel(last=lambda: _remove(folder))
    settings = _received(requests)
    assignment = parse_assignment(settings["assignment"])
    sandbox = None  # opened when it is needed; ends with this process
    while True:
        question = _received(requests)
        try:
            if "read" in question:
                handed = from_json(Handed, question["read"])
                answer = read_submission(handed, assignment)
            else:
                if sandbox is None:
                    sandbox = open_sandbox(settings["sandbox"], assignment.limits)
                answer = grade_submission(
                    question["grade"]["cells"],
                    assignment.exercises,
                    seed=settings["seed"],
                    sandbox=sandbox,
                    python=question["grade"]["python"],
                )
            reply = {"answer": to_json(answer)}
        except SandboxUnavailableError as error:
            reply = {"unavailable": str(error)}
        except Exception as error:  # the grader's own: reported, and the next question is served
            reply = {"failed": f"{type(error).__name__}: {error}"[:500]}
        with contextlib.suppress(BrokenPipeError):  # then nobody is listening any longer
            write_frame(replies, b"J", json.dumps(reply).encode())


def _received(requests: int) -> dict:
    try:
        return json.loads(read_frame(requests)[1])
    except EOFError:
        while True:  # until `channel` has ended this process
            time.sleep(1)


def _remove(folder: str) -> None:
    for _ in range(20):  # this process may still be writing there
        shutil.rmtree(folder, ignore_errors=True)
        if not os.path.exists(folder):
            break
        time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1])
