"""What a student's process says, checked word by word.

The student's code runs in that process and can write anything. It can claim to have returned any
value, as its function could have returned it; it cannot know the expected one. It can also claim
that it left an argument alone, which gains no more than copying the argument first. Everything that
does not fit is a ProtocolError and fails the exercise that it came from.
"""

from dataclasses import dataclass

from course_utils.exercises.model_answers.data import ModelData
from course_utils.exercises.running import Outcome, plain
from course_utils.grading.wire.messages import ProtocolError, printable

MOST_CELL_ERRORS = 50


@dataclass(frozen=True)
class CellError:
    """A statement outside of functions that failed or was left out; the rest was graded."""

    cell: int
    line: int
    text: str


class Replies:
    """Collects what a process says about one answer.

    Attributes
    ----------
    at : tuple of int or None
        (cell, statement, line) that it last ran outside of functions, before any answer was called.
    began : bool
        Whether the cells have run and the calls have begun.
    outcomes : list of Outcome
    no_answer : str or None
        What there is instead of a function.
    answer_in : int
        The last cell that gave the name to an answer, even if it is none any more; -1 if none did.
    cell_errors : list of CellError
    printed : str
    closed : bool
        Whether the process is done with this answer.
    """

    def __init__(self, arguments: tuple[str, ...], calls: int, cells: int, models: bool):
        self._arguments, self._calls, self._cells = arguments, calls, cells
        self._models = models  # whether a model is an answer
        self.at: tuple[int, int, int] | None = None
        self.began = False
        self.outcomes: list[Outcome] = []
        self.no_answer: str | None = None
        self.answer_in = -1
        self.cell_errors: list[CellError] = []
        self.printed = ""
        self.closed = False

    @property
    def complete(self) -> bool:
        """Whether everything is there for a verdict."""
        return len(self.outcomes) == self._calls or self.no_answer is not None

    def take(self, kind: bytes, value: object) -> None:
        """Take one message in.

        Raises
        ------
        ProtocolError
            If it is not a message, or has no place here.
        """
        if (
            kind != b"o"
            and type(value) in (tuple, list)
            and any(type(part) is bool for part in value)
        ):
            raise ProtocolError("a message has a bool where a number is meant")
        match kind, value:
            case b"s", (int(cell), int(statement), int(line)) if (
                not self.began and 0 <= cell < self._cells
            ):
                self.at = (cell, statement, line)
            case b"e", (int(cell), int(line), str(text)) if (
                not self.began and 0 <= cell < self._cells
            ):
                if len(self.cell_errors) < MOST_CELL_ERRORS:
                    self.cell_errors.append(CellError(cell, line, printable(text, 400)))
            case b"b", int(cell) if (
                type(cell) is int
                and not self.began
                and self.no_answer is None
                and -1 <= cell < self._cells
            ):
                self.began, self.answer_in = True, cell
            case b"n", (str(text), int(cell)) if (
                not self.began and self.no_answer is None and -1 <= cell < self._cells
            ):
                self.no_answer, self.answer_in = printable(text, 400), cell
            case b"o", (int(number), *facts) if self.began and not self.complete:
                if number != len(self.outcomes):
                    raise ProtocolError("a reply came out of order")
                self.outcomes.append(self._outcome(facts))
            case b"t", str(text) if self.complete:
                self.printed, self.closed = printable(text, len(text)), True
            case _:
                raise ProtocolError(f"a message {kind!r} came where it has no place")

    def _outcome(self, facts: list) -> Outcome:
        match facts:
            case [
                str(kind),
                value,
                str(error),
                str(line),
                list(mutated),
                str(reference_call),
            ] if kind in ("returned", "raised") and {type(name) for name in mutated} <= {str}:
                pass
            case _:
                raise ProtocolError("a reply does not say what happened")
        if reference_call and not (reference_call.isidentifier() and len(reference_call) < 80):
            raise ProtocolError("a reply names a function that cannot be one")
        if not (self._models and isinstance(value, ModelData)):
            value = plain(value)
        return Outcome(
            kind,
            value=value if kind == "returned" else None,
            error=printable(error, 600),
            line=printable(line, 200),
            mutated=tuple(name for name in self._arguments if name in mutated),
            reference_call=reference_call,
        )
