"""How long grading takes, sandbox included: one submission, and a class as against nbgrader.

nbgrader is measured where the variable NBGRADER names its command; see `nbgrader_course`.
"""

import inspect
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks import nbgrader_course
from benchmarks.timing import ratio, rounds, spread
from course_utils.exercises import catalog
from course_utils.grading import grade_submission, open_sandbox
from course_utils.grading.records.storage import read_records

EXERCISES = 10
ROUNDS = 15
CLASSES = (100, 1000)  # submissions
AGAINST = (200, 20)  # submissions that we grade, and nbgrader, which takes longer
CLASS_ROUNDS = 3
SAMPLING = 0.05  # seconds


def tables(sizes=CLASSES, against=AGAINST, count=ROUNDS):
    """One submission, then whole classes."""
    asked = [exercise for exercise in catalog() if exercise.inputs][:EXERCISES]
    yield _one_submission(asked, count)
    with tempfile.TemporaryDirectory() as folder:
        yield _classes(asked, Path(folder), sizes)
        yield _against_nbgrader(asked, Path(folder), *against)


def _answers(asked):
    """Ten answers, all right, and all wrong."""
    right = [inspect.getsource(one.reference) for one in asked]
    wrong = [f"def {one.id}{one.signature}:\n    return 0" for one in asked]
    return right, wrong


def _one_submission(asked, count):
    """Submissions of ten answers, all right or all wrong, through one sandbox, one at a time."""
    right, wrong = _answers(asked)
    with open_sandbox() as sandbox:

        def grade(cells):
            cells = ["import numpy as np", *cells]
            return lambda: grade_submission(cells, asked, seed=0, sandbox=sandbox)

        seconds = rounds(
            {
                "numpy": lambda: subprocess.run([sys.executable, "-c", "import numpy"], check=True),
                "right": grade(right),
                "wrong": grade(wrong),
            },
            count,
        )
    numpy = seconds["numpy"]
    rows = [["submission", "ms", "python -c 'import numpy', ms", "ratio to it"]]
    for name in ("right", "wrong"):
        mine = seconds[name]
        times = [spread(mine, 1e-3, 0), spread(numpy, 1e-3, 0), ratio(mine, to=numpy)]
        rows.append([f"{EXERCISES} answers, {name}", *times])
    return f"Grading ({sandbox.description})", rows


def submissions(asked, count):
    """{student: answers} of a class in which every third answer is wrong."""
    right, wrong = _answers(asked)
    return {
        f"student{n:04}": [(wrong if (n + i) % 3 == 0 else right)[i] for i in range(len(asked))]
        for n in range(count)
    }


def _notebook(cells):
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    content = {"cells": [code | {"source": one} for one in ["import numpy as np", *cells]]}
    return json.dumps(content | {"metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _graded(asked, folder, handed):
    """Seconds, points of each student, and peak memory of `course-grade run` on a class."""
    where = folder / "class"
    where.mkdir()
    for student, cells in handed.items():
        (where / f"{student}.ipynb").write_text(_notebook(cells), encoding="utf-8")
    assignment = folder / "assignment.toml"
    assignment.write_text(f"exercises = {json.dumps([one.id for one in asked])}")
    command = [sys.executable, "-P", "-m", "course_utils.grading.commands.main", "run", where]
    command += ["--assignment", assignment, "--out", folder / "out", "--seed", "0"]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    memory = _Memory(process.pid)
    if process.wait():
        raise RuntimeError(f"course-grade failed with exit code {process.returncode}")
    seconds = time.perf_counter() - start
    points = {
        one.student.id: sum(bool(e.report and e.report.passed) for e in one.exercises)
        for one in read_records(folder / "out")
    }
    return seconds, points, memory.peak()


class _Memory:
    """The most memory that a process and all below it took together, sampled."""

    def __init__(self, pid):
        import psutil

        self._top, self._ended, self._most = psutil.Process(pid), threading.Event(), 0
        self._gone = psutil.Error
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def _watch(self):
        while not self._ended.wait(SAMPLING):
            taken = 0
            try:
                for process in [self._top, *self._top.children(recursive=True)]:
                    try:
                        taken += process.memory_full_info().uss  # what it shares counts for nobody
                    except self._gone:
                        continue
            except self._gone:
                return
            self._most = max(self._most, taken)

    def peak(self):
        self._ended.set()
        self._thread.join()
        return self._most


def _classes(asked, folder, sizes):
    """Whole runs of the command, its start included."""
    rows = [["submissions", "s", "submissions a second", "peak memory, MB"]]
    for size in sizes:
        (folder / str(size)).mkdir()
        seconds, points, peak = _graded(asked, folder / str(size), submissions(asked, size))
        assert len(points) == size
        rows.append([f"{size}", f"{seconds:.1f}", f"{size / seconds:.1f}", f"{peak / 2**20:.0f}"])
    cores = len(os.sched_getaffinity(0))
    return f"A class, {EXERCISES} answers each, `course-grade run` on {cores} cores", rows


def _against_nbgrader(asked, folder, size, their_size):
    """Classes with the same answers, graded by either, starts included, in turns."""
    title = f"`course-grade run` as against nbgrader's autograde, {EXERCISES} answers"
    rows = [
        [
            f"s a submission, of {size}",
            f"nbgrader, s a submission, of {their_size}",
            "times as fast",
        ]
    ]
    if not nbgrader_course.program():
        return title, [*rows, ["not measured: NBGRADER names no command", "", ""]]
    mine, theirs = [], []
    for number in range(CLASS_ROUNDS):
        ours, course = folder / f"ours{number}", folder / f"theirs{number}"
        ours.mkdir()
        seconds, points, _ = _graded(asked, ours, submissions(asked, size))
        mine.append(seconds / size)
        nbgrader_course.lay_out(course, asked, submissions(asked, their_size))
        start = time.perf_counter()
        nbgrader_course.autograde(course)
        theirs.append((time.perf_counter() - start) / their_size)
        their_points = nbgrader_course.points(course)
        if {student: points[student] for student in their_points} != their_points:
            raise RuntimeError("nbgrader gave other points")
    return title, [*rows, [spread(mine, digits=3), spread(theirs), ratio(theirs, to=mine)]]
