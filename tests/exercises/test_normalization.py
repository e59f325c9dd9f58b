"""Normalization's exercises: right answers in several styles, the reference, numbers by hand."""

import numpy as np
import pytest

from course_utils import reference
from course_utils.exercises import catalog, get, normalization
from tests.exercises.right_answers import assert_complete, assert_passes, each_of

MODULE = {exercise.id for exercise in normalization.EXERCISES}


def channels_in_loops(x, gamma, beta, epsilon):
    y = np.zeros_like(x)
    for c in range(x.shape[-1]):
        values = [x[i] for i in np.ndindex(x.shape) if i[-1] == c]
        mean = sum(values) / len(values)
        variance = sum((value - mean) ** 2 for value in values) / len(values)
        y[..., c] = gamma[c] * (x[..., c] - mean) / (variance + epsilon) ** 0.5 + beta[c]
    return y


def channels_as_matrix(x, gamma, beta, epsilon):
    rows = x.reshape(-1, x.shape[-1])
    scale = gamma / np.sqrt(np.var(rows, 0) + epsilon)
    return (rows * scale + (beta - scale * np.mean(rows, 0))).reshape(x.shape)


def channels_by_einsum(x, gamma, beta, epsilon):
    n = x.size // x.shape[-1]
    mean = np.einsum("nhwc->c", x) / n
    variance = np.einsum("nhwc,nhwc->c", x - mean, x - mean) / n
    return np.einsum("c,nhwc->nhwc", gamma / np.sqrt(epsilon + variance), x - mean) + beta


def channels_in_float32(x, gamma, beta, epsilon):
    x = x.transpose(3, 0, 1, 2).astype(np.float32)
    y = np.stack(
        [
            g * (c - c.mean()) / np.sqrt(c.var() + epsilon) + b
            for c, g, b in zip(x, gamma, beta, strict=True)
        ]
    )
    return np.moveaxis(y, 0, -1)


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


def gradient_by_three_paths(dy, x, gamma, epsilon):
    axes, n = (0, 1, 2), x[..., 0].size
    mean, variance = x.mean(axes), x.var(axes)
    root = np.sqrt(variance + epsilon)
    d_x_hat = dy * gamma
    d_variance = (d_x_hat * (x - mean)).sum(axes) * -0.5 * root**-3
    d_mean = (d_x_hat * -1 / root).sum(axes) + d_variance * (-2 * (x - mean)).mean(axes)
    dx = d_x_hat / root + d_variance * 2 * (x - mean) / n + d_mean / n
    return dx, (dy * (x - mean) / root).sum(axes), dy.sum(axes)


def gradient_by_jacobian(dy, x, gamma, epsilon):
    rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, x.shape[-1])
    n = len(rows)
    dx, dgamma = np.empty_like(rows), np.empty(x.shape[-1])
    for c, (column, dcolumn) in enumerate(zip(rows.T, drows.T, strict=True)):
        root = np.sqrt(column.var() + epsilon)
        hat = (column - column.mean()) / root
        jacobian = (np.eye(n) - 1 / n - np.outer(hat, hat) / n) / root
        dx[:, c] = gamma[c] * dcolumn @ jacobian
        dgamma[c] = dcolumn @ hat
    return [dx.reshape(x.shape), dgamma, drows.sum(0)]


def gradient_by_differences(dy, x, gamma, epsilon):
    def y(x):
        mean = x.mean((0, 1, 2))
        return gamma * (x - mean) / np.sqrt(((x - mean) ** 2).mean((0, 1, 2)) + epsilon)

    dx = np.empty_like(x)
    for index in np.ndindex(x.shape):
        nudge = np.zeros_like(x)
        nudge[index] = 1e-5
        dx[index] = (dy * (y(x + nudge) - y(x - nudge))).sum() / 2e-5
    return dx, np.einsum("nhwc,nhwc->c", dy, y(x)) / gamma, np.einsum("nhwc->c", dy)


def gradient_in_float32(dy, x, gamma, epsilon):
    dy, x = dy.astype(np.float32), x.astype(np.float32)
    axes, n = (0, 1, 2), np.prod(x.shape[:3])
    centered = x - np.mean(x, axes)
    inverse = 1 / (np.mean(centered**2, axes) + np.float32(epsilon))
    dgamma = np.sum(dy * centered, axes) * np.sqrt(inverse)
    dx = n * dy - np.sum(dy, axes) - centered * inverse * np.sum(dy * centered, axes)
    return gamma * np.sqrt(inverse) / n * dx, dgamma, np.sum(dy, axes)


RIGHT_ANSWERS = {
    "normalize_channels": [
        channels_in_loops,
        channels_as_matrix,
        channels_by_einsum,
        channels_in_float32,
    ],
    "normalize_for_inference": [
        inference_by_powers,
        inference_by_steps_toward,
        inference_in_loops,
        inference_in_float32,
    ],
    "normalize_channels_gradient": [
        gradient_by_three_paths,
        gradient_by_jacobian,
        gradient_by_differences,
        gradient_in_float32,
    ],
}


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(id, answer):
    assert_passes(id, answer)


def test_every_coding_exercise_of_the_module_is_among_them():
    assert_complete(RIGHT_ANSWERS, [exercise for exercise in catalog() if exercise.id in MODULE])


def moving_averages_then_inference(x, gamma, beta, batch_means, batch_variances, momentum, epsilon):
    mean, var = np.zeros_like(gamma), np.ones_like(gamma)
    for batch_mean, batch_variance in zip(batch_means, batch_variances, strict=True):
        mean += (1 - momentum) * (batch_mean - mean)
        var += (1 - momentum) * (batch_variance - var)
    return reference.batch_norm_inference(x, gamma, beta, mean, var, epsilon=epsilon)


@pytest.mark.parametrize(
    ("id", "oracle"),
    [
        (
            "normalize_channels",
            lambda x, gamma, beta, epsilon: reference.batch_norm(x, gamma, beta, epsilon=epsilon)[
                0
            ],
        ),
        ("normalize_for_inference", moving_averages_then_inference),
        (
            "normalize_channels_gradient",
            lambda dy, x, gamma, epsilon: reference.batch_norm_backward(
                dy, x, gamma, epsilon=epsilon
            ),
        ),
    ],
)
def test_the_model_solution_agrees_with_the_reference(id, oracle):
    exercise = get(id)
    for inputs in exercise.draw_inputs():
        answers = exercise.reference(**inputs), oracle(**inputs)
        pairs = zip(*answers, strict=True) if isinstance(answers[0], tuple) else [answers]
        for answer, expected in pairs:
            np.testing.assert_allclose(answer, expected, rtol=1e-10, atol=1e-12)


def test_numbers_that_the_chapter_works_out_by_hand():
    x = np.array([3.0, 9, 11, 17]).reshape(4, 1, 1, 1)
    y = get("normalize_channels").reference(x, np.array([2.0]), np.array([3.0]), 1e-9)
    np.testing.assert_allclose(y.ravel(), [0.2, 2.6, 3.4, 5.8])
    dy = np.array([1.0, 0, 0, 0]).reshape(x.shape)
    gradients = get("normalize_channels_gradient").reference(dy, x, np.array([2.0]), 1e-9)
    np.testing.assert_allclose(gradients[0].ravel(), [0.104, -0.128, -0.072, 0.096])
    np.testing.assert_allclose(gradients[1:], [[-1.4], [1]])
    inputs = get("normalize_for_inference").draw_inputs()[0]
    # Moving mean 0, 4, 8; moving variance 1, 2, 8; with epsilon 1 the root is 3.
    y = get("normalize_for_inference").reference(**inputs)
    np.testing.assert_allclose(y.ravel(), [0.5, 2.5])


def test_the_moving_mean_gets_there_at_that_step_and_not_before():
    mean, steps = 0.0, 0
    while mean < 9:
        mean, steps = 0.999 * mean + 0.001 * 10, steps + 1
    assert get("steps_until_ninety_percent").reference() == steps == 2302
