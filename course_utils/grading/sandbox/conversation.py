"""The conversation with the sandbox about one submission."""

import contextlib
import os
import signal
import time
from dataclasses import dataclass

from course_utils.exercises.exercise import Exercise
from course_utils.grading.sandbox.inside.cells import PARSING
from course_utils.grading.sandbox.inside.feeder import packed
from course_utils.grading.sandbox.replies import CellError, Replies
from course_utils.grading.sandbox.sandbox import Sandbox, SandboxDiedError
from course_utils.grading.wire.messages import Frames, ProtocolError, decode, encode, printable

ENDING = 5.0  # seconds for the sandbox to stop a process
PATIENCE = 3  # wall-clock seconds for each second of processor time that a process is allowed
READING = PATIENCE * PARSING  # seconds for all cells; `PARSING` is in processor time


class UnreadableCellsError(RuntimeError):
    """The cells of a submission cannot be read, through no fault of the grader."""


@dataclass(frozen=True)
class Asked:
    """One answer to run: where it is defined, and the last cell to run before it is called."""

    exercise: Exercise
    inputs: list[dict]
    defined_in: int
    last_cell: int


@dataclass
class Ended:
    """What one process said about each answer, and how it ended."""

    replies: list[Replies]
    status: str = ""  # empty if it said everything that it had to say
    detail: str = ""


class Submission:
    """One submission in the sandbox, which may be restarted in between."""

    def __init__(self, cells: list[str], ids: list[str], sandbox: Sandbox):
        self.sources = list(cells)
        self.cells: list[str | None] = list(cells)  # None: left out
        self.ids, self.sandbox, self.limits = ids, sandbox, sandbox.limits
        self.cell_errors: set[CellError] = set()
        self.unreadable: dict[int, str] = {}  # cells that cannot be parsed, and why
        self.slow: dict[int, str] = {}  # cells that could not be parsed in time, and why
        self.newer: dict[int, str] = {}  # cells that seem to need a newer Python, and for what
        self.definitions: list[tuple[str, int, str]] = []
        self.skipped: dict[tuple[int, int], tuple[str, str]] = {}  # statement: status, detail
        self.seconds, self.peak_memory = 0.0, 0
        self.last_cell = -1  # the last one that was run
        self._served_by: object = None

    def open(self) -> None:
        """Have the cells parsed, unless they are parsed already.

        First all of them at once, which is quick. If that does not finish, each by itself; those
        that are too slow, or that crash Python, are left out.

        Raises
        ------
        UnreadableCellsError
            If the cells cannot be read even so; the text says what happened.
        SandboxDiedError
            If there is no sandbox to read them in.
        """
        self.sandbox.start()
        if self._served_by is self.sandbox.process:
            return
        for each in (False, True):
            if self._read(each):
                return
        raise UnreadableCellsError("Its cells could not be read: the process reading them ended.")

    def _read(self, each: bool) -> bool:
        """Have the cells parsed, all at once or each by itself; return whether that finished."""
        self.sandbox.start()
        try:
            self.sandbox.send(b"S")
            given = {"cells": self.cells, "ids": self.ids, "each": each}
            self.sandbox.send(b"C", encode(given))
            kind, payload = self.sandbox.receive(time.monotonic() + READING)
        except (TimeoutError, SandboxDiedError):
            self.sandbox.stop()
            return False
        if kind != b"p":  # its process ended; a later one must not find what it has read
            self.sandbox.stop()
            return False
        self._found(decode(payload))
        self._served_by = self.sandbox.process
        return True

    def _found(self, survey: dict) -> None:
        self.definitions = [tuple(found) for found in survey["definitions"]]
        for cell, line, text in survey["errors"]:
            text = printable(text, 400)
            self.unreadable[cell] = f"line {line}: {text}"
            self.cell_errors.add(CellError(cell, line, text))
        for cell, why in survey["slow"]:
            self.slow[cell] = why
            self.cells[cell] = None  # in case they have to be read again
            self.cell_errors.add(CellError(cell, 1, f"This cell was left out: {why}."))
        self.newer.update((cell, why) for cell, why in survey["newer"])

    def run(self, *asked: Asked) -> Ended:
        """Run answers in one process, in the order of their cells.

        If a statement keeps the cells from finishing, they are run again without it.
        """
        self.last_cell = max(self.last_cell, *(one.last_cell for one in asked))
        while True:
            self.open()
            ended, at = self._run_once(asked)
            self.cell_errors.update(error for one in ended.replies for error in one.cell_errors)
            stuck = ended.status and at is not None and at[:2] not in self.skipped
            if not stuck or len(self.skipped) >= self.limits.skipped:
                return ended
            self.skipped[at[:2]] = (ended.status, ended.detail)
            text = f"This statement was left out. {ended.detail}"
            self.cell_errors.add(CellError(at[0], at[2], text))

    def _run_once(self, asked: tuple[Asked, ...]) -> tuple[Ended, tuple[int, int, int] | None]:
        """How it ended, and at which statement outside of functions; None if it was not at one."""
        limits = self.limits
        seconds = sum(limits.cells + one.exercise.time_limit for one in asked)
        question = {
            "asked": [
                {
                    "id": one.exercise.id,
                    "signature": str(one.exercise.signature),
                    "calls": len(one.inputs),
                    "number": one.exercise.inputs is None,
                    "defined_in": one.defined_in,
                    "last_cell": one.last_cell,
                    "model": one.exercise.returns_model,
                }
                for one in asked
            ],
            "skipped": list(self.skipped),
            "reply": limits.reply,
            "output": limits.output,
            "memory": limits.memory,
            "threads": limits.threads,
            "seconds": seconds,
        }
        inputs = [[encode(arguments) for arguments in one.inputs] for one in asked]
        self.sandbox.send(b"R", encode(question))
        self.sandbox.send(b"I", packed(inputs))
        replies = [
            Replies(
                tuple(one.exercise.signature.parameters),
                len(one.inputs),
                len(self.cells),
                one.exercise.returns_model,
            )
            for one in asked
        ]
        times = [one.exercise.time_limit for one in asked]
        watch = _Watch(self.sandbox, replies, limits, times)
        status, used, peak, too_much = watch.until_it_ends()
        self.seconds += used
        self.peak_memory = max(self.peak_memory, peak)
        ended = watch.ended
        if not ended.status and not watch.complete:
            ended.status, ended.detail = _why_ended(status, too_much, used, question)
        return ended, None if watch.began or watch.complete else watch.current.at

    def close(self) -> None:
        """End the submission's process; the sandbox is then ready for the next."""
        if self._served_by is not None and self._served_by is self.sandbox.process:
            with contextlib.suppress(SandboxDiedError):
                self.sandbox.send(b"Q")


class _Watch:
    """Follows one of a student's processes to its end, and makes sure that it does end."""

    def __init__(self, sandbox: Sandbox, replies: list[Replies], limits, times: list[float]):
        self.sandbox, self.limits, self.times = sandbox, limits, times
        self.ended = Ended(replies)
        self.frames, self.number = Frames(limits.reply), 0
        self.asked = self.stopped = self.began = self.finished = False
        self._allow(limits.cells)

    @property
    def current(self) -> Replies:
        """What was said about the current answer."""
        return self.ended.replies[self.number]

    @property
    def complete(self) -> bool:
        """Whether every answer has been reported on completely."""
        return self.ended.replies[-1].complete

    def _allow(self, seconds: float) -> None:
        self.allowed, self.since = seconds, time.monotonic()
        self.deadline, self.asked = self.since + seconds, False

    def until_it_ends(self) -> tuple[int, float, int, bool]:
        """Exit status, seconds, bytes, and whether it was ended because it wrote too much."""
        try:
            while True:
                try:
                    kind, payload = self.sandbox.receive(self.deadline)
                except TimeoutError:
                    self._overdue()
                    continue
                if kind == b"x":
                    return decode(payload)
                if kind == b"d" and not self.stopped:
                    self._feed(payload)
                elif kind == b"u" and not self.stopped:
                    self._continue(decode(payload))
                elif kind == b"!":
                    raise SandboxDiedError("the process that watches the student's ended")
        except SandboxDiedError as error:
            self.sandbox.stop()
            self._because("crashed", f"The sandbox ended: {error}.")
            return 0, 0.0, 0, False

    def _feed(self, data: bytes) -> None:
        try:
            self.frames.feed(data)
            while (frame := self.frames.next()) is not None:
                self._take(frame[0], decode(frame[1]))
        except ProtocolError as error:
            self._stop("crashed", f"Its process sent something that is not an answer: {error}.")

    def _take(self, kind: bytes, value: object) -> None:
        if self.current.closed and self.number + 1 < len(self.ended.replies):
            self.number, self.began = self.number + 1, False
            self._allow(self.limits.cells)
        self.current.take(kind, value)
        if self.current.began and not self.began:
            self.began = True
            self._allow(self.times[self.number])
        if self.complete and not self.finished:
            self.finished = True
            self._allow(1.0)  # to say what it printed, and to end

    def _overdue(self) -> None:
        """Ask how much time it has had; give up on a sandbox that does not even say that."""
        if self.stopped or self.asked:
            self._because("timeout", "It could not be stopped.")
            raise SandboxDiedError("it no longer answered")
        self.asked, self.deadline = True, time.monotonic() + ENDING
        self.sandbox.send(b"U")

    def _continue(self, used: float) -> None:
        """On a busy machine it may not have had its share of time yet; then it may continue."""
        if not self.asked:
            return  # it has made progress in the meantime
        self.asked, now, latest = False, time.monotonic(), self.since + PATIENCE * self.allowed
        if self.complete or used >= self.allowed or now >= latest:
            what = "The calls" if self.began else "The code outside of functions"
            self._stop("timeout", f"{what} had not finished after {self.allowed:g} s.")
        else:
            self.deadline = min(latest, now + max(self.allowed - used, 0.02))

    def _stop(self, status: str, detail: str) -> None:
        self._because(status, detail)
        self.stopped, self.deadline = True, time.monotonic() + ENDING
        self.sandbox.send(b"K")

    def _because(self, status: str, detail: str) -> None:
        if not self.complete and not self.ended.status:
            self.ended.status, self.ended.detail = status, detail


def _why_ended(status: int, too_much: bool, used: float, question: dict) -> tuple[str, str]:
    if too_much:
        return "crashed", "Its process sent more than it may."
    if os.WIFEXITED(status):
        return "crashed", f"Its process ended by itself, with exit code {os.WEXITSTATUS(status)}."
    number = os.WTERMSIG(status)
    if number == signal.SIGKILL:
        if used >= question["seconds"]:
            return "timeout", f"It used {used:.0f} s of processor time."
        # It cannot send itself this signal, so the signal came from the system.
        return "out_of_memory", "The system ended its process, most likely for lack of memory."
    return "crashed", f"Its process was ended by the signal {signal.Signals(number).name}."
