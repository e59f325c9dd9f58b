"""The exercise "Another head"."""

import numpy as np

from course_utils.exercises.model_answers import ModelExercise, ModelMisconception, keras
from course_utils.exercises.model_answers import requirements as need
from course_utils.exercises.questions.lab_cifar10 import CHAPTER
from course_utils.exercises.slip import Slip


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


def _without_padding(classes):
    return keras.Sequential(
        [
            keras.Input(shape=(32, 32, 3)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(128, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dropout(0.3),
            keras.layers.Dense(classes, activation="softmax"),
        ]
    )


EXERCISE = ModelExercise(
    chapter=CHAPTER,
    title="Another head",
    prompt="""Document 1's network with global average pooling in place of Flatten.

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
            wrong=Slip(with_global_average, "GlobalAveragePooling2D()", "Flatten()"),
        ),
        ModelMisconception(
            id="flatten-behind-a-pooling",
            name="A 2 x 2 average pooling comes before Flatten: 16 means of each map, not one.",
            hint="Global means over the whole map, whatever its size is.",
            wrong=Slip(
                with_global_average,
                "keras.layers.GlobalAveragePooling2D()",
                "keras.layers.AveragePooling2D(2), keras.layers.Flatten()",
            ),
        ),
        ModelMisconception(
            id="global-maximum",
            name="Each map's maximum is taken, not its mean.",
            hint="Keras has a layer for each of the two.",
            wrong=Slip(with_global_average, "GlobalAveragePooling2D()", "GlobalMaxPooling2D()"),
        ),
        ModelMisconception(
            id="one-pooling-too-many",
            name="A max pooling comes between the last convolution and the global mean.",
            hint="The means are over 8 x 8 values. Which layer makes 4 x 4 of them?",
            wrong=Slip(
                with_global_average,
                "keras.layers.GlobalAveragePooling2D()",
                "keras.layers.MaxPooling2D(2), keras.layers.GlobalAveragePooling2D()",
            ),
        ),
        ModelMisconception(
            id="dense-layer-gone",
            name="The dense layer of 128 units has gone with Flatten.",
            hint="Only one layer is to be replaced. What comes after it in document 1?",
            wrong=Slip(
                with_global_average, '            keras.layers.Dense(128, activation="relu"),\n', ""
            ),
        ),
        ModelMisconception(
            id="no-padding",
            name="The convolutions have no padding.",
            hint="Keras's default is valid padding. Which does document 1 use?",
            wrong=_without_padding,
        ),
    ),
    hints=(
        "Write down document 1's layers first, then change one line.",
        "keras.layers.GlobalAveragePooling2D() takes (8, 8, 128) and gives 128 numbers.",
    ),
)
