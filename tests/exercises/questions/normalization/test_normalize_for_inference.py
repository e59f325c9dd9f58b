"""Right answers to "Batch normalization at inference", and what its solution gives."""

import numpy as np

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def inference_by_powers(x, gamma, beta, batch_means, batch_variances, momentum, epsilon):
    t = len(batch_means)
    shares = (1 - momentum) * momentum ** np.arange(t - 1, -1, -1)
    mean = shares @ batch_means
    variance = shares @ batch_variances + momentum**t
    return (x - mean) * (gamma / np.sqrt(variance + epsilon)) + beta


def inference_by_steps_toward(x, gamma, beta, batch_means, batch_variances, momentum, epsilon):
    moving = np.stack([np.zeros(x.shape[1]), np.ones(x.shape[1])])
    for target in np.stack([batch_means, batch_variances], axis=1):
        moving += (1 - momentum) * (target - moving)
    return gamma * (x - moving[0]) * (moving[1] + epsilon) ** -0.5 + beta


def inference_in_loops(x, gamma, beta, batch_means, batch_variances, momentum, epsilon):
    y = np.empty(x.shape)
    for c in range(x.shape[1]):
        mean, variance = 0.0, 1.0
        for t in range(len(batch_means)):
            mean = mean * momentum + batch_means[t][c] * (1 - momentum)
            variance = variance * momentum + batch_variances[t][c] * (1 - momentum)
        for i in range(len(x)):
            y[i, c] = (x[i, c] - mean) / (variance + epsilon) ** 0.5 * gamma[c] + beta[c]
    return y


def inference_in_float32(x, gamma, beta, batch_means, batch_variances, momentum, epsilon):
    mean, variance = np.float32(0), np.float32(1)
    for one, other in zip(
        batch_means.astype(np.float32), batch_variances.astype(np.float32), strict=True
    ):
        mean, variance = (
            momentum * old + (1 - momentum) * new for old, new in ((mean, one), (variance, other))
        )
    return gamma * ((x - mean) / np.sqrt(variance + epsilon)).astype(np.float32) + beta


RIGHT_ANSWERS = (
    inference_by_powers,
    inference_by_steps_toward,
    inference_in_loops,
    inference_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("normalize_for_inference", answer)


def moving_averages_then_inference(x, gamma, beta, batch_means, batch_variances, momentum, epsilon):
    mean, var = np.zeros_like(gamma), np.ones_like(gamma)
    for batch_mean, batch_variance in zip(batch_means, batch_variances, strict=True):
        mean += (1 - momentum) * (batch_mean - mean)
        var += (1 - momentum) * (batch_variance - var)
    return reference.batch_norm_inference(x, gamma, beta, mean, var, epsilon=epsilon)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("normalize_for_inference", moving_averages_then_inference, rtol=1e-10, atol=1e-12)


def test_numbers_that_the_chapter_works_out_by_hand():
    inputs = get("normalize_for_inference").draw_inputs()[0]
    # Moving mean 0, 4, 8; moving variance 1, 2, 8; with epsilon 1 the root is 3.
    y = get("normalize_for_inference").reference(**inputs)
    np.testing.assert_allclose(y.ravel(), [0.5, 2.5])
