"""Right answers to "A gain and its error", and what its solution gives."""

import numpy as np

from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def gain_in_loops(first, second):
    def mean_and_variance(scores):
        mean = sum(scores) / len(scores)
        spread = sum((score - mean) ** 2 for score in scores) / (len(scores) - 1)
        return mean, spread / len(scores)

    (before, a), (after, b) = mean_and_variance(first.tolist()), mean_and_variance(second.tolist())
    return after - before, (a + b) ** 0.5


def gain_from_the_errors_of_the_means(first, second):
    errors = [scores.std(ddof=1) / len(scores) ** 0.5 for scores in (first, second)]
    return np.array([second.mean() - first.mean(), np.hypot(*errors)])


def gain_by_cov(first, second):
    variance = np.cov(first) / first.size + np.cov(second) / second.size
    return [np.average(second) - np.average(first), np.sqrt(variance)]


def gain_over_all_differences(first, second):
    gain = np.subtract.outer(second, first).mean()
    squares = [((x - x.mean()) @ (x - x.mean())) / (x.size * (x.size - 1)) for x in (first, second)]
    return np.float32(gain), np.float32(np.sqrt(squares[0] + squares[1]))


RIGHT_ANSWERS = (
    gain_in_loops,
    gain_from_the_errors_of_the_means,
    gain_by_cov,
    gain_over_all_differences,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("gain_and_error", answer)


def test_the_number_that_the_chapter_works_out_by_hand():
    gain = get("gain_and_error")
    np.testing.assert_allclose(
        gain.reference(**gain.draw_inputs()[0]), (0.06, 0.0008**0.5), rtol=1e-9
    )
