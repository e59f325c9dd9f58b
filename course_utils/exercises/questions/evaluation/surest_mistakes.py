"""The exercise "Wrong and sure of it"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.evaluation import CHAPTER
from course_utils.exercises.slip import Slip


def surest_mistakes(probabilities, labels, count):
    predictions = probabilities.argmax(axis=1)
    mistakes = np.flatnonzero(predictions != labels)
    confidence = probabilities.max(axis=1)[mistakes]
    return mistakes[np.argsort(-confidence)[:count]]


def inputs(rng):
    yield {
        "probabilities": np.array([[0.9, 0.1], [0.2, 0.8], [0.4, 0.6], [0.3, 0.7]]),
        "labels": np.array([0, 0, 0, 1], np.int64),
        "count": 2,
    }
    yield {
        "probabilities": np.array([[0.5, 0.4, 0.1], [0.1, 0.2, 0.7], [0.25, 0.45, 0.3]]),
        "labels": np.array([1, 0, 2], np.int64),
        "count": 1,
    }
    for n, classes, count in [(12, 3, 4), (30, 5, 6), (20, 10, 3), (9, 4, 20)]:
        scores = rng.normal(scale=2, size=(n, classes))
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        yield {
            "probabilities": powers / powers.sum(axis=1, keepdims=True),
            "labels": rng.integers(0, classes, size=n, dtype=np.int64),
            "count": count,
        }


def _cut_before_comparing(probabilities, labels, count):
    surest = np.argsort(-probabilities.max(axis=1))[:count]
    return surest[probabilities.argmax(axis=1)[surest] != labels[surest]]


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Wrong and sure of it",
    prompt="""Which images the network got wrong, the most confident mistake first.

    probabilities : (N, K), one row per image
    labels : (N,), integers from 0 to K - 1
    The prediction is the class with the largest probability; that probability
    is the network's confidence.
    count : int, return at most this many
    Returns a 1-D array of the images' places in the arrays passed in, 0 for
    the first one.
    """,
    reference=surest_mistakes,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="right-ones-too",
            name="Images that the network got right are among them.",
            hint="Compare the predictions with the labels before you sort.",
            wrong=Slip(
                surest_mistakes, "np.flatnonzero(predictions != labels)", "np.arange(len(labels))"
            ),
        ),
        Misconception(
            id="least-sure-first",
            name="The least confident mistakes come first.",
            hint="np.argsort puts the smallest first.",
            wrong=Slip(surest_mistakes, "-confidence", "confidence"),
        ),
        Misconception(
            id="picked-from-the-end",
            name="These are the right images, but the most confident one comes last.",
            hint="np.argsort puts the smallest first, so its last entries still rise.",
            wrong=Slip(
                surest_mistakes,
                "np.argsort(-confidence)[:count]",
                "np.argsort(confidence)[-count:]",
            ),
        ),
        Misconception(
            id="cut-before-comparing",
            name="The surest of all images are taken first, and the mistakes among them kept.",
            hint="Then fewer than `count` are left. Find the mistakes before you cut.",
            wrong=_cut_before_comparing,
        ),
        Misconception(
            id="places-among-mistakes",
            name="The numbers count among the mistakes, not among all images.",
            hint="After you have picked out the mistakes, place 0 is no longer image 0.",
            wrong=Slip(
                surest_mistakes,
                "mistakes[np.argsort(-confidence)[:count]]",
                "np.argsort(-confidence)[:count]",
            ),
        ),
        Misconception(
            id="by-the-right-class",
            name="They are sorted by the probability of the right class.",
            hint="How sure the network was of its own, wrong, answer is what counts.",
            wrong=Slip(
                surest_mistakes,
                "probabilities.max(axis=1)[mistakes]",
                "-probabilities[mistakes, labels[mistakes]]",
            ),
        ),
        Misconception(
            id="in-the-order-of-the-images",
            name="The mistakes are not sorted: they come in the order of the images.",
            hint="Sort by confidence before you keep the first `count`.",
            wrong=Slip(surest_mistakes, "np.argsort(-confidence)[:count]", ":count"),
        ),
    ),
    hints=(
        "Three steps: predictions, the places where they differ from the labels, sorting.",
        "np.flatnonzero(predictions != labels) gives the places of the mistakes.",
        "Sort these places by their confidence: mistakes[np.argsort(-confidence[mistakes])].",
    ),
)
