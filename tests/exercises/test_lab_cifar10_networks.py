"""The CIFAR-10 lab's exercises with Keras models: right answers, built in different ways."""

import numpy as np

from course_utils.exercises import evaluate, get, lab_cifar10_networks
from course_utils.exercises.model_answers import keras
from tests.exercises.right_answers import assert_complete, assert_passes, each_of


def head_with_add(classes):
    model = keras.Sequential()
    model.add(keras.Input((32, 32, 3)))
    for filters in (32, 64, 128):
        model.add(keras.layers.Conv2D(filters, (3, 3), padding="same", activation="relu"))
        if filters < 128:
            model.add(keras.layers.MaxPooling2D((2, 2)))
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dense(128, activation="relu"))
    model.add(keras.layers.Dropout(0.3))
    model.add(keras.layers.Dense(classes, activation="softmax"))
    return model


def head_functional(classes):
    x = inputs = keras.Input((32, 32, 3))
    x = keras.layers.MaxPooling2D()(keras.layers.Conv2D(32, 3, 1, "same", activation="relu")(x))
    x = keras.layers.MaxPooling2D()(keras.layers.Conv2D(64, 3, 1, "same", activation="relu")(x))
    x = keras.layers.Conv2D(128, 3, padding="same", activation="relu")(x)
    x = keras.layers.Dense(128, "relu")(keras.layers.GlobalAveragePooling2D()(x))
    outputs = keras.layers.Dense(classes, "softmax", name="answer")(keras.layers.Dropout(0.3)(x))
    model = keras.Model(inputs, outputs)
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def head_with_layers_for_activations(classes):
    layers = keras.layers

    def convolution(filters):
        return [layers.Conv2D(filters, 3, padding="same"), layers.ReLU()]

    stack = [
        *(*convolution(32), layers.MaxPool2D(2)),
        *(*convolution(64), layers.MaxPool2D(2)),
        *(*convolution(128), layers.GlobalAveragePooling2D()),
        *(layers.Dense(128), layers.Activation("relu"), layers.Dropout(0.3)),
        *(layers.Dense(classes), layers.Softmax()),
    ]
    return keras.Sequential([keras.Input((32, 32, 3)), *stack])


def head_of_two_models(classes):
    base = keras.Sequential(name="base")
    for filters in (32, 64):
        base.add(keras.layers.Conv2D(filters, 3, padding="same", activation="relu"))
        base.add(keras.layers.MaxPooling2D(2))
    base.add(keras.layers.Conv2D(128, 3, padding="same", activation="relu"))
    head = [
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(128, activation="relu", kernel_initializer="he_normal"),
        keras.layers.Dropout(rate=0.3),
        keras.layers.Dense(classes, activation="softmax"),
    ]
    return keras.Sequential([keras.Input((32, 32, 3)), base, *head])


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


def good_with_logits():
    model = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Rescaling(2.0, -1.0)])
    for filters in (24, 48, 64):
        model.add(keras.layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(keras.layers.BatchNormalization(momentum=0.9))
        model.add(keras.layers.Activation("relu"))
        model.add(keras.layers.MaxPooling2D())
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dense(10))
    falling = keras.optimizers.schedules.PolynomialDecay(0.006, 200, end_learning_rate=1e-4)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(falling), loss)
    return model


def good_without_normalization():
    x = inputs = keras.Input((32, 32, 3))
    for filters in (24, 48, 64):
        x = keras.layers.Conv2D(
            filters, 3, padding="same", activation="relu", kernel_initializer="he_normal"
        )(x)
        x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Flatten()(x)
    model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(x))
    falling = keras.optimizers.schedules.CosineDecay(0.003, 200)
    model.compile(keras.optimizers.Adam(falling), "sparse_categorical_crossentropy")
    return model


def good_with_strides():
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for filters, stride in ((32, 2), (64, 2), (64, 2)):
        model.add(keras.layers.Conv2D(filters, 3, stride, padding="same", use_bias=False))
        model.add(keras.layers.BatchNormalization(momentum=0.8))
        model.add(keras.layers.ReLU())
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dense(10, activation="softmax"))
    optimizer = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.006, 200))
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    return model


def good_with_momentum():
    model = keras.Sequential([keras.Input((32, 32, 3))])
    for filters in (24, 48, 96):
        model.add(keras.layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(keras.layers.MaxPooling2D(2))
        model.add(keras.layers.BatchNormalization(momentum=0.9))
        model.add(keras.layers.ReLU())
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dense(10, activation="softmax"))
    falling = keras.optimizers.schedules.CosineDecay(0.1, 200)
    optimizer = keras.optimizers.SGD(falling, momentum=0.9, nesterov=True)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    return model


RIGHT_ANSWERS = {
    "with_global_average": (
        head_with_add,
        head_functional,
        head_with_layers_for_activations,
        head_of_two_models,
    ),
    "network_of_pairs": (
        pairs_functional,
        pairs_of_blocks,
        pairs_from_a_list,
        pairs_compiled,
    ),
    "small_but_good": (
        good_with_logits,
        good_without_normalization,
        good_with_strides,
        good_with_momentum,
    ),
}


@each_of(RIGHT_ANSWERS)
def test_right_answers_pass(id, answer):
    assert_passes(id, answer)


def test_there_are_four_for_each_exercise():
    assert_complete(RIGHT_ANSWERS, lab_cifar10_networks.EXERCISES)


def test_the_new_head_saves_a_million_parameters():
    model = get("with_global_average").reference(10)
    assert model.count_params() == 896 + 18_496 + 73_856 + 129 * 128 + 1_290


def test_a_dense_network_is_recognized_whatever_its_width():
    def wide():
        model = keras.Sequential(
            [
                keras.Input((32, 32, 3)),
                keras.layers.Flatten(),
                keras.layers.Dense(20, activation="tanh"),
                keras.layers.Dense(10, activation="softmax"),
            ]
        )
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    assert evaluate("small_but_good", wide).misconception == "dense-only"
