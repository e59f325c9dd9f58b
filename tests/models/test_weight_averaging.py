"""Averaged weights and the batch statistics that fit them, against averages by hand."""

import numpy as np
import pytest

from course_utils.models import AveragedWeights, recalibrate


def test_averaged_weights_are_the_mean_first_and_then_look_back(small_network, rng):
    network = small_network()
    averaged = AveragedWeights(network, momentum=0.75)
    expected = None
    for step in range(1, 8):
        values = [rng.normal(size=w.shape) for w in network.trainable_variables]
        for weight, value in zip(network.trainable_variables, values):
            weight.assign(value)
        averaged.update()
        share = max(0.25, 1 / step)
        expected = (
            values
            if step == 1
            else [share * value + (1 - share) * old for value, old in zip(values, expected)]
        )
        for average, value in zip(averaged.averages, expected):
            np.testing.assert_allclose(average, value, atol=1e-6)
        if step == 1:
            all_values = []
        all_values.append(values)
        if step == 4:  # up to here all count alike
            for average, each in zip(averaged.averages, zip(*all_values)):
                np.testing.assert_allclose(average, np.mean(each, axis=0), atol=1e-6)
    copy = small_network()
    averaged.copy_to(copy)
    for weight, value in zip(copy.trainable_variables, expected):
        np.testing.assert_allclose(weight, value, atol=1e-6)
    # The network in training keeps its own.
    for weight, value in zip(network.trainable_variables, values):
        np.testing.assert_allclose(weight, value, atol=1e-6)


@pytest.mark.parametrize("momentum", [0.9, 0.99])
def test_recalibrated_statistics_are_those_of_the_images(momentum, small_network, rng):
    network = small_network()
    normalization = network.layers[1]
    normalization.momentum = momentum
    images = rng.normal(size=(96, 6, 6, 3)).astype(np.float32)
    recalibrate(network, images, batch_size=32)
    maps = network.layers[0](images).numpy()
    np.testing.assert_allclose(normalization.moving_mean, maps.mean((0, 1, 2)), atol=1e-5)
    np.testing.assert_allclose(normalization.moving_variance, maps.var((0, 1, 2)), rtol=2e-3)
    assert normalization.momentum == momentum
    # And the moving averages move again as before.
    before = normalization.moving_mean.numpy()
    network(images + 1, training=True)
    moved = network.layers[0](images + 1).numpy().mean((0, 1, 2))
    np.testing.assert_allclose(
        normalization.moving_mean, momentum * before + (1 - momentum) * moved, atol=1e-5
    )


def test_too_few_images_to_recalibrate_are_refused(small_network):
    with pytest.raises(ValueError, match="10 images do not fill a batch of 32"):
        recalibrate(small_network(), np.zeros((10, 6, 6, 3), np.float32), batch_size=32)
