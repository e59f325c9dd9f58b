"""Right answers to "Who is taken for whom" in several styles."""

import numpy as np

from tests.exercises.right_answers import assert_passes, each_of


def confusion_with_add_at(labels, predictions, classes):
    counts = np.zeros((classes, classes), int)
    np.add.at(counts, (labels, predictions), 1)
    return counts


def confusion_with_bincount(labels, predictions, classes):
    return np.bincount(labels * classes + predictions, minlength=classes**2).reshape(classes, -1)


def confusion_as_a_product(labels, predictions, classes):
    one_hot = np.eye(classes, dtype=np.float32)
    return one_hot[labels].T @ one_hot[predictions]


def confusion_by_masks(labels, predictions, classes):
    return np.array(
        [
            [np.sum((labels == i) & (predictions == j)) for j in range(classes)]
            for i in range(classes)
        ]
    )


RIGHT_ANSWERS = (
    confusion_with_add_at,
    confusion_with_bincount,
    confusion_as_a_product,
    confusion_by_masks,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("confusion_counts", answer)
