"""Right answers to "Backward through batch normalization", and what its solution gives."""

import numpy as np

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


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


RIGHT_ANSWERS = (
    gradient_by_three_paths,
    gradient_by_jacobian,
    gradient_by_differences,
    gradient_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("normalize_channels_gradient", answer)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees(
        "normalize_channels_gradient",
        lambda dy, x, gamma, epsilon: reference.batch_norm_backward(dy, x, gamma, epsilon=epsilon),
        rtol=1e-10,
        atol=1e-12,
    )


def test_numbers_that_the_chapter_works_out_by_hand():
    x = np.array([3.0, 9, 11, 17]).reshape(4, 1, 1, 1)
    dy = np.array([1.0, 0, 0, 0]).reshape(x.shape)
    gradients = get("normalize_channels_gradient").reference(dy, x, np.array([2.0]), 1e-9)
    np.testing.assert_allclose(gradients[0].ravel(), [0.104, -0.128, -0.072, 0.096])
    np.testing.assert_allclose(gradients[1:], [[-1.4], [1]])
