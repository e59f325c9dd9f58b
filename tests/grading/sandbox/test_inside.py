"""What of the package stands in a sandbox: the folder `inside`, and no line more than these."""

import pytest

from course_utils.grading import Limits
from course_utils.grading.sandbox.conversation import Asked, Submission
from course_utils.grading.sandbox.opening import student_sandbox
from course_utils.grading.sandbox.student_kit import INSIDE, INSIDE_WITH_KERAS
from course_utils.grading.sandbox.walls import KINDS
from tests.grading.conftest import exercise, sandbox_or_skip
from tests.grading.imports import PACKAGE, reached

FOLDER = {
    path.relative_to(PACKAGE).as_posix()
    for path in (PACKAGE / "grading/sandbox/inside").rglob("*.py")
}
# What else may be there, and why. None of it holds an expected value or an exercise's inputs.
BESIDES = {
    "exercises/running.py": "calls an answer, in the sandbox as in the notebook's check",
    "exercises/model_answers/data.py": "turns the model that an answer returns into data",
    "grading/wire/messages.py": "writes what goes out, and reads what comes in",
}
BESIDES_WITH_KERAS = {
    "exercises/model_answers/rebuilding.py": "builds a model that an answer is given",
    "exercises/model_answers/description.py": "reads how that model is described",
    "exercises/model_answers/wiring.py": "reads how its layers are connected",
    "exercises/model_answers/settings.py": "checks each setting of those, and calls constructors",
    "exercises/model_answers/model_error.py": "says why a model is refused",
    "exercises/model_answers/layers.py": "names the layers that there may be",
}
LISTED = """
def files():
    import os, sys
    kit = sys.path[0]
    found = []
    for folder, _, names in os.walk(os.path.join(kit, "course_utils")):
        for name in names:
            path = os.path.join(folder, name)
            size = os.path.getsize(path)
            found.append(f"{os.path.relpath(path, kit)}:{size}")
    return " ".join([*os.listdir(kit), *found])
"""


def files():
    return ""


def test_the_lists_are_these():
    assert set(INSIDE) == FOLDER | set(BESIDES)
    assert set(INSIDE_WITH_KERAS) == set(BESIDES_WITH_KERAS)


@pytest.mark.parametrize("kind", KINDS)
def test_no_other_file_of_the_package_is_in_a_running_sandbox(kind):
    with sandbox_or_skip(kind) as sandbox:
        asked = Asked(exercise(files), [{}], defined_in=0, last_cell=0)
        (outcome,) = Submission([LISTED], ["files"], sandbox).run(asked).replies[0].outcomes
        packages = {path.name for path in sandbox.kit.packages}
    assert outcome.kind == "returned", outcome.error
    found = outcome.value.split()
    top = {name for name in found if "/" not in name}
    if kind == "container":
        assert top == {"course_utils"}
    else:
        assert top == {"course_utils"} | packages
    sizes = dict(name.split(":") for name in found if "/" in name)
    own = {f"course_utils/{name}" for name in INSIDE}
    markers = {name for name, size in sizes.items() if size == "0"}
    assert set(sizes) == own | markers
    assert {name.rpartition("/")[2] for name in markers} <= {"__init__.py"}


def test_with_keras_too():
    with student_sandbox("trust", Limits(), keras=True) as sandbox:
        kit = sandbox.kit.path / "course_utils"
        found = {path.relative_to(kit).as_posix() for path in kit.rglob("*") if path.is_file()}
        empty = {name for name in found if not (kit / name).stat().st_size}
    assert found - empty == FOLDER | set(BESIDES) | set(BESIDES_WITH_KERAS)


def test_all_of_it_is_needed_and_nothing_is_missing():
    """Each file that the server leads to is there; each that is there, the server leads to."""
    server = PACKAGE / "grading/sandbox/inside/server.py"
    found = reached([server], inits=False)  # the folders' own stay out: there are empty ones
    names = {path.relative_to(PACKAGE).as_posix() for path in found}
    assert names == {name for name in (*INSIDE, *INSIDE_WITH_KERAS) if "__init__" not in name}
