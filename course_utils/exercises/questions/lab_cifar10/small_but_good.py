"""The exercise "Small but good"."""

import numpy as np

from course_utils.exercises.model_answers import ModelExercise, ModelMisconception, keras
from course_utils.exercises.model_answers import requirements as need
from course_utils.exercises.questions.lab_cifar10 import CHAPTER
from course_utils.exercises.slip import Slip


def small_but_good():
    model = keras.Sequential([keras.Input(shape=(32, 32, 3))])
    for filters in (24, 48, 64):
        model.add(keras.layers.Conv2D(filters, 3, padding="same", use_bias=False))
        model.add(keras.layers.BatchNormalization(momentum=0.9))
        model.add(keras.layers.ReLU())
        model.add(keras.layers.MaxPooling2D(2))
    model.add(keras.layers.GlobalAveragePooling2D())
    model.add(keras.layers.Dense(10, activation="softmax"))
    falling = keras.optimizers.schedules.CosineDecay(0.005, decay_steps=200)
    optimizer = keras.optimizers.Adam(falling)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
    return model


def _small_cifar10(rng):
    """Training images of the course, scaled: 1,600 to learn from, 400 to judge by.

    No test images: with every new try, a student would choose by them.
    """
    from course_utils.datasets import cifar10

    x, y = cifar10("train", "small")
    x = x / np.float32(255)
    return (x[:1600], y[:1600]), (x[1600:], y[1600:])


def _dense_only():
    model = keras.Sequential(
        [
            keras.Input(shape=(32, 32, 3)),
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


def _document_2():
    model = keras.Sequential(
        [
            keras.Input(shape=(32, 32, 3)),
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.Flatten(),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


EXERCISE = ModelExercise(
    chapter=CHAPTER,
    title="Small but good",
    prompt="""A compiled network of at most 100,000 parameters that learns CIFAR-10 quickly.

    It is trained from new weights, in your compile settings, for 8 epochs in batches of 64 on the
    first 1,600 training images of the small CIFAR-10, (32, 32, 3), divided by 255; labels are
    integers. Then it must get 0.36 of its 400 other training images right. A guess gets 0.10.
    Returns a compiled Keras model with 10 outputs.
    """,
    reference=small_but_good,
    requirements=(
        need.input_shape(32, 32, 3),
        need.output_shape(10),
        need.parameters(at_most=100_000),
        need.loss_fits(labels="integers"),
        # Seeds 0 to 2 of the model solution: 0.490, 0.483, 0.515. A dense network: 0.23 at most.
        need.accuracy_after_training(0.36, _small_cifar10, epochs=8, batch_size=64),
    ),
    misconceptions=(
        ModelMisconception(
            id="dense-only",
            name="The pixels go into a dense layer as they are.",
            hint="Which layer looks at a pixel together with its neighbors?",
            wrong=_dense_only,
            seen_in=lambda model: not any("Conv" in kind for kind in model.kinds()),
        ),
        ModelMisconception(
            id="document-2",
            name="This is document 2's network, which has 122,570 parameters.",
            hint="Where do most of its parameters sit? What can take the place of Flatten?",
            wrong=_document_2,
        ),
        ModelMisconception(
            id="slow-moving-averages",
            name="The moving averages of the batch normalization take longer than the training.",
            hint="8 epochs are 200 steps. How far does a momentum of 0.999 come in 200 steps?",
            wrong=Slip(small_but_good, "momentum=0.9", "momentum=0.999"),
        ),
        ModelMisconception(
            id="softmax-twice",
            name="Softmax is taken twice: by the last layer and by the loss.",
            hint="What does from_logits=True say about the scores that the loss is given?",
            wrong=Slip(
                small_but_good,
                '"sparse_categorical_crossentropy"',
                "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
            ),
            seen_in=lambda model: (
                model.compiled is not None
                and bool(model.compiled.from_logits)
                and "softmax" in model.last_activations
            ),
        ),
        ModelMisconception(
            id="loss-for-one-hot-labels",
            name="The loss expects one-hot labels, but they are integers.",
            hint="Two losses of Keras differ in one word, sparse. Which takes integers?",
            wrong=Slip(
                small_but_good, '"sparse_categorical_crossentropy"', '"categorical_crossentropy"'
            ),
            seen_in=lambda model: (
                model.compiled is not None and model.compiled.loss == "categorical_crossentropy"
            ),
        ),
        ModelMisconception(
            id="not-compiled",
            name="The model is not compiled.",
            hint="Which method of the model tells it its loss and its optimizer?",
            wrong=Slip(
                small_but_good,
                '    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")\n',
                "",
            ),
            seen_in=lambda model: model.compiled is None,
        ),
    ),
    hints=(
        "Count first: a network without Flatten needs few parameters.",
        "With 200 steps in all it must learn fast. Which layer of chapter 6 helps with that?",
        "Three times convolution, batch normalization, ReLU, pooling; then global average "
        "pooling. Mind the momentum.",
    ),
    points=3.0,
)
