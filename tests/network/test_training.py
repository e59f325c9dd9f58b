"""`fit`: what it learns, records, says, and what it does when something goes wrong."""

import os
import signal
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from course_utils.network import (
    SGD,
    Adam,
    Augmentation,
    BatchNormalization,
    Callback,
    Conv2D,
    Dense,
    Dropout,
    EarlyStopping,
    Flatten,
    LearningRateScheduler,
    MaxPooling2D,
    ReLU,
    Residual,
    Sequential,
)
from tests.network.test_sequential import compiled, images, residual_network


def classifier(seed=0, optimizer="adam"):
    """Two inputs, two classes."""
    network = Sequential(
        [Dense(8, activation="relu"), Dropout(0.1), Dense(2, activation="softmax")],
        input_shape=(2,),
        seed=seed,
    )
    network.compile(optimizer, "sparse_categorical_crossentropy", ["accuracy"])
    return network


def points(count=100, seed=0):
    """Points of a plane; the class says on which side of a line they lie."""
    x = np.random.default_rng(seed).normal(size=(count, 2))
    return x, (x[:, 0] > x[:, 1]).astype(int)


class Calls(Callback):
    """Notes when it is called."""

    def __init__(self):
        self.seen = []

    def on_train_begin(self):
        self.seen.append("begin")

    def on_epoch_begin(self, epoch):
        self.seen.append(f"epoch {epoch}")

    def on_train_batch_end(self, batch, logs):
        self.seen.append(f"batch {batch}")
        assert list(logs) == ["loss", "accuracy"]

    def on_epoch_end(self, epoch, logs):
        self.seen.append(f"epoch {epoch} ends")

    def on_train_end(self):
        self.seen.append("end")


# Learning


def test_it_learns_a_hundred_images_by_heart():
    network = Sequential(
        [
            Conv2D(8, 3, activation="relu"),
            MaxPooling2D(),
            Flatten(),
            Dense(32, activation="relu"),
            Dense(10, activation="softmax"),
        ],
        input_shape=(12, 12, 1),
        seed=0,
    )
    network.compile(Adam(3e-3), "sparse_categorical_crossentropy", ["accuracy"])
    rng = np.random.default_rng(0)
    x, labels = rng.random((100, 12, 12, 1)), rng.integers(0, 10, 100)  # nothing but heart helps
    history = network.fit(x, labels, batch_size=20, epochs=60, verbose=0)
    assert history.history["loss"][0] == pytest.approx(np.log(10), abs=0.3)
    assert network.evaluate(x, labels)["accuracy"] == 1


def test_batch_norm_and_residual_blocks_learn_too():
    network = Sequential(
        [
            Conv2D(6, 3, padding="same", use_bias=False),
            BatchNormalization(momentum=0.8),
            ReLU(),
            Residual([Conv2D(6, 3, padding="same"), BatchNormalization(momentum=0.8)]),
            Flatten(),
            Dense(2, activation="softmax"),
        ],
        input_shape=(6, 6, 2),
        seed=0,
    )
    network.compile("adam", "sparse_categorical_crossentropy")
    x = images(120)
    labels = (x.mean(axis=(1, 2, 3)) > 0).astype(int)
    network.fit(x, labels, epochs=30, verbose=0)
    # At inference, with the moving averages.
    assert np.mean(network.predict(x).argmax(axis=1) == labels) > 0.95


def test_a_step_by_hand():
    network = Sequential([Dense(2, activation="softmax")], input_shape=(2,), dtype="float64")
    network.compile(SGD(0.5), "sparse_categorical_crossentropy", ["accuracy"])
    network.set_weights([np.zeros((2, 2)), np.zeros(2)])
    logs = network.train_step([[1.0, 2.0]], [1])
    assert logs == {"loss": pytest.approx(np.log(2)), "accuracy": 0}
    # The gradient of the logits is (1/2, -1/2), the rate 1/2.
    np.testing.assert_allclose(network.weights["dense/bias"], [-0.25, 0.25])
    np.testing.assert_allclose(network.weights["dense/kernel"], [[-0.25, 0.25], [-0.5, 0.5]])


def test_fit_takes_every_example_once_an_epoch():
    x = np.arange(10.0).reshape(10, 1) / 10
    seen = []
    network = Sequential([Dense(2, activation="softmax")], input_shape=(1,), seed=0)
    network.compile("sgd", "sparse_categorical_crossentropy")

    def note(images, rng):
        seen.append(images[:, 0])
        return images

    network.fit(x, np.zeros(10, int), batch_size=4, epochs=3, verbose=0, augment=note)
    assert list(map(len, seen)) == [4, 4, 2] * 3
    epochs = [np.concatenate(seen[start : start + 3]) for start in (0, 3, 6)]
    for epoch in epochs:
        np.testing.assert_array_equal(np.sort(epoch), x[:, 0].astype("float32"))
    assert not np.array_equal(epochs[0], epochs[1])
    del seen[:]
    network.fit(x, np.zeros(10, int), batch_size=4, verbose=0, augment=note, shuffle=False)
    np.testing.assert_array_equal(np.concatenate(seen), x[:, 0].astype("float32"))


def test_examples_and_labels_stay_together():
    """Each example is its own label: learnable only if shuffling keeps the pairs."""
    x, labels = np.eye(10), np.arange(10)
    network = Sequential([Dense(10, activation="softmax")], input_shape=(10,), seed=0)
    network.compile(Adam(0.1), "sparse_categorical_crossentropy", ["accuracy"])
    history = network.fit(x, labels, batch_size=3, epochs=30, verbose=0)
    assert history.history["accuracy"][-1] == 1


# Records


def test_the_history_has_a_number_an_epoch():
    x, labels = points()
    network = classifier()
    history = network.fit(x, labels, epochs=3, validation_data=points(30, seed=1), verbose=0)
    assert list(history.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert {len(values) for values in history.history.values()} == {3}
    assert all(type(value) is float for values in history.history.values() for value in values)
    assert history.epoch == [0, 1, 2]
    assert history.interrupted is False
    assert network.history is history
    assert network.epoch == 3
    results = network.evaluate(*points(30, seed=1))
    assert history.history["val_loss"][-1] == results["loss"]
    assert history.history["val_accuracy"][-1] == results["accuracy"]


def test_the_loss_is_the_mean_over_examples_not_batches():
    network = Sequential([Dense(2, activation="softmax")], input_shape=(2,))
    network.compile(SGD(1e-30), "sparse_categorical_crossentropy", ["accuracy"])
    x, labels = points(7)
    expected = network.evaluate(x, labels)
    history = network.fit(x, labels, batch_size=3, verbose=0).history
    assert history["loss"] == [pytest.approx(expected["loss"])]
    assert history["accuracy"] == [pytest.approx(expected["accuracy"])]


def test_validation_split_keeps_back_the_last_examples():
    x, labels = points(10)
    one, other = classifier(), classifier()
    split = one.fit(x, labels, epochs=2, validation_split=0.25, verbose=0)
    # Keras keeps the first int(10 * 0.75) = 7.
    by_hand = other.fit(x[:7], labels[:7], epochs=2, validation_data=(x[7:], labels[7:]), verbose=0)
    assert split.history == by_hand.history


def test_callbacks_are_called_in_order():
    calls = Calls()
    classifier().fit(*points(5), batch_size=3, epochs=2, verbose=0, callbacks=[calls])
    epochs = (["epoch 0", "batch 0", "batch 1", "epoch 0 ends"], ["epoch 1", "batch 0", "batch 1"])
    assert calls.seen == ["begin", *epochs[0], *epochs[1], "epoch 1 ends", "end"]


def test_initial_epoch_goes_on_counting():
    calls = Calls()
    history = classifier().fit(*points(5), epochs=3, initial_epoch=2, verbose=0, callbacks=calls)
    assert calls.seen == ["begin", "epoch 2", "batch 0", "epoch 2 ends", "end"]
    assert history.epoch == [2]


def test_the_same_seed_is_the_same_run():
    def run(seed):
        network = residual_network("float32", seed)
        labels = np.random.default_rng(0).integers(0, 3, 40)
        augment = Augmentation(flip=True, noise=0.1)
        options = dict(batch_size=16, epochs=2, verbose=0, augment=augment)
        return compiled(network).fit(images(40), labels, **options).history, network.get_weights()

    (history, weights), (again, same) = run(3), run(3)
    assert history == again
    assert all(map(np.array_equal, weights, same))
    assert run(4)[0] != history


# Callbacks


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


# Mistakes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(epochs=0), "epochs must be an integer of at least 1, got 0"),
        (dict(batch_size=0), "batch_size must be an integer of at least 1, got 0"),
        (dict(batch_size=2.5), "batch_size must be an integer of at least 1, got 2.5"),
        (dict(initial_epoch=-1), "initial_epoch must be an integer of at least 0, got -1"),
        (dict(verbose=3), "verbose must be 0 .silent.*got 3"),
        (dict(validation_split=1.5), "validation_split must be above 0 and below 1, got 1.5"),
        (dict(validation_split=0.9), "leaves 0 for training and 6 for validation"),
        (dict(validation_data=points(3)[0]), r"validation_data must be a pair \(x, y\)"),
        (
            dict(validation_data=(points(3)[0], [0, 1, 2])),
            "validation_data: label 2 at position 2 is no class",
        ),
        (dict(validation_split=0.5, validation_data=points(3)), "not both"),
        (dict(callbacks=[print]), "callbacks must be objects such as EarlyStopping"),
        (dict(augment=lambda images, rng: images[:1]), r"\(6, 2\), got shape \(1, 2\)"),
        (dict(augment=3), r"augment must be a function \(images, rng\) -> images.*got 3"),
        (
            dict(callbacks=EarlyStopping()),
            "monitors 'val_loss', but the history has 'loss', 'accuracy'; pass validation_data",
        ),
    ],
)
def test_arguments_of_fit_that_make_no_sense(options, message):
    with pytest.raises(ValueError, match=message):
        classifier().fit(*points(6), **(dict(verbose=0) | options))


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


# Not a number


def test_nan_in_an_image_is_named():
    x = images(40)
    x[23, 1, 5, 0] = np.nan
    network = compiled(residual_network())
    before = network.get_weights()[0]
    message = r"x\[23\] holds nan at \(1, 5, 0\): clean or leave out such examples"
    with pytest.raises(ValueError, match=message):
        network.fit(x, np.zeros(40, int), batch_size=40, verbose=0)
    np.testing.assert_array_equal(network.get_weights()[0], before)


@pytest.mark.parametrize(
    ("path", "layer"),
    [
        ("conv2d/kernel", r"layer 'conv2d' \(Conv2D\)"),
        ("residual/batch_normalization_1/gamma", r"layer 'batch_normalization_1'"),
        ("dense/bias", "layer 'dense'"),
    ],
)
def test_weights_that_are_not_finite_are_named(path, layer):
    network = compiled(residual_network())
    network.weights[path][...] = np.inf
    name = path.rpartition("/")[2]
    with pytest.raises(FloatingPointError, match=f"the weights: '{name}' of {layer}.* holds inf"):
        network.train_step(images(4), [0, 1, 2, 0])


def test_the_layer_where_the_forward_pass_overflows_is_named():
    layers = [Conv2D(2, 3), ReLU(), Conv2D(2, 3), Flatten(), Dense(3, activation="softmax")]
    network = compiled(Sequential(layers, input_shape=(6, 6, 2), seed=0))
    for path in ("conv2d/kernel", "conv2d_1/kernel"):
        network.weights[path] *= np.float32(1e30)
    message = (
        r"the loss is nan: NaN or infinity first appeared in the forward pass: the output of "
        r"layer 'conv2d_1' \(Conv2D\) holds -?(inf|nan), its input is finite \(at most .*e\+30"
    )
    with pytest.raises(FloatingPointError, match=message):
        network.train_step(images(4), [0, 1, 2, 0])


@pytest.mark.parametrize(
    ("weights", "example", "where"),
    [
        # Forward, all is zero. Back, 1e30 times 1e30 is too much for the first layer.
        ([0, 0, 1e30, 0], 1, r"'(kernel|bias)' of layer 'dense' \(Dense\)"),
        # Too much for the second layer's kernel, and then for the first's too.
        ([0, 1e10, 1e-5, 0], 1e20, r"'kernel' of layer 'dense_1' \(Dense\)"),
    ],
)
def test_the_layer_where_the_backward_pass_overflows_is_named(weights, example, where):
    network = Sequential(
        [Dense(2), Dense(2), Dense(2, activation="softmax")], input_shape=(2,), seed=0
    )
    network.compile(SGD(0.25), "sparse_categorical_crossentropy")
    for weight, value in zip(network.weights.values(), weights):
        weight[...] = value
    network.weights["dense_2/kernel"][...] = np.diag([1e30, 0])
    before = network.get_weights()
    message = (
        f"first appeared in the backward pass: the gradient of {where} holds -?(inf|nan)"
        r".*lower learning rate \(it is 0.25\)"
    )
    with pytest.raises(FloatingPointError, match=message):
        network.train_step(np.full((2, 2), example), [0, 1])
    assert not np.isfinite(network.gradients["dense/kernel"]).all()
    assert all(map(np.array_equal, network.get_weights(), before))


def test_a_loss_that_overflows_by_itself_is_called_that():
    """Two finite scores can lie farther apart than float32 reaches."""
    network = Sequential([Dense(2, activation="softmax")], input_shape=(1,))
    network.compile("sgd", "sparse_categorical_crossentropy")
    network.set_weights([np.array([[3e38, -3e38]]), np.zeros(2)])
    message = (
        r"the loss is inf: NaN or infinity first appeared in the loss: the network's outputs are "
        r"finite, but up to 3e\+38 in size\. The weights stay"
    )
    with pytest.raises(FloatingPointError, match=message):
        network.train_step([[1.0]], [1])


def test_a_training_that_diverges_keeps_its_history():
    network = classifier(optimizer=SGD(1.0))
    x, labels = points(8)

    class Explode(Callback):
        def on_epoch_end(self, epoch, logs):
            if epoch == 1:
                self.model.optimizer.learning_rate = 1e38

    with pytest.raises(FloatingPointError, match="after 1 batches of the epoch, the loss is"):
        network.fit(x, labels, epochs=9, batch_size=4, verbose=0, callbacks=[Explode()])
    assert len(network.history.history["loss"]) == 2


# Ctrl-C


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
