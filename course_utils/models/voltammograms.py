"""Classifiers of cyclic voltammograms: document 1's network, and what it is compared with."""

import keras
import numpy as np
from keras import layers


def document_1_voltammograms() -> keras.Model:
    """Document 1, section 7: the picture of a curve, two classes. 613,314 parameters.

    Takes pictures (n, 96, 96, 1) from 0 to 1, returns probabilities (n, 2); not compiled.
    """
    return keras.Sequential(
        [
            keras.Input((96, 96, 1)),
            layers.Conv2D(16, 3, activation="relu", padding="same"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 3, activation="relu", padding="same"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu", padding="same"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(2, activation="softmax"),
        ],
        name="document_1_voltammograms",
    )


def curve_mlp(points: int = 600) -> keras.Model:
    """An MLP on the currents (n, points), point by point; returns probabilities (n, 2)."""
    return keras.Sequential(
        [
            keras.Input((points,)),
            layers.Dense(48, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dense(2, activation="softmax"),
        ],
        name="curve_mlp",
    )


def curve_cnn(points: int = 600) -> keras.Model:
    """A 1-D CNN along the currents (n, points, 1); returns probabilities (n, 2)."""
    return keras.Sequential(
        [
            keras.Input((points, 1)),
            *_stages(layers.Conv1D, layers.MaxPooling1D, filters=(16, 32, 32), kernel=9, pool=4),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(2, activation="softmax"),
        ],
        name="curve_cnn",
    )


def picture_cnn(size: int = 96, channels: int = 1) -> keras.Model:
    """A 2-D CNN on pictures (n, size, size, channels); returns probabilities (n, 2).

    52,098 parameters with the defaults; the 1-D CNN has 23,362, the MLP 30,482.
    """
    return keras.Sequential(
        [
            keras.Input((size, size, channels)),
            *_stages(layers.Conv2D, layers.MaxPooling2D, filters=(8, 16, 32, 32), kernel=3, pool=2),
            layers.Flatten(),
            layers.Dense(32, activation="relu"),
            layers.Dense(2, activation="softmax"),
        ],
        name="picture_cnn",
    )


def template_accuracy(
    train: np.ndarray, train_labels: np.ndarray, test: np.ndarray, test_labels: np.ndarray
) -> float:
    """Share of test curves (m, points) that are nearest to the mean training curve of their class.

    The training curves are (n, points); labels are integers from 0, each class at least once
    among the training curves.
    """
    classes = range(np.max(train_labels) + 1)
    templates = np.stack([train[train_labels == k].mean(axis=0) for k in classes])
    distances = ((test[:, np.newaxis] - templates) ** 2).sum(axis=2)
    return float((distances.argmin(axis=1) == test_labels).mean())


def _stages(convolution, pooling, filters, kernel, pool):
    for number in filters:
        yield convolution(number, kernel, padding="same", activation="relu")
        yield pooling(pool)
