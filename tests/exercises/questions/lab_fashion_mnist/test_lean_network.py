"""Right answers to "A network with a tenth of the weights", and what its solution gives."""

import pytest

from course_utils.exercises import evaluate, get
from course_utils.exercises.model_answers import keras
from tests.exercises.right_answers import assert_passes, each_of


def lean_with_logits():
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(16, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dense(10),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.002), loss)
    return model


def lean_with_strides():
    model = keras.Sequential([keras.Input((28, 28, 1))])
    for filters in (16, 24, 32):
        convolution = keras.layers.Conv2D(filters, 3, strides=2, padding="same")
        model.add(convolution)
        model.add(keras.layers.ReLU())
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(10, "softmax"))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def lean_and_normalized():
    x = inputs = keras.Input((28, 28, 1))
    for filters in (16, 32, 32):
        x = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
        x = keras.layers.MaxPooling2D(2)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(x))
    optimizer = keras.optimizers.Adam(0.002)
    model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    return model


def lean_and_separable():
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(32, 5, strides=2, activation="relu"),
            keras.layers.SeparableConv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.002), "sparse_categorical_crossentropy")
    return model


RIGHT_ANSWERS = (
    lean_with_logits,
    lean_with_strides,
    lean_and_normalized,
    lean_and_separable,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("lean_network", answer)


@pytest.mark.parametrize("misconception", get("lean_network").misconceptions, ids=lambda m: m.id)
def test_a_wrong_model_gets_its_diagnosis(misconception):
    report = evaluate("lean_network", misconception.wrong, seed=0)
    assert not report.passed
    assert report.misconception == misconception.id, report


def test_a_mistaken_model_is_recognized_whatever_its_layers():
    def wide():
        layers = [keras.Input((28, 28, 1)), keras.layers.Conv2D(8, 5), keras.layers.Flatten()]
        model = keras.Sequential([*layers, keras.layers.Dense(10, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model

    assert evaluate("lean_network", wide).misconception == "dense-layer-too-wide"
