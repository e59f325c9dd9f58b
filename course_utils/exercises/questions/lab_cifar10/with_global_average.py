"""The exercise "Another head"."""

import numpy as np

from course_utils.exercises.model_answers import ModelExercise, ModelMisconception, keras
from course_utils.exercises.model_answers import requirements as need
from course_utils.exercises.questions.lab_cifar10 import CHAPTER


def with_global_average(classes):
    return keras.Sequential(
        [
            keras.Input(shape=(32, 32, 3)),
            keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(128, 3, padding="same", activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )


def inputs(rng):
    yield {"classes": 10}
    for classes in rng.choice(np.arange(2, 200), size=2, replace=False):
        yield {"classes": int(classes)}


def _with_head(*head, padding="same"):
    """`with_global_average` with other layers between the last convolution and Dense(128)."""

    def wrong(classes):
        layers = keras.layers
        return keras.Sequential(
            [
                keras.Input(shape=(32, 32, 3)),
                layers.Conv2D(32, 3, padding=padding, activation="relu"),
                layers.MaxPooling2D(2),
                layers.Conv2D(64, 3, padding=padding, activation="relu"),
                layers.MaxPooling2D(2),
                layers.Conv2D(128, 3, padding=padding, activation="relu"),
                *(getattr(layers, name)(*arguments) for name, *arguments in head),
                layers.Dropout(0.3),
                layers.Dense(classes, activation="softmax"),
            ]
        )

    return wrong


EXERCISE = ModelExercise(
    chapter=CHAPTER,
    title="Another head",
    prompt="""Document 1's network with global average pooling in the place of Flatten.

    Images are 32 x 32 x 3. All convolutions are 3 x 3 with same padding and ReLU, the poolings
    2 x 2: Conv 32, MaxPool, Conv 64, MaxPool, Conv 128, then global average pooling, a dense
    layer of 128 units with ReLU, dropout 0.3, and a dense layer with softmax.
    classes : int, the number of classes
    Returns a Keras model, compiled or not.
    """,
    reference=with_global_average,
    inputs=inputs,
    requirements=(
        need.input_shape(),
        need.output_shape(),
        need.without("Flatten"),
        need.same_layers(),
    ),
    misconceptions=(
        ModelMisconception(
            id="flatten-kept",
            name="Flatten is still there, and with it a million weights.",
            hint="Which layer turns 8 x 8 x 128 into 128 numbers?",
            wrong=_with_head(("Flatten",), ("Dense", 128, "relu")),
        ),
        ModelMisconception(
            id="flatten-behind-a-pooling",
            name="A 2 x 2 average pooling stands before Flatten: 16 means of each map, not one.",
            hint="Global means over the whole map, whatever its size is.",
            wrong=_with_head(("AveragePooling2D", 2), ("Flatten",), ("Dense", 128, "relu")),
        ),
        ModelMisconception(
            id="global-maximum",
            name="Each map's maximum is taken, not its mean.",
            hint="Keras has a layer for each of the two.",
            wrong=_with_head(("GlobalMaxPooling2D",), ("Dense", 128, "relu")),
        ),
        ModelMisconception(
            id="one-pooling-too-many",
            name="A max pooling stands between the last convolution and the global mean.",
            hint="The means are over 8 x 8 values. Which layer makes 4 x 4 of them?",
            wrong=_with_head(
                ("MaxPooling2D", 2), ("GlobalAveragePooling2D",), ("Dense", 128, "relu")
            ),
        ),
        ModelMisconception(
            id="dense-layer-gone",
            name="The dense layer of 128 units has gone with Flatten.",
            hint="Only one layer is to be replaced. What comes after it in document 1?",
            wrong=_with_head(("GlobalAveragePooling2D",)),
        ),
        ModelMisconception(
            id="no-padding",
            name="The convolutions have no padding.",
            hint="Keras's default is valid padding. Which does document 1 use?",
            wrong=_with_head(("GlobalAveragePooling2D",), ("Dense", 128, "relu"), padding="valid"),
        ),
    ),
    hints=(
        "Write down document 1's layers first, then change one line.",
        "keras.layers.GlobalAveragePooling2D() takes (8, 8, 128) and gives 128 numbers.",
    ),
)
