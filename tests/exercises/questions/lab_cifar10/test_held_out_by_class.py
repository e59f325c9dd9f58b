"""Right answers to "Hold out the same number of each class" in several styles."""

import numpy as np

from tests.exercises.right_answers import assert_passes, each_of


def hold_out_with_a_mask(labels, order, per_class):
    held = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        held[order[labels[order] == label][:per_class]] = True
    return order[~held[order]], order[held[order]]


def hold_out_by_ranks(labels, order, per_class):
    sorted_labels = labels[order]
    ranks = np.array([(sorted_labels[:i] == label).sum() for i, label in enumerate(sorted_labels)])
    return order[ranks >= per_class], order[ranks < per_class]


def hold_out_with_one_hot_sums(labels, order, per_class):
    one_hot = np.eye(labels.max() + 1)[labels[order]]
    seen = (np.cumsum(one_hot, axis=0) * one_hot).sum(axis=1)
    return order[seen > per_class], order[seen <= per_class]


def hold_out_with_a_dictionary(labels, order, per_class):
    left = {}
    parts = [], []
    for place in order.tolist():
        label = int(labels[place])
        left.setdefault(label, per_class)
        parts[left[label] > 0].append(place)
        left[label] -= 1
    return [np.array(part, np.int32) for part in parts]


RIGHT_ANSWERS = (
    hold_out_with_a_mask,
    hold_out_by_ranks,
    hold_out_with_one_hot_sums,
    hold_out_with_a_dictionary,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("held_out_by_class", answer)
