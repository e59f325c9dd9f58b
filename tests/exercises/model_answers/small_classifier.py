"""A small exercise whose answer is a Keras model, for the tests of what such exercises need."""

import numpy as np

from course_utils.exercises.model_answers import ModelExercise, ModelMisconception, keras
from course_utils.exercises.model_answers import requirements as need


def stripes(rng):
    """Images of horizontal and vertical stripes, in noise: a task of seconds."""
    sets = []
    for count in (200, 200):
        labels = rng.integers(0, 2, count)
        lines = np.where(np.arange(8) % 4 < 2, 1.0, 0.0)
        images = np.where(labels[:, None, None] == 0, lines[:, None], lines[None, :])
        images = images + rng.normal(scale=0.5, size=(count, 8, 8))
        sets.append((images[..., None].astype(np.float32), labels))
    return tuple(sets)


def small_classifier():
    model = keras.Sequential(
        [
            keras.Input(shape=(8, 8, 1)),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.MaxPooling2D(2),
            keras.layers.Flatten(),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    optimizer = keras.optimizers.Adam(learning_rate=0.02)
    model.compile(optimizer=optimizer, loss="sparse_categorical_crossentropy")
    return model


def _with_logits_and_softmax():
    model = small_classifier()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss)
    return model


def _without_convolution():
    model = keras.Sequential(
        [
            keras.Input(shape=(8, 8, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


def _never_compiled():
    model = small_classifier()
    return keras.Model(model.inputs, model.outputs)


SMALL_CLASSIFIER = ModelExercise(
    chapter=0,
    title="A small classifier",
    prompt="""
    Return a compiled Keras model that tells horizontal from vertical stripes.

    Images have shape (8, 8, 1), labels are the integers 0 and 1. Use at least one Conv2D layer and
    at most 500 parameters.
    """,
    reference=small_classifier,
    requirements=(
        need.input_shape(8, 8, 1),
        need.output_shape(2),
        need.uses("Conv2D"),
        need.parameters(at_most=500),
        need.loss_fits(labels="integers"),
        need.accuracy_after_training(0.85, stripes, epochs=5, batch_size=20),
    ),
    misconceptions=(
        ModelMisconception(
            id="softmax-twice",
            name="Softmax is taken twice: by the last layer and by the loss.",
            hint="What does from_logits=True say about the scores that the loss is given?",
            wrong=_with_logits_and_softmax,
            seen_in=lambda model: (
                model.compiled is not None
                and bool(model.compiled.from_logits)
                and "softmax" in model.last_activations
            ),
        ),
        ModelMisconception(
            id="no-convolution",
            name="The pixels go into a Dense layer as they are.",
            hint="Which layer looks at a pixel together with its neighbors?",
            wrong=_without_convolution,
        ),
        ModelMisconception(
            id="not-compiled",
            name="The model is not compiled.",
            hint="Which method of the model tells it its loss?",
            wrong=_never_compiled,
            seen_in=lambda model: model.compiled is None,
        ),
    ),
    hints=("Begin with keras.Input.", "Conv2D, MaxPooling2D, Flatten, Dense."),
)
