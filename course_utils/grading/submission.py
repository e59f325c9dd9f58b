"""The conversation with the sandbox about one submission."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass

from course_utils.exercises.exercise import Exercise
from course_utils.grading.protocol import ProtocolError, decode, encode, printable
from course_utils.grading.replies import Replies
from course_utils.grading.results import CellError
from course_utils.grading.sandboxes import Sandbox, SandboxDiedError

PARSING = 10.0  # seconds for all cells
ENDING = 5.0  # seconds for the sandbox to stop a process
PATIENCE = 3  # wall-clock seconds for each second on a processor that a process is allowed


@dataclass
class Ended:
    """How a student's process came to its end."""

    replies: Replies
    status: str = ""  # empty if it said all that it had to say
    detail: str = ""
    seconds: float = 0.0
    peak_memory: int = 0


class Submission:
    """One submission in the sandbox, through restarts of the sandbox."""

    def __init__(self, cells: list[str], ids: list[str], sandbox: Sandbox):
        self.sources = list(cells)
        self.cells: list[str | None] = list(cells)  # None: left out
        self.ids, self.sandbox, self.limits = ids, sandbox, sandbox.limits
        self.cell_errors: set[CellError] = set()
        self.unreadable: dict[int, str] = {}  # cells that cannot be parsed, and why
        self.definitions: list[tuple[str, int, str]] = []
        self.skipped: dict[tuple[int, int], tuple[str, str]] = {}  # statement: status, detail
        self._unparsable: list[int] = []  # cells that parsing did not survive
        self._served_by: object = None

    def open(self) -> None:
        """Have the cells parsed, unless they are; a cell that this cannot survive is left out."""
        self.sandbox.start()
        if self._served_by is self.sandbox.process:
            return
        while len(self._unparsable) <= self.limits.skipped:
            self.sandbox.start()
            cell, problem = 0, "it could not be parsed"
            deadline = time.monotonic() + PARSING
            try:
                self.sandbox.send(b"S")
                self.sandbox.send(b"C", encode({"cells": self.cells, "ids": self.ids}))
                while True:
                    kind, payload = self.sandbox.receive(deadline)
                    if kind == b"c":
                        cell = decode(payload)
                    elif kind == b"p":
                        self._found(decode(payload))
                        self._served_by = self.sandbox.process
                        return
                    else:
                        break
            except TimeoutError:
                problem = f"it could not be parsed in {PARSING:g} s"
                self.sandbox.stop()
            except SandboxDiedError:
                pass
            self._unparsable.append(cell)
            self.cells[cell] = None
            self._cannot_read(cell, 1, problem)
        raise SandboxDiedError(f"cells {self._unparsable} could not even be parsed")

    def _found(self, survey: dict) -> None:
        self.definitions = [tuple(found) for found in survey["definitions"]]
        for cell, line, text in survey["errors"]:
            self._cannot_read(cell, line, printable(text, 400))

    def _cannot_read(self, cell: int, line: int, text: str) -> None:
        self.unreadable[cell] = f"line {line}: {text}"
        self.cell_errors.add(CellError(cell, line, text))

    def run(self, exercise: Exercise, inputs: list[dict], cell: int, last_cell: int) -> Ended:
        """Run the answer; without a statement that keeps its cells from ending, run it again."""
        while True:
            self.open()
            ended = self._run_once(exercise, inputs, cell, last_cell)
            self.cell_errors.update(ended.replies.cell_errors)
            at = ended.replies.at
            stuck = ended.status in ("timeout", "crashed", "out_of_memory")
            if not stuck or ended.replies.began or at is None or at[:2] in self.skipped:
                return ended
            if len(self.skipped) >= self.limits.skipped:
                return ended
            self.skipped[at[:2]] = (ended.status, ended.detail)
            text = f"This statement was left out. {ended.detail}"
            self.cell_errors.add(CellError(at[0], at[2], text))

    def _run_once(self, exercise, inputs, cell, last_cell) -> Ended:
        limits, sandbox = self.limits, self.sandbox
        question = {
            "id": exercise.id,
            "signature": str(exercise.signature),
            "inputs": inputs,
            "defined_in": cell,
            "last_cell": last_cell,
            "skipped": list(self.skipped),
            "reply": limits.reply,
            "output": limits.output,
            "memory": limits.memory,
            "seconds": limits.cells + exercise.time_limit,
        }
        sandbox.send(b"R", encode(question))
        names = tuple(exercise.signature.parameters)
        replies = Replies(names, len(inputs), limits.reply, self.cells)
        watch = _Watch(sandbox, replies, limits.cells, exercise.time_limit)
        status, too_much = watch.until_it_ends()
        ended = watch.ended
        if not ended.status and not replies.complete:
            ended.status, ended.detail = _why_ended(status, too_much, ended, question)
        return ended

    def close(self) -> None:
        """End the submission's process; the sandbox is ready for the next."""
        if self._served_by is not None and self._served_by is self.sandbox.process:
            with contextlib.suppress(SandboxDiedError):
                self.sandbox.send(b"Q")


class _Watch:
    """Follows one process of a student's to its end, and sees to it that there is one."""

    def __init__(self, sandbox: Sandbox, replies: Replies, cells: float, calls: float):
        self.sandbox, self.replies, self.calls = sandbox, replies, calls
        self.ended = Ended(replies)
        self.asked = self.stopped = self.began = self.finished = False
        self._allow(cells)

    def _allow(self, seconds: float) -> None:
        self.allowed, self.since = seconds, time.monotonic()
        self.deadline = self.since + seconds

    def until_it_ends(self) -> tuple[int, bool]:
        """(exit status, whether it was ended because it wrote too much)."""
        try:
            while True:
                try:
                    kind, payload = self.sandbox.receive(self.deadline)
                except TimeoutError:
                    self._overdue()
                    continue
                if kind == b"x":
                    status, self.ended.seconds, self.ended.peak_memory, too_much = decode(payload)
                    return status, too_much
                if kind == b"d" and not self.stopped:
                    self._feed(payload)
                elif kind == b"u" and not self.stopped:
                    self._continue(decode(payload))
                elif kind == b"!":
                    raise SandboxDiedError("the process that watches over it ended")
        except SandboxDiedError as error:
            self.sandbox.stop()
            self._because("crashed", f"The sandbox ended: {error}.")
            return 0, False

    def _feed(self, data: bytes) -> None:
        try:
            self.replies.feed(data)
        except ProtocolError as error:
            self._stop("crashed", f"Its process sent what is no answer: {error}.")
            return
        if self.replies.began and not self.began:
            self.began, self.asked = True, False
            self._allow(self.calls)
        if self.replies.complete and not self.finished:
            self.finished = True
            self.deadline = time.monotonic() + 1.0

    def _overdue(self) -> None:
        """Ask how much time it has had, or give up on a sandbox that does not even say that."""
        if self.stopped or self.asked:
            self._because("timeout", "It could not be stopped.")
            raise SandboxDiedError("it did not answer any more")
        self.asked, self.deadline = True, time.monotonic() + ENDING
        self.sandbox.send(b"U")

    def _continue(self, used: float) -> None:
        """On a busy machine it may not have had its share yet: then it goes on."""
        if not self.asked:
            return  # the calls have begun meanwhile
        self.asked, now, latest = False, time.monotonic(), self.since + PATIENCE * self.allowed
        if self.replies.complete or used >= self.allowed or now >= latest:
            what = "The calls" if self.began else "The code outside of functions"
            self._stop("timeout", f"{what} had not come to an end after {self.allowed:g} s.")
        else:
            self.deadline = min(latest, now + max(self.allowed - used, 0.02))

    def _stop(self, status: str, detail: str) -> None:
        self._because(status, detail)
        self.stopped, self.deadline = True, time.monotonic() + ENDING
        self.sandbox.send(b"K")

    def _because(self, status: str, detail: str) -> None:
        if not self.replies.complete and not self.ended.status:
            self.ended.status, self.ended.detail = status, detail


def _why_ended(status: int, too_much: bool, ended: Ended, question: dict) -> tuple[str, str]:
    if too_much:
        return "crashed", f"Its process sent more than {question['reply']} bytes."
    if os.WIFEXITED(status):
        return "crashed", f"Its process ended by itself, with exit code {os.WEXITSTATUS(status)}."
    number = os.WTERMSIG(status)
    if number == signal.SIGKILL:
        if ended.seconds >= question["seconds"]:
            return "timeout", f"It used {ended.seconds:.0f} s of processor time."
        # It cannot send itself this signal, so that it came from the system.
        return "out_of_memory", "The system ended its process, most likely for its memory."
    return "crashed", f"Its process was ended by the signal {signal.Signals(number).name}."
