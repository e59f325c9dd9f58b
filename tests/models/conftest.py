"""What tests of more than one training technique share."""

import numpy as np
import pytest


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def small_network(rng):
    """Builds a network with batch normalization, of random weights; other ones at each call."""
    import keras

    from course_utils.models import FusedBatchNormalization

    def build():
        network = keras.Sequential(
            [
                keras.Input((6, 6, 3)),
                keras.layers.Conv2D(4, 3),
                FusedBatchNormalization(momentum=0.9),
                keras.layers.ReLU(),
                keras.layers.GlobalAveragePooling2D(),
                keras.layers.Dense(2),
            ]
        )
        for weight in network.trainable_variables:
            weight.assign(rng.normal(size=weight.shape))
        return network

    return build
