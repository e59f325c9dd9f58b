"""Right answers to "Small but good", and what its solution gives."""

from course_utils.exercises import evaluate
from course_utils.exercises.model_answers import keras
from tests.exercises.right_answers import assert_passes, each_of


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


RIGHT_ANSWERS = (
    good_with_logits,
    good_without_normalization,
    good_with_strides,
    good_with_momentum,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("small_but_good", answer)


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
