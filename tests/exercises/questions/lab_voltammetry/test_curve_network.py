"""Right answers to "A network along the curve", and what its solution gives."""

import pytest

from course_utils.exercises import evaluate, get
from course_utils.exercises.model_answers import keras
from tests.exercises.right_answers import assert_passes, each_of


def network_functional():
    x = inputs = keras.Input((600, 1))
    for filters in (16, 32):
        x = keras.layers.Conv1D(filters, 11, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
        x = keras.layers.MaxPooling1D(4)(x)
    x = keras.layers.Dense(16, activation="relu")(keras.layers.Flatten()(x))
    model = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def network_with_strides_and_logits():
    model = keras.Sequential([keras.Input((600, 1))])
    for filters, kernel in ((16, 9), (24, 9), (32, 5)):
        model.add(keras.layers.Conv1D(filters, kernel, strides=3, activation="relu"))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(16, "relu"))
    model.add(keras.layers.Dense(2))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.003), loss, metrics=["accuracy"])
    return model


def network_with_average_pooling():
    layers = [keras.Input((600, 1))]
    for filters in (16, 32, 48):
        layers.append(keras.layers.Conv1D(filters, 7, padding="same"))
        layers += [keras.layers.Activation("relu"), keras.layers.AveragePooling1D(3)]
    layers += [keras.layers.Flatten(), keras.layers.Dense(2), keras.layers.Softmax()]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
    return model


def network_reduced_first():
    model = keras.Sequential(
        [
            keras.layers.Input((600, 1)),
            keras.layers.AveragePooling1D(4),
            keras.layers.Conv1D(24, 7, activation="relu"),
            keras.layers.MaxPool1D(2),
            keras.layers.Conv1D(24, 7, activation="relu"),
            keras.layers.MaxPool1D(2),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.1),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Nadam(0.002), keras.losses.SparseCategoricalCrossentropy())
    return model


RIGHT_ANSWERS = (
    network_functional,
    network_with_strides_and_logits,
    network_with_average_pooling,
    network_reduced_first,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("curve_network", answer)


NETWORK = get("curve_network")


@pytest.mark.parametrize("misconception", NETWORK.misconceptions, ids=lambda m: m.id)
def test_mistakes_in_a_network_are_named(misconception):
    report = evaluate(NETWORK.id, misconception.wrong)
    assert (report.passed, report.misconception) == (False, misconception.id), report


def test_the_model_solution_learns_the_shapes():
    report = evaluate(NETWORK.id, NETWORK.reference, seed=3)
    assert report.passed, report
