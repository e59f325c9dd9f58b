"""Right answers to "Right among the first k", and what its solution gives."""

import numpy as np
import pytest

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def top_k_in_loops(probabilities, labels, k):
    hits = 0
    for row, label in zip(probabilities.tolist(), labels.tolist(), strict=True):
        hits += label in sorted(range(len(row)), key=row.__getitem__)[-k:]
    return hits / len(labels)


def top_k_by_rank_of_the_label(probabilities, labels, k):
    own = probabilities[np.arange(len(labels)), labels]
    return np.mean((probabilities > own[:, None]).sum(axis=1) < k)


def top_k_by_partition(probabilities, labels, k):
    top = np.argpartition(probabilities, -k, axis=1)[:, -k:]
    is_top = np.zeros(probabilities.shape, bool)
    np.put_along_axis(is_top, top, True, axis=1)
    return is_top[np.arange(len(labels)), labels].mean()


def top_k_in_float32(probabilities, labels, k):
    order = probabilities.astype(np.float32).argsort(axis=1)[:, ::-1]
    places = np.where(order == labels.reshape(-1, 1))[1]
    return np.float32((places < k).sum() / np.float32(len(places)))


RIGHT_ANSWERS = (
    top_k_in_loops,
    top_k_by_rank_of_the_label,
    top_k_by_partition,
    top_k_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("top_k_accuracy", answer)


def test_the_number_that_the_chapter_works_out_by_hand():
    hits = get("top_k_accuracy")
    assert hits.reference(**hits.draw_inputs()[0]) == pytest.approx(2 / 3)
