"""`fit`: what it learns and records, and which arguments it refuses."""

import numpy as np
import pytest

from course_utils.network import (
    SGD,
    Adam,
    Augmentation,
    BatchNormalization,
    Conv2D,
    Dense,
    EarlyStopping,
    Flatten,
    MaxPooling2D,
    ReLU,
    Residual,
    Sequential,
)
from tests.network.small import Calls, classifier, compiled, images, points, residual_network

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


# Mistakes


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(epochs=0), "epochs must be an integer of at least 1, got 0"),
        (dict(batch_size=0), "batch_size must be an integer of at least 1, got 0"),
        (dict(batch_size=2.5), "batch_size must be an integer of at least 1, got 2.5"),
        (dict(initial_epoch=-1), "initial_epoch must be an integer of at least 0, got -1"),
        (dict(verbose=3), "verbose must be 0 .silent.*got 3"),
        (
            dict(validation_split=1.5),
            "validation_split must be a number above 0 and below 1, got 1.5",
        ),
        (dict(validation_split=0.9), "leaves 0 for training and 6 for validation"),
        (dict(validation_data=points(3)[0]), r"validation_data must be a pair \(x, y\)"),
        (
            dict(validation_data=(points(3)[0], [0, 1, 2])),
            "validation_data: label 2 at position 2 is not a class",
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
