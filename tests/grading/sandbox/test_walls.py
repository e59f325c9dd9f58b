"""Walls, kits and programs fit together in any combination; nobody else asks which wall it is."""

import ast
import contextlib
from pathlib import Path

import pytest

import course_utils.grading
from course_utils.grading import Limits
from course_utils.grading.sandbox.conversation import Asked, Submission
from course_utils.grading.sandbox.kit import Kit
from course_utils.grading.sandbox.packages import numpy_files
from course_utils.grading.sandbox.sandbox import Sandbox
from course_utils.grading.sandbox.student_kit import student_program
from course_utils.grading.sandbox.walls import WALLS
from tests.grading.conftest import exercise, sandbox_or_skip
from tests.grading.containers import no_download

GRADING = Path(course_utils.grading.__file__).parent


def images():
    return None


# By the package's own code, from the package's own data.
READS_DATA = """
def images():
    from course_utils.datasets import fashion_mnist
    return fashion_mnist("test", "small")[0].shape
"""


def test_only_the_walls_know_their_names():
    asking = {}
    for path in GRADING.rglob("*.py"):
        if path.is_relative_to(GRADING / "sandbox/walls"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and node.value in WALLS:
                asking[path.relative_to(GRADING).as_posix()] = node.value
    for path in GRADING.rglob("*.html"):
        if quoted := [kind for kind in WALLS if f'"{kind}"' in path.read_text()]:
            asking[path.name] = quoted
    assert not asking


@pytest.mark.parametrize("kind", WALLS)
def test_every_wall_takes_a_kit_with_the_whole_package_and_its_data(kind):
    sandbox_or_skip(kind, Limits()).close()
    program = student_program(keras=False)
    kit = Kit((".",), numpy_files(), ("numpy",))
    asked = Asked(exercise(images), [{}], defined_in=0, last_cell=0)
    download = no_download() if kind == "container" else contextlib.nullcontext()
    with download, Sandbox(WALLS[kind](), kit, program, Limits()) as sandbox:
        ended = Submission([READS_DATA], ["images"], sandbox).run(asked)
    (outcome,) = ended.replies[0].outcomes
    assert outcome.kind == "returned", outcome.error
    assert outcome.value == (1000, 28, 28, 1)
    assert not kit.path.exists()
