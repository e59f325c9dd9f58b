"""What the student's process does: it runs the cells and calls the answers in them.

A student's code can read and change everything in the memory of this process.
"""

import inspect
import io
import os
import sys
import types
from collections.abc import Callable

import numpy as np

from course_utils.exercises.model_answers.data import model_data
from course_utils.exercises.running import Outcome, Unreadable, run
from course_utils.grading.sandbox.inside.cells import Cells
from course_utils.grading.wire.messages import ProtocolError, encode, write_frame

Send = Callable[..., None]  # takes the kind of a message, and its value


def answer(outlet: int, cells: Cells, question: dict, printed: "Printed") -> None:
    """For each answer: run the cells up to it, call it on its inputs, send what it returned.

    Ends the process.
    """

    def send(kind: bytes, value: object = None) -> None:
        write_frame(outlet, kind, encode(value))

    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    names, done = main.__dict__, 0
    for asked in question["asked"]:
        failed = _run_cells(cells, done, asked, names, question["skipped"], send)
        done = asked["last_cell"] + 1
        _call(names, asked, failed, question["reply"] // 2, send)
        send(b"t", bytes(printed.kept).decode("utf-8", "replace"))
        printed.kept.clear()
    os._exit(0)


def _call(names: dict, asked: dict, failed: str, largest: int, send: Send) -> None:
    """Call the answer, if there is one, and send what came of each call."""
    answer = names.get(asked["id"])
    if isinstance(answer, int | float | np.number) and not any(asked["inputs"]):
        number = answer

        def answer():
            return number

    if callable(answer):
        send(b"b")
        for number, arguments in enumerate(asked["inputs"]):
            to_data = model_data if asked["model"] else None
            outcome = run(answer, asked["signature"], [arguments], to_data=to_data)[0]
            send(b"o", _as_sent(number, outcome, largest))
    elif asked["id"] in names:
        send(b"n", f"an object of type {type(answer).__name__}")
    else:
        send(b"n", failed)


def _run_cells(
    cells: Cells, start: int, asked: dict, names: dict, skipped: list, send: Send
) -> str:
    """Run the next cells; returns the first error in the cell that defines the answer."""
    real = {id for id, _, kind in cells.definitions if kind != "starter"}
    skipped = {tuple(place) for place in skipped}
    failed = ""
    for cell in range(start, asked["last_cell"] + 1):
        for number, (code, line, starter) in enumerate(cells.statements[cell]):
            # Another copy of the starter below the answer does not replace the answer.
            if (cell, number) in skipped or starter in real:
                continue
            send(b"s", (cell, number, line))
            try:
                exec(code, names)
            except BaseException as error:
                text = _described(error)
                send(b"e", (cell, _line(error, cell, line), text))
                if cell == asked["defined_in"]:
                    failed = failed or text
    return failed


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
    exec(f"def answer{text}: ...", names)  # the grader's own text, from the exercise
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
    """Keeps the beginning of what is printed and drops the rest, however much that is."""

    def __init__(self, most: int):
        self.most, self.kept = most, bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data) -> int:
        self.kept += bytes(data[: max(0, self.most - len(self.kept))])
        return len(data)
