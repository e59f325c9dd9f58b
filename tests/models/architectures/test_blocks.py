"""Blocks compute what their papers' figures say, in numbers done another way."""

import keras
import numpy as np
import pytest
from keras import layers

from course_utils import models, reference
from course_utils.models.architectures.densenet import dense_block, transition
from course_utils.models.architectures.googlenet import inception_block
from course_utils.models.architectures.local_response_normalization import (
    LocalResponseNormalization,
)
from course_utils.models.architectures.mobilenet import depthwise_separable
from course_utils.models.architectures.mobilenet_v2 import inverted_residual
from course_utils.models.architectures.resnet import bottleneck, residual_block
from course_utils.models.architectures.resnext import resnext_block
from course_utils.models.architectures.shufflenet import channel_shuffle, shufflenet_block
from course_utils.models.architectures.squeeze_and_excitation import squeeze_and_excite


def built(block, shape=(8, 8, 16), **settings):
    image = keras.Input(shape)
    return keras.Model(image, block(image, **settings))


def kinds(model, kind):
    return [layer for layer in model.layers if isinstance(layer, kind)]


def randomly(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_a_residual_block_whose_convolutions_are_zero_is_relu():
    for block, settings in ((residual_block, dict(filters=16)), (bottleneck, dict(filters=4))):
        model = built(block, **settings)
        kinds(model, layers.BatchNormalization)[-1].set_weights([np.zeros(16)] * 3 + [np.ones(16)])
        x = randomly(0, 2, 8, 8, 16)
        np.testing.assert_allclose(np.asarray(model(x)), np.maximum(x, 0), atol=1e-6)


def test_a_strided_residual_block_looks_around_the_pixels_that_its_shortcut_takes():
    # All kernels have a 1 in the middle: then both ways carry every second pixel, from the first.
    model = built(residual_block, filters=16, stride=2)
    for layer in kinds(model, layers.Conv2D):
        kernel = np.zeros(layer.kernel.shape, np.float32)
        kernel[kernel.shape[0] // 2, kernel.shape[1] // 2] = np.eye(16)
        layer.set_weights([kernel])
    x = np.abs(randomly(1, 1, 8, 8, 16))
    np.testing.assert_allclose(np.asarray(model(x)), 2 * x[:, ::2, ::2], rtol=1e-4)


def test_bottlenecks_take_their_stride_in_the_first_convolution():
    model = built(bottleneck, filters=4, stride=2)
    strides = {layer.kernel_size: [] for layer in kinds(model, layers.Conv2D)}
    for layer in kinds(model, layers.Conv2D):
        strides[layer.kernel_size].append(layer.strides)
    assert sorted(strides[1, 1]) == [(1, 1), (2, 2), (2, 2)]
    assert strides[3, 3] == [(1, 1)]


def test_resnext_is_the_sum_over_its_paths():
    # Figure 3a: each path has its own 1x1, 3x3 and 1x1; here the norms change nothing.
    model = built(resnext_block, (6, 6, 16), filters=8, cardinality=4)
    for layer in kinds(model, layers.BatchNormalization):
        layer.epsilon = 0.0
    first, grouped, last = (layer.get_weights()[0] for layer in kinds(model, layers.Conv2D))
    assert grouped.shape == (3, 3, 2, 8)
    x = randomly(2, 1, 6, 6, 16)
    total = x
    for path in range(4):
        own = slice(2 * path, 2 * path + 2)
        y = reference.relu(reference.conv2d(x, first[..., own]))
        y = reference.relu(reference.conv2d(y, grouped[..., own], padding="same"))
        total = total + reference.conv2d(y, last[:, :, own])
    np.testing.assert_allclose(np.asarray(model(x)), reference.relu(total), atol=1e-4)


def test_resnext_50_has_its_papers_parameters():
    # ResNet-50 with these blocks; torchvision counts 25,028,904.
    image = x = keras.Input((56, 56, 64))
    for stage, (filters, depth) in enumerate(zip((128, 256, 512, 1024), (3, 4, 6, 3))):
        for i in range(depth):
            x = resnext_block(x, filters, stride=2 if stage and i == 0 else 1)
    blocks = sum(int(np.prod(w.shape)) for w in keras.Model(image, x).trainable_weights)
    assert blocks + (7 * 7 * 3 * 64 + 128) + 2049 * 1000 == 25_028_904
    with pytest.raises(ValueError, match="got 100 filters in 32 paths"):
        resnext_block(image, 100)


def test_inception_joins_four_branches_in_order():
    model = built(inception_block, ones=3, threes=(4, 5), fives=(2, 6), pooled=7)
    assert model.output_shape == (None, 8, 8, 21)
    x = randomly(3, 1, 8, 8, 16)
    found = np.asarray(model(x))
    by_size = {}
    for layer in kinds(model, layers.Conv2D):
        by_size.setdefault((*layer.kernel_size, layer.filters), layer.get_weights())

    def convolution(x, key):
        return reference.relu(reference.conv2d(x, *by_size[key], padding="same"))

    np.testing.assert_allclose(found[..., :3], convolution(x, (1, 1, 3)), atol=1e-4)
    threes = convolution(convolution(x, (1, 1, 4)), (3, 3, 5))
    np.testing.assert_allclose(found[..., 3:8], threes, atol=1e-4)
    fives = convolution(convolution(x, (1, 1, 2)), (5, 5, 6))
    np.testing.assert_allclose(found[..., 8:14], fives, atol=1e-4)
    pooled = reference.max_pool2d(x, 3, stride=1, padding="same")
    np.testing.assert_allclose(found[..., 14:], convolution(pooled, (1, 1, 7)), atol=1e-4)


def test_local_response_normalization_by_its_formula():
    x = 10 * randomly(4, 2, 3, 3, 7)
    found = np.asarray(LocalResponseNormalization()(x))
    for c in range(7):
        near = x[..., max(0, c - 2) : c + 3]
        expected = x[..., c] / (2 + 1e-4 * (near**2).sum(axis=-1)) ** 0.75
        np.testing.assert_allclose(found[..., c], expected, rtol=1e-5)


def test_dense_blocks_keep_what_came_in():
    model = built(dense_block, depth=3, growth=4)
    assert model.output_shape == (None, 8, 8, 16 + 3 * 4)
    x = randomly(5, 1, 8, 8, 16)
    np.testing.assert_array_equal(np.asarray(model(x))[..., :16], x)
    assert built(transition).output_shape == (None, 4, 4, 8)


def test_squeeze_and_excite_weighs_channels():
    model = built(squeeze_and_excite, filters=4)
    x = randomly(6, 2, 8, 8, 16)
    (reduce, reduce_bias), (expand, expand_bias) = (
        layer.get_weights() for layer in kinds(model, layers.Conv2D)
    )
    hidden = reference.relu(x.mean(axis=(1, 2)) @ reduce[0, 0] + reduce_bias)
    factors = reference.sigmoid(hidden @ expand[0, 0] + expand_bias)
    expected = x * factors[:, None, None]
    np.testing.assert_allclose(np.asarray(model(x)), expected, atol=1e-5)
    paper = kinds(built(squeeze_and_excite, (4, 4, 64)), layers.Conv2D)[0]
    assert paper.filters == 4, "a sixteenth of the channels"


def test_a_depthwise_separable_convolution_saves_what_its_paper_derives():
    separable = models.network_costs(built(depthwise_separable, filters=32)).multiply_adds
    standard = reference.flop_count((8, 8, 16), (3, 3, 16, 32), padding="same") / 2
    assert separable / standard == pytest.approx(1 / 32 + 1 / 9)


def test_inverted_residuals_are_added_where_shapes_allow_it():
    assert len(kinds(built(inverted_residual, filters=16), layers.Add)) == 1
    assert not kinds(built(inverted_residual, filters=24), layers.Add)
    assert not kinds(built(inverted_residual, filters=16, stride=2), layers.Add)
    model = built(inverted_residual, filters=16)
    assert kinds(model, layers.DepthwiseConv2D)[0].output.shape[-1] == 6 * 16
    # The last convolution is linear: after it comes no ReLU, so negative values come out.
    x = randomly(7, 1, 8, 8, 16)
    assert np.asarray(model(x) - x).min() < 0
    assert not any(isinstance(layer, layers.ReLU) for layer in model.layers[-3:])


def test_channel_shuffle_by_hand():
    image = keras.Input((1, 1, 6))
    model = keras.Model(image, channel_shuffle(image, 2))
    channels = np.arange(6, dtype=np.float32).reshape(1, 1, 1, 6)
    assert np.asarray(model(channels)).ravel().tolist() == [0, 3, 1, 4, 2, 5]
    with pytest.raises(ValueError, match="6 channels do not divide into 4 groups"):
        channel_shuffle(image, 4)


def test_shuffling_lets_every_group_see_every_other():
    # Without it, a channel would depend on its own group's input alone.
    model = built(shufflenet_block, (4, 4, 48), filters=48, groups=3)
    x = randomly(10, 1, 4, 4, 48)
    changed = x.copy()
    changed[..., 0] += 5
    moved = np.abs(np.asarray(model(changed) - model(x))).max(axis=(0, 1, 2))
    assert all(moved[16 * group + 1 : 16 * group + 16].max() > 0 for group in range(3))


def test_shufflenet_blocks_of_stride_2_join():
    model = built(shufflenet_block, (8, 8, 24), filters=60, stride=2)
    assert model.output_shape == (None, 4, 4, 60)
    x = np.abs(randomly(8, 1, 8, 8, 24))
    pooled = reference.avg_pool2d(x, 3, stride=2, padding="same")
    np.testing.assert_allclose(np.asarray(model(x))[..., :24], pooled, rtol=1e-5)
    with pytest.raises(ValueError, match="as many channels as come out, 60, got 24"):
        built(shufflenet_block, (8, 8, 24), filters=60)


def test_shufflenets_multiplications_are_those_of_its_table_1():
    # The paper counts without the classifier, in millions.
    table = {1: 143, 4: 133, 8: 137}
    for groups, millions in table.items():
        costs = models.network_costs(models.shufflenet(groups=groups))
        body = costs.multiply_adds - costs.layers[-1].multiply_adds
        assert body / 1e6 == pytest.approx(millions, abs=0.6)


def test_alexnets_columns_do_not_mix():
    network = models.alexnet(classes=3, input_shape=(67, 67, 3))
    layer = network.get_layer("conv2")
    x = randomly(9, 1, 7, 7, 96)
    changed = x.copy()
    changed[..., :48] += 1
    moved = np.abs(np.asarray(layer(changed) - layer(x))).max(axis=(0, 1, 2))
    assert moved[:128].max() > 0
    assert moved[128:].max() == 0
