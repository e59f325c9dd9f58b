"""The committed chapters are as `make notebooks` leaves them.

That their cells still give the outputs they show is nbval's job: pytest collects ``chapters/``
itself (see pyproject.toml).
"""

import pytest
import yaml

from course_utils.exercises import catalog
from tools.notebooks import (
    ROOT,
    as_text,
    chapters,
    code_cells,
    complaints,
    exercise_pairs,
    normalize,
    read,
    tags,
)

each_chapter = pytest.mark.parametrize("path", chapters(), ids=lambda path: path.stem)


@each_chapter
def test_a_chapter_is_ready_to_commit(path):
    assert complaints(read(path), path.stem) == []


@each_chapter
def test_a_chapter_is_normalized(path):
    assert path.read_text(encoding="utf-8") == as_text(normalize(read(path)))


@each_chapter
def test_every_check_says_that_nothing_was_attempted(path):
    checks = [cell for cell in code_cells(read(path)) if "check" in tags(cell)]
    for cell in checks:
        shown = "".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)
        assert "not attempted yet" in shown.lower(), cell.source


def test_every_chapter_is_in_the_book():
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    files = [entry["file"] for part in contents["parts"] for entry in part["chapters"]]
    assert [name for name in files if name.startswith("chapters/")] == [
        f"chapters/{path.stem}" for path in chapters()
    ]


def test_every_exercise_is_asked_once_and_in_its_chapter():
    asked = [
        (name, int(path.stem.split("_")[0]))
        for path in chapters()
        for name, _, _ in exercise_pairs(read(path))
    ]
    assert sorted(asked) == sorted((exercise.id, exercise.chapter) for exercise in catalog())


def test_nbval_collects_every_cell(pytestconfig):
    # Without these, the chapters would drop out of the tests and nothing would turn red.
    assert chapters()
    assert pytestconfig.option.nbval
    assert "chapters" in pytestconfig.getini("testpaths")
