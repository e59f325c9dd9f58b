"""Reading takes seconds, whatever is handed in."""

import contextlib
import time

import pytest

from course_utils.grading.submissions import reading
from course_utils.grading.submissions.layouts import find_submissions
from course_utils.grading.submissions.look_alikes import look_alikes
from course_utils.grading.submissions.magics import to_python
from course_utils.grading.submissions.notebooks import Contents, contents_of
from tests.grading.handed_in import laid_out, notebook
from tests.grading.submissions.test_reading import ASSIGNED

MANY = 400_000
CELLS = {
    "%time before blanks": "%time" + " " * MANY,
    "%time before blanks and a name": "%time" + " " * MANY + "x",
    "blanks before %time": " " * MANY + "%time x",
    "magics of cells": "%%time\n" * 140_000,
    "empty lines": "\n" * MANY,
    "lines of blanks": (" " * 1000 + "\n") * 900,
    "statements": "x=1\n" * 250_000,
    "question marks": "a" + "?" * MANY,
    "a name and blanks": "a" + " " * MANY,
    "targets": "a," * MANY,
    "quotes": "'" * MANY,
    "brackets": "(" * MANY,
    "shell lines that go on": "!\\\n" * 300_000,
    "definitions": "def slide_kerne\n" * 60_000,
    "annotations": "x: " * 300_000,
}
# In UTF-8, these take time as the square of their length or are no text at all.
ENCODINGS = ("punycode", "idna", "utf-7", "unicode_escape", "rot13", "zlib", "undefined", "no-such")


@pytest.mark.parametrize("what", CELLS)
def test_a_cell(what):
    began = time.process_time()
    cells = contents_of("a.ipynb", notebook(CELLS[what])).cells
    look_alikes(Contents("a.ipynb", cells), ASSIGNED.exercises)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_an_encoding_that_no_file_is_in(encoding):
    text = f"# coding: {encoding}\n" + "x = 'ä'\n" * 60_000
    began = time.process_time()
    (cell,) = contents_of("a.py", text.encode()).cells
    assert cell.source == text
    # Six megabytes of it are not read to the end before they are found too long.
    with pytest.raises(reading.UnreadableError, match="characters of code"):
        contents_of("a.py", f"# coding: {encoding}\n".encode() + b"x" * 6_000_000)
    assert time.process_time() - began < 10


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "shift_jis", "gb18030"])
def test_an_encoding_that_files_are_in(encoding):
    text = f"# coding: {encoding}\nx = 'a'\n"
    data = text.encode("utf-8" if encoding == "utf-16" else encoding)
    assert contents_of("a.py", data).cells[0].source == text


def test_what_takes_longer_all_the_same_is_ended_and_the_submission_named(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "LONGEST", 0.3)

    def endless(*_):
        while True:
            with contextlib.suppress(Exception):  # as where one way of several to read fails
                sum(range(1000))

    monkeypatch.setattr(reading, "contents_of", endless)
    (handed,), _ = find_submissions(laid_out(tmp_path, {"ann.ipynb": notebook("x = 1")}))
    done = reading.read_submission(handed, ASSIGNED)
    assert done.status == "unreadable"
    assert "ann.ipynb: reading it was not finished after 0.3 s" in done.detail
    monkeypatch.undo()
    assert reading.read_submission(handed, ASSIGNED).status == "ready"


def test_a_cells_magics_go_from_the_top_alone():
    assert to_python("%%time\n\n%%capture\nx = 1\n%%time") == "\n\n\nx = 1\npass"
