"""A network that is asked twice."""

import keras
import numpy as np
import pytest

from course_utils.models import with_mirror_image


@pytest.fixture(scope="module")
def network():
    return keras.Sequential(
        [keras.Input((3, 4, 1)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")]
    )


def test_it_is_the_mean_over_an_image_and_its_mirror_image(network):
    images = np.random.default_rng(0).random((5, 3, 4, 1), np.float32)
    left_to_right = images[:, :, ::-1]
    wanted = (network.predict(images, verbose=0) + network.predict(left_to_right, verbose=0)) / 2
    twice = with_mirror_image(network)
    np.testing.assert_allclose(twice.predict(images, verbose=0), wanted, atol=1e-6)


def test_it_can_be_saved_and_loaded(network, tmp_path):
    images = np.random.default_rng(1).random((5, 3, 4, 1), np.float32)
    twice = with_mirror_image(network)
    twice.save(tmp_path / "twice.keras")
    again = keras.models.load_model(tmp_path / "twice.keras")
    np.testing.assert_allclose(
        again.predict(images, verbose=0), twice.predict(images, verbose=0), atol=1e-6
    )
