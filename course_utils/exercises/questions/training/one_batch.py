"""The exercise "One batch of a shuffled epoch"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.training import CHAPTER
from course_utils.exercises.slip import Slip


def one_batch(images, labels, order, batch_size, k):
    # The slice of `order` says which examples are in it; the same ones of both arrays.
    chosen = order[k * batch_size : (k + 1) * batch_size]
    return images[chosen], labels[chosen]


def inputs(rng):
    images = np.array([[0.0, 1], [10, 11], [20, 21], [30, 31], [40, 41]]).reshape(5, 1, 2, 1)
    labels = np.array([0, 1, 2, 3, 4], np.int64)
    order = np.array([3, 0, 4, 2, 1], np.int64)
    for k in (1, 2, 0):
        yield {"images": images, "labels": labels, "order": order, "batch_size": 2, "k": k}
    for n, shape, batch_size, k in [
        (7, (3, 2, 1), 3, 2),
        (8, (2, 4, 3), 4, 1),
        (10, (2, 2, 1), 16, 0),
        (9, (1, 3, 2), 2, 3),
    ]:
        yield {
            "images": rng.normal(size=(n, *shape)),
            "labels": rng.permutation(np.arange(n, dtype=np.int64) % 10),
            "order": rng.permutation(np.arange(n, dtype=np.int64)),
            "batch_size": batch_size,
            "k": k,
        }


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="One batch of a shuffled epoch",
    prompt="""Batch number k of an epoch that visits the examples in a given order.

    images : (N, H, W, C); labels : (N,), integers
    order : (N,), every number from 0 to N - 1 once: order[0] is the example
    visited first
    batch_size : int; k : int, 0 for the first batch
    The last batch of an epoch may have fewer than batch_size examples.
    Returns the batch's images and its labels, two arrays.
    """,
    reference=one_batch,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="labels-not-shuffled",
            name="The images are taken in the new order, the labels in the old one.",
            hint="Which label belongs to the first image of your batch?",
            wrong=Slip(
                one_batch, "labels[chosen]", "labels[k * batch_size : (k + 1) * batch_size]"
            ),
        ),
        Misconception(
            id="order-ignored",
            name="The examples are taken as they lie; the order is not used.",
            hint="order[0] is the number of the example that comes first.",
            wrong=Slip(
                one_batch,
                "order[k * batch_size : (k + 1) * batch_size]",
                "slice(k * batch_size, (k + 1) * batch_size)",
            ),
        ),
        Misconception(
            id="order-inverted",
            name="order is read as the place where each example goes, not as which one comes next.",
            hint="If order begins with 3, example 3 is the first of the epoch.",
            wrong=Slip(one_batch, "order[k", "np.argsort(order)[k"),
        ),
        Misconception(
            id="counted-from-one",
            name="The batch before number k is returned.",
            hint="Batch 0 begins with order[0].",
            wrong=Slip(
                one_batch,
                "k * batch_size : (k + 1) * batch_size",
                "max(k - 1, 0) * batch_size : max(k, 1) * batch_size",
            ),
        ),
        Misconception(
            id="k-not-scaled",
            name="The batch begins at example k, not after k whole batches.",
            hint="How many examples come before batch 1?",
            wrong=Slip(one_batch, "k * batch_size : (k + 1) * batch_size", "k : k + batch_size"),
        ),
        Misconception(
            id="filled-up",
            name="A short last batch is filled up with examples from the start.",
            hint="In one epoch each example comes once. What does a slice past the end give?",
            wrong=Slip(
                one_batch,
                "k * batch_size : (k + 1) * batch_size",
                "np.arange(k * batch_size, (k + 1) * batch_size) % len(order)",
            ),
        ),
    ),
    hints=(
        "Which entries of order belong to batch k? Write them down for batch_size 2, k 1.",
        "order[k * batch_size : (k + 1) * batch_size]; a slice that goes too far just stops.",
        "An array of numbers in brackets picks those examples: images[chosen].",
    ),
)
