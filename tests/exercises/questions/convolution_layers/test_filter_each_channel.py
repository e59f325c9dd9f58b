"""Right answers to "Depthwise convolution", and what its solution gives."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from course_utils import reference
from tests.exercises.questions.convolution.test_slide_kernel import slide_by_shifts
from tests.exercises.questions.convolution_layers.test_convolve_channels import layer_by_einsum
from tests.exercises.right_answers import assert_agrees, assert_passes, each_of


def depthwise_by_einsum(x, w):
    return np.einsum("rcmij,ijm->rcm", sliding_window_view(x, w.shape[:2], axis=(0, 1)), w)


def depthwise_by_channels(x, w):
    return np.dstack([slide_by_shifts(x[..., c], w[..., c]) for c in range(x.shape[2])])


RIGHT_ANSWERS = (
    depthwise_by_einsum,
    depthwise_by_channels,
    lambda x, w: layer_by_einsum(x, w[..., np.newaxis] * np.eye(x.shape[2]), np.zeros(x.shape[2])),
    lambda x, w: depthwise_by_einsum(x.astype(np.float32), w.astype(np.float32)),
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("filter_each_channel", answer)


def one_depthwise(x, w):
    return reference.depthwise_conv2d(x[np.newaxis].astype(float), w[..., np.newaxis])[0]


def test_the_model_solution_agrees_with_the_reference():
    assert_agrees("filter_each_channel", one_depthwise, seed=11, rtol=1e-9, atol=1e-12)
