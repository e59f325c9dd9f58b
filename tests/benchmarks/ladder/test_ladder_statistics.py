"""The ladder's paired statistics, against hand computations."""

import math

import numpy as np
import pytest

from benchmarks.ladder.statistics import paired_difference, student_quantile, visible_effect


def test_a_paired_difference_by_hand():
    # Differences 0.01, 0.02, 0.06: mean 0.03; deviations -0.02, -0.01, 0.03, squares sum to 0.0014;
    # over n - 1 = 2, and then over n = 3: the error is the root of 0.0014 / 6.
    values = {0: 0.91, 1: 0.92, 2: 0.96, 7: 0.5}
    baseline = {2: 0.90, 1: 0.90, 0: 0.90, 8: 0.1}
    n, mean, error = paired_difference(values, baseline)
    assert n == 3
    assert mean == pytest.approx(0.03)
    assert error == pytest.approx(math.sqrt(0.0014 / 6))


def test_what_all_runs_share_drops_out_of_a_pair():
    rng = np.random.default_rng(0)
    shared = rng.normal(size=4)
    values = {seed: 0.8 + shared[seed] for seed in range(4)}
    _, mean, error = paired_difference({seed: v + 0.01 for seed, v in values.items()}, values)
    assert mean == pytest.approx(0.01)
    assert error == pytest.approx(0, abs=1e-12)


def test_too_few_pairs_say_so():
    assert paired_difference({0: 0.9}, {1: 0.9})[0] == 0
    n, mean, error = paired_difference({0: 0.9}, {0: 0.8})
    assert (n, mean) == (1, pytest.approx(0.1))
    assert math.isnan(error)
    with pytest.raises(ValueError, match="at least 2 pairs, got 1"):
        visible_effect(0.01, 1)


@pytest.mark.parametrize(
    ("probability", "freedom", "expected"),
    # Student's table, as in any statistics book.
    [(0.975, 1, 12.706), (0.975, 3, 3.182), (0.8, 3, 0.978), (0.95, 10, 1.812), (0.5, 2, 0.0)],
)
def test_students_quantiles(probability, freedom, expected):
    assert student_quantile(probability, freedom) == pytest.approx(expected, abs=6e-4)


def test_the_visible_effect_is_seen_as_often_as_it_says():
    assert visible_effect(0.004, 4) == pytest.approx((3.1824 + 0.9785) * 0.004 / 2, rel=1e-3)
    rng = np.random.default_rng(0)
    n = 6
    effect = visible_effect(1.0, n)
    pairs = effect + rng.normal(size=(20_000, n))
    t = pairs.mean(axis=1) / (pairs.std(axis=1, ddof=1) / math.sqrt(n))
    assert np.mean(t > student_quantile(0.975, n - 1)) == pytest.approx(0.8, abs=0.03)
