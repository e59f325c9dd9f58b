"""Right answers to "Another head", and what its solution gives."""

from course_utils.exercises import get
from course_utils.exercises.model_answers import keras
from tests.exercises.right_answers import assert_passes, each_of


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


RIGHT_ANSWERS = (
    head_with_add,
    head_functional,
    head_with_layers_for_activations,
    head_of_two_models,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("with_global_average", answer)


def test_the_new_head_saves_a_million_parameters():
    model = get("with_global_average").reference(10)
    assert model.count_params() == 896 + 18_496 + 73_856 + 129 * 128 + 1_290
