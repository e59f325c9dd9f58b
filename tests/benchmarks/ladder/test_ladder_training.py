"""A training of the ladder: its order, and that it goes on exactly where it stopped."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.ladder import checkpoint
from benchmarks.ladder.recipe import Recipe
from benchmarks.ladder.rungs import everything
from benchmarks.ladder.training import WAYS, Training, share_right
from course_utils.datasets import cifar10
from course_utils.models import fast_precision

RECIPE = replace(everything(3), batch_size=32, average_every=2, average_over=0.5)


@pytest.fixture(scope="module")
def data():
    images, labels = cifar10("train", "small")
    return images[:96], labels[:96], (images[-50:], labels[-50:])


@pytest.fixture
def begin(data, tmp_path):
    def training(recipe=RECIPE, seed=3, name="state", precision="float32"):
        state = tmp_path / f"{name}.npz"
        return Training(recipe, seed, *data, precision=precision, state=state)

    return training


def seen(training, epochs=2):
    """The places of the images, batch by batch, in the order of each epoch; nothing is learned."""
    places = []
    training.step = lambda batch: (places.append(batch), (0.0, np.ones((len(batch), 10))))[1]
    for _ in range(epochs):
        training.epoch()
    return np.array(places).reshape(epochs, -1)


@pytest.mark.parametrize(
    ("recipe", "precision"), [(RECIPE, fast_precision()), (Recipe(3, 32), "float32")]
)
def test_an_interrupted_training_ends_as_one_that_was_not(recipe, precision, begin, data):
    whole = begin(recipe, name="whole", precision=precision)
    whole.run()
    first = begin(recipe, precision=precision)
    first.epoch()
    first.save()
    first.epoch()  # it is stopped before it has saved this one
    again = begin(recipe, precision=precision)
    assert len(again.history) == 1
    again.run()
    for ours, theirs in zip(again.network.weights, whole.network.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    for ours, theirs in zip(again.averaged.averages, whole.averaged.averages, strict=True):
        np.testing.assert_array_equal(ours, theirs)

    def without_time(history):
        return [{k: v for k, v in epoch.items() if k != "processor_seconds"} for epoch in history]

    assert without_time(again.history) == without_time(whole.history)
    for way in WAYS:
        assert again.accuracy(way, *data[2]) == whole.accuracy(way, *data[2])
    # A training that is done stays so.
    done = begin(recipe, precision=precision)
    assert done.done
    assert done.history == again.history


def test_each_epoch_has_an_order_of_its_own_that_the_seed_fixes(begin):
    orders = seen(begin())
    for order in orders:
        assert sorted(order) == list(range(96))
    assert (orders[0] != orders[1]).any()
    np.testing.assert_array_equal(seen(begin()), orders)
    assert (seen(begin(seed=4)) != orders).any()


def test_augmentation_is_drawn_anew_from_the_trainings_generator(begin, data):
    images = data[0][:8]
    first, second = begin(), begin()
    changed = RECIPE.augment(images, first.rng)
    assert (changed != images).any()
    np.testing.assert_array_equal(RECIPE.augment(images, second.rng), changed)
    assert (RECIPE.augment(images, first.rng) != changed).any()
    assert Recipe().augment(images, first.rng) is images


def test_a_checkpoint_of_another_training_is_refused(begin):
    begin().save()
    with pytest.raises(ValueError, match="its seed is 3, expected 4"):
        begin(seed=4)
    with pytest.raises(ValueError, match="of another recipe"):
        begin(replace(RECIPE, rate=1.0))


def test_a_checkpoint_is_whole_or_the_one_before(tmp_path, monkeypatch):
    path = tmp_path / "folder" / "state.npz"
    checkpoint.save(path, {"a": [np.arange(3.0)]}, {"epoch": 1})

    def broken(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(checkpoint.os, "fsync", broken)
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(path, {"a": [np.arange(4.0)]}, {"epoch": 2})
    arrays, facts = checkpoint.load(path)
    assert facts == {"epoch": 1}
    np.testing.assert_array_equal(arrays["a"][0], [0, 1, 2])


def test_averaged_weights_answer_with_statistics_of_their_own(begin, data):
    training = begin()
    training.epoch()
    network = training.averaged_network()
    for weight, average in zip(network.trainable_variables, training.averaged.averages):
        np.testing.assert_array_equal(weight, average)
    # By hand: the maps of the first convolution over the training images.
    convolution = next(layer for layer in network.layers if "conv2d" in layer.name)
    before = network.layers[: network.layers.index(convolution) + 1]
    maps = data[0].astype(np.float32) / 255
    for layer in before[1:]:
        maps = layer(maps)
    normalization = network.layers[network.layers.index(convolution) + 1]
    np.testing.assert_allclose(normalization.moving_mean, np.mean(maps, axis=(0, 1, 2)), atol=1e-4)
    np.testing.assert_allclose(
        normalization.moving_variance, np.var(maps, axis=(0, 1, 2)), rtol=2e-3
    )


def test_a_mirrored_answer_is_the_mean_of_both(begin, data):
    training = begin()
    training.epoch()
    images, labels = data[2]
    x = images.astype(np.float32) / 255
    answers = training.network(x).numpy() + training.network(x[:, :, ::-1]).numpy()
    expected = np.mean(answers.argmax(axis=1) == labels)
    assert training.accuracy("last_mirrored", images, labels) == pytest.approx(expected)
    with pytest.raises(ValueError, match="way is 'best'"):
        training.accuracy("best", images, labels)


def test_the_share_of_right_answers_counts_the_last_images_too():
    labels = np.array([0, 1, 1, 0, 1])
    images = np.zeros((5, 2, 2, 3), np.uint8)

    class Answer:
        def __init__(self, value):
            self.value = value

        def numpy(self):
            return self.value

    always_one = lambda batch: Answer(np.tile([0.0, 1.0], (len(batch), 1)))  # noqa: E731
    assert share_right(always_one, images, labels, batch_size=2) == 0.6
