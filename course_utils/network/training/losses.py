"""Cross-entropy, for labels that are class numbers or one-hot rows, and accuracy."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference import cross_entropy, cross_entropy_backward
from course_utils.reference.checks import as_numbers


class Crossentropy:
    """The loss as a function of logits (N, K) and the numbers of the right classes (N,)."""

    def __init__(self, from_logits: bool = False):
        self.from_logits = bool(from_logits)

    def __call__(self, logits: np.ndarray, classes: np.ndarray) -> float:
        """Return the mean over the batch of -log(probability of the right class), in nats."""
        return float(cross_entropy(logits, classes))

    def backward(self, logits: np.ndarray, classes: np.ndarray) -> np.ndarray | None:
        """Return the gradient of the loss with respect to the logits."""
        return cross_entropy_backward(logits, classes)

    @property
    def config(self) -> dict[str, Any]:
        return {"name": self.name, "from_logits": self.from_logits}


class SparseCategoricalCrossentropy(Crossentropy):
    """Cross-entropy for labels that are class numbers, (N,) or (N, 1).

    It is computed from the logits, the scores before the softmax: softmax and logarithm together
    neither overflow nor divide by zero.

    Parameters
    ----------
    from_logits : bool
        False: the network ends in a softmax. True: it has none, and its outputs are the logits.
    """

    name = "sparse_categorical_crossentropy"

    def classes(self, labels: ArrayLike, count: int) -> np.ndarray:
        """Return labels (N,), or (N, 1), as class numbers below `count`; else ValueError."""
        labels = as_numbers(labels, "labels")
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = labels[:, 0]
        if labels.ndim != 1:
            raise ValueError(
                f"{self.name} takes class numbers of shape (N,), got labels of shape "
                f'{labels.shape}; for one-hot labels use loss="categorical_crossentropy"'
            )
        if labels.dtype.kind not in "iu":
            raise ValueError(
                f"{self.name} takes integer class numbers, got labels of dtype {labels.dtype}; "
                "convert them with labels.astype(int)"
            )
        wrong = np.flatnonzero((labels < 0) | (labels >= count))
        if wrong.size:
            raise ValueError(
                f"label {labels[wrong[0]]} at position {wrong[0]} is not a class of a network with "
                f"{count} outputs: labels must lie between 0 and {count - 1}"
            )
        return labels


class CategoricalCrossentropy(Crossentropy):
    """Cross-entropy for one-hot labels (N, K); otherwise like `SparseCategoricalCrossentropy`."""

    name = "categorical_crossentropy"

    def classes(self, labels: ArrayLike, count: int) -> np.ndarray:
        """Return one-hot labels (N, count) as class numbers; ValueError if they are not."""
        labels = as_numbers(labels, "labels")
        if labels.ndim != 2 or labels.shape[1] != count:
            raise ValueError(
                f"{self.name} takes one-hot labels of shape (N, {count}), one column for each "
                f"output of the network, got shape {labels.shape}; for class numbers use "
                'loss="sparse_categorical_crossentropy"'
            )
        one_hot = ((labels == 0) | (labels == 1)).all(axis=1) & (labels.sum(axis=1) == 1)
        wrong = np.flatnonzero(~one_hot)
        if wrong.size:
            raise ValueError(
                f"row {wrong[0]} of the labels is not one-hot (a single 1, otherwise 0): "
                f"{labels[wrong[0]]}"
            )
        return labels.argmax(axis=1)


LOSSES = {loss.name: loss for loss in (SparseCategoricalCrossentropy, CategoricalCrossentropy)}


def get(loss: str | dict[str, Any] | Crossentropy) -> Crossentropy:
    """Return a loss from its name, its `config`, or itself; ValueError if it is none of these."""
    if isinstance(loss, Crossentropy):
        return loss
    arguments = {}
    if isinstance(loss, dict):
        arguments = dict(loss)
        loss = arguments.pop("name", None)
    if not isinstance(loss, str) or loss not in LOSSES:
        raise ValueError(
            f"loss must be {' or '.join(map(repr, LOSSES))}, or an object such as "
            f"SparseCategoricalCrossentropy(from_logits=True), got {loss!r}"
        )
    return LOSSES[loss](**arguments)


def count_correct(logits: np.ndarray, classes: np.ndarray) -> int:
    """Return how many rows have their largest logit in the right class."""
    return int(np.count_nonzero(logits.argmax(axis=1) == classes))
