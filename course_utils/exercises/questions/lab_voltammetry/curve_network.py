"""The exercise "A network along the curve"."""

import numpy as np

from course_utils.exercises.model_answers import ModelExercise, ModelMisconception, keras
from course_utils.exercises.model_answers import requirements as need
from course_utils.exercises.questions.lab_voltammetry import CHAPTER
from course_utils.exercises.slip import Slip


def curve_network():
    model = keras.Sequential(
        [
            keras.Input((600, 1)),
            keras.layers.Conv1D(16, 9, activation="relu"),
            keras.layers.MaxPooling1D(4),
            keras.layers.Conv1D(32, 9, activation="relu"),
            keras.layers.MaxPooling1D(4),
            keras.layers.Conv1D(32, 9, activation="relu"),
            keras.layers.MaxPooling1D(4),
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _shifted_curves(rng):
    """The lab's hardest task: 800 curves to train on and 400 to test, normalized."""
    from course_utils.voltammetry import generate_curves

    task = {
        **{"separation": 0.1, "noise": 0.1, "drift": 0.1, "potential_spread": 0.1},
        **{"height_spread": 0.1, "width_spread": 0.05},
    }
    sets = []
    for of_each_class in (400, 200):
        _, curves, labels = generate_curves(of_each_class, seed=rng, **task)
        sets.append((curves[..., np.newaxis].astype(np.float32), labels))
    (train, _), (test, _) = sets
    center, spread = train.mean(), train.std()
    return tuple(((curves - center) / spread, labels) for curves, labels in sets)


def _head(*layers):
    """A compiled model of these layers and a softmax over two classes."""
    model = keras.Sequential([*layers, keras.layers.Dense(2, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


def _points_as_channels():
    layers = keras.layers
    return _head(
        keras.Input((1, 600)),
        layers.Conv1D(16, 1, activation="relu"),
        layers.Conv1D(32, 1, activation="relu"),
        layers.Flatten(),
    )


def _without_pooling():
    layers = keras.layers
    return _head(
        keras.Input((600, 1)),
        layers.Conv1D(16, 9, activation="relu"),
        layers.Conv1D(32, 9, activation="relu"),
        layers.Flatten(),
        layers.Dense(32, activation="relu"),
    )


def _without_convolution():
    layers = keras.layers
    return _head(
        keras.Input((600, 1)),
        layers.Flatten(),
        layers.Dense(40, activation="relu"),
    )


def _one_layer_only():
    layers = keras.layers
    return _head(
        keras.Input((600, 1)),
        layers.Conv1D(16, 9, activation="relu"),
        layers.MaxPooling1D(4),
        layers.Flatten(),
        layers.Dense(10, activation="relu"),
    )


EXERCISE = ModelExercise(
    chapter=CHAPTER,
    title="A network along the curve",
    prompt="""A compiled Keras model: a 1-D CNN that classifies voltammograms.

    Its input is one curve, 600 currents in one channel, normalized. It returns the
    probabilities of the two classes; labels are the integers 0 and 1. Use at least two
    Conv1D layers and at most 30,000 parameters in all. It will be trained for 10 epochs on
    800 curves of the lab's last task, and must then be right on 80% of 400 others.
    """,
    reference=curve_network,
    requirements=(
        need.input_shape(600, 1),
        need.output_shape(2),
        need.uses("Conv1D", at_least=2),
        need.parameters(at_most=30_000),
        need.loss_fits(labels="integers"),
        need.accuracy_after_training(0.8, _shifted_curves, epochs=10, batch_size=32),
    ),
    misconceptions=(
        ModelMisconception(
            id="points-as-channels",
            name="The 600 points are taken for 600 channels of a single point.",
            hint="Channels come last. Along which axis is the kernel to slide?",
            wrong=_points_as_channels,
            seen_in=lambda model: model.input_shapes == ((1, 600),),
        ),
        ModelMisconception(
            id="without-pooling",
            name="Nothing makes the curve shorter, so the dense layer has too many weights.",
            hint="The dense layer has a weight for every value it is given. Pool before it.",
            wrong=_without_pooling,
        ),
        ModelMisconception(
            id="without-convolution",
            name="The curve goes into a Dense layer as it is: that is an MLP.",
            hint="Which layer slides a kernel along one axis?",
            wrong=_without_convolution,
        ),
        ModelMisconception(
            id="one-convolution",
            name="There is one convolution; two were asked for.",
            hint="What does a second convolution see after a pooling?",
            wrong=_one_layer_only,
        ),
        ModelMisconception(
            id="softmax-twice",
            name="Softmax is taken twice: by the last layer and by the loss.",
            hint="What does from_logits=True say about what the loss is given?",
            wrong=Slip(
                curve_network,
                '"sparse_categorical_crossentropy"',
                "keras.losses.SparseCategoricalCrossentropy(from_logits=True)",
            ),
            seen_in=lambda model: (
                model.compiled is not None
                and bool(model.compiled.from_logits)
                and "softmax" in model.last_activations
            ),
        ),
    ),
    hints=(
        "keras.Input((600, 1)), then Conv1D and MaxPooling1D in turn.",
        "Kernels of about 9 points, padding='same', and pooling by 4: 600, 150, 37, 9 points "
        "are left. Without the padding a few less, which is as good.",
        "Then Flatten, a small Dense layer, and Dense(2, activation='softmax').",
    ),
)
