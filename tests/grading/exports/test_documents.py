"""JSON for Gradescope, PrairieLearn and classroom50, by the rules of their readers."""

import dataclasses
import json
import math
import re

import pytest

from course_utils.grading.exports import Choices, ExportError, export
from course_utils.grading.records.storage import read_run, write_run
from tests.grading.a_class import SEED, write_class

GRADED = {"ada", "grace", "sofia"}
TIMES = re.compile(r"^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$")


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return write_class(tmp_path_factory.mktemp("run"))


def documents(folder, name="results.json"):
    return {path.parent.name: json.loads(path.read_bytes()) for path in folder.glob(f"*/{name}")}


def check_gradescope(document):
    """The rules of gradescope-autograders.readthedocs.io/en/latest/specs."""
    known = {
        *("score", "execution_time", "output", "output_format", "visibility", "stdout_visibility"),
        *("extra_data", "tests", "leaderboard"),
    }
    assert set(document) <= known
    visibilities = ("hidden", "after_due_date", "after_published", "visible")
    formats = ("text", "html", "simple_format", "md", "ansi")
    for one in [document, *document.get("tests", [])]:
        assert one["visibility"] in visibilities
        assert one["output_format"] in formats
        assert isinstance(one["output"], str)
    assert document["stdout_visibility"] == "hidden"
    for test in document.get("tests", []):
        allowed = {"score", "max_score", "status", "name", "number", "output", "output_format"}
        assert set(test) <= allowed | {"tags", "visibility", "name_format", "extra_data"}
        assert 0 <= test["score"] <= test["max_score"]
        assert test["status"] in ("passed", "failed")


def test_gradescope(out):
    found = documents(export(out, "gradescope", Choices()))
    assert len(found) == 8
    for document in found.values():
        check_gradescope(document)
    assert found["ada"]["score"] == 10
    assert sum(test["score"] for test in found["ada"]["tests"]) == 10
    assert [test["status"] for test in found["grace"]["tests"]] == ["passed", "failed", "failed"]
    assert "The kernel is turned" in found["sofia"]["tests"][0]["output"]
    assert found["ada"]["extra_data"]["seed"] == SEED


def test_gradescope_without_a_total_has_no_score_at_all(out):
    found = documents(export(out, "gradescope", Choices()))
    for name in set(found) - GRADED:
        assert "score" not in found[name]
        assert "tests" not in found[name]
        assert found[name]["output"]
    assert "That is not a zero" in found["emmy"]["output"]
    assert "The kernel is turned" in found["emmy"]["output"]


def test_prairielearn(out):
    """processGradingResult in apps/prairielearn/src/lib/externalGrader.ts."""
    found = documents(export(out, "prairielearn", Choices()))
    for name, document in found.items():
        assert len(json.dumps(document)) < 2**20
        assert document["gradable"] == (name in GRADED)
        if document["gradable"]:
            assert math.isfinite(document["score"])
            assert 0 <= document["score"] <= 1
            assert all(0 <= t["points"] <= t["max_points"] for t in document["tests"])
        else:
            assert "score" not in document
            assert document["format_errors"]
        for test in document["tests"]:
            assert {"name", "description", "max_points", "message"} <= set(test)
    assert found["grace"]["score"] == pytest.approx(0.4)


def check_classroom50(document):
    """schemas/result-v1.schema.json in foundation50/classroom50."""
    required = {
        *("schema", "classroom", "assignment", "assignment_type", "owner", "submission", "commit"),
        *("release", "review", "datetime", "score", "max-score", "tests"),
    }
    assert required <= set(document) <= required | {"graded_at", "submitted_by"}
    assert document["schema"] == "classroom50/result/v1"
    assert document["assignment_type"] in ("individual", "group")
    assert document["submission"].startswith("submit/")
    for name in ("classroom", "assignment", "owner", "commit", "release", "review"):
        assert isinstance(document[name], str)
        assert document[name]
    assert TIMES.match(document["datetime"])
    assert TIMES.match(document["graded_at"])
    for one in [document, *document["tests"]]:
        assert type(one["score"]) is type(one["max-score"]) is int
        assert 0 <= one["score"] <= one["max-score"]
    for test in document["tests"]:
        assert type(test["passed"]) is bool
        assert test["test-name"]


def test_classroom50_names_those_it_has_no_place_for(out, tmp_path):
    with pytest.raises(ExportError, match=r"emmy \(timeout\).*empty \(missing\)"):
        export(out, "classroom50", Choices(classroom="cnn", assignment="week-2"), tmp_path)
    found = documents(tmp_path, "result.json")
    assert set(found) == GRADED
    for document in found.values():
        check_classroom50(document)
    grace = found["grace"]
    assert (grace["score"], grace["max-score"], grace["owner"]) == (4, 10, "grace")
    assert (grace["classroom"], grace["assignment"]) == ("cnn", "week-2")
    assert grace["datetime"] == "2026-11-22T09:00:00Z"


def test_classroom50_makes_whole_points_of_halves(out, tmp_path):
    run_folder = write_class(tmp_path / "run")
    run = read_run(run_folder)
    halves = [dataclasses.replace(one, points=one.points / 2) for one in run.exercises]
    write_run(run_folder, dataclasses.replace(run, exercises=tuple(halves)))
    with pytest.raises(ExportError):
        export(run_folder, "classroom50", Choices(), tmp_path / "to")
    assert documents(tmp_path / "to", "result.json")["ada"]["max-score"] == 10
