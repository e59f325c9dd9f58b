"""The exercise "Hold out the same number of each class"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.lab_cifar10 import CHAPTER
from course_utils.exercises.slip import Slip


def held_out_by_class(labels, order, per_class):
    train, validation = [], []
    taken = np.zeros(labels.max() + 1, dtype=np.int64)
    for place in order:
        label = labels[place]
        if taken[label] < per_class:
            taken[label] += 1
            validation.append(place)
        else:
            train.append(place)
    return np.array(train), np.array(validation)


def inputs(rng):
    yield {
        "labels": np.array([0, 0, 0, 1, 1, 0], np.int64),
        "order": np.array([5, 3, 0, 4, 2, 1], np.int64),
        "per_class": 1,
    }
    for n, classes, per_class in [(12, 3, 2), (20, 2, 5), (40, 4, 3), (60, 10, 2), (30, 3, 4)]:
        spare = rng.integers(0, classes, size=n, dtype=np.int64)
        labels = np.concatenate([np.repeat(np.arange(classes), per_class), spare])
        yield {
            "labels": rng.permutation(labels).astype(np.int64),
            "order": rng.permutation(len(labels)).astype(np.int64),
            "per_class": per_class,
        }


def _first_of_all(labels, order, per_class):
    count = per_class * len(np.unique(labels))
    return order[count:], order[:count]


def _train_keeps_everything(labels, order, per_class):
    return order.copy(), held_out_by_class(labels, order, per_class)[1]


def _last_of_each_class(labels, order, per_class):
    train, validation = held_out_by_class(labels, order[::-1], per_class)
    return train[::-1], validation[::-1]


def _places_in_the_order(labels, order, per_class):
    return held_out_by_class(labels[order], np.arange(len(order)), per_class)


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Hold out the same number of each class",
    prompt="""Cut a data set in two: of each class, the same number is held out for validation.

    labels : (N,), integers from 0 up; every class has at least per_class examples
    order : (N,), every number from 0 to N - 1 once, a random order
    per_class : int
    The validation part gets, of each class, the per_class examples that come first in the
    order; all others are for training.
    Returns two 1-D arrays of places in labels, training and validation, each of them in
    the order given.
    """,
    reference=held_out_by_class,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="classes-ignored",
            name="The first examples of the order are held out, whatever their class.",
            hint="Count the classes of your validation part.",
            wrong=_first_of_all,
        ),
        Misconception(
            id="still-in-training",
            name="The validation examples are in the training part too.",
            hint="A network may have memorized what it was trained on. The two parts must "
            "have no example in common.",
            wrong=_train_keeps_everything,
        ),
        Misconception(
            id="swapped",
            name="The two parts are returned in the wrong order.",
            hint="First the training part, then the validation part.",
            wrong=Slip(
                held_out_by_class,
                "np.array(train), np.array(validation)",
                "np.array(validation), np.array(train)",
            ),
        ),
        Misconception(
            id="order-ignored",
            name="The examples are taken as they lie, and the order is not used.",
            hint="A data set may be sorted. What is the random order for?",
            wrong=Slip(held_out_by_class, "in order", "in range(len(order))"),
        ),
        Misconception(
            id="last-ones",
            name="The last examples of each class are held out, not the first ones.",
            hint="Read again which examples of a class go into the validation part.",
            wrong=_last_of_each_class,
        ),
        Misconception(
            id="places-in-the-order",
            name="The numbers are places in the order, not in labels.",
            hint="order[0] is the place of the example that comes first.",
            wrong=_places_in_the_order,
        ),
    ),
    hints=(
        "Go through the order once, and count for each class how many you have held out.",
        "labels[place] is the class; if its count is still below per_class, hold it out.",
    ),
)
