"""Muon: orthogonalized steps for the kernels of convolutions."""

import keras
import numpy as np

from course_utils.models import Muon
from course_utils.models.muon import orthogonalized


def test_an_orthogonalized_step_keeps_the_directions_and_levels_their_lengths(rng):
    gradient = rng.normal(size=(3, 3, 8, 16)).astype(np.float32)
    found = orthogonalized(gradient, iterations=10).numpy().reshape(-1, 16)
    u, _, v = np.linalg.svd(gradient.reshape(-1, 16), full_matrices=False)
    # In the directions of the gradient it is nearly a rotation: the polynomial ends near 1.
    in_its_directions = u.T @ found @ v.T
    assert np.abs(in_its_directions - np.diag(np.diag(in_its_directions))).max() < 1e-3
    assert np.diag(in_its_directions).min() > 0.6
    assert np.diag(in_its_directions).max() < 1.3


def test_more_filters_than_inputs_are_orthogonalized_too(rng):
    gradient = rng.normal(size=(1, 1, 3, 16)).astype(np.float32)
    values = np.linalg.svd(orthogonalized(gradient, 10).numpy().reshape(3, 16))[1]
    assert values.min() > 0.6
    assert values.max() < 1.3


def test_muon_steps_with_nesterov_momentum(rng):
    kernel = keras.Variable(rng.normal(size=(3, 3, 2, 4)), dtype="float32")
    bias = keras.Variable(rng.normal(size=(4,)), dtype="float32")
    optimizer = Muon(0.1, momentum=0.5, plain_ratio=2.0, plain_momentum=0.8)
    k, b = kernel.numpy(), bias.numpy()
    momentum_k, momentum_b = np.zeros_like(k), np.zeros_like(b)
    for _ in range(3):
        gradients = [rng.normal(size=v.shape).astype(np.float32) for v in (k, b)]
        optimizer.apply(gradients, [kernel, bias])
        momentum_k = 0.5 * momentum_k + gradients[0]
        momentum_b = 0.8 * momentum_b + gradients[1]
        k = k - 0.1 * orthogonalized(gradients[0] + 0.5 * momentum_k).numpy()
        b = b - 0.2 * (gradients[1] + 0.8 * momentum_b)
    np.testing.assert_allclose(kernel, k, atol=1e-5)
    np.testing.assert_allclose(bias, b, atol=1e-5)


def test_muon_is_made_again_from_its_configuration():
    optimizer = Muon(0.1, momentum=0.5, plain_ratio=2.0, plain_momentum=0.8, weight_decay=0.01)
    again = Muon.from_config(optimizer.get_config())
    assert again.get_config() == optimizer.get_config()
