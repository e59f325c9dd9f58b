"""Right answers to "A dense layer on an image", and what its solution gives."""

import numpy as np
import pytest

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of, inputs_of


def dense_by_loops(image, weights, biases):
    outputs = [float(bias) for bias in biases]
    for i, pixel in enumerate(image.flatten()):
        for j in range(len(outputs)):
            outputs[j] += pixel * weights[i, j]
    return np.array(outputs)


def dense_by_einsum(image, weights, biases):
    return np.einsum("hwc,hwcm->m", image, weights.reshape(*image.shape, -1)) + biases


def dense_in_float32(image, weights, biases):
    x, w, b = (np.asarray(array, np.float32) for array in (image, weights, biases))
    return (x.ravel()[None] @ w + b)[0]


def dense_by_tensordot(image, weights, biases):
    return np.tensordot(image, weights.reshape(*image.shape, len(biases)), axes=3) + biases


RIGHT_ANSWERS = (
    dense_by_loops,
    dense_by_einsum,
    dense_in_float32,
    dense_by_tensordot,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("dense_layer", answer)


@pytest.mark.parametrize("arguments", inputs_of("dense_layer"))
def test_dense_layer_is_the_reference(arguments):
    x = reference.flatten(arguments["image"][None])
    expected = reference.dense(x, arguments["weights"], arguments["biases"])[0]
    np.testing.assert_allclose(get("dense_layer").reference(*arguments.values()), expected)
