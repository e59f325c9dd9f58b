"""A recipe trains the same network again."""

import dataclasses

import numpy as np
import pytest

from course_utils.models import RECIPES


@pytest.fixture(scope="module")
def tiny():
    return dataclasses.replace(RECIPES["document_4"], epochs=2, held_out=3_872)


def test_the_last_images_are_held_out(tiny):
    images, labels = tiny.data("train", "small")
    (x, y), (x_val, y_val) = tiny.parts(images, labels)
    assert len(x) == len(y) == 128
    assert len(x_val) == len(y_val) == 3_872
    np.testing.assert_array_equal(np.concatenate((y, y_val)), labels)
    assert x.dtype == np.float32
    assert np.concatenate((x, x_val)).max() == 1.0


def test_a_seed_decides_everything(tiny):
    (x, y), _ = tiny.parts(*tiny.data("train", "small"))

    def weights(seed):
        return tiny.train(x, y, seed=seed, epochs=1, verbose=0)[0].get_weights()

    first, again, other = weights(1), weights(1), weights(2)
    for one, two in zip(first, again, strict=True):
        np.testing.assert_allclose(one, two, atol=1e-5)
    assert np.abs(first[0] - other[0]).max() > 0.01


def test_the_schedule_is_told_the_steps_of_the_whole_training(tiny):
    import keras

    asked = []

    def optimizer(steps):
        asked.append(steps)
        return keras.optimizers.SGD(0.0)

    (x, y), _ = tiny.parts(*tiny.data("train", "small"))
    recipe = dataclasses.replace(tiny, optimizer=optimizer)
    network, history = recipe.train(x[:65], y[:65], seed=0, verbose=0)  # two steps an epoch
    assert asked == [4]
    assert int(network.optimizer.iterations.numpy()) == 4
    assert len(history["loss"]) == 2
