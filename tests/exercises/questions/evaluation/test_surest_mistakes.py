"""Right answers to "Wrong and sure of it", and what its solution gives."""

import numpy as np

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def mistakes_by_sorting_pairs(probabilities, labels, count):
    wrong = []
    for place, (row, label) in enumerate(zip(probabilities, labels, strict=True)):
        if row.argmax() != label:
            wrong.append((-row.max(), place))
    return np.array([place for _, place in sorted(wrong)[:count]])


def mistakes_by_hiding_the_right_ones(probabilities, labels, count):
    wrong = probabilities.argmax(1) != labels
    confidence = np.where(wrong, probabilities.max(1), -1)
    return np.argsort(confidence)[::-1][: min(count, wrong.sum())]


def mistakes_after_sorting_all(probabilities, labels, count):
    order = np.argsort(probabilities.max(axis=1))[::-1]
    return np.array([i for i in order if np.argmax(probabilities[i]) != labels[i]])[:count]


def mistakes_in_float32(probabilities, labels, count):
    probabilities = probabilities.astype(np.float32)
    (wrong,) = np.nonzero(np.argmax(probabilities, axis=1) != labels)
    order = np.lexsort((wrong, -np.max(probabilities[wrong], axis=1)))
    return wrong[order][:count].astype(float)


RIGHT_ANSWERS = (
    mistakes_by_sorting_pairs,
    mistakes_by_hiding_the_right_ones,
    mistakes_after_sorting_all,
    mistakes_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("surest_mistakes", answer)


def test_confusion_and_mistakes_count_the_same_errors():
    arguments = get("surest_mistakes").draw_inputs()[3]
    probabilities, labels = arguments["probabilities"], arguments["labels"]
    counts = get("confusion_counts").reference(labels, probabilities.argmax(axis=1), 5)
    mistakes = get("surest_mistakes").reference(probabilities, labels, count=len(labels))
    assert counts.sum() - np.trace(counts) == len(mistakes)
    assert np.all(np.diff(probabilities.max(axis=1)[mistakes]) <= 0)
