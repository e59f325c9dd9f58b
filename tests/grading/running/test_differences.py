"""Grading again: what stands is not replaced by what is worse, and what differs is said."""

import dataclasses
import os
import signal
import threading
import time

import pytest

from course_utils.grading.records.storage import read_record, read_run, record_path, write_run
from course_utils.grading.running.differences import LOST, LOWER, differences
from course_utils.grading.running.worker import Worker
from tests.grading.a_class import ada, empty, graded, model, record, ungraded
from tests.grading.conftest import sandbox_or_skip
from tests.grading.handed_in import ASSIGNMENT, IDS, laid_out, notebook, right
from tests.grading.running.test_batch import said_by

WRONG = "def slide_kernel(image, kernel):\n    return 0"


def of(slide):
    return record("ada", "Ada", [model("slide_kernel")], [slide])


GOOD, BAD = (
    of(graded("slide_kernel", model("slide_kernel"), 0)),
    of(graded("slide_kernel", WRONG, 0)),
)
STATES = {
    "good": GOOD,
    "bad": BAD,
    **{
        status: of(ungraded("slide_kernel", status))
        for status in ("missing", "to_be_decided", "timeout", "crashed", "not_gradable")
    },
}


@pytest.mark.parametrize(
    ("before", "now", "worse"),
    [
        ("good", "bad", LOWER),
        ("good", "missing", LOWER),
        ("good", "timeout", LOST),
        ("good", "crashed", LOST),
        ("good", "not_gradable", LOST),
        ("good", "to_be_decided", LOST),
        ("bad", "crashed", LOST),
        ("bad", "good", ""),
        ("missing", "crashed", LOST),
        ("missing", "to_be_decided", ""),
        ("missing", "good", ""),
        ("timeout", "good", ""),
        ("timeout", "bad", ""),
        ("timeout", "crashed", ""),
        ("timeout", "missing", LOWER),
    ],
)
def test_what_is_worse(before, now, worse):
    (one,) = differences(STATES[before], STATES[now])
    assert one.worse == worse
    assert str(one).startswith("slide_kernel: ")


def test_the_whole_submission():
    crashed = dataclasses.replace(ada(), status="crashed", result=None)
    (one,) = differences(ada(), crashed)
    assert (str(one), one.worse) == ("the submission: graded, 10 points → crashed", LOST)
    assert differences(crashed, ada())[0].worse == ""
    assert differences(ada(), ada()) == differences(empty(), empty()) == []


@pytest.fixture
def run(tmp_path):
    """A run of one student, graded with full marks."""
    sandbox_or_skip(None).close()
    slow = right(IDS[1]).replace("):\n", "):\n    import time; time.sleep(0.1)\n", 1)
    laid_out(
        tmp_path / "class",
        {"slow.ipynb": notebook("import numpy as np", right(IDS[0]), slow, right(IDS[2]))},
    )
    (tmp_path / "assignment.toml").write_text(ASSIGNMENT)
    out = tmp_path / "out"
    code, said = said_by("run", tmp_path / "class", "--out", out)
    assert code == 0, said
    assert read_record(out, "slow").unsettled == ()
    return out


def test_a_worker_that_is_killed_costs_no_grade(run, monkeypatch):
    before = record_path(run, "slow").read_bytes()
    grade, killed = Worker.grade, []

    def grade_and_kill(worker, cells, python=""):
        if worker.process is None:
            worker._start()
        killed.append(worker.process.pid)
        threading.Timer(0.2, os.kill, [worker.process.pid, signal.SIGKILL]).start()
        return grade(worker, cells, python)

    monkeypatch.setattr(Worker, "grade", grade_and_kill)
    for options in (["--write"], ["--write", "--accept-lower"]):
        code, said = said_by("regrade", run, "slow", *options)
        assert code == 1
        assert "the submission: graded" in said
        assert "Nothing was written" in said
    assert len(killed) == 4
    time.sleep(0.3)
    assert record_path(run, "slow").read_bytes() == before


def test_fewer_points_are_written_when_that_is_asked_for(run):
    good = record_path(run, "slow").read_bytes()
    broken = good.replace(b"import numpy as np", b"import numpy as no")  # what was graded, changed
    record_path(run, "slow").write_bytes(broken)
    code, said = said_by("regrade", run, "slow")
    assert code == 1
    assert "→ 0 of" in said
    code, said = said_by("regrade", run, "slow", "--write")
    assert code == 1
    assert "--accept-lower" in said
    assert record_path(run, "slow").read_bytes() == broken
    code, said = said_by("regrade", run, "slow", "--write", "--accept-lower")
    assert code == 0
    assert said.index("→ 0 of") < said.index("were written")
    lower = read_record(run, "slow").earned
    # And back: more points need no asking.
    text = record_path(run, "slow").read_bytes()
    record_path(run, "slow").write_bytes(text.replace(b"import numpy as no", b"import numpy as np"))
    code, said = said_by("regrade", run, "slow", "--write")
    assert code == 0
    assert read_record(run, "slow").earned > lower


def test_versions_that_differ_are_said_by_name(run):
    about = read_run(run)
    write_run(
        run, dataclasses.replace(about, versions={**about.versions, "code": "0000", "numpy": "1.0"})
    )
    code, said = said_by("regrade", run, "slow")
    assert code == 0
    assert "graded with other versions: code 0000, now " in said
    assert "numpy 1.0, now " in said
    write_run(run, about)
    assert "other versions" not in said_by("regrade", run, "slow")[1]


def test_of_a_damaged_record_each_command_says_what_repairs_it(run, tmp_path):
    laid_out(tmp_path / "class", {"whole.ipynb": notebook(right(IDS[0]))})
    said_by("run", tmp_path / "class", "--out", run)
    record_path(run, "slow").write_text("{")
    for command in (["report", run], ["export", run, "--format", "csv"]):
        code, said = said_by(*command)
        assert code == 0
        assert "Left out: slow, whose result is damaged" in said
        assert "`course-grade run`" in said
    page = (run / "report" / "index.html").read_text(encoding="utf-8")
    assert "slow</bdi>: the result is damaged" in page
    assert (run / "report" / "students" / "whole.html").exists()
    assert "whole" in (run / "exports" / "grades.csv").read_text()
    code, said = said_by("regrade", run, "slow")
    assert code == 2
    assert "`course-grade run`" in said
    assert said_by("run", tmp_path / "class", "--out", run)[0] == 0
    assert read_record(run, "slow").unsettled == ()
