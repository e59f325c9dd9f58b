"""The progress line for Keras's fit."""

import re

import keras
import numpy as np
import pytest

from course_utils.models import Progress
from course_utils.network.training import progress
from tests.network.training.test_progress import Terminal, clock, screen  # noqa: F401


@pytest.fixture
def model():
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(2, activation="softmax")])
    network.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return network


def printed(monkeypatch, model, stream, verbose, **options):
    monkeypatch.setattr(progress.sys, "stdout", stream)
    x, y = np.ones((40, 2), np.float32), np.zeros(40, int)
    model.fit(x, y, batch_size=4, verbose=0, callbacks=[Progress(verbose)], **options)
    return stream.getvalue()


def test_a_bar_while_an_epoch_lasts_and_a_line_when_it_ends(monkeypatch, clock, model):  # noqa: F811
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_UPDATES", 0)
    data = np.ones((4, 2), np.float32), np.zeros(4, int)
    out = printed(monkeypatch, model, Terminal(), "auto", epochs=2, validation_data=data)
    assert any("━━━━━━━━┄┄┄┄┄┄┄┄ 5/10 - 5 s left - accuracy: " in part for part in out.split("\r"))
    lines = screen(out)
    assert len(lines) == 3
    for number, line in enumerate(lines[:2], start=1):
        assert re.fullmatch(
            rf"Epoch {number}/2 - [\d.]+ s - accuracy: [\d.]+ - loss: [\d.]+ - "
            r"val_accuracy: [\d.]+ - val_loss: [\d.]+ *",
            line,
        )


def test_silence(monkeypatch, model):
    assert printed(monkeypatch, model, Terminal(), 0) == ""


@pytest.mark.filterwarnings("ignore::UserWarning")  # Keras, about the end of the data
def test_a_generator_without_an_end_gets_a_line_an_epoch(monkeypatch, model):
    def batches():
        for _ in range(3):
            yield np.ones((4, 2), np.float32), np.zeros(4, int)

    out = Terminal()
    monkeypatch.setattr(progress.sys, "stdout", out)
    model.fit(batches(), verbose=0, callbacks=[Progress(1)])
    assert re.fullmatch(r"Epoch 1/1 - [\d.]+ s - accuracy: [\d.]+ - loss: [\d.]+\n", out.getvalue())
