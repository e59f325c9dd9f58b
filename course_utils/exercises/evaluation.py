"""Exercises of chapter 5: what a trained network gets wrong."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def confusion_counts(labels, predictions, classes):
    counts = np.zeros((classes, classes), dtype=np.int64)
    for label, prediction in zip(labels, predictions):
        counts[label, prediction] += 1
    return counts


def confusion_counts_inputs(rng):
    yield {
        "labels": np.array([0, 0, 0, 1, 2], np.int64),
        "predictions": np.array([0, 2, 2, 1, 1], np.int64),
        "classes": 3,
    }
    yield {
        "labels": np.array([1, 1, 0], np.int64),
        "predictions": np.array([1, 1, 2], np.int64),
        "classes": 4,
    }
    for n, classes in [(12, 3), (40, 5), (30, 2), (50, 10)]:
        labels = rng.integers(0, classes, size=n, dtype=np.int64)
        guesses = rng.integers(0, classes, size=n, dtype=np.int64)
        yield {
            "labels": labels,
            "predictions": np.where(rng.random(n) < 0.5, labels, guesses),
            "classes": classes,
        }


def _count_each_pair_once(labels, predictions, classes):
    counts = np.zeros((classes, classes), dtype=np.int64)
    counts[labels, predictions] += 1  # numpy reads all, then writes all: repeats are lost
    return counts


def _counts_without_the_diagonal(labels, predictions, classes):
    counts = confusion_counts(labels, predictions, classes)
    np.fill_diagonal(counts, 0)
    return counts


def _counts_as_shares(labels, predictions, classes):
    counts = confusion_counts(labels, predictions, classes)
    return counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)


def surest_mistakes(probabilities, labels, count):
    predictions = probabilities.argmax(axis=1)
    mistakes = np.flatnonzero(predictions != labels)
    confidence = probabilities.max(axis=1)[mistakes]
    return mistakes[np.argsort(-confidence)[:count]]


def surest_mistakes_inputs(rng):
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


EXERCISES = (
    Exercise(
        chapter=5,
        title="Who is taken for whom",
        prompt="""Confusion matrix: how often each class was taken for each class.

        labels, predictions : (N,), integers from 0 to classes - 1
        Returns an array (classes, classes) of whole numbers. Entry [i, j] counts
        the examples whose label is i and whose prediction is j.
        """,
        reference=confusion_counts,
        inputs=confusion_counts_inputs,
        misconceptions=(
            Misconception(
                id="transposed",
                name="Rows and columns are swapped: the rows count predictions.",
                hint="In row i stand all examples whose label is i.",
                wrong=lambda labels, predictions, classes: confusion_counts(
                    predictions, labels, classes
                ),
            ),
            Misconception(
                id="repeats-lost",
                name="Each pair counts once, however often it occurs.",
                hint="counts[labels, predictions] += 1 writes each place once. What adds up?",
                wrong=_count_each_pair_once,
            ),
            Misconception(
                id="mistakes-only",
                name="Only the mistakes are counted; the diagonal is zero.",
                hint="Entry [i, i] counts the examples of class i that were recognized.",
                wrong=_counts_without_the_diagonal,
            ),
            Misconception(
                id="shares",
                name="The rows are shares that add up to 1, not counts.",
                hint="Return the counts as they are; all entries together add up to N.",
                wrong=_counts_as_shares,
            ),
        ),
        hints=(
            "Start from np.zeros((classes, classes), dtype=int) and go through the pairs.",
            "For each pair add 1 at [label, prediction].",
        ),
    ),
    Exercise(
        chapter=5,
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
        inputs=surest_mistakes_inputs,
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
    ),
)
