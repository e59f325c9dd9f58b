"""The training ladder's network."""

import keras
import numpy as np
import pytest

from course_utils.models import pooled_resnet


@pytest.mark.parametrize("normalization", [True, False])
@pytest.mark.parametrize("residual", [True, False])
def test_it_is_small_and_answers_with_probabilities(normalization, residual):
    network = pooled_resnet(normalization=normalization, residual=residual)
    assert network.count_params() <= 300_000
    answer = network(np.random.default_rng(0).random((3, 32, 32, 3), np.float32)).numpy()
    assert answer.shape == (3, 10)
    np.testing.assert_allclose(answer.sum(axis=1), 1, rtol=1e-5)
    kinds = {type(layer).__name__ for layer in network.layers}
    assert ("FusedBatchNormalization" in kinds) == normalization
    assert ("Add" in kinds) == residual


def test_its_docstring_counts_its_parameters():
    assert f"{pooled_resnet().count_params():,} parameters" in pooled_resnet.__doc__


def test_techniques_leave_the_convolutions_as_they_are():
    def kernels(**switches):
        return [
            layer.kernel.shape
            for layer in pooled_resnet(**switches).layers
            if isinstance(layer, keras.layers.Conv2D)
        ]

    assert kernels() == kernels(normalization=False) == kernels(residual=False)


def test_a_block_starts_as_the_identity():
    network = pooled_resnet()
    add = next(layer for layer in network.layers if isinstance(layer, keras.layers.Add))
    both = keras.Model(network.input, add.input)
    x, branch = both(np.random.default_rng(0).random((2, 32, 32, 3), np.float32), training=True)
    assert np.abs(x).max() > 0.1
    np.testing.assert_array_equal(branch, np.zeros_like(branch))


def test_in_bfloat16_its_weights_and_answer_are_float32():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = pooled_resnet()
    finally:
        keras.config.set_dtype_policy(before)
    assert {weight.dtype for weight in network.trainable_variables} == {"float32"}
    image = np.random.default_rng(0).random((1, 32, 32, 3), np.float32)
    assert network(image).dtype == "float32"
    inner = next(layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D))
    assert inner.compute_dtype == "bfloat16"
