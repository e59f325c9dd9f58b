"""The exercise "Who is taken for whom"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.evaluation import CHAPTER
from course_utils.exercises.slip import Slip


def confusion_counts(labels, predictions, classes):
    counts = np.zeros((classes, classes), dtype=np.int64)
    for label, prediction in zip(labels, predictions):
        counts[label, prediction] += 1
    return counts


def inputs(rng):
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


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Who is taken for whom",
    prompt="""Confusion matrix: how often each class was taken for each class.

    labels, predictions : (N,), integers from 0 to classes - 1
    Returns an array (classes, classes) of whole numbers. Entry [i, j] counts
    the examples whose label is i and whose prediction is j.
    """,
    reference=confusion_counts,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="transposed",
            name="Rows and columns are swapped: the rows count predictions.",
            hint="Row i holds all examples whose label is i.",
            wrong=Slip(confusion_counts, "[label, prediction]", "[prediction, label]"),
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
)
