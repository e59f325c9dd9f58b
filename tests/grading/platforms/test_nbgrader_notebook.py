"""Chapters as nbgrader's source notebooks, by nbgrader's rules for cells and whole notebooks."""

import inspect
import re
from pathlib import Path

import jsonschema
import nbformat
import numpy as np
import pytest

from course_utils.exercises import catalog, evaluate, get
from course_utils.grading.platforms.nbgrader_notebook import NotAChapterError, nbgrader_notebook

ROOT = Path(__file__).resolve().parents[3]
CHAPTERS = sorted((ROOT / "chapters").glob("0*.ipynb"))

# nbgrader 0.9.6, nbgraderformat/v3.json.
BOOLEAN = {"type": "boolean"}
SCHEMA = {
    "type": "object",
    "properties": {
        "schema_version": {"type": "integer", "minimum": 3, "maximum": 3},
        **dict.fromkeys(("grade", "locked", "solution", "task"), BOOLEAN),
        "grade_id": {"type": "string", "pattern": r"^[a-zA-Z0-9_\-]*$"},
        "points": {"type": "number", "minimum": 0},
        "checksum": {"type": "string", "minLength": 32, "maxLength": 32},
        "cell_type": {"type": "string", "enum": ["raw", "code", "markdown"]},
    },
    "required": ["schema_version", "grade", "locked", "solution"],
    "additionalProperties": False,
}


def validate_like_nbgrader(notebook):
    """MetadataValidatorV3 of nbgraderformat/v3.py."""
    ids = []
    for cell in notebook.cells:
        if "nbgrader" not in cell.metadata:
            continue
        found = cell.metadata.nbgrader
        jsonschema.validate(found, SCHEMA)
        assert found.get("grade_id")
        assert "points" in found or not found.grade
        assert cell.cell_type == "code"
        assert not found.task
        ids.append(found.grade_id)
    assert len(ids) == len(set(ids))
    return ids


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_chapters(path):
    chapter = nbformat.read(path, as_version=4)
    before = nbformat.writes(chapter)
    made = nbgrader_notebook(chapter)
    assert nbformat.writes(chapter) == before  # a copy
    nbformat.validate(made)
    ids = validate_like_nbgrader(made)
    exercises = [cell.metadata.exercise.id for cell in chapter.cells if "exercise" in cell.metadata]
    assert ids == [name for id in exercises for name in (id, f"check_{id}")]
    for cell in made.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            id = cell.metadata.nbgrader.grade_id.removeprefix("check_")
            assert cell.metadata.nbgrader.points == get(id).points
            assert cell.source.startswith(f"check({id})\n")  # what is left for students
            assert cell.metadata.nbgrader.locked


def cells_of(id):
    exercise = get(id)
    cells = [
        nbformat.v4.new_code_cell(
            exercise.starter, metadata={"exercise": {"id": id}, "tags": ["exercise"]}
        ),
        nbformat.v4.new_code_cell(f"check({id})", metadata={"tags": ["check"]}),
    ]
    return nbformat.v4.new_notebook(cells=cells)


@pytest.mark.parametrize("exercise", catalog(), ids=lambda exercise: exercise.id)
def test_with_the_solution_taken_out_the_starter_is_left(exercise):
    source = nbgrader_notebook(cells_of(exercise.id)).cells[0].source
    # As nbgrader's ClearSolutions does.
    pattern = r"( *)### BEGIN SOLUTION\n.*\n *### END SOLUTION"
    assert re.sub(pattern, r"\1...", source, flags=re.DOTALL) == exercise.starter
    compile(source, "cell", "exec")
    solution = re.search(r"### BEGIN SOLUTION\n(.*)\n *### END", source, re.DOTALL)[1]
    assert (
        solution.split("\n")[-1] == inspect.getsource(exercise.reference).rstrip().split("\n")[-1]
    )


def test_the_solution_passes_the_hidden_tests_and_a_wrong_one_does_not():
    solved, checked = nbgrader_notebook(cells_of("slide_kernel")).cells
    names = {"np": np, "check": lambda answer: None}
    exec(solved.source, names)
    exec(checked.source, names)
    assert evaluate("slide_kernel", names["slide_kernel"]).passed
    names["slide_kernel"] = lambda image, kernel: image
    with pytest.raises(AssertionError, match="Not yet: Slide the kernel"):
        exec(checked.source, names)


def test_what_is_no_chapter_is_refused():
    with pytest.raises(NotAChapterError, match="no exercise of the course"):
        nbgrader_notebook(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("x = 1")]))
    alone = cells_of("slide_kernel")
    del alone.cells[1]
    with pytest.raises(NotAChapterError, match="'slide_kernel': there is no check cell"):
        nbgrader_notebook(alone)
