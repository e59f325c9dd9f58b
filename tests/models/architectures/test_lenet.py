"""LeNet-5 of 1998, number by number as in its paper."""

import keras
import numpy as np

from course_utils import models, reference
from course_utils.models.architectures.lenet import C3_TABLE, bitmaps, squash


def test_parameters_of_each_layer_are_the_papers():
    network = models.lenet5_1998()
    named = {layer.name: layer.count_params() for layer in network.layers}
    expected = {"C1": 156, "S2": 12, "C3": 1_516, "S4": 32, "C5": 48_120, "F6": 10_164}
    assert {name: named[name] for name in expected} == expected
    assert sum(expected.values()) == 60_000


def test_connections_are_the_papers():
    # A connection for each weight and bias at each place; four and a bias in subsampling.
    costs = {cost.name: cost for cost in models.network_costs(models.lenet5_1998()).layers}
    biases = {name: costs[name].activations for name in ("C1", "C3", "C5", "F6")}
    connections = {name: costs[name].multiply_adds + n for name, n in biases.items()}
    connections |= {name: 5 * costs[name].activations for name in ("S2", "S4")}
    assert connections == {
        "C1": 122_304,
        "S2": 5_880,
        "C3": 151_600,
        "S4": 2_000,
        "C5": 48_120,
        "F6": 10_164,
    }
    assert sum(connections.values()) + costs["output"].multiply_adds == 340_908


def test_the_table_has_what_the_paper_says_of_it():
    assert [len(maps) for maps in C3_TABLE] == [3] * 6 + [4] * 9 + [6]
    assert len(set(C3_TABLE)) == 16

    def contiguous(maps):
        return any({(first + i) % 6 for i in range(len(maps))} == set(maps) for first in range(6))

    assert [contiguous(maps) for maps in C3_TABLE] == [True] * 12 + [False] * 3 + [True]
    looked_at = [sum(channel in maps for maps in C3_TABLE) for channel in range(6)]
    assert looked_at == [10] * 6  # ten crosses in each row of table I


def test_c3_is_the_sum_over_the_maps_in_its_table():
    network = models.lenet5_1998()
    layer = network.get_layer("C3")
    rng = np.random.default_rng(0)
    slices, bias = (rng.normal(size=weight.shape) for weight in layer.weights)
    layer.set_weights([slices, bias])
    x = rng.normal(size=(1, 14, 14, 6)).astype(np.float32)
    found = np.asarray(layer(x))[0]
    pair = 0
    for f, maps in enumerate(C3_TABLE):
        total = bias[f]
        for channel in maps:
            total = total + reference.correlate2d(x[0, :, :, channel], slices[:, :, pair])
            pair += 1
        np.testing.assert_allclose(
            found[:, :, f], 1.7159 * np.tanh(2 / 3 * total), rtol=1e-4, atol=1e-5
        )


def test_subsampling_adds_multiplies_and_squashes():
    layer = models.lenet5_1998().get_layer("S2")
    coefficient, bias = np.linspace(0.1, 0.6, 6), np.linspace(-0.5, 0.5, 6)
    layer.set_weights([coefficient, bias])
    x = np.random.default_rng(1).normal(size=(1, 28, 28, 6)).astype(np.float32)
    total = coefficient * x[0, 2:4, 4:6].sum(axis=(0, 1)) + bias
    expected = 1.7159 * np.tanh(2 / 3 * total)
    np.testing.assert_allclose(np.asarray(layer(x))[0, 1, 2], expected, rtol=1e-5)


def test_squash_is_one_at_one():
    np.testing.assert_allclose(
        np.asarray(squash(np.array([-1.0, 0.0, 1.0]))), [-1, 0, 1], atol=2e-5
    )


def test_output_is_the_squared_distance_to_each_bitmap():
    layer = models.lenet5_1998().get_layer("output")
    digits = bitmaps()
    assert digits.shape == (10, 84)
    assert set(np.unique(digits)) == {-1, 1}
    penalties = np.asarray(layer(digits.astype(np.float32)))
    np.testing.assert_array_equal(penalties.argmin(axis=1), range(10))
    # Two bitmaps are 4 apart for each pixel in which they differ.
    np.testing.assert_array_equal(penalties, 4 * (digits[:, None] != digits).sum(axis=2))
    assert not layer.trainable_weights


def test_it_learns_and_is_the_same_after_saving(tmp_path):
    keras.utils.set_random_seed(0)
    network = models.lenet5_1998()
    rng = np.random.default_rng(0)
    y = np.arange(40) % 10
    x = rng.normal(0, 0.3, (40, 32, 32, 1)).astype(np.float32)
    x[np.arange(40), 3 * y] += 1  # a bright row says which class it is

    def loss(labels, penalties):
        return keras.losses.sparse_categorical_crossentropy(labels, -penalties, from_logits=True)

    before = network.get_layer("output").get_weights()[0].copy()
    network.compile(keras.optimizers.Adam(0.003), loss=loss)
    losses = network.fit(x, y, batch_size=40, epochs=25, verbose=0).history["loss"]
    assert losses[-1] < losses[0] / 2
    np.testing.assert_array_equal(network.get_layer("output").get_weights()[0], before)

    network.save(tmp_path / "lenet.keras")
    again = keras.models.load_model(tmp_path / "lenet.keras", compile=False)
    np.testing.assert_allclose(np.asarray(again(x)), np.asarray(network(x)), rtol=1e-5)


def test_the_modern_one_has_the_documents_shapes():
    network = models.lenet5()
    shapes = {layer.name: layer.output.shape[1:] for layer in network.layers}
    expected = {
        "C1": (28, 28, 6),
        "S2": (14, 14, 6),
        "C3": (10, 10, 16),
        "S4": (5, 5, 16),
        "C5": (120,),
        "F6": (84,),
        "output": (10,),
    }
    assert {name: shapes[name] for name in expected} == expected
    assert models.lenet5(input_shape=(28, 28, 1)).output_shape == (None, 10)
