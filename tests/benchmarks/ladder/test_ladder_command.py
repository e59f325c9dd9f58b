"""The ladder's command and its committed files."""

import csv
import subprocess

import pytest

from benchmarks.ladder import __main__ as command
from benchmarks.ladder.page import page
from benchmarks.ladder.rows import COLUMNS, CURVE_COLUMNS, FOLDER, Rows, row_of
from benchmarks.ladder.rungs import TOP_EPOCHS, TOP_WAY, everything
from benchmarks.ladder.training import WAYS, Training
from course_utils.datasets import cifar10


def test_an_unknown_part_is_named(capsys):
    with pytest.raises(SystemExit):
        command.main(["bottom"])
    assert "invalid choice: 'bottom'" in capsys.readouterr().err


def test_git_ignores_the_checkpoints():
    asked = ["git", "check-ignore", "--quiet", "build/ladder/a.npz"]
    assert subprocess.run(asked, cwd=command.ROOT).returncode == 0


def test_a_step_is_timed():
    wall, processor = command.seconds_a_step("float32", steps=7)
    assert 0 < wall < 60
    assert 0 < processor < 60


def test_a_finished_training_has_all_columns(tmp_path):
    images, labels = cifar10("train", "small")
    recipe = everything(1)
    training = Training(
        recipe,
        5,
        images[:128],
        labels[:128],
        (images[-20:], labels[-20:]),
        precision="float32",
        state=tmp_path / "state.npz",
    )
    training.run()
    assert TOP_WAY in WAYS
    row = row_of(training, "top", "full", test=(images[-40:], labels[-40:]))
    assert set(row) == set(COLUMNS)
    assert (row["seed"], row["epochs"], row["precision"]) == (5, 1, "float32")
    assert row["rate"] == recipe.rate
    assert row["parameters"] == training.network.count_params()
    expected = training.accuracy(TOP_WAY, images[-40:], labels[-40:])
    assert float(row["test_accuracy"]) == pytest.approx(expected, abs=1e-4)
    assert row_of(training, "arm", "full")["test_accuracy"] == ""
    rows = Rows(tmp_path)
    rows.append(row, training.history)
    with rows.epochs.open(encoding="utf-8", newline="") as file:
        (epoch,) = csv.DictReader(file)
    assert tuple(epoch) == CURVE_COLUMNS
    assert float(epoch["loss"]) == training.history[0]["loss"]


def test_the_committed_page_shows_the_committed_rows():
    assert command.PAGE.read_text(encoding="utf-8") == page(Rows())


def test_committed_trainings_keep_to_the_limits():
    pilots = list(csv.DictReader((FOLDER / "pilots.csv").open(encoding="utf-8", newline="")))
    assert pilots
    for row in [*pilots, *Rows().read()]:
        assert int(row["parameters"]) <= 300_000
    for row in Rows().read("top"):
        assert float(row["processor_minutes"]) <= 2 * 8 * 60  # eight hours of two cores
        assert int(row["epochs"]) == TOP_EPOCHS
