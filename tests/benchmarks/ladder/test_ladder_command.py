"""The ladder's command and its committed files."""

import subprocess

import pytest

from benchmarks.ladder import __main__ as command
from benchmarks.ladder.page import page
from benchmarks.ladder.queue import Queue
from benchmarks.ladder.rows import COLUMNS, CURVE_COLUMNS, FOLDER, Rows, read
from benchmarks.ladder.rungs import TOP_EPOCHS, TOP_WAY, everything
from benchmarks.ladder.training import WAYS, Training
from course_utils.datasets import cifar10


def test_an_unknown_part_is_named(capsys):
    with pytest.raises(SystemExit):
        command.main(["bottom"])
    assert "invalid choice: 'bottom'" in capsys.readouterr().err


def test_git_ignores_the_checkpoints():
    asked = ["git", "check-ignore", "--quiet", ".ladder/a.npz"]
    assert subprocess.run(asked, cwd=command.ROOT).returncode == 0


def test_a_step_is_timed():
    wall, processor = command.seconds_a_step("float32", steps=7)
    assert 0 < wall < 60
    assert 0 < processor < 60


def test_a_finished_training_has_its_row_and_its_weights_can_be_asked_again(tmp_path):
    images, labels = cifar10("train", "small")
    sets = {"train": (images[:160], labels[:160]), "test": (images[-40:], labels[-40:])}
    rows, recipe = Rows(tmp_path), everything(1)
    queue = Queue(
        rows, tmp_path, sets.get, held_out=20, precision="float32", report=lambda line: None
    )
    queue.complete("top", "full", recipe, 5, tested=True)
    (row,) = rows.read()
    assert tuple(row) == COLUMNS
    assert (row["stage"], row["seed"], row["epochs"], row["rate"]) == ("top", "5", "1", "0.06")
    assert row["precision"] == "float32"
    (epoch,) = read(rows.epochs)
    assert tuple(epoch) == CURVE_COLUMNS
    assert float(row["processor_minutes"]) * 60 == pytest.approx(
        float(epoch["processor_seconds"]), abs=3.1
    )

    (state,) = tmp_path.glob("*.npz")
    again = Training(
        recipe, 5, images[:140], labels[:140], sets["train"], precision="float32", state=state
    )
    assert again.done
    assert int(row["parameters"]) == again.network.count_params()
    for way in WAYS:
        validation = again.accuracy(way, images[140:160], labels[140:160])
        assert float(row[way]) == pytest.approx(validation, abs=1e-4), way
    assert float(row["test_accuracy"]) == pytest.approx(
        again.accuracy(TOP_WAY, *sets["test"]), abs=1e-4
    )


def test_the_committed_page_shows_the_committed_rows():
    assert command.PAGE.read_text(encoding="utf-8") == page(Rows())


def test_committed_trainings_keep_to_the_limits():
    pilots = read(FOLDER / "pilots.csv")
    assert pilots
    for row in [*pilots, *Rows().read()]:
        assert int(row["parameters"]) <= 300_000
    for row in Rows().read("top"):
        assert float(row["processor_minutes"]) <= 2 * 8 * 60  # eight hours of two cores
        assert int(row["epochs"]) == TOP_EPOCHS
