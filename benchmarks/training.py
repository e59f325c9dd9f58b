"""Epochs of whole networks: document 4's against Keras, and CS231n's ConvNet."""

import time

import numpy as np

from benchmarks.timing import ratio, rounds, spread
from course_utils.datasets import cifar10, fashion_mnist
from course_utils.network import Adam, Conv2D, Dense, Dropout, Flatten, MaxPooling2D, Sequential

EPOCHS = 2
STEPS_TO_WARM_UP = 20

# CS231n, assignment 2 (2026), gives this time for an epoch in Colab, with its own fast layers.
CS231N_SECONDS = 628


def tables():
    """(title, rows), the first row being the head."""
    for title, table, load in (
        (
            "An epoch of document 4's network on Fashion-MNIST, batch size 64",
            against_keras,
            fashion_mnist,
        ),
        ("An epoch of CS231n's three-layer ConvNet on CIFAR-10, batch size 50", convnet, cifar10),
    ):
        try:
            images, labels = load("train", "full")
        except FileNotFoundError as error:
            yield title, [["not measured"], [f"the full data set is needed: {error}"]]
        else:
            yield title, table(images, labels)


def against_keras(images, labels, epochs=EPOCHS, batch_size=64):
    """The rows of the table."""
    import keras

    from course_utils.models import batches

    x, y = images.astype(np.float32) / 255, labels.astype(np.int64)
    net = Sequential(
        [
            Conv2D(32, 3, activation="relu"),
            MaxPooling2D(),
            Conv2D(64, 3, activation="relu"),
            MaxPooling2D(),
            Flatten(),
            Dense(128, activation="relu"),
            Dropout(0.3),
            Dense(10, activation="softmax"),
        ],
        input_shape=x.shape[1:],
        seed=0,
    )
    keras.utils.set_random_seed(0)
    peer = keras.Sequential(
        [
            keras.Input(x.shape[1:]),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    for model in (net, peer):
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        few = slice(STEPS_TO_WARM_UP * batch_size)
        model.fit(x[few], y[few], batch_size=batch_size, verbose=0)
    accuracy = {"ours": [], "Keras": []}

    def train(name, model, *data, **options):
        history = model.fit(*data, **options, verbose=0).history
        accuracy[name].extend(history["accuracy"])

    # With arrays, Keras often waits at the end of an epoch: see `batches`.
    dataset = batches(x, y, batch_size)
    seconds = rounds(
        {
            "ours": lambda: train("ours", net, x, y, batch_size=batch_size),
            "Keras": lambda: train("Keras", peer, dataset, shuffle=False),
        },
        epochs,
    )
    return [
        ["ours, s", "Keras, s", "ratio to Keras", "accuracy in the last epoch: ours", "Keras"],
        [
            spread(seconds["ours"]),
            spread(seconds["Keras"]),
            ratio(seconds["ours"], to=seconds["Keras"]),
            *(f"{values[-1]:.3f}" for values in accuracy.values()),
        ],
    ]


def convnet(images, labels, train_images=49_000, batch_size=50, weight_scale=1e-3, decay=1e-3):
    """The rows of the table.

    As in the assignment: pixels less the mean image, small normal weights, Adam at 1e-3, half the
    squared weights (not the biases) times `decay` in the loss.
    """
    x, y = images[:train_images].astype(np.float32), labels[:train_images].astype(np.int64)
    x -= x.mean(axis=0)
    net = Sequential(
        [
            Conv2D(32, 7, padding="same", activation="relu"),
            MaxPooling2D(),
            Flatten(),
            Dense(100, activation="relu"),
            Dense(10, activation="softmax"),
        ],
        input_shape=x.shape[1:],
        seed=0,
    )
    net.compile(Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    rng = np.random.default_rng(0)
    for path, weight in net.weights.items():
        if path.endswith("kernel"):
            weight[...] = weight_scale * rng.standard_normal(weight.shape)
    start = time.perf_counter()
    order = rng.permutation(len(x))
    for first in range(0, len(x), batch_size):
        batch = order[first : first + batch_size]
        net.loss_and_gradients(x[batch], y[batch])
        gradients, weights = net.gradients, net.weights
        for path, gradient in gradients.items():
            if path.endswith("kernel"):
                gradient += decay * weights[path]
        net.optimizer.apply(gradients, weights)
    seconds = time.perf_counter() - start
    few = slice(10_000)
    accuracy = net.evaluate(x[few], y[few], batch_size=batch_size)["accuracy"]
    return [
        [
            "images",
            "ours, s",
            "published, s",
            "published, ratio to us",
            "training accuracy after it",
        ],
        [
            f"{len(x):,}",
            f"{seconds:.1f}",
            str(CS231N_SECONDS),
            f"{CS231N_SECONDS / seconds:.1f}",
            f"{accuracy:.3f}",
        ],
    ]
