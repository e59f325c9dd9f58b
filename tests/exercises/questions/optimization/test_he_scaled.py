"""Right answers to "He's scale", and what its solution gives."""

import numpy as np
import pytest

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of


def he_by_variance(noise):
    weights = noise / noise[..., 0].size ** 0.5
    return 2**0.5 * weights


def he_for_two_and_four_axes(noise):
    if noise.ndim == 2:
        fan_in = noise.shape[0]
    else:
        kernel_h, kernel_w, channels, _ = noise.shape
        fan_in = kernel_h * kernel_w * channels
    return np.sqrt(2.0 / fan_in) * noise


def he_through_a_matrix(noise):
    matrix = noise.reshape(-1, noise.shape[-1])
    return (matrix * (2 / len(matrix)) ** 0.5).reshape(noise.shape)


def he_in_float32(noise):
    return noise.astype(np.float32) * np.float32(np.sqrt(2 * noise.shape[-1] / noise.size))


RIGHT_ANSWERS = (
    he_by_variance,
    he_for_two_and_four_axes,
    he_through_a_matrix,
    he_in_float32,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("he_scaled", answer)


def test_hes_scale_keeps_the_mean_square_through_a_relu_layer():
    rng = np.random.default_rng(0)
    x = reference.relu(rng.normal(size=(1, 40, 40, 20)))
    kernel = get("he_scaled").reference(rng.normal(size=(3, 3, 20, 60)))
    y = reference.relu(reference.conv2d(x, kernel))
    assert np.mean(y**2) == pytest.approx(np.mean(x**2), rel=0.1)
