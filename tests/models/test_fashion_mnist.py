"""The better network of the Fashion-MNIST lab."""

import keras
import numpy as np
import pytest

from course_utils.datasets import fashion_mnist
from course_utils.models import fashion_mnist as module
from course_utils.models import improved_fashion_mnist


@pytest.fixture(scope="module")
def network():
    return improved_fashion_mnist()


def test_its_constants_are_those_of_training_images():
    pixels = fashion_mnist("train", size="small")[0] / 255
    assert abs(pixels.mean() - module.MEAN) < 0.005
    assert abs(pixels.std() - module.DEVIATION) < 0.005


def test_it_standardizes_its_input_itself(network):
    images = np.random.default_rng(0).random((2, 28, 28, 1), np.float32)
    [standardize] = [
        layer for layer in network.layers if isinstance(layer, keras.layers.Normalization)
    ]
    np.testing.assert_allclose(
        standardize(images), (images - module.MEAN) / module.DEVIATION, rtol=1e-4
    )


def test_parameters_are_as_its_docstring_says(network):
    convolutions = [(1, 32), (32, 64), (64, 64), (64, 128), (128, 128)]
    weights = sum(9 * before * after for before, after in convolutions)
    filters = sum(after for _, after in convolutions)
    # Four numbers of the normalization for each filter, two of them moving averages.
    assert network.count_params() == weights + 4 * filters + 129 * 10
    text = improved_fashion_mnist.__doc__
    assert f"{network.count_params():,} parameters, {2 * filters} of them moving" in text


def test_it_flips_only_while_it_trains(network):
    image = np.zeros((1, 28, 28, 1), np.float32)
    image[:, :, :14] = 1  # bright on the left
    flip = next(layer for layer in network.layers if isinstance(layer, keras.layers.RandomFlip))
    batch = np.repeat(image, 64, axis=0)
    np.testing.assert_array_equal(flip(batch, training=False), batch)
    flipped = np.asarray(flip(batch, training=True))[:, 0, 0, 0] == 0
    assert 10 < flipped.sum() < 54
