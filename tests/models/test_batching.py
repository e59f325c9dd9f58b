"""Batches for `fit`: the same training, without the wait."""

import itertools

import keras
import numpy as np
import pytest

from course_utils.models import batches


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    return rng.normal(size=(50, 3)).astype(np.float32), np.arange(50)


def labels(dataset):
    return [y.numpy().tolist() for _, y in dataset]


def test_each_example_comes_once_with_its_label_in_a_random_order(data):
    x, y = data
    dataset = batches(x, y, 16)
    came = labels(dataset)
    assert [len(batch) for batch in came] == [16, 16, 16, 2]
    assert list(itertools.chain(*came)) != list(range(50))
    assert sorted(itertools.chain(*came)) == list(range(50))
    for some, their_labels in dataset:
        np.testing.assert_array_equal(some, x[their_labels])


def test_once_a_seed_is_set_every_epoch_has_the_order_that_fit_gives_arrays(data):
    x, y = data
    keras.utils.set_random_seed(3)
    dataset = batches(x, y, 16)
    passes = [labels(dataset) for _ in range(2)]

    seen = []

    class Noted(keras.Model):
        def train_step(self, batch):
            seen.append(batch[1].numpy().tolist())
            return {"loss": 0.0}

    keras.utils.set_random_seed(3)
    network = Noted()
    network.compile(run_eagerly=True)
    network.fit(x, y, batch_size=16, epochs=2, verbose=0)
    assert seen == passes[0] + passes[1]
    assert passes[0] == passes[1]


def test_the_order_stays_where_nothing_is_shuffled(data):
    assert labels(batches(*data, 20, shuffle=False)) == [
        list(range(20)),
        list(range(20, 40)),
        list(range(40, 50)),
    ]


@pytest.mark.parametrize(("examples", "number"), [(50, 4), (48, 3), (5, 1)])
def test_its_length_is_the_number_of_batches(data, examples, number):
    x, y = data
    assert len(batches(x[:examples], y[:examples], 16)) == number


def test_nothing_tunes_it(data):
    # The thread that would tune it is what an epoch waits for.
    assert batches(*data, 16).options().autotune.enabled is False


def test_it_trains_the_weights_that_fit_trains_from_arrays(data):
    x, y = data[0], data[1] % 4

    def trained(**given):
        keras.utils.set_random_seed(7)
        network = keras.Sequential(
            [
                keras.Input((3,)),
                keras.layers.Dense(8, activation="relu"),
                keras.layers.Dropout(0.5),
                keras.layers.Dense(4, activation="softmax"),
            ]
        )
        network.compile("adam", "sparse_categorical_crossentropy")
        network.fit(**given, epochs=3, verbose=0)
        return network.get_weights()

    arrays = trained(x=x, y=y, batch_size=16)
    for from_arrays, from_batches in zip(
        arrays, trained(x=batches(x, y, 16), shuffle=False), strict=True
    ):
        np.testing.assert_allclose(from_arrays, from_batches, atol=1e-6)
