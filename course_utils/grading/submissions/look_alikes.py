"""What looks like an answer but is not one, for a person to check.

A name that is one letter off, a solution in a Markdown cell, an exercise's own cell with other code
in it: the grader cannot run these, but nobody silently gets a zero for them. Everything here is
plain text; nothing is parsed, since nesting can crash Python's parser.
"""

import dataclasses
import functools
import re
from collections.abc import Iterable

from course_utils.exercises import catalog
from course_utils.exercises.exercise import Exercise
from course_utils.grading.judging.results import SubmissionResult
from course_utils.grading.submissions.notebooks import Contents
from course_utils.grading.submissions.student import LookAlike

MOST = 20  # in a submission
DEFINITION = re.compile(r"^([ \t]*)(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)
ASSIGNMENT = re.compile(r"^(\w+)[ \t]*(?::[^=\n]{0,80})?=(?!=)[ \t]*([^\n]{0,80})", re.MULTILINE)
FUNCTION = re.compile(r"lambda\b|[\w.]*partial\(|[\w.]*vectorize\(")
BEFORE = "my_|solution_|answer_"
AFTER = r"_?(\d+|v\d+|new|final|fixed|solution|answer|copy)"


def look_alikes(contents: Contents, exercises: Iterable[Exercise]) -> list[LookAlike]:
    """What in a file looks like an answer to one of the exercises, by exercise."""
    found = [
        LookAlike(exercise.id, contents.name, number, text)
        for exercise in exercises
        for number, text in _places(contents, exercise)
    ]
    return found[:MOST]


def with_look_alikes(
    result: SubmissionResult | None, found: tuple[LookAlike, ...]
) -> SubmissionResult | None:
    """The result; an exercise without an answer is to be decided if something looks like one."""
    if result is None or not found:
        return result
    several = len({one.file for one in found}) > 1
    exercises = []
    for one in result.exercises:
        mine = [place for place in found if place.exercise_id == one.exercise_id]
        if one.status == "missing" and mine:
            places = "; ".join(
                f"cell {place.number}{f' of {place.file}' if several else ''} {place.text}"
                for place in mine[:3]
            )
            detail = f"{one.detail} But {places}."
            one = dataclasses.replace(one, status="to_be_decided", detail=detail)
        exercises.append(one)
    return dataclasses.replace(result, exercises=tuple(exercises))


def _places(contents: Contents, exercise: Exercise) -> Iterable[tuple[int, str]]:
    """(number of the cell, what it does)."""
    id, number_will_do = exercise.id, exercise.inputs is None
    own = re.compile(rf"^[ \t>.]*(?:(?:async[ \t]+)?def[ \t]+{id}[ \t]*\(|{id}[ \t]*=(?!=))", re.M)
    for cell in contents.cells:
        text = _near_miss(cell.source, id, number_will_do)
        if not text and contents.tagged.get(cell.number) == id and not own.search(cell.source):
            lines = (line.strip() for line in cell.source.split("\n"))
            if any(line and not line.startswith("#") and line != "pass" for line in lines):
                text = f"is the exercise's own cell and does not define `{id}`"
        if text:
            yield cell.number, text
    for passage in contents.passages:
        if own.search(passage.text):
            yield passage.number, f"is a {passage.kind} cell with code for `{id}`"


def _near_miss(source: str, id: str, number_will_do: bool) -> str:
    for indent, name in DEFINITION.findall(source):
        if name == id and indent:
            return f"defines `{name}` inside something else"
        if _nearly(name, id):
            return f"defines `{name}`"
    for name, value in ASSIGNMENT.findall(source):
        if (number_will_do or FUNCTION.match(value)) and _nearly(name, id):
            return f"assigns a value to `{name}`"
    return ""


def _nearly(name: str, id: str) -> bool:
    """Whether somebody who wrote one name may have meant the other."""
    if name == id or name in _ids():
        return False
    if re.fullmatch(rf"({BEFORE})?{id}|{id}{AFTER}", name, re.IGNORECASE):
        return True
    first, second = (text.casefold().replace("_", "") for text in (name, id))
    return first == second or (len(second) > 3 and _one_apart(first, second))


def _one_apart(first: str, second: str) -> bool:
    """Whether one letter was left out, added or mistyped, or two were swapped."""
    if abs(len(first) - len(second)) > 1:
        return False
    same = 0
    while same < min(len(first), len(second)) and first[same] == second[same]:
        same += 1
    first, second = first[same:], second[same:]
    return (
        first[1:] == second[1:]
        or first[1:] == second
        or first == second[1:]
        or (first[:2] == second[1::-1] and first[2:] == second[2:])
    )


@functools.cache
def _ids() -> frozenset[str]:
    return frozenset(exercise.id for exercise in catalog())
