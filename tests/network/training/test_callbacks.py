"""Callbacks: when a training stops, and how the learning rate goes."""

import numpy as np
import pytest

from course_utils.network import (
    Adam,
    Callback,
    EarlyStopping,
    LearningRateScheduler,
)
from tests.network.small import classifier, points


def validation(losses, network, **options):
    """Fit with EarlyStopping, with given validation losses; return (callback, weights by epoch)."""
    weights = []

    class Given(Callback):
        def on_epoch_end(self, epoch, logs):
            logs["val_loss"] = losses[epoch]
            weights.append(self.model.get_weights())

    stopping = EarlyStopping(**options)
    network.fit(*points(6), epochs=len(losses), verbose=0, callbacks=[Given(), stopping])
    return stopping, weights


@pytest.mark.parametrize(
    ("options", "losses", "epochs"),
    [
        ({}, [3, 2, 2, 1], 3),
        ({"patience": 1}, [3, 2, 2, 1], 3),
        ({"patience": 2}, [3, 2, 2, 1, 2, 1, 0], 6),
        ({"patience": 2, "min_delta": 1.5}, [3, 2, 1, 2, 1, 0], 5),
        ({"patience": 2, "min_delta": 1.5}, [3, 2, 2, 1], 3),
        ({"patience": 3}, [3, 4, 4], 3),
    ],
)
def test_early_stopping(options, losses, epochs):
    _, weights = validation(losses, classifier(), **options)
    assert len(weights) == epochs


def test_early_stopping_restores_the_best_weights():
    network = classifier()
    stopping, weights = validation([3, 1, 2, 2], network, patience=2, restore_best_weights=True)
    assert stopping.best_epoch == 1
    assert stopping.stopped_epoch == 3
    assert all(map(np.array_equal, network.get_weights(), weights[1]))
    network = classifier()
    _, weights = validation([3, 1, 2, 2], network, patience=2)
    assert all(map(np.array_equal, network.get_weights(), weights[3]))


def test_early_stopping_on_accuracy_wants_it_to_grow():
    class Falling(Callback):
        def on_epoch_end(self, epoch, logs):
            logs["val_accuracy"] = 0.5 - epoch / 10

    callbacks = [Falling(), EarlyStopping("val_accuracy", patience=1)]
    history = classifier().fit(*points(6), epochs=5, verbose=0, callbacks=callbacks)
    assert history.history["val_accuracy"] == [0.5, 0.4]


def test_the_learning_rate_by_epoch():
    given = []

    def halve(epoch, rate):
        given.append((epoch, rate))
        return rate / 2

    network = classifier(optimizer=Adam(0.8))
    history = network.fit(*points(6), epochs=3, verbose=0, callbacks=[LearningRateScheduler(halve)])
    assert given == [(0, 0.8), (1, 0.4), (2, 0.2)]
    assert history.history["learning_rate"] == [0.4, 0.2, 0.1]
    assert network.optimizer.learning_rate == 0.1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: EarlyStopping(patience=-1), "patience must be .* got -1"),
        (lambda: EarlyStopping(min_delta=-1), "min_delta must be .* got -1"),
        (lambda: LearningRateScheduler(0.1), "schedule must be a function .* got 0.1"),
    ],
)
def test_callbacks_that_make_no_sense(make, message):
    with pytest.raises(ValueError, match=message):
        make()
