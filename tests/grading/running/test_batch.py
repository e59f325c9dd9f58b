"""Whole runs: statuses, interruptions of every kind, and that nothing is graded twice."""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner

from course_utils.grading.assignment import parse_assignment
from course_utils.grading.commands.main import app
from course_utils.grading.records.storage import read_record, read_records, read_run, record_path
from course_utils.grading.running import batch as batches
from course_utils.grading.running import worker
from course_utils.grading.running.batch import Batch, RunError, regrade
from course_utils.grading.running.worker import Worker
from course_utils.grading.sandbox.opening import SandboxUnavailableError
from course_utils.grading.submissions.archives import UnreadableError
from course_utils.grading.wire.child_process import Child
from tests.grading.conftest import sandbox_or_skip
from tests.grading.grades import grades
from tests.grading.handed_in import (
    ASSIGNMENT,
    IDS,
    answers,
    laid_out,
    notebook,
    right,
    wrong,
    zipped,
)

ASSIGNED = parse_assignment(ASSIGNMENT)
LOOP = f"def {IDS[0]}(*args, **kwargs):\n    while True: pass"
EXIT = f"def {IDS[1]}(*args, **kwargs):\n    import os; os._exit(0)"
CLASS = {
    "alice.ipynb": answers(*IDS),
    "bob.ipynb": answers(IDS[0]),
    "carol/hw.py": f"import numpy as np\n{right(IDS[1])}".encode(),
    "dan.zip": zipped({"hw.ipynb": answers(IDS[2])}),
    "erin.ipynb": notebook(wrong(IDS[0]), EXIT, right(IDS[2])),
    "frank.ipynb": notebook("import numpy as np", LOOP, right(IDS[1])),
    "grace.ipynb": b"{",
    "heidi/essay.pdf": b"%PDF",
    "ivan/.keep": b"",
}
STATUSES = {
    "alice": ["graded"] * 3,
    "bob": ["graded"] * 3,
    "carol": ["missing", "graded", "missing"],
    "dan": ["graded"] * 3,
    "erin": ["graded", "crashed", "graded"],
    "frank": ["timeout", "graded", "missing"],
    "grace": "unreadable",
    "heidi": "unreadable",
    "ivan": "missing",
}


@pytest.fixture(scope="module")
def kind():
    with sandbox_or_skip(None) as sandbox:
        return sandbox.kind


@pytest.fixture
def folder(tmp_path):
    return laid_out(tmp_path / "class", CLASS)


def batch(folder, out, kind, seed=7, assignment=ASSIGNED):
    return Batch(folder, assignment, out, seed=seed, sandbox=kind, isolation="as tested")


def graded(folder, out, kind, jobs=2, **options):
    """What each submission's record is, and whether it was kept from before."""
    with batch(folder, out, kind, **options) as one:
        return {done.record.file_name: done for done in one.grade_here(jobs)}


def all_grades(out):
    return {record.file_name: grades(record) for record in read_records(out)}


def test_every_submission_gets_a_status_and_no_score_is_invented(folder, tmp_path, kind):
    done = graded(folder, tmp_path / "out", kind)
    records = {record.file_name: record for record in read_records(tmp_path / "out")}
    assert set(done) == set(records) == set(STATUSES)
    for name, statuses in STATUSES.items():
        record = records[name]
        if isinstance(statuses, str):
            assert (record.status, record.result, record.earned) == (statuses, None, None)
            assert record.detail
            continue
        assert record.status == "graded", record.detail
        assert [one.status for one in record.exercises] == statuses
        assert all((one.score is None) != (one.status == "graded") for one in record.exercises)
    assert records["alice"].earned == 5 + sum(one.points for one in ASSIGNED.exercises[::2])
    assert records["bob"].earned == ASSIGNED.exercises[0].points
    assert [one.exercise_id for one in records["frank"].unsettled] == [IDS[0]]
    run = read_run(tmp_path / "out")
    assert (run.seed, run.sandbox, len(run.submissions)) == (7, kind, len(CLASS))
    assert run.finished
    assert not list((tmp_path / "out").glob("**/.*.partial"))


def test_a_second_run_keeps_all_and_grades_what_is_new_or_changed(folder, tmp_path, kind):
    out = tmp_path / "out"
    graded(folder, out, kind)
    times = {path.name: path.stat().st_mtime_ns for path in out.glob("results/*.json")}
    laid_out(folder, {"bob.ipynb": answers(*IDS), "judy.ipynb": answers(*IDS)})
    record_path(out, "alice").write_bytes(b"damaged")
    done = graded(folder, out, kind, seed=None)
    new = {name for name, one in done.items() if not one.kept}
    assert new == {"alice", "bob", "judy"}
    assert done["bob"].record.earned == done["judy"].record.earned > 5
    for path in out.glob("results/*.json"):
        if path.stem not in new:
            assert path.stat().st_mtime_ns == times[path.name]
    assert done["judy"].record.result.seed == 7


def test_seeds_are_drawn_and_differ(folder, tmp_path, kind):
    seeds = set()
    for name in "abc":
        with batch(folder, tmp_path / name, kind, seed=None) as one:
            seeds.add(one.run.seed)
    assert len(seeds) == 3
    assert max(seeds) > 2**40


def test_what_would_not_be_comparable_is_refused(folder, tmp_path, kind, monkeypatch):
    out = tmp_path / "out"
    batch(folder, out, kind).close()
    other = parse_assignment(ASSIGNMENT.replace("points = 5", "points = 4"))
    with pytest.raises(RunError, match=r"has changed .*\(exercises\).*grade into another folder"):
        batch(folder, out, kind, assignment=other)
    retitled = parse_assignment(ASSIGNMENT.replace("Homework 1", "Homework One"))
    batch(folder, out, kind, assignment=retitled).close()
    with pytest.raises(RunError, match="with the seed 7, not 8: leave out --seed"):
        batch(folder, out, kind, seed=8)
    with pytest.raises(RunError, match=f"in the sandbox '{kind}', not 'trust'"):
        batch(folder, out, "trust")
    with monkeypatch.context() as patch:
        patch.setattr(batches, "versions", lambda: {"numpy": "1.0"})
        with pytest.raises(RunError, match=r"other versions \(.*numpy [^;]*, now 1\.0"):
            batch(folder, out, kind)
    (out / "run.json").write_text("{}")
    with pytest.raises(RunError, match=r"run\.json is no file of this program's"):
        batch(folder, out, kind)
    (out / "run.json").unlink()
    laid_out(out, {"results/alice.json": b"{}"})
    with pytest.raises(RunError, match=r"no run\.json that says where they come from"):
        batch(folder, out, kind)


def test_two_runs_do_not_work_in_one_folder(folder, tmp_path, kind):
    with batch(folder, tmp_path, kind), pytest.raises(RunError, match="another run is using"):
        batch(folder, tmp_path, kind)
    batch(folder, tmp_path, kind).close()


def test_without_submissions_there_is_no_run(tmp_path, kind):
    with pytest.raises(UnreadableError, match="no such file or folder"):
        batch(tmp_path / "none", tmp_path / "out", kind)
    assert not (tmp_path / "out").exists()


def test_a_sandbox_that_is_not_there_ends_the_run_and_says_so(folder, tmp_path, monkeypatch):
    before = set(psutil.Process().children(recursive=True))  # sandboxes of other tests
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SandboxUnavailableError, match="the program bwrap is not installed"):
        graded(folder, tmp_path / "out", "bubblewrap")
    assert set(psutil.Process().children(recursive=True)) <= before
    assert not results(tmp_path / "out").keys() & {"alice", "bob"}


@pytest.mark.parametrize("deaths", [1, 2])
def test_a_worker_that_dies_is_replaced_and_its_submission_tried_once_more(
    tmp_path, kind, monkeypatch, deaths
):
    slow = f"def {IDS[1]}(*args, **kwargs):\n    import time; time.sleep(0.05)"
    laid_out(tmp_path / "class", {**CLASS, "victim.ipynb": notebook(slow, right(IDS[2]))})
    grade, killed = Worker.grade, []

    def grade_and_kill(worker, cells, python=""):
        if slow in cells and len(killed) < deaths:
            if worker.process is None:
                grade(worker, ["x = 1"])
            killed.append(worker.process.pid)
            threading.Timer(0.1, os.kill, [worker.process.pid, signal.SIGKILL]).start()
        return grade(worker, cells)

    monkeypatch.setattr(Worker, "grade", grade_and_kill)
    done = graded(tmp_path / "class", tmp_path / "out", kind)
    record = done["victim"].record
    assert (len(set(killed)), record.attempts) == (deaths, 2)
    if deaths == 1:
        assert [one.status for one in record.exercises] == ["missing", "graded", "graded"]
    else:
        assert (record.status, record.earned) == ("crashed", None)
        assert "SIGKILL" in record.detail
        assert len(record.cells) == 2  # for another try, by regrade
    assert [one.record.status for one in done.values()].count("graded") >= 6


def test_a_worker_that_is_dead_before_it_is_asked_costs_one_submission(monkeypatch):
    class Dead(Child):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            self._process.kill()
            self._process.wait()

    monkeypatch.setattr(worker, "Child", Dead)
    with Worker(ASSIGNED, 1, "trust") as one:
        done = worker.insisting(lambda: one.grade(["x = 1"]))
    assert (done.status, done.tries) == ("crashed", 2)


def test_a_fault_of_the_graders_is_told_and_the_rest_graded(folder, tmp_path, kind, monkeypatch):
    ask = Worker._ask

    def failing(worker, what, value, seconds):
        if what == "grade" and LOOP in value["cells"]:
            value = 3  # which the worker cannot grade
        return ask(worker, what, value, seconds)

    monkeypatch.setattr(Worker, "_ask", failing)
    done = graded(folder, tmp_path / "out", kind)
    record = done["frank"].record
    assert (record.status, record.earned) == ("not_gradable", None)
    assert "The grader failed: TypeError" in record.detail
    assert done["alice"].record.earned > 5


def arguments(folder, out, *more):
    (out.parent / "a.toml").write_text(ASSIGNMENT)
    return ["run", folder, "--assignment", out.parent / "a.toml", "--out", out, *more]


def run_command(folder, out, *more, **options):
    """The command, in a process of its own."""
    # -P, as the console script: the current folder is no place for modules.
    call = [sys.executable, "-P", "-m", "course_utils.grading.commands.main"]
    call += map(str, arguments(folder, out, *more))
    return subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


def said_by(*arguments):
    """Exit code and output of the command, in this process."""
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    return done.exit_code, " ".join(done.output.split())


def results(out):
    return {path.stem: path.stat().st_mtime_ns for path in out.glob("results/*.json")}


def ended(process):
    said, _ = process.communicate(timeout=60)
    return process.returncode, " ".join(said.decode().split())


def gone(processes):
    """Whether all have ended, and no folder of theirs is left."""
    until = time.monotonic() + 10
    while left := set(Path(tempfile.gettempdir()).glob("course-grade-*")):
        if time.monotonic() > until:
            print("LEFT", [(str(p), sorted(str(q) for q in p.rglob("*"))[:30]) for p in left])
            return not left
        time.sleep(0.05)
    return not psutil.wait_procs(processes, timeout=10)[1]


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path, monkeypatch):
    """So that what is left behind there is seen, and is ours."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    yield
    assert list((tmp_path / "tmp").iterdir()) == []


def test_killed_at_any_moment_and_resumed_the_grades_are_the_same(folder, tmp_path, kind):
    for number in range(5):
        laid_out(folder, {f"more{number}.ipynb": answers(IDS[number % 3])})
    code, said = ended(run_command(folder, tmp_path / "whole", "--seed", 7, "--jobs", 2))
    assert code == 0, said
    out, rng = tmp_path / "out", random.Random(0)
    for _ in range(3):
        before = results(out)
        process = run_command(folder, out, *([] if before else ["--seed", 7]), "--jobs", 2)
        while process.poll() is None and len(results(out)) <= len(before):
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.2))
        children = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.communicate()
        assert gone(children)
        assert before.items() <= results(out).items()  # none was written again
    before = results(out)
    code, said = ended(run_command(folder, out))
    assert (code, f"{len(before)} from before" in said) == (0, True), said
    assert before.items() <= results(out).items()
    assert all_grades(out) == all_grades(tmp_path / "whole")


def test_ctrl_c_keeps_what_is_done_and_leaves_nothing_behind(folder, tmp_path):
    for number in range(30):
        laid_out(
            folder, {f"more{number:02}.ipynb": notebook(LOOP.replace("True", str(number + 1)))}
        )
    process = run_command(folder, tmp_path / "out", "--jobs", 2)
    while process.poll() is None and not results(tmp_path / "out"):
        time.sleep(0.02)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGINT)
    code, said = ended(process)
    assert code == 130, said
    assert "What has been graded is kept; the same command resumes" in said
    assert gone(children)
    assert 0 < len(list(read_records(tmp_path / "out"))) < 39
    assert not read_run(tmp_path / "out").finished


def test_the_command_tells_what_it_does(folder, tmp_path, kind):
    code, said = said_by(*arguments(folder, tmp_path / "out", "--seed", 7))
    assert code == 0
    for text in (
        "Submissions: 9; exercises: 3",
        "Seed: 7",
        "frank: leaky: timeout. The calls had not finished",
        f"erin: {IDS[1]}: crashed",
        "grace: unreadable. grace.ipynb: it is not a notebook",
        "ivan: missing. There are no files.",
        "Done: 6 graded, 2 unreadable, 1 missing.",
    ):
        assert text in said
    code, said = said_by(*arguments(folder, tmp_path / "out", "--seed", 8))
    assert (code, "leave out --seed" in said) == (2, True)
    new = arguments(folder, tmp_path / "new")
    code, said = said_by(*new, "--sandbox", "trust")
    assert (code, "expected one of bubblewrap" in said) == (2, True)
    code, said = said_by(*new, "--trust", "--sandbox", kind)
    assert (code, "not both" in said) == (2, True)
    assert not (tmp_path / "new").exists()
    code, said = said_by(*new, "--trust")
    assert (code, "WITHOUT isolation" in said) == (0, True)


def test_an_assignment_beside_the_folder_is_found_and_one_among_the_submissions_is_not(tmp_path):
    own = laid_out(
        tmp_path / "class", {"ann.ipynb": answers(*IDS), "assignment.toml": b"title = 1"}
    )
    code, said = said_by("run", own, "--out", tmp_path / "out")
    assert (code, "no --assignment was given" in said) == (2, True)
    code, said = said_by("run", own / "ann.ipynb", "--out", tmp_path / "out")
    assert (code, "no --assignment was given" in said) == (2, True)
    (tmp_path / "assignment.toml").write_text(ASSIGNMENT)
    code, said = said_by("run", own, "--out", tmp_path / "out")
    assert (code, "Submissions: 1; exercises: 3" in said) == (0, True)


def test_no_module_of_a_students_is_imported(folder, tmp_path):
    # Whoever grades stands in the folder of submissions, which holds files of these names.
    trap = b"open(__file__ + '.was-run', 'w')\n"
    names = ("json.py", "numpy.py", "course_utils.py", "typer.py", "subprocess.py", "re/a.py")
    laid_out(folder, dict.fromkeys(names, trap))
    code, said = ended(run_command(folder, tmp_path / "out", cwd=folder))
    assert code == 0, said
    assert not list(folder.rglob("*.was-run"))
    assert {path.name for path in folder.iterdir()} == {
        name.partition("/")[0] for name in (*CLASS, *names)
    }


def test_regrade_gives_the_same_grades_from_the_recorded_cells(folder, tmp_path, kind):
    out = tmp_path / "out"
    graded(folder, out, kind)
    (folder / "bob.ipynb").unlink()
    old, new = regrade(out, "bob")
    assert grades(old) == grades(new)
    assert old.graded_at <= new.graded_at
    with pytest.raises(RunError, match=r"no student 'alicia' in .*; did you mean 'alice'"):
        regrade(out, "alicia")
    with pytest.raises(RunError, match="grace has nothing to grade: unreadable"):
        regrade(out, "grace")
    with pytest.raises(RunError, match="does not have these results"):
        regrade(tmp_path, "alice")


def test_the_command_regrade(folder, tmp_path, kind):
    out = tmp_path / "out"
    graded(folder, out, kind)
    code, said = said_by("regrade", out, "bob")
    assert (code, "The same grades as those of" in said) == (0, True), said
    path = record_path(out, "bob")
    data = json.loads(path.read_text())
    data["result"]["exercises"][1]["score"] = 5
    path.write_text(json.dumps(data))
    code, said = said_by("regrade", out, "bob")
    assert (code, "DIFFERENT grades" in said, "--write replaces them" in said) == (1, True, True)
    code, said = said_by("regrade", out, "bob", "--write")
    assert (code, "fewer points than before" in said) == (1, True)
    assert json.loads(path.read_text()) == data
    code, said = said_by("regrade", out, "bob", "--write", "--accept-lower")
    assert (code, "The new grades were written" in said) == (0, True)
    assert read_record(out, "bob").exercises[1].score == 0
