"""What a run leaves on disk: ``run.json``, and one file a submission in ``results/``.

Plain JSON with a version in it, read back with every field checked. A file is there as a whole or
not at all, whenever the run is killed.
"""

import contextlib
import dataclasses
import functools
import json
import os
import tempfile
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course_utils.grading.records.json_values import FormatError, value_from_json, value_to_json
from course_utils.grading.records.results import SubmissionResult

RECORD, RUN = "course-grade/result/1", "course-grade/run/1"
LARGEST_FILE = 64 * 2**20
STATUSES = (
    *("graded", "timeout", "crashed", "out_of_memory"),
    *("unreadable", "not_gradable", "missing"),
)


@dataclass(frozen=True)
class Cell:
    """A code cell of a submission, without its magics and shell lines.

    `number` counts all cells of the file from 1, as a reader of the notebook does.
    """

    file: str
    number: int
    source: str


@dataclass(frozen=True)
class LookAlike:
    """A place that reads like an answer to an exercise and is none: `text` says what it does."""

    exercise_id: str
    file: str
    number: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Student:
    """Who handed something in, as far as the names of files tell.

    Attributes
    ----------
    id : str
        One of a kind in the run.
    name : str
        What to call them: the full name in Moodle, the name in one word in Canvas, else the id.
    platform : str
        "canvas", "moodle", "blackboard", "nbgrader", or empty.
    platform_id : str
        The platform's number for the student; empty where it has none.
    """

    id: str
    name: str
    platform: str = ""
    platform_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Record:
    """All that is known of one student's submission: ``results/NAME.json``.

    Attributes
    ----------
    file_name : str
        NAME: the student's id, made fit for a file.
    student : Student
    status : str
        "graded": it was run, and each exercise has a status of its own. "unreadable", "missing" (an
        empty folder): nothing could be run. "timeout", "crashed", "out_of_memory": the grader had
        to give up on the whole of it, twice. "not_gradable": the grader itself failed.
    detail : str
        Why it is not graded.
    source : str
        Where it was found, from the folder of submissions on; inside a zip after ``!/``.
    sha256 : str
        Of the files that were read; empty if there are none.
    submitted : str
        When, in ISO format with the offset from UTC; empty if nothing tells.
    late : bool or None
        Handed in after the due date; None if that cannot be told.
    earlier : tuple of str
        The student's earlier attempts, which were not graded.
    warnings : tuple of str
        What the instructor should know: files left out, names that were changed, and the like.
    attempts : int
        How often it was run; more than once if a worker died at it.
    graded_at : str
        When, in ISO format.
    cells : tuple of Cell
        What was graded; `CellError.cell` and `ExerciseResult.defined_in` count these, from 0.
    result : SubmissionResult or None
        If it was run.
    python : str
        The version of Python that its notebook says it was written with; empty if nothing tells.
    look_alikes : tuple of LookAlike
    """

    file_name: str
    student: Student
    status: str
    detail: str = ""
    source: str = ""
    sha256: str = ""
    submitted: str = ""
    late: bool | None = None
    earlier: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    attempts: int = 0
    graded_at: str = ""
    cells: tuple[Cell, ...] = ()
    result: SubmissionResult | None = None
    python: str = ""
    look_alikes: tuple[LookAlike, ...] = ()

    def __post_init__(self):
        if self.status not in STATUSES:
            raise FormatError(f"{self.status!r} is no status; there are {', '.join(STATUSES)}")
        if (self.result is None) == (self.status == "graded"):
            raise FormatError("exactly the graded have a result")

    @property
    def several_files(self) -> bool:
        """Whether its cells are those of more than one file."""
        return len({cell.file for cell in self.cells}) > 1

    def place(self, cell: int) -> str:
        """Where a cell is: "cell 2", or "cell 2 of lab-1.ipynb" if there are several files."""
        found = self.cells[cell]
        return f"cell {found.number}" + (f" of {found.file}" if self.several_files else "")

    @property
    def earned(self) -> float | None:
        """Sum of the scores of the graded exercises; None if none was graded."""
        scores = [one.score for one in self.exercises if one.score is not None]
        return sum(scores) if scores else None

    @property
    def unsettled(self) -> tuple:
        """The exercises that may have an answer and have no score: somebody has to look at them.

        Those without points are left out: whatever comes of them, the total stays as it is.
        """
        return tuple(
            one
            for one in self.exercises
            if one.status not in ("graded", "missing") and one.max_score > 0
        )

    @property
    def exercises(self) -> tuple:
        """The result of each exercise; empty if nothing was run."""
        return self.result.exercises if self.result else ()


@dataclass(frozen=True, kw_only=True)
class ExerciseAsked:
    """An exercise of the assignment, with the points that this assignment gives for it.

    Those of a bonus exercise come on top of what can be had.
    """

    id: str
    title: str
    chapter: int
    points: float
    time_limit: float
    bonus: bool = False


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A submission of the run, graded or not."""

    file_name: str
    student: str
    source: str


@dataclass(frozen=True, kw_only=True)
class Run:
    """The run as a whole: ``run.json``.

    Attributes
    ----------
    title : str
        The assignment's.
    due : str
        In ISO format; empty if there is no due date.
    assignment : str
        The text of the assignment file.
    exercises : tuple of ExerciseAsked
    seed : int
        Drew the inputs.
    sandbox : str
        Kind: "bubblewrap", "landlock" or "trust".
    isolation : str
        What isolated the students' code, in words.
    versions : dict
        Of course_utils, Python, numpy and the system; "code" is a hash of what judges.
    started, finished : str
        In ISO format; finished is empty as long as something is left to do.
    source : str
        What was graded, as the command line names it.
    submissions : tuple of Listed
        All there are, whether their results are there or not.
    warnings : tuple of str
        About files that belong to no student.
    """

    title: str
    due: str
    assignment: str
    exercises: tuple[ExerciseAsked, ...]
    seed: int
    sandbox: str
    isolation: str
    versions: dict[str, str]
    started: str
    finished: str = ""
    source: str = ""
    submissions: tuple[Listed, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def max_score(self) -> float:
        """Sum of the exercises' points, without those of bonus exercises."""
        return sum(exercise.points for exercise in self.exercises if not exercise.bonus)


def read_run(out: Path) -> Run:
    """The run in a folder.

    Raises
    ------
    FileNotFoundError
        If there is none.
    FormatError
        If its file is none of this program's.
    """
    return _read(Path(out) / "run.json", Run, RUN)


def write_run(out: Path, run: Run) -> None:
    """Write ``run.json``."""
    _write(Path(out) / "run.json", run, RUN)


def record_path(out: Path, file_name: str) -> Path:
    """Where the record of a submission is kept."""
    return Path(out) / "results" / f"{file_name}.json"


def read_record(out: Path, file_name: str) -> Record:
    """The record of one submission; raises as `read_run` does."""
    return _read(record_path(out, file_name), Record, RECORD)


def read_records(out: Path, damaged: list[tuple[str, str]] | None = None) -> Iterator[Record]:
    """The records of all submissions of the run that have one by now, one at a time.

    Students whose record is damaged are put on the list `damaged`, with what is wrong; without a
    list, a `FormatError` is raised.
    """
    for listed in read_run(out).submissions:
        try:
            record = read_record(out, listed.file_name)
        except FileNotFoundError:
            continue
        except (FormatError, OSError) as error:  # a folder in its place, too
            if damaged is None:
                raise
            damaged.append((listed.student, str(error)))
            continue
        yield record


def write_record(out: Path, record: Record) -> None:
    """Write a submission's record."""
    _write(record_path(out, record.file_name), record, RECORD)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that under its name there is the whole of it, or what was there before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".partial")
    try:
        with open(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(partial, 0o644)
        os.replace(partial, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(path: Path, record, schema: str) -> None:
    data = {"schema": schema, **to_json(record)}
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    write_atomically(path, text.encode("utf-8", "replace") + b"\n")


def _read(path: Path, kind: type, schema: str):
    try:
        with open(path, "rb") as file:
            text = file.read(LARGEST_FILE + 1)
        if len(text) > LARGEST_FILE:
            raise FormatError(f"it has more than {LARGEST_FILE} bytes")
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("schema") != schema:
            found = data.get("schema") if isinstance(data, dict) else None
            raise FormatError(f"expected the schema {schema!r}; got {found!r}")
        del data["schema"]
        return from_json(kind, data)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path} is no file of this program's: {error}") from None


def to_json(record: object) -> object:
    """A dataclass of texts, numbers, tuples, dataclasses and values as JSON."""
    hints = _hints(type(record))
    return {name: _to_json(getattr(record, name), hint) for name, hint in hints.items()}


def _to_json(value: object, hint: object) -> object:
    if hint in (object, np.ndarray):
        return value_to_json(value)
    if value is None:
        return None
    options = _options(hint)
    hint = next((one for one in options if one is not types.NoneType), hint)
    if hint is np.ndarray:
        return value_to_json(value)
    if dataclasses.is_dataclass(hint):
        return to_json(value)
    if typing.get_origin(hint) in (tuple, frozenset):
        items = value if type(value) is tuple else sorted(value)
        return [_to_json(item, typing.get_args(hint)[0]) for item in items]
    if hint is dict:  # arguments of an exercise
        return {name: value_to_json(item) for name, item in value.items()}
    if isinstance(value, np.generic):
        return value.item()
    return value


def from_json(kind: type, data: object, where: str = ""):
    """The dataclass that `to_json` wrote.

    Raises
    ------
    FormatError
        If a field is missing, unknown, or of another type; the text names it.
    """
    hints = _hints(kind)
    if not isinstance(data, dict):
        raise FormatError(f"{where or kind.__name__}: expected an object; got {str(data)[:40]!r}")
    optional = {
        field.name for field in dataclasses.fields(kind) if field.default is not dataclasses.MISSING
    }
    if unknown := data.keys() - hints.keys():
        raise FormatError(f"{where or kind.__name__}: unknown fields {sorted(unknown)[:3]}")
    if missing := hints.keys() - optional - data.keys():
        raise FormatError(f"{where or kind.__name__}: no {', '.join(sorted(missing))}")
    return kind(
        **{
            name: _from_json(hints[name], value, f"{where}.{name}".lstrip("."))
            for name, value in data.items()
        }
    )


def _from_json(hint: object, data: object, where: str):
    if hint is object:
        return value_from_json(data)
    options = _options(hint)
    if data is None and types.NoneType in options:
        return None
    hint = next(one for one in options if one is not types.NoneType)
    if hint is np.ndarray:
        value = value_from_json(data)
        if not isinstance(value, np.ndarray | np.generic):
            raise FormatError(f"{where}: expected an array")
        return np.asarray(value)
    if dataclasses.is_dataclass(hint):
        return from_json(hint, data, where)
    kind = typing.get_origin(hint)
    if kind in (tuple, frozenset) and type(data) is list:
        item = typing.get_args(hint)[0]
        return kind(_from_json(item, one, f"{where}[{i}]") for i, one in enumerate(data))
    if hint is dict and type(data) is dict:
        return {name: value_from_json(item) for name, item in data.items()}
    if kind is dict and type(data) is dict:
        item = typing.get_args(hint)[1]
        return {name: _from_json(item, one, f"{where}.{name}") for name, one in data.items()}
    if hint is float and type(data) in (int, float):
        return data
    if hint in (str, int, bool) and type(data) is hint:
        return data
    expected = getattr(hint, "__name__", str(hint))
    raise FormatError(f"{where}: expected {expected}; got {str(data)[:40]!r}")


def _options(hint: object) -> tuple:
    return typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)


@functools.cache
def _hints(kind: type) -> dict[str, object]:
    return typing.get_type_hints(kind)
