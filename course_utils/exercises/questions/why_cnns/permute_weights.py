"""The exercise "Undo a shuffle"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.why_cnns import CHAPTER


def permute_weights(weights, order):
    return weights[order]


def inputs(rng):
    yield {"weights": np.array([[1, 0, 2], [3, 4, 0], [0, 5, 6]]), "order": np.array([1, 2, 0])}
    yield {"weights": np.arange(16).reshape(4, 4), "order": np.array([2, 0, 3, 1])}
    for pixels, outputs in ((7, 2), (9, 4), (12, 10)):
        yield {"weights": rng.normal(size=(pixels, outputs)), "order": rng.permutation(pixels)}


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Undo a shuffle",
    prompt="""Weights with which a dense layer does not notice a shuffle.

    weights : array (pixels, outputs), for images in their usual order
    order : array (pixels,), a permutation of the pixels;
        a flattened image becomes image[order] when it is shuffled
    Returns an array (pixels, outputs) such that for every image
    image[order] @ result equals image @ weights.
    """,
    reference=permute_weights,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="inverse-order",
            name="The rows are moved by the inverse shuffle.",
            hint="Entry i of the shuffled image is pixel order[i] of the usual one. "
            "Which row of the old weights does that pixel need?",
            wrong=lambda weights, order: weights[np.argsort(order)],
        ),
        Misconception(
            id="outputs-shuffled",
            name="The columns are shuffled: that reorders the outputs, not the pixels.",
            hint="Which axis of `weights` belongs to the pixels?",
            wrong=lambda weights, order: weights[:, order],
        ),
        Misconception(
            id="unchanged",
            name="The weights are returned as they came.",
            hint="With the old weights, each pixel would meet the weight of another one.",
            wrong=lambda weights, order: weights.copy(),
        ),
    ),
    hints=(
        "Take three pixels and one output, and write both sums out.",
        "Every pixel must meet the weight it met before: move the rows as the pixels moved.",
        "numpy can take rows of a matrix in the order that an index array says.",
    ),
)
