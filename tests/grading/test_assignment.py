"""The assignment file: what it gives, and what it says about a mistake in it."""

import datetime

import pytest

from course_utils.exercises import catalog, get
from course_utils.grading.assignment import AssignmentError, parse_assignment, read_assignment
from course_utils.grading.limits import Limits

FULL = """\
title = "Homework 2"
due = 2026-11-30T23:59:00+01:00
files = "Homework*.ipynb"
folder = "ps2"
exercises = [
    "chapter 2",
    {id = "leaky", points = 5, seconds = 0.5},
]

[limits]
seconds = 3
memory_mb = 800
"""


def test_a_full_file(tmp_path):
    (tmp_path / "a.toml").write_bytes(b"\xef\xbb\xbf" + FULL.encode())
    assignment = read_assignment(tmp_path / "a.toml")
    assert (assignment.title, assignment.folder) == ("Homework 2", "ps2")
    assert assignment.due.isoformat() == "2026-11-30T23:59:00+01:00"
    second = [one.id for one in catalog() if one.chapter == 2]
    assert [one.id for one in assignment.exercises] == [*second, "leaky"]
    assert assignment.exercises[0] == get(second[0])
    assert (assignment.exercises[-1].points, assignment.exercises[-1].time_limit) == (5, 0.5)
    assert assignment.asked[-1].points == 5
    assert assignment.limits == Limits(cells=3, memory=800 * 2**20)
    assert assignment.chosen(["b/HOMEWORK2.ipynb", "a/homework10.IPYNB", "x.py"]) == [
        "a/homework10.IPYNB",
        "b/HOMEWORK2.ipynb",
    ]


def test_little_is_needed():
    assignment = parse_assignment('exercises = ["leaky"]')
    assert (assignment.due, assignment.files, assignment.limits) == (None, (), Limits())
    assert assignment.exercises == (get("leaky"),)


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("2026-11-30", datetime.datetime(2026, 11, 30, 23, 59, 59)),
        ("2026-11-30T12:00:00", datetime.datetime(2026, 11, 30, 12)),
    ],
)
def test_a_due_date_without_an_offset_is_in_this_machines_time(due, expected):
    assignment = parse_assignment(f'exercises = ["leaky"]\ndue = {due}')
    assert assignment.due == expected.astimezone()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "exercises: expected a list such as"),
        ("exercises = []", "line 1: exercises: expected a list"),
        ("exercises = [", "Invalid value"),
        ("\nexercises = [3]", "line 2: exercises: .* got 3"),
        ('exercises = [\n"leaky",\n"leaki"]', "line 3: .*'leaki'; did you mean leaky"),
        ('exercises = [\n"chapter 77"]', "line 2: .*'chapter 77' has no exercises; chapters 1, 2"),
        ('exercises = ["leaky",\n {id = "leaky"}]', "'leaky' is asked for twice"),
        ('exercises = ["leaky"]\npoints = 3', "line 2: points: there is no such key; the keys are"),
        ('exercises = [\n{id = "leaky", point = 3}]', "line 2: point: .* of an exercise"),
        (
            'exercises = [{id = "leaky", points = -1}]',
            "points: expected .* or 0 for practice; got -1",
        ),
        ('exercises = [{id = "leaky", seconds = "2"}]', "seconds: expected a number above 0"),
        ('exercises = [{id = "leaky", points = true}]', "points: expected a number above 0"),
        ('exercises = [{id = "leaky", points = nan}]', "points: expected a number above 0"),
        ('exercises = ["leaky"]\ndue = "soon"', "line 2: due: expected a time such as"),
        ('exercises = ["leaky"]\ndue = 12:00:00', "line 2: due: expected a time such as"),
        ('exercises = ["leaky"]\ntitle = ""', "line 2: title: expected text"),
        ('exercises = ["leaky"]\nfiles = 3', "line 2: files: expected names"),
        ('exercises = ["leaky"]\nfiles = ["*.ipynb",\n"*.r"]', "line 3: files: only .ipynb and"),
        ('exercises = ["leaky"]\nfolder = "a/b"', "line 2: folder"),
        ('exercises = ["leaky"]\nfile_times = 1', "line 2: file_times: expected true or false"),
        ('exercises = ["leaky"]\nlimits = 3', "line 2: limits: expected a table"),
        ('exercises = ["leaky"]\n[limits]\nmemory = 3', r"line 3: memory: .* in \[limits\]"),
        ('exercises = ["leaky"]\n[limits]\nmemory_mb = 3', "line 3: memory_mb: .* 256 or more"),
        ('exercises = ["leaky"]\n[limits]\nseconds = 0', "line 3: seconds: expected a number"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_key(text, told):
    with pytest.raises(AssignmentError, match=told) as raised:
        parse_assignment(text, "a.toml")
    assert str(raised.value).startswith("a.toml")


def test_no_file_and_no_text(tmp_path):
    with pytest.raises(AssignmentError, match=r"none\.toml: No such file"):
        read_assignment(tmp_path / "none.toml")
    (tmp_path / "a.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(AssignmentError, match="not in UTF-8"):
        read_assignment(tmp_path / "a.toml")
