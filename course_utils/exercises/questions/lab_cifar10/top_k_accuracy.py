"""The exercise "Right among the first k"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_cifar10 import CHAPTER
from course_utils.exercises.slip import Slip


def top_k_accuracy(probabilities, labels, k):
    best = np.argsort(-probabilities, axis=1)[:, :k]
    return (best == labels[:, np.newaxis]).any(axis=1).mean()


def inputs(rng):
    yield {
        "probabilities": np.array([[0.5, 0.3, 0.2], [0.1, 0.3, 0.6], [0.2, 0.1, 0.7]]),
        "labels": np.array([1, 2, 1], np.int64),
        "k": 2,
    }
    yield {
        "probabilities": np.array([[0.5, 0.3, 0.2], [0.1, 0.3, 0.6], [0.2, 0.1, 0.7]]),
        "labels": np.array([1, 2, 0], np.int64),
        "k": 1,
    }
    for n, classes, k in [(16, 4, 2), (40, 10, 3), (25, 5, 4), (50, 10, 5)]:
        scores = rng.normal(size=(n, classes))
        labels = rng.integers(0, classes, size=n, dtype=np.int64)
        scores[np.arange(n), labels] += 1  # better than a guess
        powers = np.exp(scores)
        yield {
            "probabilities": powers / powers.sum(axis=1, keepdims=True),
            "labels": labels,
            "k": k,
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Right among the first k",
    prompt="""Share of images whose label is among the k classes with the highest probability.

    probabilities : (N, K), no two equal in a row; labels : (N,), integers from 0 to K - 1
    k : int from 1 to K; k = 1 is the ordinary accuracy
    Returns a number from 0 to 1.
    """,
    reference=top_k_accuracy,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="lowest",
            name="The k classes with the lowest probability are taken.",
            hint="np.argsort puts the smallest first.",
            wrong=Slip(top_k_accuracy, "-probabilities", "probabilities"),
        ),
        Misconception(
            id="only-the-first",
            name="Only the most probable class counts, whatever k is.",
            hint="A label in second place is a hit as soon as k is 2.",
            wrong=Slip(top_k_accuracy, ":k]", ":1]"),
        ),
        Misconception(
            id="only-the-kth",
            name="Only the class in place k counts.",
            hint="With k = 2, is an image a hit whose label comes first?",
            wrong=Slip(top_k_accuracy, ":k]", "k - 1 : k]"),
        ),
        Misconception(
            id="divided-by-k",
            name="Each image is counted k times: the hits are divided by N times k.",
            hint="Is the label among the k classes or not? That is one yes or no per image.",
            wrong=Slip(top_k_accuracy, ".mean()", ".mean() / k"),
        ),
        Misconception(
            id="hits-not-share",
            name="It is the number of hits, not their share.",
            hint="Which number would a perfect network get?",
            wrong=Slip(top_k_accuracy, ".mean()", ".mean() * len(labels)"),
        ),
    ),
    hints=(
        "np.argsort(-probabilities, axis=1) ranks the classes of each image, best first.",
        "Compare the first k columns with labels[:, np.newaxis], then any(axis=1).",
    ),
)
