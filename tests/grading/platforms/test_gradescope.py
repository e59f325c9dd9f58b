"""Gradescope's autograder, run as its container runs it, in folders of the tests' own."""

import io
import json
import os
import re
import subprocess
import sys
import zipfile

import nbformat
import pytest

from course_utils.grading import SandboxUnavailableError, open_sandbox
from course_utils.grading.assignment import AssignmentError
from course_utils.grading.platforms.gradescope_zip import write_gradescope_zip
from tests.grading.a_class import FLIPPED, model
from tests.grading.exports.test_documents import check_gradescope

ASSIGNMENT = """\
title = "Week 2"
exercises = [{id = "slide_kernel", points = 4}, {id = "max_pool_map", seconds = 1}]
"""


@pytest.fixture(scope="module")
def autograder(tmp_path_factory):
    """The folder /autograder as Gradescope lays it out, and its environment."""
    root = tmp_path_factory.mktemp("autograder")
    (root / "assignment.toml").write_text(ASSIGNMENT)
    write_gradescope_zip(root / "assignment.toml", root / "autograder.zip")
    with zipfile.ZipFile(root / "autograder.zip") as archive:
        archive.extractall(root / "source")
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
    assert modes["run_autograder"] & 0o111
    assert modes["setup.sh"] & 0o111
    (wheel,) = (root / "source").glob("*.whl")
    # What setup.sh does, except for what is there already.
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*command, "--target", root / "site", wheel], check=True)
    (root / "results").mkdir()
    environment = {
        **os.environ,
        "AUTOGRADER_ROOT": str(root),
        "AUTOGRADER_PYTHON": sys.executable,
        "PYTHONPATH": str(root / "site"),
    }
    return root, environment


def grade(autograder, files, **variables):
    root, environment = autograder
    folder = root / "submission"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_text(content)
    done = subprocess.run(
        ["bash", root / "source" / "run_autograder"],
        cwd=root,
        env={**environment, **variables},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    document = json.loads((root / "results" / "results.json").read_bytes())
    check_gradescope({"output": "", "visibility": "visible", **document})
    return document, done.stderr


def notebook(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in ("import numpy as np", *sources)]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells))


@pytest.fixture(scope="module")
def _needs_a_sandbox():
    try:
        open_sandbox(None).close()
    except SandboxUnavailableError as error:
        pytest.skip(str(error))


@pytest.mark.parametrize(
    ("id", "extras"), [("leaky", "[grading]"), ("lean_network", "[grading,keras]")]
)
def test_tensorflow_and_the_data_are_there_where_an_exercise_needs_them(tmp_path, id, extras):
    (tmp_path / "assignment.toml").write_text(f'title = "Lab"\nexercises = ["{id}"]\n')
    write_gradescope_zip(tmp_path / "assignment.toml", tmp_path / "autograder.zip")
    with zipfile.ZipFile(tmp_path / "autograder.zip") as archive:
        (wheel,) = [name for name in archive.namelist() if name.endswith(".whl")]
        assert f'"$wheel{extras}"' in archive.read("setup.sh").decode()
        with zipfile.ZipFile(io.BytesIO(archive.read(wheel))) as package:
            (metadata,) = [name for name in package.namelist() if name.endswith("METADATA")]
            provided = re.findall("Provides-Extra: (.+)", package.read(metadata).decode())
            data = [name for name in package.namelist() if name.endswith("fashion_mnist.npz")]
    assert len(data) == ("keras" in extras)
    assert set(extras.strip("[]").split(",")) <= set(provided)


@pytest.mark.usefixtures("_needs_a_sandbox")
def test_submissions_are_graded_in_a_sandbox_each_with_inputs_of_its_own(autograder):
    files = {"homework.ipynb": notebook(FLIPPED, model("max_pool_map"))}
    first, _ = grade(autograder, files)
    assert (first["score"], [test["max_score"] for test in first["tests"]]) == (2, [4, 2])
    assert "The kernel is turned by 180 degrees." in first["tests"][0]["output"]
    assert first["extra_data"]["isolation"].startswith(("bubblewrap", "Landlock"))

    endless = "def max_pool_map(feature_map, size, stride):\n    while True:\n        pass"
    second, _ = grade(autograder, {"homework.ipynb": notebook(model("slide_kernel"), endless)})
    assert "score" not in second
    assert second["extra_data"]["statuses"]["max_pool_map"] == "timeout"
    assert "That is not a zero" in second["output"]
    assert second["extra_data"]["seed"] != first["extra_data"]["seed"]


def test_without_a_sandbox_nothing_is_run(autograder, tmp_path):
    """No bubblewrap on the path, and a Landlock that is not there."""
    (tmp_path / "sitecustomize.py").write_text(
        "from course_utils.grading.sandbox.inside import landlock\nlandlock.version = lambda: 0\n"
    )
    root, environment = autograder
    bash = os.path.dirname(subprocess.check_output(["which", "bash"], text=True).strip())
    only_bash = tmp_path / "bin"
    only_bash.mkdir()
    (only_bash / "bash").symlink_to(f"{bash}/bash")
    canary = tmp_path / "canary"
    document, said = grade(
        autograder,
        {"homework.ipynb": notebook(f"open({str(canary)!r}, 'w').close()", FLIPPED)},
        PATH=str(only_bash),
        PYTHONPATH=f"{tmp_path}{os.pathsep}{environment['PYTHONPATH']}",
    )
    assert "score" not in document
    assert "tests" not in document
    assert "no zero" in document["output"]
    assert "There is no result" in said
    assert not canary.exists()


def test_the_wheel_holds_the_package_without_its_data(autograder):
    root, _ = autograder
    site = root / "site" / "course_utils"
    assert (site / "grading" / "reports" / "templates" / "student.html").is_file()
    assert (site / "reference").is_dir()
    assert not (site / "datasets" / "data").exists()


def test_trust_is_written_into_the_zip_only_when_asked(tmp_path):
    (tmp_path / "a.toml").write_text(ASSIGNMENT)
    for trust in (False, True):
        write_gradescope_zip(tmp_path / "a.toml", tmp_path / "a.zip", trust=trust)
        with zipfile.ZipFile(tmp_path / "a.zip") as archive:
            assert (b"--trust" in archive.read("run_autograder")) == trust


def test_a_wrong_assignment_makes_no_zip(tmp_path):
    (tmp_path / "a.toml").write_text('exercises = ["slide_kernl"]')
    with pytest.raises(AssignmentError, match="did you mean slide_kernel"):
        write_gradescope_zip(tmp_path / "a.toml", tmp_path / "a.zip")
    assert not (tmp_path / "a.zip").exists()


def test_the_scripts_are_sound_shell(autograder):
    root, _ = autograder
    for name in ("setup.sh", "run_autograder"):
        subprocess.run(["bash", "-n", root / "source" / name], check=True)
