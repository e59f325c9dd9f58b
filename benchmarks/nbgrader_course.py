"""The class of `benchmarks.grading` as a course of nbgrader's, to be graded by its `autograde`.

nbgrader is no dependency: it is measured where the variable NBGRADER names its command, installed
in an environment of its own (CONTRIBUTING.md says how).
"""

import csv
import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np

SEED = 0
ASSIGNMENT = "ps1"


def program() -> str | None:
    """Path of nbgrader's command, if there is one to be measured."""
    found = shutil.which(os.environ.get("NBGRADER", ""))
    return os.path.abspath(found) if found else None


def lay_out(course: Path, exercises, submissions: dict[str, list[str]]) -> None:
    """Write a course folder: the release with its tests, and what the students handed in.

    The tests of an exercise compare what the function returns on the inputs of the exercise with
    the reference's results, in the tolerance of the exercise.
    """
    source = course / "source" / ASSIGNMENT
    source.mkdir(parents=True)
    release = [_code("import numpy as np")]
    for exercise in exercises:
        answer = f"### BEGIN SOLUTION\n{exercise.starter}\n### END SOLUTION"
        release += [
            _code(answer, grade_id=exercise.id, solution=True),
            _code(_tests(exercise), grade_id=f"test_{exercise.id}", grade=True),
        ]
    (source / "problem.ipynb").write_text(_notebook(release), encoding="utf-8")
    _run(course, "generate_assignment", ASSIGNMENT)
    released = json.loads((course / "release" / ASSIGNMENT / "problem.ipynb").read_text("utf-8"))
    for student, cells in submissions.items():
        folder = course / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        answers = iter(cells)
        for cell in released["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                cell["source"] = next(answers)
        (folder / "problem.ipynb").write_text(json.dumps(released), encoding="utf-8")


def autograde(course: Path) -> None:
    """Grade all that was handed in."""
    _run(course, "autograde", ASSIGNMENT)


def points(course: Path) -> dict[str, float]:
    """What each student was given."""
    _run(course, "export")
    with open(course / "grades.csv", encoding="utf-8", newline="") as file:
        return {row["student_id"]: float(row["score"] or 0) for row in csv.DictReader(file)}


def _run(course: Path, *arguments: str) -> None:
    # It calls alembic and its kernel by name.
    path = f"{Path(program()).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [program(), *arguments],
        cwd=course,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"nbgrader {arguments[0]} failed:\n{done.stderr[-2000:]}")


def _tests(exercise) -> str:
    lines = []
    for arguments in exercise.draw_inputs(SEED):
        expected = exercise.reference(**arguments)
        given = ", ".join(f"{name}={_literal(value)}" for name, value in arguments.items())
        lines.append(
            f"np.testing.assert_allclose({exercise.id}({given}), {_literal(expected)}, "
            f"rtol={exercise.rtol}, atol={exercise.atol})"
        )
    return "\n".join(lines)


def _literal(value) -> str:
    if isinstance(value, np.ndarray):
        return f"np.array({value.tolist()}, np.{value.dtype}).reshape({value.shape})"
    return repr(value.item() if isinstance(value, np.generic) else value)


def _code(source: str, **fields) -> dict:
    cell = {"cell_type": "code", "metadata": {}, "source": source, "outputs": []}
    if fields:
        defaults = {"grade": False, "solution": False, "task": False, "schema_version": 3}
        points = {"points": 1} if fields.get("grade") else {}
        locked = {"locked": not fields.get("solution", False)}
        cell["metadata"]["nbgrader"] = {**defaults, **locked, **points, **fields}
    return cell | {"execution_count": None}


def _notebook(cells: list[dict]) -> str:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4}
    return json.dumps(content | {"nbformat_minor": 4})
