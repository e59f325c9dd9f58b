"""The exercise "Batch normalization in its place"."""

import numpy as np

from course_utils.exercises.model_answers import ModelExercise, ModelMisconception, keras
from course_utils.exercises.model_answers import requirements as need
from course_utils.exercises.questions.lab_cifar10 import CHAPTER
from course_utils.exercises.slip import Slip


def network_of_pairs(filters, classes):
    model = keras.Sequential([keras.Input(shape=(32, 32, 3))])
    for maps in filters:
        for _ in range(2):
            model.add(keras.layers.Conv2D(maps, 3, padding="same", use_bias=False))
            model.add(keras.layers.BatchNormalization())
            model.add(keras.layers.ReLU())
        model.add(keras.layers.MaxPooling2D(2))
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dense(classes, activation="softmax"))
    return model


def inputs(rng):
    yield {"filters": (4, 6), "classes": 3}
    yield {"filters": (32, 64, 128), "classes": 10}
    filters = rng.choice(np.arange(3, 40), size=3, replace=False)
    yield {"filters": tuple(int(maps) for maps in filters), "classes": int(rng.integers(11, 99))}


EXERCISE = ModelExercise(
    chapter=CHAPTER,
    title="Batch normalization in its place",
    prompt="""A network of pairs of 3 x 3 convolutions with batch normalization.

    filters : tuple of int; for each number comes a block: two 3 x 3 convolutions with that many
    filters, same padding, stride 1 and no bias, each followed by batch normalization and ReLU;
    then a 2 x 2 max pooling. Settings of the normalization are Keras's own.
    After the blocks: global average pooling and a dense layer with softmax.
    classes : int, the number of classes; images are 32 x 32 x 3
    Returns a Keras model, compiled or not.
    """,
    reference=network_of_pairs,
    inputs=inputs,
    requirements=(need.input_shape(), need.output_shape(), need.same_layers()),
    misconceptions=(
        ModelMisconception(
            id="bias-kept",
            name="The convolutions have a bias, which the normalization removes again.",
            hint="What happens to a number that is added to a whole channel, when the channel's "
            "mean is subtracted?",
            wrong=Slip(network_of_pairs, "use_bias=False", "use_bias=True"),
        ),
        ModelMisconception(
            id="relu-first",
            name="ReLU comes before the normalization.",
            hint="activation='relu' in a convolution is applied at once. What must come between?",
            wrong=Slip(
                network_of_pairs,
                "BatchNormalization())\n            model.add(keras.layers.ReLU())",
                "ReLU())\n            model.add(keras.layers.BatchNormalization())",
            ),
        ),
        ModelMisconception(
            id="relu-twice",
            name="ReLU is applied twice, in the convolution and after the normalization.",
            hint="Take activation='relu' out of the convolution.",
            wrong=Slip(network_of_pairs, "use_bias=False", 'use_bias=False, activation="relu"'),
        ),
        ModelMisconception(
            id="no-relu",
            name="There is no ReLU at all.",
            hint="Normalization is linear at inference. What makes two convolutions more than one?",
            wrong=Slip(network_of_pairs, "            model.add(keras.layers.ReLU())\n", ""),
        ),
        ModelMisconception(
            id="one-convolution",
            name="Each block has one convolution, not two.",
            hint="How much do two 3 x 3 convolutions see, and how much does one?",
            wrong=Slip(network_of_pairs, "range(2)", "range(1)"),
        ),
        ModelMisconception(
            id="pooled-twice",
            name="A pooling follows each convolution, not each pair.",
            hint="After three blocks 4 x 4 values of each map should be left.",
            wrong=Slip(
                network_of_pairs,
                "        model.add(keras.layers.MaxPooling2D(2))",
                "            model.add(keras.layers.MaxPooling2D(2))",
            ),
        ),
        ModelMisconception(
            id="flatten",
            name="The maps are flattened, not averaged.",
            hint="How many weights does your last layer have, and how many could it have?",
            wrong=Slip(network_of_pairs, "GlobalAveragePooling2D()", "Flatten()"),
        ),
        ModelMisconception(
            id="no-padding",
            name="The convolutions have no padding.",
            hint="Keras's default is valid padding; same padding is asked.",
            wrong=Slip(network_of_pairs, 'padding="same"', 'padding="valid"'),
        ),
    ),
    hints=(
        "Two loops, one in the other: over the filters, and over the two convolutions.",
        "Conv2D(maps, 3, padding='same', use_bias=False), without an activation.",
        "Three layers for each convolution: Conv2D, BatchNormalization, ReLU.",
    ),
    points=2.0,
)
