"""The assignment file: which exercises, for how many points, until when."""

import dataclasses
import datetime
import re
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from course_utils.exercises import catalog, get
from course_utils.exercises.exercise import Exercise
from course_utils.exercises.model_answers.exercise import ModelExercise
from course_utils.grading.limits import Limits

KEYS = ("title", "exercises", "due", "files", "folder", "file_times", "limits")
EXERCISE_KEYS = ("id", "points", "seconds", "bonus")
LIMIT_KEYS = {"seconds": "cells", "memory_mb": "memory"}
PATTERNS = ("*.ipynb", "*.py")


class AssignmentError(ValueError):
    """The assignment file is wrong; the text names the file, the line and the key."""


@dataclass(frozen=True, kw_only=True)
class ExerciseAsked:
    """An exercise of the assignment, with the points that this assignment gives for it.

    The points of a bonus exercise come on top of the maximum.
    """

    id: str
    title: str
    chapter: int
    points: float
    time_limit: float
    bonus: bool = False


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """What an assignment asks for.

    Attributes
    ----------
    title : str
    exercises : tuple of Exercise
        With the points and the time limits of this assignment. 0 points: practice.
    bonus : frozenset of str
        Ids of the exercises whose points come on top of the maximum.
    due : datetime or None
        With an offset from UTC.
    files : tuple of str
        Patterns for the names of a submission's files; case does not matter. Empty: notebooks, or
        Python files where there is no notebook.
    folder : str
        The assignment's name in nbgrader's ``submitted/STUDENT/FOLDER``; empty if there is
        only one.
    file_times : bool
        Whether a file's time counts as the time of submission where nothing better is known.
    limits : Limits
    text : str
        The file's text.
    """

    title: str
    exercises: tuple[Exercise, ...]
    due: datetime.datetime | None = None
    files: tuple[str, ...] = ()
    folder: str = ""
    file_times: bool = False
    limits: Limits = field(default_factory=Limits)
    text: str = ""
    bonus: frozenset[str] = frozenset()

    @property
    def models(self) -> tuple[ModelExercise, ...]:
        """The exercises whose answer is a Keras model: for these, grading needs Keras too."""
        return tuple(one for one in self.exercises if one.returns_model)

    @property
    def asked(self) -> tuple[ExerciseAsked, ...]:
        """The exercises, for the record of a run."""
        return tuple(
            ExerciseAsked(
                id=one.id,
                title=one.title,
                chapter=one.chapter,
                points=one.points,
                time_limit=one.time_limit,
                bonus=one.id in self.bonus,
            )
            for one in self.exercises
        )

    def chosen(self, names: list[str]) -> list[str]:
        """The names of the files to grade, in the order of their names."""
        for pattern in [self.files] if self.files else [[one] for one in PATTERNS]:
            found = [
                name
                for name in names
                if any(fnmatchcase(name.rpartition("/")[2].lower(), one.lower()) for one in pattern)
            ]
            if found:
                return sorted(found, key=natural)
        return []


def natural(name: str) -> list:
    """A key to sort by: part2 comes before part10."""
    return [(part.isdigit(), int(part) if part.isdigit() else part) for part in _parts(name)]


def _parts(name: str) -> list[str]:
    return re.findall(r"[0-9]{1,18}|[^0-9]+", name.casefold())


def read_assignment(path: Path) -> Assignment:
    """Read an assignment file.

    Raises
    ------
    AssignmentError
        If the file cannot be read or is not valid; the text says where, and what is allowed.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AssignmentError(f"{path}: it is not in UTF-8 ({error})") from None
    except OSError as error:
        raise AssignmentError(f"{path}: {error.strerror or error}") from None
    return parse_assignment(text, str(path))


def parse_assignment(text: str, name: str = "the assignment") -> Assignment:
    """The assignment that a TOML text describes; raises as `read_assignment` does."""
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise AssignmentError(f"{name}: {error}") from None
    return _Parser(text, name).assignment(data)


class _Parser:
    def __init__(self, text: str, name: str):
        self.text, self.name = text, name

    def fail(self, key: str, what: str, near: str = ""):
        """Raise, and name the first line that has the key or the value."""
        quoted = re.escape(near)
        patterns = [rf"[\"']{quoted}[\"']"] if near else []
        patterns += [rf"^\s*\[*\s*{re.escape(key)}\s*\]*\s*(=|$)", rf"\b{re.escape(key)}\s*="]
        for pattern in patterns:
            if found := re.search(pattern, self.text, re.MULTILINE):
                line = self.text.count("\n", 0, found.end()) + 1
                raise AssignmentError(f"{self.name}, line {line}: {key}: {what}")
        raise AssignmentError(f"{self.name}: {key}: {what}")

    def keys(self, table: dict, known: tuple[str, ...], within: str = "") -> None:
        for key in table:
            if key not in known:
                self.fail(key, f"there is no such key{within}; the keys are {', '.join(known)}")

    def assignment(self, data: dict) -> Assignment:
        self.keys(data, KEYS)
        title = data.get("title", "Assignment")
        if not isinstance(title, str) or not title.strip():
            self.fail("title", f"expected text; got {title!r}")
        files = data.get("files", [])
        files = [files] if isinstance(files, str) else files
        if not isinstance(files, list) or not all(isinstance(one, str) and one for one in files):
            self.fail("files", f'expected names such as ["homework*.ipynb"]; got {files!r}')
        for one in files:
            if not one.lower().endswith((".ipynb", ".py", "*")):
                self.fail("files", f"only .ipynb and .py are graded; got {one!r}", one)
        folder = data.get("folder", "")
        if not isinstance(folder, str) or "/" in folder:
            self.fail("folder", f"expected the name of a folder; got {folder!r}")
        file_times = data.get("file_times", False)
        if not isinstance(file_times, bool):
            self.fail("file_times", f"expected true or false; got {file_times!r}")
        exercises, bonus = self.exercises(data.get("exercises"))
        return Assignment(
            title=title.strip(),
            exercises=exercises,
            bonus=bonus,
            due=self.due(data.get("due")),
            files=tuple(files),
            folder=folder,
            file_times=file_times,
            limits=self.limits(data.get("limits", {})),
            text=self.text,
        )

    def due(self, due: object) -> datetime.datetime | None:
        if due is None:
            return None
        if isinstance(due, datetime.date) and not isinstance(due, datetime.datetime):
            due = datetime.datetime.combine(due, datetime.time(23, 59, 59))
        if not isinstance(due, datetime.datetime):
            self.fail("due", f"expected a time such as 2026-11-30T23:59:00+01:00; got {due!r}")
        try:
            return due if due.tzinfo else due.astimezone()  # without an offset: this machine's
        except (OverflowError, ValueError, OSError):
            self.fail("due", f"{due} is out of this machine's range of times")

    def limits(self, limits: object) -> Limits:
        if not isinstance(limits, dict):
            self.fail("limits", f"expected a table [limits]; got {limits!r}")
        self.keys(limits, tuple(LIMIT_KEYS), " in [limits]")
        for key, value in limits.items():
            self.positive(key, value)
        if limits.get("memory_mb", 1024) < 256:
            self.fail("memory_mb", "Python with numpy alone needs 200 MB; expected 256 or more")
        given = {LIMIT_KEYS[key]: value for key, value in limits.items()}
        if "memory" in given:
            given["memory"] = int(given["memory"] * 2**20)
        return Limits(**given)

    def positive(self, key: str, value: object) -> None:
        if type(value) not in (int, float) or not 0 < value < 1e9:
            self.fail(key, f"expected a number above 0; got {value!r}")

    def points(self, value: object) -> None:
        if type(value) not in (int, float) or not 0 <= value < 1e9:
            self.fail("points", f"expected a number above 0, or 0 for practice; got {value!r}")

    def exercises(self, asked: object) -> tuple[tuple[Exercise, ...], frozenset[str]]:
        """The exercises, and the ids of those that are a bonus."""
        example = 'expected a list such as ["chapter 2", {id = "relu", points = 2}]'
        if not isinstance(asked, list) or not asked:
            self.fail("exercises", example + (f"; got {asked!r}" if asked is not None else ""))
        found: dict[str, Exercise] = {}
        bonus: set[str] = set()
        for one in asked:
            if isinstance(one, str):
                one = {"id": one}
            if not isinstance(one, dict) or not isinstance(one.get("id"), str):
                self.fail("exercises", f"{example}; got {one!r}")
            name = one["id"]
            self.keys(one, EXERCISE_KEYS, " of an exercise")
            changes = {}
            if "points" in one:
                changes["points"] = one["points"]
                self.points(one["points"])
            if "seconds" in one:
                changes["time_limit"] = one["seconds"]
                self.positive("seconds", one["seconds"])
            if type(one.get("bonus", False)) is not bool:
                self.fail("bonus", f"expected true or false; got {one['bonus']!r}")
            for exercise in self.named(name):
                if exercise.id in found:
                    self.fail("exercises", f"{exercise.id!r} is asked for twice", name)
                found[exercise.id] = dataclasses.replace(exercise, **changes)
                if one.get("bonus"):
                    bonus.add(exercise.id)
        return tuple(found.values()), frozenset(bonus)

    def named(self, name: str) -> list[Exercise]:
        if chapter := re.fullmatch(r"chapter\s+(\d{1,3})", name):
            found = [one for one in catalog() if one.chapter == int(chapter[1])]
            if not found:
                chapters = sorted({one.chapter for one in catalog()})
                there = ", ".join(map(str, chapters))
                self.fail("exercises", f"{name!r} has no exercises; chapters {there} do", name)
            return found
        try:
            return [get(name)]
        except ValueError as error:
            self.fail("exercises", str(error), name)
