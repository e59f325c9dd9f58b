"""Accuracies over seeds: what is measured, kept and reported."""

import dataclasses

import numpy as np
import pytest

from benchmarks import accuracy

ROW = dict.fromkeys(accuracy.COLUMNS, "") | {"machine": "A", "versions": "B"}


def row(name, seed, test, validation="0.9"):
    values = {"network": name, "seed": str(seed), "test_accuracy": test}
    return ROW | values | {"validation_accuracy": validation}


@pytest.fixture(scope="module")
def recipe():
    from course_utils.models import RECIPES

    return dataclasses.replace(RECIPES["document_4"], epochs=1, held_out=3900)


def test_a_seed_is_measured_on_test_images(recipe, monkeypatch):
    asked = []

    def data(split, size):
        asked.append(split)
        return recipe.data(split, size)

    spied = dataclasses.replace(recipe, data=data)
    measured = accuracy.measure("tiny", spied, 3, "small")
    assert asked == ["train", "test"]
    assert tuple(measured) == accuracy.COLUMNS
    assert (measured["network"], measured["seed"], measured["epochs"]) == ("tiny", 3, 1)
    # The same seed gives the same network, so that its accuracy can be found again.
    train, validation = recipe.parts(*recipe.data("train", "small"))
    assert len(train[0]) == 100
    network, history = recipe.train(*train, validation_data=validation, seed=3, verbose=0)
    images, labels = recipe.data("test", "small")
    answers = network.predict(images.astype(np.float32) / 255, verbose=0).argmax(axis=1)
    assert float(measured["test_accuracy"]) == pytest.approx(np.mean(answers == labels), abs=2e-3)
    assert float(measured["validation_accuracy"]) == pytest.approx(
        history["val_accuracy"][-1], abs=2e-3
    )


def test_the_finished_network_is_measured(recipe):
    import keras

    def always_a_shirt(network):
        bias = keras.initializers.Constant(np.eye(10)[6])
        dense = keras.layers.Dense(10, kernel_initializer="zeros", bias_initializer=bias)
        return keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), dense])

    finishing = dataclasses.replace(recipe, finish=always_a_shirt)
    measured = accuracy.measure("tiny", finishing, 0, "small")
    assert measured["test_accuracy"] == measured["validation_accuracy"] == "0.1000"


def test_rows_stay_and_their_seeds_are_not_measured_again(tmp_path):
    path = tmp_path / "accuracy.csv"
    assert accuracy.read_rows(path) == []
    first, second = row("a", 0, "0.91"), row("b", 1, "0.93")
    accuracy.append_row(first, path)
    accuracy.append_row(second, path)
    assert accuracy.read_rows(path) == [first, second]
    assert accuracy.missing_seeds([first, second], "a", 3) == [1, 2]
    assert accuracy.missing_seeds([first, second], "b", 2) == [0]


def test_the_page_has_mean_and_spread_beside_the_claim(recipe):
    rows = [row("a", seed, test) for seed, test in enumerate(("0.9000", "0.9100", "0.9200"))]
    rows.append(row("b", 0, "0.7000"))
    recipes = {"a": recipe, "b": dataclasses.replace(recipe, claim=None), "not measured": recipe}
    text = accuracy.page(rows, recipes)
    assert "| `a` | 3 | 0.9000 ± 0.0000 | 0.9100 ± 0.0100 | 0.9000, 0.9200 | 0.9124 |" in text
    assert "| `b` | 1 | 0.9000 | 0.7000 | 0.7000, 0.7000 |  |" in text
    assert "not measured" not in text


def test_an_unknown_network_is_named(capsys):
    with pytest.raises(SystemExit):
        accuracy.main(["document_9"])
    assert "no such network: document_9; there are document_1" in capsys.readouterr().err


def test_the_committed_page_shows_the_committed_rows():
    from course_utils.models import RECIPES

    written = accuracy.PAGE.read_text(encoding="utf-8")
    assert written == accuracy.page(accuracy.read_rows(), RECIPES)
