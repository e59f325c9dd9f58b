"""Small networks, their examples, and a callback that notes its calls, for these tests."""

import numpy as np

from course_utils.network import (
    Activation,
    BatchNormalization,
    Callback,
    Conv2D,
    Dense,
    Dropout,
    GlobalAveragePooling2D,
    ReLU,
    Residual,
    Sequential,
)


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


def residual_network(dtype="float64", seed=0):
    """Small, with a layer of every kind that is particular."""
    layers = [
        Conv2D(4, 3, padding="same"),
        BatchNormalization(),
        ReLU(),
        Residual(
            [Conv2D(6, 3, 2, "same"), BatchNormalization(), ReLU(), Conv2D(6, 3, padding="same")],
            shortcut=Conv2D(6, 1, 2),
        ),
        Activation("tanh"),
        GlobalAveragePooling2D(),
        Dropout(0.2),
        Dense(3, activation="softmax"),
    ]
    return Sequential(layers, input_shape=(6, 6, 2), seed=seed, dtype=dtype)


def compiled(network, loss="sparse_categorical_crossentropy", metrics=("accuracy",)):
    network.compile("adam", loss, metrics)
    return network


def images(count, shape=(6, 6, 2), seed=1):
    return np.random.default_rng(seed).normal(size=(count, *shape))
