"""The ladder's queue: what is trained next, and that a stop loses nothing."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.ladder import queue as queue_module
from benchmarks.ladder.page import page, planned
from benchmarks.ladder.queue import Queue, next_rate
from benchmarks.ladder.rows import COLUMNS, Rows
from benchmarks.ladder.rungs import (
    EPOCHS,
    TECHNIQUES,
    TOP_EPOCHS,
    everything,
    rate_from,
    trainings,
)


class Stop(Exception):
    """The machine is switched off."""


class FakeTraining:
    """Takes epochs as a training does, and keeps its state in a file, but learns nothing."""

    epochs_left: int  # until the machine is switched off
    taken: list  # every epoch, as checkpoint and number

    def __init__(self, recipe, seed, images, labels, validation, *, precision, state):
        self.recipe, self.seed, self.state = recipe, seed, state
        self.images, self.validation, self.precision = images, validation, precision
        self.history = [None] * int(state.read_text()) if state.exists() else []

    def run(self, report):
        while len(self.history) < self.recipe.epochs:
            if FakeTraining.epochs_left == 0:
                raise Stop
            FakeTraining.epochs_left -= 1
            FakeTraining.taken.append((self.state.name, len(self.history)))
            self.history.append(None)
            self.state.parent.mkdir(exist_ok=True)
            self.state.write_text(str(len(self.history)))


def fake_row(training, stage, arm, *, test=None):
    """The best rate is 0.04; full is best of all arms, then full without label smoothing."""
    recipe = training.recipe
    accuracy = 0.9 - 0.05 * abs(np.log2(recipe.rate / 0.04)) - 0.001 * training.seed
    accuracy -= {"full": 0, "full - label smoothing": 0.01}.get(arm, 0.1)
    row = dict.fromkeys(COLUMNS, f"{accuracy:.4f}")
    row |= {"stage": stage, "arm": arm, "seed": training.seed, "rate": recipe.rate}
    row |= {"epochs": recipe.epochs, "processor_minutes": "1.0", "date": "2026-12-01"}
    return row | {"test_accuracy": "" if test is None else "0.9300"}


@pytest.fixture
def begin(tmp_path, monkeypatch):
    monkeypatch.setattr(queue_module, "Training", FakeTraining)
    monkeypatch.setattr(queue_module, "row_of", fake_row)
    monkeypatch.setattr(FakeTraining, "epochs_left", 10**9, raising=False)
    monkeypatch.setattr(FakeTraining, "taken", [], raising=False)
    monkeypatch.setattr(Rows, "append", append_without_epochs)
    asked = []

    def data(split):
        asked.append(split)
        return np.zeros((20, 2, 2, 3), np.uint8), np.zeros(20, int)

    def queue(folder="rows"):
        (tmp_path / folder).mkdir(exist_ok=True)
        made = Queue(
            Rows(tmp_path / folder),
            tmp_path / folder / "state",
            data,
            held_out=5,
            precision="float32",
            report=lambda line: None,
        )
        made.asked = asked
        return made

    return queue


def append_without_epochs(self, row, history, append=Rows.append):
    append(self, row, [])


def all_of_it(queue):
    rates = queue.find_rates()
    queue.pilot(rates)
    queue.arms(rates, range(2))
    queue.long(rates, range(2))


def test_stopped_at_any_epoch_it_ends_with_the_same_rows(begin, monkeypatch):
    whole = begin("whole")
    all_of_it(whole)
    epochs, FakeTraining.taken = FakeTraining.taken, []

    stopped, stops = begin("stopped"), 0
    while True:
        FakeTraining.epochs_left = 7  # no divisor of 12
        try:
            all_of_it(stopped)
            break
        except Stop:
            stops += 1
            stopped = begin("stopped")
    assert stops > 50
    assert stopped.rows.read() == whole.rows.read()
    assert FakeTraining.taken == epochs  # each epoch once, in the same order
    # Nothing is left to do, and no checkpoint is left over.
    all_of_it(begin("stopped"))
    assert FakeTraining.taken == epochs
    assert list((stopped.state).iterdir()) == []


def test_only_the_top_rung_sees_test_images(begin):
    queue = begin()
    all_of_it(queue)
    assert queue.asked == ["train"]
    assert {row["test_accuracy"] for row in queue.rows.read()} == {""}
    queue.top(range(2))
    assert queue.asked == ["train", "test", "test"]
    queue.top(range(2))
    assert queue.asked == ["train", "test", "test"]
    assert [row["test_accuracy"] for row in queue.rows.read("top")] == ["0.9300"] * 2
    assert {row["epochs"] for row in queue.rows.read("top")} == {str(TOP_EPOCHS)}
    assert len(list(queue.state.iterdir())) == 2  # its weights stay


def test_the_last_training_images_are_for_validation(begin):
    queue = begin()
    assert len(queue.training_set[0]) == 15
    assert len(queue.validation_set[0]) == 5


def test_a_rate_is_found_between_two_that_are_worse(begin):
    queue = begin()
    rates = queue.find_rates()
    assert set(rates) == set(trainings())
    for arm in rates:
        found = queue.trials(rate_from(arm))
        best = rates[arm]
        assert found[best] > found[2 * best]
        assert found[best] > found[best / 2]
    assert next_rate({}, 0.5) == 0.5
    assert next_rate({0.5: 0.8}, 0.5) == 1.0
    assert next_rate({0.5: 0.8, 1.0: 0.9}, 0.5) == 2.0
    assert next_rate({0.5: 0.8, 1.0: 0.7}, 0.5) == 0.25
    assert next_rate({0.5: 0.8, 1.0: 0.7, 0.25: 0.7}, 0.5) is None


def test_a_seed_is_finished_before_the_next_and_pairs_have_equal_seeds(begin):
    queue = begin()
    queue.arms(dict.fromkeys(trainings(), 0.04), range(3))
    rows = queue.rows.read("arm")
    assert [int(row["seed"]) for row in rows] == sorted(int(row["seed"]) for row in rows)
    for arm in trainings():
        assert set(queue.rows.validation("arm", arm)) == {0, 1, 2}


def test_the_best_two_go_on(begin):
    queue = begin()
    all_of_it(queue)
    assert {row["arm"] for row in queue.rows.read("long")} == {"full", "full - label smoothing"}


# The arms


def test_an_arm_differs_from_its_end_in_one_technique_and_its_rate():
    arms = trainings()
    plain, full = arms["plain"].facts(), arms["full"].facts()
    assert full["epochs"] == plain["epochs"] == EPOCHS
    for technique, change in TECHNIQUES.items():
        for arm, end in ((f"plain + {technique}", plain), (f"full - {technique}", full)):
            facts = arms[arm].facts()
            differing = {field for field in facts if facts[field] != end[field]}
            assert differing - {"rate"} == set(change), arm
            if rate_from(arm) != arm:
                assert "rate" not in differing, arm
    assert rate_from("plain + label smoothing") == "plain"
    assert rate_from("full - flips and shifts") == "full"
    assert rate_from("plain + longer training") == "plain"
    assert rate_from("full - normalization") == "full - normalization"
    assert rate_from("full") == "full"
    assert replace(everything(EPOCHS), rate=arms["full"].rate) == arms["full"]


# Rows and page


def test_a_row_is_there_once_it_is_written(tmp_path):
    rows = Rows(tmp_path)
    assert rows.read() == []
    row = dict.fromkeys(COLUMNS, "0.9") | {"stage": "arm", "arm": "full", "seed": 1, "rate": 0.04}
    epochs = [
        {
            "epoch": 1,
            "loss": 2.0,
            "train_accuracy": 0.3,
            "validation_accuracy": 0.4,
            "processor_seconds": 9.0,
        }
    ]
    rows.append(row, epochs)
    assert rows.has("arm", "full", 1, 0.04)
    assert not rows.has("arm", "full", 1, 0.02)
    assert not rows.has("arm", "full", 2, 0.04)
    assert not rows.has("top", "full", 1, 0.04)
    # Stopped after the epochs and before the row, they are not written twice.
    rows.runs.unlink()
    rows.append(row, epochs)
    assert len(rows.epochs.read_text().splitlines()) == 2


def test_the_page_has_each_difference_with_its_error_and_number(begin):
    queue = begin()
    all_of_it(queue)
    queue.top(range(2))
    text = page(queue.rows)
    # 0.9 against 0.89 at the same rate and seeds: no spread.
    assert "| label smoothing | +0.0000 ± 0.0000 | 2 | +0.0100 ± 0.0000 | 2 | +0.0 |" in text
    assert "| longer training | +0.0000 ± 0.0000 | 2 |  |  | +0.0 |" in text
    assert "Test accuracy 0.9300 ± 0.0000 over 2 seeds" in text
    assert "`full` less `full - label smoothing`: +0.0100 ± 0.0000 over 2 pairs" in text
    # Seed 10, not one of the best two arms, and one factor of two from the best rate.
    assert "| `plain` | 0.02: 0.7400, 0.04: 0.7900, 0.08: 0.7400 | 0.04 |" in text
    assert planned(queue.rows) in text


def test_a_page_of_nothing_is_an_introduction(tmp_path):
    assert page(Rows(tmp_path)).startswith("# The training ladder")
