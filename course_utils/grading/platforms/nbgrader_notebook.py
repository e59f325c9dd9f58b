"""A chapter as the source of an nbgrader assignment.

Exercise cells become solution cells, from which nbgrader removes the model solution for students.
Check cells become locked cells with hidden tests, which earn the points.
"""

import ast
import inspect
import textwrap

import nbformat

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.registry import get

SCHEMA = 3  # nbgrader/nbgraderformat/v3.json


class NotAChapterError(ValueError):
    """A notebook has no exercises of the course, or an exercise without its check."""


def nbgrader_notebook(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """A copy of a chapter that `nbgrader generate_assignment` takes.

    Raises
    ------
    NotAChapterError
        If there is no exercise in it, or one without a check cell after it.
    """
    copy = nbformat.from_dict(notebook)
    found = 0
    for cell, after in zip(copy.cells, [*copy.cells[1:], None]):
        id = cell.metadata.get("exercise", {}).get("id")
        if id is None:
            continue
        if after is None or "check" not in after.metadata.get("tags", []):
            raise NotAChapterError(f"exercise {id!r}: there is no check cell right after it")
        exercise = get(id)
        cell.source = _with_solution(exercise)
        cell.metadata["nbgrader"] = _metadata(id, solution=True)
        after.source += (
            "\n\n### BEGIN HIDDEN TESTS\n"
            "from course_utils.exercises import evaluate\n\n"
            f"report = evaluate({id!r}, {id}, time_limit={exercise.time_limit:g})\n"
            "assert report.passed, str(report)\n"
            "### END HIDDEN TESTS"
        )
        after.metadata["nbgrader"] = _metadata(
            f"check_{id}", grade=True, locked=True, points=exercise.points
        )
        for one in (cell, after):
            one.outputs, one.execution_count = [], None
        found += 1
    if not found:
        raise NotAChapterError("there is no exercise of the course in this notebook")
    return copy


def _metadata(grade_id: str, **fields) -> dict:
    roles = {"grade": False, "locked": False, "solution": False, "task": False}
    return {"grade_id": grade_id, "schema_version": SCHEMA, **roles, **fields}


def _with_solution(exercise: Exercise) -> str:
    starter = exercise.starter.removesuffix("...").rstrip(" ")
    body = textwrap.indent(_body(exercise), "    ")
    return f"{starter}    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION"


def _body(exercise: Exercise) -> str:
    """The statements of the model solution, below its signature and docstring."""
    source = textwrap.dedent(inspect.getsource(exercise.reference))
    function = ast.parse(source).body[0]
    first = function.body[ast.get_docstring(function) is not None]
    return textwrap.dedent("\n".join(source.splitlines()[first.lineno - 1 :]))
