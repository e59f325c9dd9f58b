"""Try a model out: train it for a little while, count its right predictions. Loads Keras."""

import contextlib
import random
import time

import numpy as np

from course_utils.exercises.models.data import ModelData
from course_utils.exercises.models.description import describe
from course_utils.exercises.models.rebuilding import compile_again, rebuild
from course_utils.exercises.models.wiring import ModelError

# Three passes of the kernels for one training step: forward, for the weights, for the inputs.
PASSES = 3
BUDGET = 3e11  # multiplications and additions in one training: some 20 s on two slow cores


@contextlib.contextmanager
def seeded(seed: int):
    """All of Keras's randomness from this seed; Python's and numpy's own are as before after it."""
    import keras

    states = random.getstate(), np.random.get_state()  # noqa: NPY002
    keras.utils.set_random_seed(seed % 2**32)
    try:
        yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])  # noqa: NPY002


def trained_accuracy(
    data: ModelData,
    seed: int,
    *,
    train: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    epochs: int,
    batch_size: int,
    compile=None,
    budget: float = BUDGET,
) -> dict:
    """Train the model from weights drawn anew, then classify `test`.

    Returns
    -------
    dict
        "accuracy", "images" (how many were classified), "seconds"; "over_budget" (how many times
        the budget the training would take) instead, if that is more than 1.

    Raises
    ------
    ModelError
        If it cannot be trained on these data; the text says why.
    """
    images, labels = train
    work = PASSES * describe(data.config).multiply_adds * len(images) * epochs
    if work > budget:
        return {"over_budget": work / budget}
    started = time.perf_counter()
    with seeded(seed):
        model = rebuild(data, weights=False)
        if compile is None:
            compile_again(model, data)
        else:
            compile(model)
        try:
            model.fit(images, labels, epochs=epochs, batch_size=batch_size, verbose=0)
        except Exception as error:
            raise ModelError(f"training it raised {_first_line(error)}") from error
        measured = _accuracy(model, *test)
    return {**measured, "seconds": time.perf_counter() - started}


def returned_accuracy(data: ModelData, *, test: tuple[np.ndarray, np.ndarray]) -> dict:
    """Classify `test` with the weights that came; as `trained_accuracy` without training."""
    return _accuracy(rebuild(data), *test)


def _accuracy(model, images: np.ndarray, labels: np.ndarray) -> dict:
    try:
        scores = np.asarray(model.predict(images, batch_size=250, verbose=0))
    except Exception as error:
        raise ModelError(f"predicting with it raised {_first_line(error)}") from error
    if scores.ndim != 2 or len(scores) != len(images):
        raise ModelError(
            f"it predicts shape {scores.shape} for {len(images)} images; "
            "expected one row of class scores for each"
        )
    labels = labels.argmax(axis=1) if labels.ndim == 2 else labels
    # Where a score is nan, argmax names that class: no prediction, whatever the label.
    right = (scores.argmax(axis=1) == labels) & ~np.isnan(scores).any(axis=1)
    return {"accuracy": float(right.mean()), "images": len(images)}


def _first_line(error: Exception) -> str:
    text = (str(error).strip().split("\n") or [""])[0]
    return f"{type(error).__name__}: {text[:200]}"
