"""What the last process, the student's, does: it runs the cells and calls the answers in them.

A student's code can read and change everything in its memory.
"""

import inspect
import io
import os
import sys
import types
from collections.abc import Callable

import numpy as np

from course_utils.exercises.model_answers.data import is_model, model_data
from course_utils.exercises.running import Outcome, Unreadable, run
from course_utils.grading.sandbox.inside.cells import Cells
from course_utils.grading.wire.messages import (
    ProtocolError,
    decode,
    encode,
    read_frame,
    write_frame,
)

Send = Callable[..., None]  # takes the kind of a message, and its value
MOST_TOLD = 20_000  # statements announced before they run; after that, only cells are
Number = int | float | np.number
NOTHING = object()  # stands for a name that is not defined


def answer(outlet: int, inlet: int, cells: Cells, question: dict, printed: "Printed") -> None:
    """Run the cells up to an answer, call it on its inputs, send what it returned; then the next.

    Does not return.
    """

    def send(kind: bytes, value: object = None) -> None:
        write_frame(outlet, kind, encode(value))

    def next_input() -> dict:
        return decode(read_frame(inlet)[1])

    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    names = main.__dict__
    numbers = {asked["id"] for asked in question["asked"] if asked["number"]}
    running = _Running(cells, question["skipped"], numbers, names, send)
    for asked in question["asked"]:
        id = asked["id"]
        failed = running.up_to(asked["defined_in"])
        found = names.get(id, NOTHING)
        if asked["last_cell"] > asked["defined_in"]:
            running.up_to(asked["last_cell"])
            if found is not NOTHING:  # a cell below may have used its name for something else
                names[id] = found
        cell = running.answer_in.get(id, -1)
        if (came := _no_answer(found, asked, failed)) is None:
            send(b"b", cell)
            _call(found, asked, question["reply"] // 2, next_input, send)
        else:
            send(b"n", (came, cell))
        send(b"t", bytes(printed.kept).decode("utf-8", "replace"))
        printed.kept.clear()
    os._exit(0)


def _no_answer(found: object, asked: dict, failed: str) -> str | None:
    """What was found instead of an answer; None if it is one."""
    if found is NOTHING:
        return failed
    if asked["number"] and isinstance(found, Number):
        return None
    if not callable(found) or (asked["model"] and is_model(found)):
        return f"an object of type {type(found).__name__}"
    return None


def _call(found: object, asked: dict, largest: int, next_input: Callable, send: Send) -> None:
    """Call the answer on its inputs, one after the other, and send what came of each call."""
    function = found if callable(found) else lambda: found
    to_data = model_data if asked["model"] else None
    for number in range(asked["calls"]):
        outcome = run(function, asked["signature"], [next_input()], to_data=to_data)[0]
        send(b"o", _as_sent(number, outcome, largest))


class _Running:
    """Runs the cells of a submission one after the other, and continues where it left off."""

    def __init__(self, cells: Cells, skipped: list, numbers: set[str], names: dict, send: Send):
        self.cells, self.numbers, self.names, self.send = cells, numbers, names, send
        self.skipped = {tuple(place) for place in skipped}
        self.answered = {id for id, _, kind in cells.definitions if kind == "answer"}
        self.next, self.told = 0, 0
        self.answer_in: dict[str, int] = {}  # the last cell that made a name an answer

    def up_to(self, last: int) -> str:
        """Run the next cells, up to this one; return the first error in this one."""
        failed = ""
        for cell in range(self.next, last + 1):
            for number, (code, line, starter, bound) in enumerate(self.cells.statements[cell]):
                # A second copy of the starter, below the answer, must not replace the answer.
                if (cell, number) in self.skipped or starter in self.answered:
                    continue
                if self.told < MOST_TOLD or not number:
                    self.told += 1
                    self.send(b"s", (cell, number, line))
                try:
                    exec(code, self.names)
                except BaseException as error:
                    text = _described(error)
                    self.send(b"e", (cell, _line(error, cell, line), text))
                    if cell == last:
                        failed = failed or text
                else:
                    self.answer_in.update((id, cell) for id in bound if self._answers(id))
        self.next = max(self.next, last + 1)
        return failed

    def _answers(self, id: str) -> bool:
        """Whether this name stands for a function, or for a number where one will do."""
        found = self.names.get(id)
        return callable(found) or (id in self.numbers and isinstance(found, Number))


def _described(error: BaseException) -> str:
    try:
        message = str(error)[:300]
    except BaseException:
        message = "(its message could not be read)"
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _line(error: BaseException, cell: int, otherwise: int) -> int:
    """The last line of this cell on the way to the error."""
    line, trace = otherwise, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == f"<cell {cell}>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def signature(text: str) -> inspect.Signature:
    """The signature of an answer, from its text."""
    names: dict = {"np": np}
    exec(f"def answer{text}: ...", names)  # the grader's own text, from the exercise's starter
    return inspect.signature(names["answer"])


def _as_sent(number: int, outcome: Outcome, largest: int) -> tuple:
    facts = (outcome.error, outcome.line, list(outcome.mutated), outcome.reference_call)
    value = outcome.value
    try:
        if len(encode(value)) > largest:
            raise ProtocolError("it is too large")
    except ProtocolError as error:
        value = Unreadable(f"a result that cannot be sent back: {error}")
    return (number, outcome.kind, value, *facts)


class Printed(io.RawIOBase):
    """Keeps the beginning of what is printed and drops the rest, however long it is."""

    def __init__(self, most: int):
        self.most, self.kept = most, bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes | bytearray | memoryview) -> int:
        self.kept += bytes(data[: max(0, self.most - len(self.kept))])
        return len(data)
