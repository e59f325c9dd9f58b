"""Right answers to "Batch normalization in its place" in several styles."""

import numpy as np

from course_utils.exercises.model_answers import keras
from tests.exercises.right_answers import assert_passes, each_of


def pairs_functional(filters, classes):
    x = inputs = keras.Input((32, 32, 3))
    for maps in filters:
        for _ in "ab":
            x = keras.layers.Conv2D(maps, 3, padding="same", use_bias=False)(x)
            x = keras.layers.Activation("relu")(keras.layers.BatchNormalization()(x))
        x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, keras.layers.Dense(classes, activation="softmax")(x))


def pairs_of_blocks(filters, classes):
    def block(maps):
        half = [
            layer
            for _ in range(2)
            for layer in (
                keras.layers.Conv2D(maps, 3, padding="same", use_bias=False),
                keras.layers.BatchNormalization(),
                keras.layers.ReLU(),
            )
        ]
        return keras.Sequential([*half, keras.layers.MaxPool2D()])

    head = [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(classes, "softmax")]
    return keras.Sequential([keras.Input((32, 32, 3)), *map(block, filters), *head])


def pairs_from_a_list(filters, classes):
    layers = keras.layers
    stack = [layers.Input((32, 32, 3))]
    for number, maps in enumerate(np.repeat(filters, 2).tolist()):
        convolution = layers.Conv2D(maps, (3, 3), (1, 1), "same", use_bias=False)
        stack += [convolution, layers.BatchNormalization(axis=-1), layers.ReLU()]
        stack += [layers.MaxPooling2D((2, 2), strides=(2, 2))] * (number % 2)
    stack += [layers.GlobalAveragePooling2D(), layers.Dense(classes), layers.Softmax()]
    return keras.Sequential(stack)


def pairs_compiled(filters, classes):
    model = keras.Sequential(name="pairs")
    model.add(keras.Input((32, 32, 3), name="photo"))
    for number, maps in enumerate(filters):
        for letter in "ab":
            name = f"convolution_{number}{letter}"
            initializer = keras.initializers.HeNormal()
            model.add(
                keras.layers.Conv2D(
                    int(maps),
                    3,
                    padding="same",
                    use_bias=False,
                    kernel_initializer=initializer,
                    name=name,
                )
            )
            model.add(keras.layers.BatchNormalization())
            model.add(keras.layers.ReLU())
        model.add(keras.layers.MaxPooling2D(2))
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dense(classes, activation="softmax"))
    model.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy", metrics=["accuracy"])
    return model


RIGHT_ANSWERS = (
    pairs_functional,
    pairs_of_blocks,
    pairs_from_a_list,
    pairs_compiled,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("network_of_pairs", answer)
