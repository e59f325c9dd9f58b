"""Weight decay for the kernels alone."""

import keras
import numpy as np
import pytest

from course_utils.models import Muon, decay_kernels_only


@pytest.mark.parametrize("make", [keras.optimizers.SGD, Muon])
def test_weight_decay_shrinks_kernels_only(make, small_network, rng):
    network = small_network()
    before = network.get_weights()
    optimizer = make(learning_rate=0.1, weight_decay=0.5)
    decay_kernels_only(optimizer, network)
    zeros = [np.zeros(weight.shape, np.float32) for weight in network.trainable_variables]
    optimizer.apply(zeros, network.trainable_variables)
    for weight, old in zip(network.weights, before):
        expected = old * 0.95 if weight.name == "kernel" else old
        np.testing.assert_allclose(weight, expected, rtol=1e-6, err_msg=weight.path)
