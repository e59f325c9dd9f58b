"""The figures can be measured, and the peers compute the same as we do."""

import json

import numpy as np
import pytest

from benchmarks import __main__ as command
from benchmarks import convolution, grading, nbgrader_course, peers, pooling, timing
from course_utils.exercises import catalog
from course_utils.grading import SandboxUnavailableError
from course_utils.reference import (
    avg_pool2d,
    conv2d,
    conv2d_backward,
    max_pool2d,
    max_pool2d_backward,
)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.mark.parametrize(("padding", "border"), [("same", 2), ("valid", 0)])
def test_im2col_is_the_same_convolution(rng, padding, border):
    x, w, b = (rng.standard_normal(shape) for shape in ((2, 7, 8, 3), (5, 5, 3, 4), 4))
    y, columns = peers.im2col_forward(x, w, b, border)
    np.testing.assert_allclose(y, conv2d(x, w, b, padding=padding), atol=1e-12)
    dy = rng.standard_normal(y.shape)
    gradients = peers.im2col_backward(dy, columns, x.shape, w, border)
    for actual, wanted in zip(gradients, conv2d_backward(dy, x, w, padding=padding), strict=True):
        np.testing.assert_allclose(actual, wanted, atol=1e-12)


def test_the_reshape_trick_is_the_same_pooling(rng):
    x = rng.standard_normal((2, 4, 6, 3))
    y = peers.reshape_max_pool(x)
    np.testing.assert_array_equal(y, max_pool2d(x))
    np.testing.assert_allclose(peers.reshape_avg_pool(x), avg_pool2d(x))
    dy = rng.standard_normal(y.shape)
    actual = peers.reshape_max_pool_backward(dy, x, y)
    np.testing.assert_array_equal(actual, max_pool2d_backward(dy, x))


def test_tables_of_tiny_layers(monkeypatch):
    monkeypatch.setattr(timing, "PAUSE", 0)
    layer = convolution.Layer("tiny", (2, 6, 6, 2), (3, 3, 2, 4), "same")
    tables = [
        *convolution.tables([layer], [layer], count=1, side=16),
        *pooling.tables([(2, 4, 4, 2)], (1, 4, 4, 2), count=1),
    ]
    assert len(tables) == 5
    for title, rows in tables:
        text = command.table(title, rows)
        assert len({line.count("|") for line in text.splitlines()[2:]}) == 1


def test_tables_of_a_tiny_class(monkeypatch):
    monkeypatch.setattr(timing, "PAUSE", 0)
    monkeypatch.delenv("NBGRADER", raising=False)
    try:
        tables = list(grading.tables(sizes=(2,), count=1))
    except SandboxUnavailableError as error:
        pytest.skip(str(error))
    assert [len(rows) for _, rows in tables] == [3, 2, 2]
    megabytes = float(tables[1][1][-1][-1])
    assert 20 < megabytes < 2000


def test_every_third_answer_of_the_class_is_wrong_and_nbgraders_tests_say_so(tmp_path, monkeypatch):
    asked = [one for one in catalog() if one.inputs][:3]
    monkeypatch.setattr(nbgrader_course, "_run", lambda course, *arguments: None)
    (tmp_path / "release/ps1").mkdir(parents=True)
    (tmp_path / "release/ps1/problem.ipynb").write_text('{"cells": []}')
    nbgrader_course.lay_out(tmp_path, asked, {})
    notebook = json.loads((tmp_path / "source/ps1/problem.ipynb").read_text())
    tests = [cell["source"] for cell in notebook["cells"][2::2]]
    for student in grading.submissions(asked, 3).values():
        failed = 0
        for answer, test in zip(student, tests, strict=True):
            names = {"np": np}
            exec(answer, names)
            try:
                exec(test, names)
            except AssertionError:
                failed += 1
        assert failed == 1


def test_an_unknown_part_is_named(capsys):
    with pytest.raises(SystemExit):
        command.main(["convolutoin"])
    assert "no such part: convolutoin" in capsys.readouterr().err
