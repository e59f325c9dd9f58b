"""The exercise "Wrong and sure of it"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.evaluation import CHAPTER


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


def _ranked(among, key, places=False):
    """A wrong `surest_mistakes`: who is ranked, by what, and what is returned of them."""

    def wrong(probabilities, labels, count):
        chosen = np.flatnonzero(among(probabilities.argmax(axis=1), labels))
        order = np.argsort(-key(probabilities, labels)[chosen])[:count]
        return order if places else chosen[order]

    return wrong


def _picked_from_the_end(probabilities, labels, count):
    mistakes = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    return mistakes[np.argsort(_confidence(probabilities, labels)[mistakes])[-count:]]


def _cut_before_comparing(probabilities, labels, count):
    surest = np.argsort(-_confidence(probabilities, labels))[:count]
    return surest[probabilities.argmax(axis=1)[surest] != labels[surest]]


def _is_mistake(predictions, labels):
    return predictions != labels


def _confidence(probabilities, labels):
    return probabilities.max(axis=1)


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Wrong and sure of it",
    prompt="""Which images the network got wrong, the most confident mistake first.

    probabilities : (N, K), one row an image
    labels : (N,), integers from 0 to K - 1
    The prediction is the class with the largest probability; that probability
    is the network's confidence.
    count : int, return at most so many
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
            wrong=_ranked(lambda predictions, labels: labels >= 0, _confidence),
        ),
        Misconception(
            id="least-sure-first",
            name="The least confident mistakes come first.",
            hint="np.argsort puts the smallest first.",
            wrong=_ranked(_is_mistake, lambda p, labels: -_confidence(p, labels)),
        ),
        Misconception(
            id="picked-from-the-end",
            name="These are the right images, but the most confident one comes last.",
            hint="np.argsort puts the smallest first, so its last entries still rise.",
            wrong=_picked_from_the_end,
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
            wrong=_ranked(_is_mistake, _confidence, places=True),
        ),
        Misconception(
            id="by-the-right-class",
            name="They are sorted by the probability of the right class.",
            hint="How sure the network was of its own, wrong, answer is what counts.",
            wrong=_ranked(_is_mistake, lambda p, labels: -p[np.arange(len(labels)), labels]),
        ),
        Misconception(
            id="in-the-order-of-the-images",
            name="The mistakes are not sorted: they come as the images lie.",
            hint="Sort by confidence before you keep the first `count`.",
            wrong=_ranked(_is_mistake, lambda p, labels: -np.arange(float(len(labels)))),
        ),
    ),
    hints=(
        "Three steps: predictions, the places where they differ from the labels, sorting.",
        "np.flatnonzero(predictions != labels) gives the places of the mistakes.",
        "Sort these places by their confidence: mistakes[np.argsort(-confidence[mistakes])].",
    ),
)
