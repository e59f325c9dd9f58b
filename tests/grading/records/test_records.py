"""Results on disk: what is read is what was written, and nothing else is taken for it."""

import dataclasses
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from course_utils.exercises.report import Counterexample, Report
from course_utils.grading.assignment import ExerciseAsked
from course_utils.grading.judging.results import ExerciseResult, SubmissionResult
from course_utils.grading.records.records import Listed, Record, Run
from course_utils.grading.records.storage import (
    read_record,
    read_records,
    read_run,
    record_path,
    write_record,
    write_run,
)
from course_utils.grading.sandbox.replies import CellError
from course_utils.grading.submissions.cell import Cell
from course_utils.grading.submissions.student import Student
from course_utils.grading.wire.json_values import FormatError


def a_report():
    example = Counterexample(
        inputs={"image": np.arange(6.0).reshape(2, 3), "padding": ((1, 2), 0)},
        expected=np.float64(1.5),
        got=np.array([[1.0, np.nan]]),
        returned=True,
        where=np.array([[True, False]]),
    )
    return Report("id", "A title", "failed", 0.0, 2, "It is wrong.", "m", "d", "h", example)


def a_record(name="alice", **changes):
    result = SubmissionResult(
        seed=7,
        sandbox="bubblewrap",
        exercises=(
            ExerciseResult(
                exercise_id="id", status="graded", max_score=2, score=0.0, report=a_report()
            ),
            ExerciseResult(exercise_id="b", status="timeout", max_score=1, detail="Endless."),
            ExerciseResult(exercise_id="c", status="graded", max_score=3, score=3.0),
            ExerciseResult(exercise_id="d", status="missing", max_score=1, printed="\x1b"),
        ),
        cell_errors=(CellError(0, 3, "NameError: x"),),
        seconds=0.25,
        peak_memory=10**8,
    )
    fields = dict(
        file_name=name,
        student=Student(id=name, name="Alice", platform="canvas", platform_id="12"),
        status="graded",
        source="all.zip!/alice.ipynb",
        sha256="0" * 64,
        submitted="2026-11-30T12:00:00+00:00",
        late=False,
        earlier=("old.ipynb",),
        warnings=("Cell 3 was left out: it is not a cell.",),
        attempts=1,
        graded_at="2026-12-01T12:00:00+00:00",
        cells=(Cell("hw.ipynb", 2, "x = '\u2028'\n"),),
        result=result,
    )
    return Record(**{**fields, **changes})


def a_run(*names):
    exercise = ExerciseAsked(id="id", title="A title", chapter=2, points=2, time_limit=10.0)
    return Run(
        title="Homework",
        due="",
        assignment='title = "Homework"',
        exercises=(exercise, exercise),
        seed=2**53 - 1,
        sandbox="bubblewrap",
        isolation="bubblewrap with a seccomp filter",
        versions={"python": "3.11"},
        started="2026-12-01T12:00:00+00:00",
        submissions=tuple(Listed(file_name=one, student=one, source=one) for one in names),
    )


def test_a_record_comes_back_whole(tmp_path):
    record = a_record()
    write_record(tmp_path, record)
    back = read_record(tmp_path, "alice")
    assert str(back.result.exercises[0].report) == str(record.result.exercises[0].report)
    same = {"report": None}  # arrays cannot be compared by ==
    for one, other in zip(back.exercises, record.exercises, strict=True):
        assert {**vars(one), **same} == {**vars(other), **same}
    for name in set(vars(record)) - {"result"}:
        assert getattr(back, name) == getattr(record, name)
    assert back.result.seconds == 0.25
    assert back.result.cell_errors == (CellError(0, 3, "NameError: x"),)


def test_sums_invent_no_score():
    record = a_record()
    assert record.earned == 3
    assert [one.exercise_id for one in record.unsettled] == ["b"]
    unread = a_record(status="unreadable", result=None)
    assert (unread.earned, unread.unsettled) == (None, ())
    with pytest.raises(FormatError, match="exactly the graded have a result"):
        a_record(result=None)
    with pytest.raises(FormatError, match="'zero' is no status"):
        a_record(status="zero")
    (first, *others) = record.exercises
    odd = dataclasses.replace(
        record.result, exercises=(dataclasses.replace(first, status="unreadable"), *others)
    )
    with pytest.raises(FormatError, match="'unreadable' is no status"):
        a_record(result=odd)


def test_a_run_comes_back_and_its_records_one_at_a_time(tmp_path):
    write_run(tmp_path, a_run("alice", "bob", "carol"))
    for name in ("alice", "carol"):
        write_record(tmp_path, a_record(name))
    assert read_run(tmp_path) == a_run("alice", "bob", "carol")
    assert read_run(tmp_path).max_score == 4
    assert not read_run(tmp_path).trusted
    assert dataclasses.replace(a_run("alice"), sandbox="trust").trusted
    with pytest.raises(FormatError, match="'jail' is no sandbox"):
        dataclasses.replace(a_run("alice"), sandbox="jail")
    assert [one.file_name for one in read_records(tmp_path)] == ["alice", "carol"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda data: data | {"schema": "course-grade/result/2"}, "expected the schema"),
        (lambda data: data | {"late": "no"}, "late: expected bool; got 'no'"),
        (lambda data: data | {"attempts": 1.5}, "attempts: expected int"),
        (lambda data: data | {"status": "zero"}, "'zero' is no status"),
        (lambda data: data | {"cells": [{"file": "a"}]}, r"cells\[0\]: no number, source"),
        (lambda data: data | {"more": 1}, "unknown fields"),
        (lambda data: data | {"student": []}, "student: expected an object"),
        (lambda data: {key: data[key] for key in data if key != "student"}, "no student"),
        (lambda data: [data], "expected the schema"),
    ],
)
def test_another_file_is_refused_by_name_and_field(tmp_path, change, told):
    write_record(tmp_path, a_record())
    path = record_path(tmp_path, "alice")
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(FormatError, match=told) as raised:
        read_record(tmp_path, "alice")
    assert str(path) in str(raised.value)


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 10**6, b"\xff", b'{"schema": NaN}'])
def test_a_damaged_file_is_refused(tmp_path, data):
    write_record(tmp_path, a_record())
    record_path(tmp_path, "alice").write_bytes(data)
    with pytest.raises(FormatError, match="no file of this program's"):
        read_record(tmp_path, "alice")


def test_a_file_is_there_as_a_whole_or_as_it_was(tmp_path):
    # Killed while it writes one version over the other, again and again.
    code = f"""
import sys
from course_utils.grading.records.storage import write_atomically
from pathlib import Path
print("ready", flush=True)
while True:
    for letter in (b"a", b"b"):
        write_atomically(Path({str(tmp_path)!r}) / "x", letter * 200_000)
"""
    (tmp_path / "x").write_bytes(b"b" * 200_000)
    for pause in (0.0, 0.013, 0.031):
        writer = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
        writer.stdout.readline()
        try:
            writer.wait(0.05 + pause)
        except subprocess.TimeoutExpired:
            writer.kill()
        writer.wait()
        writer.stdout.close()
        data = (tmp_path / "x").read_bytes()
        assert len(data) == 200_000
        assert len(set(data)) == 1
    assert os.stat(tmp_path / "x").st_mode & 0o777 == 0o644
