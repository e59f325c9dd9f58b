"""A student's process gets the inputs of one call at a time, and no name of the machine."""

import dataclasses
import socket

import numpy as np
import pytest

from course_utils.grading import Limits, grade_submission
from course_utils.grading.sandbox import breaking_out
from course_utils.grading.sandbox.inside.feeder import packed
from course_utils.grading.sandbox.opening import student_sandbox
from course_utils.grading.sandbox.walls import KINDS
from tests.grading.conftest import ROW_MEANS, SHAPE_AFTER, exercise, sandbox_or_skip

LENGTH = 400  # of each input, all of whose entries are the same number


def marks_found(numbers):
    return 0


def others_found(numbers):
    return 0


def _inputs(rng):
    for mark in (101.25, 202.5, 303.75):
        yield {"numbers": np.full(LENGTH, mark)}


MARKS, OTHERS = (
    dataclasses.replace(exercise(function, _inputs), time_limit=60.0)
    for function in (marks_found, others_found)
)
# Goes through all of its process's memory for runs of the marks of later inputs. What it looks for
# is shorter than what it must find, so that it does not find itself.
SEARCH = """
import struct
def found(marks):
    counts = dict.fromkeys(marks, 0)
    with open("/proc/self/maps") as file:
        places = [line.split() for line in file]
    with open("/proc/self/mem", "rb", 0) as memory:
        for place in places:
            if not place[1].startswith("rw"):
                continue
            start, end = (int(part, 16) for part in place[0].split("-"))
            if end - start > 1 << 28:
                continue
            try:
                memory.seek(start)
                data = memory.read(end - start)
            except (OSError, ValueError):
                continue
            for mark in marks:
                short = struct.pack("<d", mark) * 4
                at = data.find(short)
                while at >= 0:
                    counts[mark] += data[at + 32 : at + 64] == short
                    at = data.find(short, at + 64)
    return counts
def NAME(numbers):
    own, counts = float(numbers[0]), found([101.25, 202.5, 303.75])
    if not counts[own]:
        return -1  # it would have found nothing of the others either
    return sum(count for mark, count in counts.items() if mark > own)
"""


def test_later_inputs_are_nowhere_in_its_memory():
    # Without a wall, so that it can read all of its memory; the processes are the same.
    with student_sandbox("trust", Limits()) as sandbox:
        sandbox.start()
        cells = ["x = 1", SEARCH.replace("NAME", "marks_found")]
        (result,) = grade_submission(cells, [MARKS], seed=1, sandbox=sandbox).exercises
        assert (result.status, result.score) == ("graded", 2), result
        # Of another answer neither: this one is run alone, after both were run together.
        wrong = "def others_found(numbers):\n    return 7"
        cells = [wrong, SEARCH.replace("NAME", "marks_found") + "    + 0"]
        result = grade_submission(cells, [OTHERS, MARKS], seed=1, sandbox=sandbox)
        assert [one.score for one in result.exercises] == [0, 2], result


def test_whoever_takes_the_next_input_first_has_answered_the_one_before(sandbox):
    # The pipe is empty while an answer is at work; what it then claims to have returned, counts.
    cell = (
        "import os, select\ndef row_means(image, weights):\n"
        "    early = select.select([4], [], [], 0.05)[0]\n"
        "    return None if early else image @ weights"
    )
    (result,) = grade_submission([cell], [ROW_MEANS], seed=1, sandbox=sandbox).exercises
    assert result.score == 2
    # One that takes its inputs away from itself waits in vain, and the next answer has its own.
    greedy = (
        "import os\ndef row_means(image, weights):\n    os.write(3, b'o' + bytes(4))\n"
        "    os.read(4, 1 << 20)\n    return image @ weights"
    )
    below = "def shape_after(shape, stride):\n    return tuple(n // stride for n in shape)"
    result = grade_submission([greedy, below], [ROW_MEANS, SHAPE_AFTER], seed=1, sandbox=sandbox)
    assert [one.score or 0 for one in result.exercises] == [0, 2]


def test_inputs_larger_than_a_pipe_arrive_whole(sandbox):
    def total(numbers):
        return numbers.sum()

    def large(rng):
        for size in (10, 40_000, 7, 30_000):
            yield {"numbers": rng.normal(size=size)}

    cell = "def total(numbers):\n    return numbers.sum()"
    (result,) = grade_submission(
        [cell], [exercise(total, large)], seed=1, sandbox=sandbox
    ).exercises
    assert result.score == 2
    # One that never reads them does not keep the grader from ending it.
    idle = "import os\nos.close(4)\ndef total(numbers):\n    return 1"
    (result,) = grade_submission(
        [idle], [exercise(total, large)], seed=1, sandbox=sandbox
    ).exercises
    assert result.status in ("crashed", "timeout")


def test_what_is_packed_is_all_that_there_is():
    assert packed([]) == bytes(4)
    assert packed([[b"ab"], []]).count(b"ab") == 1


@pytest.mark.parametrize("kind", KINDS)
def test_no_sandbox_tells_the_name_of_this_machine(kind, monkeypatch):
    cell = """
import ctypes, os, platform, socket
def row_means(image, weights):
    told = ctypes.create_string_buffer(256)
    ctypes.CDLL(None).gethostname(told, 255)
    print([os.uname().nodename, socket.gethostname(), platform.node(), told.value.decode()])
    assert platform.system() and platform.platform() and platform.machine()
    return image @ weights
"""
    with sandbox_or_skip(kind, Limits()) as sandbox:
        (result,) = grade_submission([cell], [ROW_MEANS], seed=1, sandbox=sandbox).exercises
        assert result.score == 2
        assert repr(socket.gethostname()) not in result.printed
        # Trying to break out would have seen it.
        monkeypatch.setattr(breaking_out.socket, "gethostname", lambda: "course-grade-sandbox")
        assert "the name of this machine" in breaking_out.breaches(sandbox)
