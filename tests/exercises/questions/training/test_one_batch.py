"""Right answers to "One batch of a shuffled epoch", and what its solution gives."""

import numpy as np

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def batch_by_shuffling_everything(images, labels, order, batch_size, k):
    images, labels = images[order], labels[order]
    return images[k * batch_size :][:batch_size], labels[k * batch_size :][:batch_size]


def batch_one_by_one(images, labels, order, batch_size, k):
    start = batch_size * k
    stop = min(start + batch_size, len(order))
    picked = [(images[order[i]], labels[order[i]]) for i in range(start, stop)]
    return np.array([image for image, _ in picked]), np.array([label for _, label in picked])


def batch_with_take(images, labels, order, batch_size, k):
    chosen = np.split(order, range(batch_size, len(order), batch_size))[k]
    return [np.take(images, chosen, axis=0).astype(np.float32), np.take(labels, chosen)]


def batch_from_a_generator(images, labels, order, batch_size, k):
    def batches():
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            yield images[chosen], labels[chosen].astype(float)

    for number, batch in enumerate(batches()):
        if number == k:
            return batch


RIGHT_ANSWERS = (
    batch_by_shuffling_everything,
    batch_one_by_one,
    batch_with_take,
    batch_from_a_generator,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("one_batch", answer)


def test_the_batches_of_an_epoch_hold_every_example_once():
    rng = np.random.default_rng(0)
    images, labels, order = rng.random((11, 2, 3, 1)), np.arange(11), rng.permutation(11)
    batches = [get("one_batch").reference(images, labels, order, 4, k) for k in range(3)]
    assert [len(part) for part, _ in batches] == [4, 4, 3]
    assert np.concatenate([part for _, part in batches]).tolist() == order.tolist()
