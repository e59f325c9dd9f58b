"""Right answers to "Batch normalization of feature maps", and what its solution gives."""

import numpy as np

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


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


RIGHT_ANSWERS = (
    channels_in_loops,
    channels_as_matrix,
    channels_by_einsum,
    channels_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("normalize_channels", answer)


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees(
        "normalize_channels",
        lambda x, gamma, beta, epsilon: reference.batch_norm(x, gamma, beta, epsilon=epsilon)[0],
        rtol=1e-10,
        atol=1e-12,
    )


def test_numbers_that_the_chapter_works_out_by_hand():
    x = np.array([3.0, 9, 11, 17]).reshape(4, 1, 1, 1)
    y = get("normalize_channels").reference(x, np.array([2.0]), np.array([3.0]), 1e-9)
    np.testing.assert_allclose(y.ravel(), [0.2, 2.6, 3.4, 5.8])
