"""Right answers to "A block of the better network", and what its solution gives."""

import pytest

from course_utils.exercises import evaluate, get
from course_utils.exercises.model_answers import keras
from tests.exercises.right_answers import assert_passes, each_of


def block_with_add(height, width, channels, filters):
    model = keras.Sequential()
    model.add(keras.Input(shape=(height, width, channels)))
    for _ in range(2):
        model.add(keras.layers.Conv2D(filters, (3, 3), padding="same", use_bias=False))
        model.add(keras.layers.BatchNormalization())
        model.add(keras.layers.Activation("relu"))
    model.add(keras.layers.MaxPooling2D())
    return model


def block_functional(height, width, channels, filters):
    x = inputs = keras.Input((height, width, channels), name="picture")
    for number in ("first", "second"):
        x = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False, name=number)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization()(x))
    return keras.Model(inputs, keras.layers.MaxPooling2D((2, 2), strides=2)(x))


def block_of_blocks(height, width, channels, filters):
    def normalized():
        return keras.Sequential(
            [
                keras.layers.Conv2D(filters, 3, padding="same", use_bias=False),
                keras.layers.BatchNormalization(),
                keras.layers.ReLU(),
            ]
        )

    layers = [keras.Input((height, width, channels)), normalized(), normalized()]
    return keras.Sequential([*layers, keras.layers.MaxPooling2D(2)])


def block_compiled(height, width, channels, filters):
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((height, width, channels)),
            layers.Conv2D(filters, 3, 1, "same", use_bias=False, kernel_initializer="he_normal"),
            layers.BatchNormalization(momentum=0.99, epsilon=1e-3),
            layers.ReLU(),
            layers.Conv2D(filters, 3, 1, "same", use_bias=False, kernel_initializer="he_normal"),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.MaxPool2D(),
        ]
    )
    model.compile("adam", "mse")
    return model


RIGHT_ANSWERS = (
    block_with_add,
    block_functional,
    block_of_blocks,
    block_compiled,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("normalized_block", answer)


@pytest.mark.parametrize(
    "misconception", get("normalized_block").misconceptions, ids=lambda m: m.id
)
def test_a_wrong_model_gets_its_diagnosis(misconception):
    report = evaluate("normalized_block", misconception.wrong, seed=0)
    assert not report.passed
    assert report.misconception == misconception.id, report
