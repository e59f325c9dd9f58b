"""The networks of documents 1, 2 and 4, layer by layer as in their listings."""

import keras
from keras import layers


def document_1() -> keras.Model:
    """Document 1, section 6: CIFAR-10, same padding, dropout. 1,143,242 parameters.

    Takes images (n, 32, 32, 3) scaled to 0..1, returns probabilities (n, 10); not compiled.
    """
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(128, 3, padding="same", activation="relu"),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ],
        name="document_1",
    )


def document_2() -> keras.Model:
    """Document 2, section 6: CIFAR-10, valid padding, no dropout. 122,570 parameters.

    Takes images (n, 32, 32, 3) scaled to 0..1, returns probabilities (n, 10); not compiled.
    """
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(10, activation="softmax"),
        ],
        name="document_2",
    )


def document_4() -> keras.Model:
    """Document 4: Fashion-MNIST. 225,034 parameters, as its summary says.

    Takes images (n, 28, 28, 1) scaled to 0..1, returns probabilities (n, 10); not compiled.
    """
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ],
        name="document_4",
    )
