"""Right answers to "Sliding as a matrix product", and what its solution gives."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of, inputs_of


def band_by_identity(weights, n):
    places = n - len(weights) + 1
    return sum(weight * np.eye(n, places, -shift) for shift, weight in enumerate(weights))


def band_by_windows(weights, n):
    places = n - len(weights) + 1
    padded = np.zeros(n + places - 1, np.float32)
    padded[places - 1 : n] = weights
    return sliding_window_view(padded, places)[:, ::-1]


def band_by_loops(weights, n):
    k = len(weights)
    rows = [[0.0] * (n - k + 1) for _ in range(n)]
    for i in range(n - k + 1):
        for j in range(k):
            rows[i + j][i] = weights[j]
    return np.array(rows)


def band_by_probing(weights, n):
    return sliding_window_view(np.eye(n), len(weights), axis=1) @ weights


RIGHT_ANSWERS = (
    band_by_identity,
    band_by_windows,
    band_by_loops,
    band_by_probing,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("band_matrix", answer)


@pytest.mark.parametrize("arguments", inputs_of("band_matrix"))
def test_the_band_matrix_slides(arguments):
    weights, n = arguments.values()
    signal = np.random.default_rng(1).normal(size=n)
    expected = reference.correlate2d(signal[None], weights[None].astype(float))[0]
    np.testing.assert_allclose(signal @ get("band_matrix").reference(weights, n), expected)
