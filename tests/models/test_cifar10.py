"""The CIFAR-10 lab's network has the parts that the lab names."""

import keras
import numpy as np

from course_utils import models
from course_utils.datasets import cifar10
from course_utils.models.cifar10 import CHANNEL_DEVIATION, CHANNEL_MEAN


def kinds(network):
    return [type(layer).__name__ for layer in network.layers]


def test_parameters_by_hand():
    weights = 9 * (3 * 32 + 32 * 32 + 32 * 64 + 64 * 64 + 64 * 128 + 128 * 128) + 128 * 10 + 10
    channels = 2 * (32 + 64 + 128)
    plain = models.pairs_of_convolutions(norm=False, augment=False)
    assert plain.count_params() == weights + channels  # a bias each
    normalized = models.pairs_of_convolutions()
    assert normalized.count_params() == weights + 4 * channels == 289_642


def test_normalization_stands_between_convolution_and_relu():
    found = kinds(models.pairs_of_convolutions(augment=False))[1:]  # without the input's constants
    block = ["Conv2D", "BatchNormalization", "ReLU"] * 2 + ["MaxPooling2D"]
    assert found == [*block * 3, "GlobalAveragePooling2D", "Dense"]
    assert "BatchNormalization" not in kinds(models.pairs_of_convolutions(norm=False))


def test_images_are_changed_in_training_only():
    keras.utils.set_random_seed(0)
    network = models.pairs_of_convolutions()
    changes = keras.Sequential(network.layers[:2])
    image = np.zeros((50, 32, 32, 3), np.float32)
    image[:, 10, 20] = 1
    np.testing.assert_array_equal(changes(image, training=False), image)
    places = np.argwhere(np.asarray(changes(image, training=True))[..., 0] == 1)
    assert len(places) == 50, "the pixel stays one pixel"
    rows = places[:, 1]
    assert 6 <= rows.min() <= 8, "up to 4 rows up"
    assert 12 <= rows.max() <= 14, "up to 4 rows down"
    as_it_is, mirrored = places[places[:, 2] >= 16], places[places[:, 2] < 16]
    assert set(as_it_is[:, 2]) <= set(range(16, 25))
    assert set(mirrored[:, 2]) <= set(range(7, 16))
    assert len(as_it_is) > 10 < len(mirrored)


def test_the_channels_statistics_are_those_of_the_images():
    images = cifar10("train", size="small")[0] / 255
    np.testing.assert_allclose(CHANNEL_MEAN, images.mean(axis=(0, 1, 2)), atol=0.015)
    np.testing.assert_allclose(CHANNEL_DEVIATION, images.std(axis=(0, 1, 2)), atol=0.01)
