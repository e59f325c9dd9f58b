"""`course-grade` as typed: report, export, gradescope and nbgrader."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from course_utils.grading.commands.main import app
from course_utils.grading.exports import FORMATS
from tests.grading.a_class import write_class

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return write_class(tmp_path_factory.mktemp("run"))


def course_grade(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_report(out, tmp_path):
    done = course_grade("report", out, "--out", tmp_path, "--contact", "Prof. X")
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"The class: {tmp_path / 'index.html'}" in done.output
    assert "Prof. X" in (tmp_path / "students" / "gone.html").read_text()


@pytest.mark.parametrize("format", FORMATS)
def test_export(out, tmp_path, format):
    decided = [part for status in ("timeout", "crashed", "missing") for part in ("--zero", status)]
    decided += ["--zero", "unreadable"]
    done = course_grade("export", out, "--format", format, "--out", tmp_path / "x", *decided)
    assert (done.exit_code, done.stderr) == (0, "")
    assert (tmp_path / "x").exists()


def test_what_cannot_be_is_told_in_a_sentence(out, tmp_path):
    done = course_grade("export", out, "--format", "excel")
    assert done.exit_code == 2
    assert "'excel' is no format; there are csv, canvas" in " ".join(done.stderr.split())
    done = course_grade("export", out, "--format", "csv", "--zero", "late")
    assert "'late' is no status" in done.stderr
    done = course_grade("report", tmp_path)
    assert done.exit_code == 2
    assert "run.json" in done.stderr.replace("\n", "")
    (tmp_path / "run.json").write_text("{}")
    assert "no file of this program's" in " ".join(course_grade("report", tmp_path).stderr.split())
    assert "Traceback" not in done.stderr


def test_who_is_not_graded_yet_is_named(tmp_path):
    out = write_class(tmp_path)
    for name in ("ada", "hostile"):
        (out / "results" / f"{name}.json").unlink()
    for arguments in (["export", out, "--format", "csv"], ["report", out]):
        done = course_grade(*arguments)
        assert done.exit_code == 0
        assert "2 of 8 submissions have no result yet (ada, =1+1" in done.stderr
        assert "\u202e" not in done.stderr


def test_nbgrader_and_gradescope(tmp_path):
    chapter = ROOT / "chapters" / "02_convolution.ipynb"
    done = course_grade("nbgrader", chapter, "--out", tmp_path / "source" / "02.ipynb")
    assert done.exit_code == 0, done.output
    assert json.loads((tmp_path / "source" / "02.ipynb").read_bytes())["nbformat"] == 4
    done = course_grade("nbgrader", ROOT / "README.md", "--out", tmp_path / "x.ipynb")
    assert done.exit_code == 2
    (tmp_path / "a.toml").write_text('exercises = ["chapter 2"]')
    done = course_grade("gradescope", tmp_path / "a.toml", "--out", tmp_path / "a.zip")
    assert done.exit_code == 0, done.output
    assert course_grade("gradescope", tmp_path / "b.toml").exit_code == 2
