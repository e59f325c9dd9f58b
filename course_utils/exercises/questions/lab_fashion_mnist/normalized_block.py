"""The exercise "A block of the better network"."""

from course_utils.exercises.model_answers import ModelExercise, ModelMisconception, keras
from course_utils.exercises.model_answers import requirements as need
from course_utils.exercises.questions.lab_fashion_mnist import CHAPTER
from course_utils.exercises.slip import Slip


def normalized_block(height, width, channels, filters):
    layers = [keras.Input((height, width, channels))]
    for _ in range(2):
        layers.append(keras.layers.Conv2D(filters, 3, padding="same", use_bias=False))
        layers.append(keras.layers.BatchNormalization())
        layers.append(keras.layers.ReLU())
    layers.append(keras.layers.MaxPooling2D(2))
    return keras.Sequential(layers)


def inputs(rng):
    yield {"height": 4, "width": 6, "channels": 1, "filters": 2}
    yield {"height": 28, "width": 28, "channels": 1, "filters": 32}
    yield {"height": 14, "width": 14, "channels": 32, "filters": 64}
    for channels, filters in [(3, 4), (8, 5)]:
        height, width = (int(2 * side) for side in rng.integers(3, 10, size=2))
        yield {"height": height, "width": width, "channels": channels, "filters": filters}


EXERCISE = ModelExercise(
    chapter=CHAPTER,
    title="A block of the better network",
    prompt="""A block of two normalized convolutions, as a Keras model.

    height, width, channels : int, shape of its input, the two sides even
    filters : int, maps of each convolution
    Two times in a row: a 3x3 convolution that keeps the size and has no bias, batch
    normalization with Keras's own settings, ReLU. Then 2x2 max pooling.
    Returns a keras model from (height, width, channels) to (height / 2, width / 2, filters).
    It need not be compiled.
    """,
    reference=normalized_block,
    inputs=inputs,
    requirements=(need.input_shape(), need.output_shape(), need.same_layers()),
    misconceptions=(
        ModelMisconception(
            id="relu-first",
            name="ReLU comes before the normalization.",
            hint="What is normalized should have values of both signs. Which order is asked for?",
            wrong=Slip(
                normalized_block,
                "BatchNormalization())\n        layers.append(keras.layers.ReLU())",
                "ReLU())\n        layers.append(keras.layers.BatchNormalization())",
            ),
        ),
        ModelMisconception(
            id="bias-kept",
            name="The convolutions have a bias, which the normalization removes again.",
            hint="How many parameters does your convolution have per filter, and how many weights?",
            wrong=Slip(normalized_block, "use_bias=False", "use_bias=True"),
        ),
        ModelMisconception(
            id="borders-lost",
            name="The convolutions have no padding: each removes two rows and two columns.",
            hint="Which padding keeps height and width?",
            wrong=Slip(normalized_block, 'padding="same"', 'padding="valid"'),
        ),
        ModelMisconception(
            id="one-convolution",
            name="There is one convolution instead of two.",
            hint="The three layers are in the block twice.",
            wrong=Slip(normalized_block, "range(2)", "range(1)"),
        ),
        ModelMisconception(
            id="not-normalized",
            name="There is no batch normalization.",
            hint="Another layer belongs between a convolution and its ReLU.",
            wrong=Slip(
                normalized_block, "        layers.append(keras.layers.BatchNormalization())\n", ""
            ),
        ),
    ),
    hints=(
        "keras.Sequential takes a list: keras.Input, then seven layers.",
        "keras.layers.Conv2D has the arguments padding and use_bias; ReLU is a layer of its "
        "own here, keras.layers.ReLU.",
    ),
)
