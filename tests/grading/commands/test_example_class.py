"""The example class: readable notebooks, once, and into an empty folder only."""

import nbformat
import pytest

from course_utils.grading.assignment import read_assignment
from course_utils.grading.commands.example_class import CLASS, LATE, write_example_class


def test_what_is_written(tmp_path):
    write_example_class(tmp_path / "week")
    assignment = read_assignment(tmp_path / "week" / "assignment.toml")
    submissions = tmp_path / "week" / "submissions"
    assert {path.stem for path in submissions.iterdir()} == {*CLASS, "zeno", "fermat"}
    due = assignment.due.timestamp()
    for student in CLASS:
        path = submissions / f"{student}.ipynb"
        nbformat.validate(nbformat.read(path, as_version=4))
        assert (path.stat().st_mtime > due) == (student in LATE)
    with pytest.raises(nbformat.reader.NotJSONError):
        nbformat.read(submissions / "zeno.ipynb", as_version=4)


def test_a_folder_with_something_in_it_stays_as_it_is(tmp_path):
    (tmp_path / "mine").touch()
    with pytest.raises(FileExistsError, match="is not empty"):
        write_example_class(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
