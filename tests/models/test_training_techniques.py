"""Techniques of the training ladder: each against what one can compute by hand."""

import keras
import numpy as np
import pytest

from course_utils.models import (
    AveragedWeights,
    FusedBatchNormalization,
    Muon,
    decay_kernels_only,
    fast_precision,
    recalibrate,
    smooth_labels,
)
from course_utils.models.muon import orthogonalized


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def small_network(rng):
    """A convolution with batch normalization, then a dense layer; weights not all 0 or 1."""
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


# Weight decay


@pytest.mark.parametrize("make", [keras.optimizers.SGD, Muon])
def test_weight_decay_shrinks_kernels_only(make, rng):
    network = small_network(rng)
    before = network.get_weights()
    optimizer = make(learning_rate=0.1, weight_decay=0.5)
    decay_kernels_only(optimizer, network)
    zeros = [np.zeros(weight.shape, np.float32) for weight in network.trainable_variables]
    optimizer.apply(zeros, network.trainable_variables)
    for weight, old in zip(network.weights, before):
        expected = old * 0.95 if weight.name == "kernel" else old
        np.testing.assert_allclose(weight, expected, rtol=1e-6, err_msg=weight.path)


# Muon


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


# Batch normalization


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


# Averaged weights


def test_averaged_weights_are_the_mean_first_and_then_look_back(rng):
    network = small_network(rng)
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
    copy = small_network(rng)
    averaged.copy_to(copy)
    for weight, value in zip(copy.trainable_variables, expected):
        np.testing.assert_allclose(weight, value, atol=1e-6)
    # The network in training keeps its own.
    for weight, value in zip(network.trainable_variables, values):
        np.testing.assert_allclose(weight, value, atol=1e-6)


@pytest.mark.parametrize("momentum", [0.9, 0.99])
def test_recalibrated_statistics_are_those_of_the_images(momentum, rng):
    network = small_network(rng)
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


def test_too_few_images_to_recalibrate_are_refused(rng):
    with pytest.raises(ValueError, match="10 images do not fill a batch of 32"):
        recalibrate(small_network(rng), np.zeros((10, 6, 6, 3), np.float32), batch_size=32)


# Label smoothing


def test_smoothed_labels_by_hand():
    np.testing.assert_allclose(
        smooth_labels(np.array([2, 0]), classes=4, amount=0.2),
        [[0.05, 0.05, 0.85, 0.05], [0.85, 0.05, 0.05, 0.05]],
        rtol=1e-6,
    )
    np.testing.assert_array_equal(smooth_labels(np.array([1]), classes=3, amount=0), [[0, 1, 0]])


@pytest.mark.parametrize(
    ("labels", "amount", "says"),
    [
        ([0, 10], 0.1, "0 to 9"),
        ([[1]], 0.1, "integers"),
        ([0.5], 0.1, "integers"),
        ([1], 2, "amount"),
    ],
)
def test_labels_that_are_none_are_refused(labels, amount, says):
    with pytest.raises(ValueError, match=says):
        smooth_labels(np.array(labels), amount=amount)


# Precision


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("fpu avx512f avx512_bf16", "mixed_bfloat16"),
        ("fpu amx_tile amx_bf16", "mixed_bfloat16"),
        ("fpu avx512f avx512_fp16 avx512_vnni", "float32"),
    ],
)
def test_the_processors_flags_choose_the_precision(flags, expected, tmp_path):
    path = tmp_path / "cpuinfo"
    path.write_text(f"processor\t: 0\nmodel name\t: A bf16 amx_bf16 chip\nflags\t\t: {flags}\n")
    assert fast_precision(path) == expected


def test_without_flags_it_is_float32(tmp_path):
    assert fast_precision(tmp_path / "missing") == "float32"
    (tmp_path / "arm").write_text("processor: 0\n")
    assert fast_precision(tmp_path / "arm") == "float32"
