"""Right answers to "Expected calibration error", and what its solution gives."""

import numpy as np
import pytest

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def error_by_loops(confidences, correct, bins):
    error = 0
    for b in range(bins):
        right, sure, count = 0, 0, 0
        for c, r in zip(confidences, correct, strict=True):
            if b / bins < c <= (b + 1) / bins:
                right, sure, count = right + r, sure + c, count + 1
        if count:
            error += abs(right / count - sure / count) * count / len(confidences)
    return error


def error_by_sums(confidences, correct, bins):
    # The share cancels: |sum of what is right - sum of confidences| / N, bin by bin.
    number = np.ceil(confidences * bins).astype(int) - 1
    gaps = np.bincount(number, weights=correct - confidences, minlength=bins)
    return np.abs(gaps).sum() / len(confidences)


def error_by_digitize(confidences, correct, bins):
    edges = np.arange(1, bins) / bins
    which = np.digitize(confidences, edges, right=True)
    groups = [which == b for b in np.unique(which)]
    return sum(abs((correct[g] - confidences[g]).mean()) * g.sum() for g in groups) / which.size


def error_in_float32(confidences, correct, bins):
    confidences = confidences.astype(np.float32)
    total = np.float32(0)
    for low, high in zip(np.arange(bins) / bins, np.arange(1, bins + 1) / bins, strict=True):
        mask = (confidences > np.float32(low)) & (confidences <= np.float32(high))
        if mask.sum() > 0:
            total += mask.mean() * np.abs(correct[mask].mean() - confidences[mask].mean())
    return total


RIGHT_ANSWERS = (
    error_by_loops,
    error_by_sums,
    error_by_digitize,
    error_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("calibration_error", answer)


def test_calibration_error_by_hand():
    # Bins (0.5, 0.75]: half right at 0.65, gap 0.15. (0.75, 1]: two of three at 0.9, gap 0.2333.
    error = get("calibration_error").reference(
        np.array([0.6, 0.7, 0.8, 0.9, 1.0]), np.array([1, 0, 1, 1, 0]), 4
    )
    assert error == pytest.approx(2 / 5 * 0.15 + 3 / 5 * (0.9 - 2 / 3))
