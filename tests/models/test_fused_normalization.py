"""Batch normalization in one operation, against Keras's own."""

import keras
import numpy as np
import pytest

from course_utils.models import FusedBatchNormalization


@pytest.mark.parametrize("training", [True, False])
def test_fused_normalization_is_that_of_keras(training, rng):
    x = (3 + 2 * rng.normal(size=(16, 5, 5, 4))).astype(np.float32)
    ours, keras_own = (
        FusedBatchNormalization(momentum=0.8),
        keras.layers.BatchNormalization(momentum=0.8),
    )
    start = [rng.uniform(0.5, 2, size=4) for _ in range(4)]
    for layer in (ours, keras_own):
        layer.build(x.shape)
        layer.set_weights(start)
    np.testing.assert_allclose(
        ours(x, training=training), keras_own(x, training=training), atol=1e-5
    )
    np.testing.assert_allclose(ours.moving_mean, keras_own.moving_mean, rtol=1e-5)
    # n - 1 against n
    np.testing.assert_allclose(ours.moving_variance, keras_own.moving_variance, rtol=1 / 399)


def test_a_frozen_fused_normalization_keeps_its_statistics(rng):
    x = rng.normal(size=(8, 5, 5, 4)).astype(np.float32)
    layer = FusedBatchNormalization()
    layer.build(x.shape)
    layer.trainable = False
    np.testing.assert_array_equal(layer(x, training=True), layer(x, training=False))
    np.testing.assert_array_equal(layer.moving_mean, np.zeros(4))
