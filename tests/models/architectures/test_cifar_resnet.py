"""CIFAR ResNets: counts, shortcuts, depth."""

import keras
import numpy as np
import pytest
from keras import layers

from course_utils import models
from course_utils.models.architectures.cifar_resnet import (
    padded_shortcut,
    preactivated_block,
    residual_block,
)


def trainable(network):
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


@pytest.mark.parametrize(("depth", "millions"), [(20, 0.27), (32, 0.46), (56, 0.85)])
def test_parameters_are_those_of_table_6(depth, millions):
    assert round(trainable(models.cifar_resnet(depth)) / 1e6, 2) == millions


def test_resnet_20_by_hand():
    convolutions = 9 * (3 * 16 + 6 * 16 * 16 + 16 * 32 + 5 * 32 * 32 + 32 * 64 + 5 * 64 * 64)
    channels = 7 * 16 + 6 * 32 + 6 * 64
    assert convolutions == 267_696
    expected = convolutions + 2 * channels + 650
    network = models.cifar_resnet(20)
    assert trainable(network) == expected == 269_722
    assert network.count_params() == expected + 2 * channels
    projections = 16 * 32 + 32 * 64
    assert trainable(models.cifar_resnet(20, shortcut="B")) == expected + projections + 2 * 96
    # Projections have no norm of their own then; the last norm takes the place of the stem's.
    early = models.cifar_resnet(20, shortcut="B", preactivation=True)
    assert trainable(early) == expected + projections


@pytest.mark.parametrize("preactivation", [False, True])
@pytest.mark.parametrize("shortcut", ["A", "B", None])
def test_every_kind_runs_and_survives_saving(shortcut, preactivation, tmp_path):
    network = models.cifar_resnet(8, shortcut=shortcut, preactivation=preactivation)
    x = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype(np.float32)
    y = np.asarray(network(x))
    assert y.shape == (2, 10)
    np.testing.assert_allclose(y.sum(axis=1), 1, rtol=1e-5)
    additions = sum(isinstance(layer, layers.Add) for layer in network.layers)
    assert additions == (3 if shortcut else 0)
    network.save(tmp_path / "network.keras")
    again = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_allclose(np.asarray(again(x)), y, rtol=1e-5)


def test_plain_and_residual_networks_have_equal_weights():
    plain, residual = (models.cifar_resnet(14, shortcut=kind) for kind in (None, "A"))
    shapes = [[tuple(weight.shape) for weight in network.weights] for network in (plain, residual)]
    assert sorted(shapes[0]) == sorted(shapes[1])
    assert plain.name == "cifar_plain14"


def test_depth_counts_convolutions_and_the_dense_layer():
    for depth in (8, 20):
        network = models.cifar_resnet(depth)
        counted = [layer for layer in network.layers if hasattr(layer, "kernel")]
        assert len(counted) == depth


def test_shortcut_a_takes_every_second_pixel_and_adds_zeros():
    image = keras.Input((4, 4, 2))
    model = keras.Model(image, padded_shortcut(image, 5, stride=2))
    x = np.random.default_rng(1).normal(size=(1, 4, 4, 2)).astype(np.float32)
    y = np.asarray(model(x))
    np.testing.assert_array_equal(y[..., :2], x[:, ::2, ::2])
    np.testing.assert_array_equal(y[..., 2:], 0)


def silent(block, **settings):
    """The block with its second convolution at zero."""
    image = keras.Input((8, 8, 4))
    model = keras.Model(image, block(image, 4, name="b", **settings))
    layer = model.get_layer("b_2_conv")
    layer.set_weights([np.zeros(layer.kernel.shape)])
    return model


def test_only_preactivation_leaves_the_shortcut_alone():
    x = np.random.default_rng(2).normal(size=(1, 8, 8, 4)).astype(np.float32)
    for shortcut in ("A", "B"):
        np.testing.assert_allclose(silent(preactivated_block, shortcut=shortcut)(x), x, atol=1e-6)
        np.testing.assert_allclose(
            silent(residual_block, shortcut=shortcut)(x), np.maximum(x, 0), atol=1e-6
        )
    assert not np.asarray(silent(residual_block, shortcut=None)(x)).any()


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"depth must be 6k \+ 2.*got 18"):
        models.cifar_resnet(18)
    with pytest.raises(ValueError, match='"A", "B" or None, got \'C\''):
        models.cifar_resnet(20, shortcut="C")


def test_a_projection_starts_from_the_activated_input_with_preactivation_alone():
    for block in (preactivated_block, residual_block):
        model = silent(block, shortcut="B", stride=2)
        raw = model.get_layer("b_0_conv").input is model.inputs[0]
        assert raw == (block is residual_block)
    x = np.random.default_rng(3).normal(size=(1, 8, 8, 4)).astype(np.float32)
    model = silent(preactivated_block, shortcut="B", stride=2)
    model.get_layer("b_0_conv").set_weights([np.eye(4)[np.newaxis, np.newaxis]])
    np.testing.assert_allclose(model(x), np.maximum(x, 0)[:, ::2, ::2], rtol=1e-4, atol=1e-5)
