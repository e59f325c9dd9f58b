"""Ctrl-C at any moment leaves the network and its history whole."""

import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from course_utils.network import (
    Callback,
    EarlyStopping,
)
from tests.network.small import Calls, classifier, points


class Interrupt(Callback):
    """Presses Ctrl-C in epoch 2."""

    def __init__(self, when):
        self.when = when

    def _press(self, when):
        if when == self.when and self.model.epoch == 2:
            raise KeyboardInterrupt

    def on_epoch_begin(self, epoch):
        self._press("epoch begin")

    def on_train_batch_end(self, batch, logs):
        self._press("batch end")

    def on_epoch_end(self, epoch, logs):
        self._press("epoch end")


@pytest.mark.parametrize(
    ("when", "finished"), [("epoch begin", 2), ("batch end", 2), ("epoch end", 3)]
)
def test_ctrl_c_keeps_history_and_weights(capsys, when, finished):
    network = classifier()
    calls = Calls()
    callbacks = [Interrupt(when), calls, EarlyStopping("loss", patience=9)]
    history = network.fit(*points(8), epochs=9, batch_size=4, verbose=0, callbacks=callbacks)
    assert history.interrupted is True
    assert history.epoch == list(range(finished))
    assert {len(values) for values in history.history.values()} == {finished}
    assert calls.seen.count("end") == 1
    assert calls.seen[-1] == "end"
    # The weights are those of as many steps.
    other = classifier()
    other.fit(*points(8), epochs=finished, batch_size=4, verbose=0)
    same = all(map(np.array_equal, network.get_weights(), other.get_weights()))
    assert same is (when != "batch end")
    assert capsys.readouterr().out == (
        f"Interrupted in epoch 3 of 9. The history has the finished epochs ({finished}), the "
        "weights are those after the last finished step.\n"
    )


def test_after_ctrl_c_early_stopping_restores_the_best_weights(capsys):
    network = classifier()

    class Worse(Callback):
        """Every epoch but the first is worse; Ctrl-C in the fourth."""

        def on_epoch_begin(self, epoch):
            if epoch == 3:
                raise KeyboardInterrupt

        def on_epoch_end(self, epoch, logs):
            logs["val_loss"] = epoch
            if epoch == 0:
                self.best = self.model.get_weights()

    worse, stopping = Worse(), EarlyStopping(patience=9, restore_best_weights=True)
    history = network.fit(*points(8), epochs=9, verbose=0, callbacks=[worse, stopping])
    assert history.epoch == [0, 1, 2]
    assert all(map(np.array_equal, network.get_weights(), worse.best))
    assert "the weights are those of epoch 1, the best." in capsys.readouterr().out


class InterruptAt(Calls):
    """Presses Ctrl-C when the training begins, or ends."""

    def __init__(self, when):
        super().__init__()
        self.when = when

    def _press(self, when):
        if when == self.when:
            raise KeyboardInterrupt

    def on_train_begin(self):
        super().on_train_begin()
        self._press("begin")

    def on_train_end(self):
        super().on_train_end()
        self._press("end")


def test_who_did_not_hear_of_the_beginning_hears_of_no_end():
    """An EarlyStopping used before would restore the weights of its earlier training."""
    before, after = Calls(), Calls()
    callbacks = [before, InterruptAt("begin"), after]
    history = classifier().fit(*points(8), verbose=0, callbacks=callbacks)
    assert history.interrupted
    assert before.seen == ["begin", "end"]
    assert after.seen == []


def test_ctrl_c_at_the_end_leaves_no_callback_untold():
    interrupt, after = InterruptAt("end"), Calls()
    history = classifier().fit(*points(8), verbose=0, callbacks=[interrupt, after])
    assert history.interrupted
    assert history.epoch == [0]
    assert interrupt.seen.count("end") == after.seen.count("end") == 1


@pytest.mark.parametrize("method", ["predict", "evaluate"])
def test_ctrl_c_in_between_leaves_no_arrays(method):
    network = classifier()
    forward = network.layers[2].compute

    def compute(x, training, rng):
        if len(x) == 2:  # the last batch
            raise KeyboardInterrupt
        return forward(x, training, rng)

    network.layers[2].compute = compute
    x, labels = points(10)
    with pytest.raises(KeyboardInterrupt):
        network.predict(x, batch_size=4) if method == "predict" else network.evaluate(
            x, labels, batch_size=4
        )
    assert all(layer.x is None and layer.y is None for layer in network.layers)


def test_after_a_training_dropout_holds_no_mask():
    network = classifier()
    network.train_step(*points(8))
    assert network.layers[1]._mask.shape == (8, 8)
    network.fit(*points(8), verbose=0)
    assert network.layers[1]._mask is None


def test_ctrl_c_waits_for_the_end_of_a_step():
    network = classifier()
    apply, applied = network.optimizer.apply, []

    def slow(gradients, weights):
        os.kill(os.getpid(), signal.SIGINT)  # in the middle of the update
        apply(gradients, weights)
        applied.append(network.get_weights())

    network.optimizer.apply = slow
    history = network.fit(*points(8), epochs=3, verbose=0)
    assert history.interrupted
    assert len(applied) == 1
    assert all(map(np.array_equal, network.get_weights(), applied[0]))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_ctrl_c_from_outside():
    code = """
    import numpy as np
    from course_utils.network import Callback, Dense, Sequential

    class Ready(Callback):
        def on_epoch_end(self, epoch, logs):
            if epoch == 2:
                print("ready", flush=True)

    x = np.random.default_rng(0).normal(size=(2000, 50))
    network = Sequential([Dense(100), Dense(2, activation="softmax")], (50,), seed=0)
    network.compile("adam", "sparse_categorical_crossentropy")
    history = network.fit(x, np.zeros(2000, int), epochs=10**6, verbose=0, callbacks=[Ready()])
    assert history.interrupted and len(history.history["loss"]) == network.epoch >= 3
    # Adam counts steps: every weight has seen as many.
    assert all(np.isfinite(weight).all() for weight in network.get_weights())
    print("kept", len(network.predict(x)))
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert error == ""
    assert out.startswith("Interrupted in epoch ")
    assert out.endswith("kept 2000\n")
