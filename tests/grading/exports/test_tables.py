"""CSV: read back as the other system reads it, and harmless in a spreadsheet."""

import csv
import io

import pytest

from course_utils.grading.exports import Choices, export
from course_utils.grading.exports.tables import cell
from tests.grading.a_class import HOSTILE, write_class

BLANK = {"emmy", "empty", "broken", "gone"}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return write_class(tmp_path_factory.mktemp("run"))


def read(path):
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))


def records_of(path):
    head, *rows = read(path)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_grades_csv(out):
    rows = {row["student"]: row for row in records_of(export(out, "csv", Choices()))}
    assert len(rows) == 8
    assert (rows["ada"]["score"], rows["grace"]["score"], rows["sofia"]["score"]) == (
        "10",
        "4",
        "0",
    )
    emmy = rows["emmy"]
    assert (emmy["score"], emmy["status"]) == ("", "timeout")
    assert (emmy["max_pool_map"], emmy["max_pool_map status"]) == ("", "timeout")
    assert emmy["slide_kernel misconception"] == "flipped-kernel"
    assert (rows["broken"]["slide_kernel"], rows["broken"]["status"]) == ("", "unreadable")
    assert rows["grace"]["late"] == "yes"


def test_a_decision_of_the_instructors_turns_blanks_into_zeros(out, tmp_path):
    choices = Choices(zero=Choices.zeros(["timeout", "missing"]))
    path = export(out, "csv", choices, tmp_path / "mine.csv")
    rows = {row["student"]: row for row in records_of(path)}
    assert (rows["emmy"]["score"], rows["emmy"]["counted_as_zero"]) == ("3", "timeout")
    assert (rows["emmy"]["max_pool_map"], rows["emmy"]["max_pool_map status"]) == ("0", "timeout")
    assert (rows["gone"]["score"], rows["broken"]["score"]) == ("0", "")


@pytest.mark.parametrize("format", ["csv", "canvas", "nbgrader"])
def test_no_cell_is_a_formula(out, format):
    cells = [text for row in read(export(out, format, Choices())) for text in row]
    assert any("alert(1)" in text for text in cells)
    assert not [text for text in cells if text.lstrip().startswith(("=", "+", "-", "@", "\t"))]
    assert not [text for text in cells if any(ord(c) < 32 or c == "\u202e" for c in text)]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "\n=1"])
def test_formulas_get_an_apostrophe(text):
    assert cell(text).startswith("'")


def test_numbers_and_blanks_are_no_text():
    assert [cell(value) for value in (0.0, 7.5, -1, None, "a=b", "")] == [
        *("0", "7.5", "-1", "", "a=b", "")
    ]


def test_canvas_as_its_gradebook_importer_reads_it(out):
    """The rules of lib/gradebook_importer.rb in canvas-lms."""
    choices = Choices(assignment="Week 2 (1234)")
    head, possible, *rows = read(export(out, "canvas", choices))
    assert len(head) > 3
    assert "Student" in head[0]
    assert "ID" in head[1]
    assert (head[2], head[3], head[4]) == ("SIS User ID", "SIS Login ID", "Section")
    assert head[5:] == ["Week 2 (1234)"]
    assert "Points Possible" in possible[0]
    assert possible[5] == "10"
    found = {row[0]: row for row in rows}
    assert found["Grace Hopper"][1:] == ["1906", "", "", "", "4"]  # found by Canvas's own ID
    assert found["Ada Lovelace"][1:] == ["", "", "ada", "", "10"]  # by login
    assert found["Emmy Noether"][5] == ""
    assert all(len(row) == 6 for row in rows)


def test_nbgrader_has_its_columns(out):
    """CsvExportPlugin of nbgrader 0.9.6, and the status behind them."""
    head, *_ = read(export(out, "nbgrader", Choices()))
    assert head == [
        *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
        *("raw_score", "late_submission_penalty", "score", "max_score", "status"),
    ]
    rows = {row["student_id"]: row for row in records_of(export(out, "nbgrader", Choices()))}
    ada = rows["ada"]
    assert (ada["first_name"], ada["last_name"]) == ("Ada", "Lovelace")
    assert float(ada["raw_score"]) - float(ada["late_submission_penalty"]) == float(ada["score"])
    assert {id for id, row in rows.items() if row["score"] == ""} >= BLANK
    assert all(row["status"] != "graded" for row in rows.values() if row["score"] == "")
    assert not any(HOSTILE[:4] == id[:4] for id in rows)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "x;=1+1",
            "x; =1+1",
            'x;"=1+1"',
            "x;-1",
            "x;+1",
            "x;@SUM(A1)",
            "x;\t=1",
            "x;\n=1",
            "x；＝1",
        ),
        *("=1;=2", ";=cmd|' /C calc'!A0", "a,b;=1", 'He said "x";=1', "x;;=1", "\t=1", "\n=1"),
    ],
)
def test_no_cell_is_a_formula_whatever_a_spreadsheet_splits_lines_at(text):
    written = io.StringIO()
    csv.writer(written).writerow(["ann", cell(text), "end"])
    for separator in ";", ",", "\t", "；":
        for part in written.getvalue().replace("\n", separator).split(separator):
            assert not part.lstrip(' "').startswith(tuple("=+-@＝＋－＠")), part


def test_harmless_text_stays_as_it_is():
    for text in ("a; b", "x = 1; y = 2", "1 - 2", "a=b", "ann@example.org", "It took 5 s; wait."):
        assert cell(text) == text
    assert cell(-0.5) == "-0.5"
