"""Walls, kits and programs fit together in any combination; nobody else asks which wall it is."""

import ast
from pathlib import Path

import pytest

import course_utils.grading
from course_utils.grading import Limits
from course_utils.grading.sandbox.conversation import Asked, Submission
from course_utils.grading.sandbox.kit import PACKAGE, Kit
from course_utils.grading.sandbox.packages import numpy_files
from course_utils.grading.sandbox.sandbox import Sandbox
from course_utils.grading.sandbox.student_kit import student_program
from course_utils.grading.sandbox.walls import KINDS, WALLS
from tests.grading.conftest import exercise, sandbox_or_skip
from tests.grading.containers import no_download

GRADING = Path(course_utils.grading.__file__).parent


def sides():
    return (3, 32)


# The data sets that lie in the package are read, by the package's own code.
READS_DATA = """
def sides():
    from course_utils.datasets import load_digits
    return (3, 32)
"""


def test_only_the_walls_know_their_names():
    asking = {}
    for path in GRADING.rglob("*.py"):
        if path.is_relative_to(GRADING / "sandbox/walls"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and node.value in WALLS:
                asking[path.relative_to(GRADING).as_posix()] = node.value
    assert not asking
