"""Try a model out: train it for a little while, look at what it predicts. Loads Keras."""

import contextlib
import random
import time
from collections.abc import Callable

import numpy as np

from course_utils.exercises.model_answers.data import ModelData
from course_utils.exercises.model_answers.description import describe, one_line
from course_utils.exercises.model_answers.model_error import ModelError
from course_utils.exercises.model_answers.rebuilding import compile_again, rebuild

PASSES = 3  # a training step: forward, for the weights' gradient, for the inputs'
BUDGET = 3e11  # multiply-adds of one training: some 20 s on two slow cores
# Seconds on a processor, so that a busy machine changes no verdict. What the budget allows and
# still takes so long is mostly overhead.
LONGEST = 150.0
BATCH = 100  # images predicted at once


def trained_accuracy(
    data: ModelData,
    seed: int,
    *,
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    epochs: int,
    batch_size: int,
    compile: Callable | None,
) -> dict:
    """Train the model from weights drawn anew, in its own compile settings or those that `compile`
    sets; then classify `test`.

    Returns
    -------
    dict
        "accuracy" and "examples", how many were classified. If the training would take more than
        the budget: "over_budget", how many times the budget that is.

    Raises
    ------
    ModelError
        If it cannot be trained on these data; the text says why.
    MemoryError
        If there is not enough memory for it here.
    """
    images, labels = train
    share = PASSES * describe(data.config).multiply_adds * len(images) * epochs / BUDGET
    if share > 1:
        return {"over_budget": share}
    with _seeded(seed):
        model = rebuild(data)
        if compile is None:
            compile_again(model, data)
        else:
            compile(model)
        _fit(model, images, labels, epochs, batch_size)
        return _accuracy(model, *test)


@contextlib.contextmanager
def _seeded(seed: int):
    """Keras's randomness follows the seed; Python's and numpy's own go on as if it had not been."""
    import keras

    states = random.getstate(), np.random.get_state()  # noqa: NPY002
    keras.utils.set_random_seed(seed % 2**32)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002


def _fit(model, images, labels, epochs: int, batch_size: int) -> None:
    import keras

    started = time.process_time()

    def stop_if_late(batch, logs=None):
        if time.process_time() - started > LONGEST:
            raise ModelError(f"training it takes more than {LONGEST:g} s on a processor")

    watch = keras.callbacks.LambdaCallback(on_train_batch_end=stop_if_late)
    try:
        model.fit(
            images, labels, epochs=epochs, batch_size=batch_size, verbose=0, callbacks=[watch]
        )
    except (ModelError, MemoryError):
        raise
    except Exception as error:
        _unless_for_memory(error)
        raise ModelError(f"training it fails: {type(error).__name__}: {one_line(error)}") from error


def _accuracy(model, images: np.ndarray, labels: np.ndarray) -> dict:
    scores = _predict(model, images)
    if scores.ndim != 2:
        raise ModelError(
            f"it gives an array of shape {scores.shape} for {len(images)} examples; "
            "expected one row of scores for each"
        )
    labels = labels.argmax(axis=1) if labels.ndim == 2 else labels
    # Where a score is nan, argmax names that class: no prediction, whatever the label.
    right = (scores.argmax(axis=1) == labels) & ~np.isnan(scores).any(axis=1)
    return {"accuracy": float(right.mean()), "examples": len(images)}


def _predict(model, images: np.ndarray) -> np.ndarray:
    try:
        return np.asarray(model.predict(images, batch_size=BATCH, verbose=0))
    except MemoryError:
        raise
    except Exception as error:
        _unless_for_memory(error)
        text = f"predicting with it fails: {type(error).__name__}: {one_line(error)}"
        raise ModelError(text) from error


def _unless_for_memory(error: Exception) -> None:
    """Raise MemoryError if that is what TensorFlow's error means."""
    import tensorflow as tf

    if isinstance(error, tf.errors.ResourceExhaustedError):
        raise MemoryError(one_line(error)) from error
