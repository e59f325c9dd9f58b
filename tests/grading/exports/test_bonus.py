"""Bonus and practice: through totals, pages and every export."""

import csv
import dataclasses
import io
import json
from xml.etree import ElementTree

import pytest

from course_utils.grading.assignment import AssignmentError, parse_assignment
from course_utils.grading.exports import FORMATS, Choices, export, total
from course_utils.grading.records.records import Listed
from course_utils.grading.records.storage import write_record, write_run
from course_utils.grading.reports.pages import write_pages
from tests.grading.a_class import RUN, ada, record, ungraded

TEXT = """
exercises = [
    {id = "slide_kernel", points = 4},
    {id = "max_pool_map", points = 3, bonus = true},
    {id = "stable_softmax", points = 0},
]
"""
ASKED = parse_assignment(TEXT).asked
RUN_WITH_BONUS = dataclasses.replace(
    RUN,
    exercises=ASKED,
    submissions=tuple(Listed(file_name=n, student=n, source=n) for n in ("all", "stuck", "none")),
)


def scored(results):
    """The results with the points of this assignment."""
    points = {one.id: one.points for one in ASKED}
    return tuple(
        dataclasses.replace(
            one,
            max_score=points[one.exercise_id],
            score=points[one.exercise_id] * bool(one.score) if one.status == "graded" else None,
        )
        for one in results
    )


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bonus")
    write_run(folder, RUN_WITH_BONUS)
    everything = scored(ada().exercises)
    sources = [cell.source for cell in ada().cells]
    practice = dataclasses.replace(ungraded("stable_softmax", "timeout", "", (2,)), max_score=0)
    without = dataclasses.replace(ungraded("max_pool_map", "missing"), max_score=3)
    write_record(folder, record("all", "All", sources, everything))
    # The practice never ends, and the bonus is not there: neither matters to the total.
    write_record(folder, record("stuck", "Stuck", sources, [everything[0], without, practice]))
    open_bonus = dataclasses.replace(ungraded("max_pool_map", "timeout", "", (1,)), max_score=3)
    write_record(folder, record("none", "None", sources, [everything[0], open_bonus, practice]))
    return folder


def test_the_assignment_says_what_is_a_bonus_and_what_practice():
    assigned = parse_assignment(TEXT)
    assert [one.points for one in assigned.exercises] == [4, 3, 0]
    assert assigned.bonus == {"max_pool_map"}
    assert RUN_WITH_BONUS.max_score == 4
    whole = parse_assignment('exercises = [{id = "chapter 2", bonus = true}, "leaky"]')
    assert {one.id for one in whole.asked if not one.bonus} == {"leaky"}
    with pytest.raises(AssignmentError, match="line 1: bonus: expected true or false; got 1"):
        parse_assignment('exercises = [{id = "leaky", bonus = 1}]')


def test_csv_and_totals(out):
    text = export(out, "csv", Choices()).read_text()
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(text))}
    assert [(rows[n]["score"], rows[n]["max_score"]) for n in ("all", "stuck")] == [
        ("7", "4"),
        ("4", "4"),
    ]
    assert (rows["none"]["score"], rows["none"]["status"]) == ("", "timeout")
    canvas = export(out, "canvas", Choices()).read_text().splitlines()
    assert canvas[1].endswith(",4")
    assert canvas[2].endswith(",7")


def test_documents(out):
    folder = export(out, "gradescope", Choices())
    document = json.loads((folder / "all" / "results.json").read_text())
    assert document["score"] == 7
    assert [test["max_score"] for test in document["tests"]] == [4, 3, 0]
    assert [name.partition(" (")[2] for name in (t["name"] for t in document["tests"])] == [
        "",
        "bonus)",
        "practice)",
    ]
    assert "score" not in json.loads((folder / "none" / "results.json").read_text())
    folder = export(out, "prairielearn", Choices())
    assert json.loads((folder / "all" / "results.json").read_text())["score"] == 1.0
    folder = export(out, "classroom50", Choices(zero=frozenset({"timeout"})))
    document = json.loads((folder / "all" / "result.json").read_text())
    assert (document["score"], document["max-score"]) == (7, 4)
    tree = ElementTree.parse(export(out, "junit", Choices()))
    score = tree.find(".//testsuite[@name='all']/properties/property[@name='score']")
    assert score.get("value") == "7"
    assert "7.0,4.0,graded" in export(out, "nbgrader", Choices()).read_text().replace(
        "7,4,", "7.0,4.0,"
    )


def test_pages(out):
    page = write_pages(out)
    text = page.read_text(encoding="utf-8")
    assert "3 points, bonus" in text
    assert "practice, no points" in text
    student = (page.parent / "students" / "all.html").read_text(encoding="utf-8")
    assert "7 of 4 points" in student
    assert "3 of them are a bonus" in student
    assert "4 of 4 points" in (page.parent / "students" / "stuck.html").read_text(encoding="utf-8")


def test_nothing_but_practice():
    nothing = dataclasses.replace(
        RUN_WITH_BONUS, exercises=tuple(dataclasses.replace(one, points=0) for one in ASKED)
    )
    results = [dataclasses.replace(one, max_score=0, score=0.0) for one in ada().exercises]
    made = record("a", "A", [], [dataclasses.replace(one, defined_in=()) for one in results])
    assert total(made, nothing.max_score).score == 0
    for name in FORMATS:
        assert list(FORMATS[name](nothing, [made], Choices()))
