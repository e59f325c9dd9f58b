"""Right answers to "When to stop", and what its solution gives."""

import numpy as np

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def stop_by_counting(val_losses, patience):
    lowest, best, bad = np.inf, 0, 0
    for epoch, loss in enumerate(val_losses):
        bad += 1
        if loss < lowest:
            lowest, best, bad = loss, epoch, 0
        if bad == patience:
            break
    return epoch, best


def stop_by_prefixes(val_losses, patience):
    for epoch in range(patience, len(val_losses)):
        best = min(range(epoch + 1), key=lambda e: (val_losses[e], e))
        if epoch - best == patience:
            return [epoch, best]
    return [len(val_losses) - 1, int(val_losses.argmin())]


def stop_by_running_minimum(val_losses, patience):
    lowest = np.minimum.accumulate(val_losses)
    new = np.concatenate(([True], lowest[1:] < lowest[:-1]))
    best = np.maximum.accumulate(np.where(new, np.arange(len(new)), 0))
    waited = np.arange(len(new)) - best
    stops = np.flatnonzero(waited >= patience)
    end = stops[0] if stops.size else len(new) - 1
    return np.int32(end), np.int32(best[end])


def stop_by_recursion(val_losses, patience, epoch=1, best=0):
    if epoch == len(val_losses):
        return epoch - 1, best
    if val_losses[epoch] < val_losses[best]:
        return stop_by_recursion(val_losses, patience, epoch + 1, epoch)
    if epoch - best == patience:
        return np.array([epoch, best])
    return stop_by_recursion(val_losses, patience, epoch + 1, best)


RIGHT_ANSWERS = (
    stop_by_counting,
    stop_by_prefixes,
    stop_by_running_minimum,
    stop_by_recursion,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("stopping_epoch", answer)


def test_numbers_that_the_chapter_works_out_by_hand():
    stop = get("stopping_epoch").reference
    # Lowest at epoch 1; epochs 2 and 3 are no better, so it ends before the 0.4 of epoch 5.
    assert stop(np.array([0.9, 0.5, 0.6, 0.55, 0.7, 0.4]), 2) == (3, 1)
