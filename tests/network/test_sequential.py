"""A network as a whole: building, forward and backward, evaluation, prediction, its mistakes."""

import subprocess
import sys

import numpy as np
import pytest

from course_utils.network import (
    Activation,
    Adam,
    BatchNormalization,
    CategoricalCrossentropy,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Residual,
    Sequential,
    SparseCategoricalCrossentropy,
)
from tests.network.small import compiled, images, residual_network


def lab_network(**options):
    """The Fashion-MNIST network of the lab."""
    layers = [
        Conv2D(32, 3, activation="relu"),
        MaxPooling2D(),
        Conv2D(64, 3, activation="relu"),
        MaxPooling2D(),
        Flatten(),
        Dense(128, activation="relu"),
        Dropout(0.3),
        Dense(10, activation="softmax"),
    ]
    return Sequential(layers, input_shape=(28, 28, 1), **options)


def test_layers_are_named_as_keras_names_them():
    assert [layer.name for layer in lab_network().layers] == [
        "conv2d",
        "max_pooling2d",
        "conv2d_1",
        "max_pooling2d_1",
        "flatten",
        "dense",
        "dropout",
        "dense_1",
    ]
    # The numbers go on inside a block.
    paths = [path for path in residual_network().weights if path.endswith("/kernel")]
    assert paths == [
        "conv2d/kernel",
        "residual/conv2d_1/kernel",
        "residual/conv2d_2/kernel",
        "residual/conv2d_3/kernel",
        "dense/kernel",
    ]


def test_summary(capsys):
    Sequential([Conv2D(64, 5), BatchNormalization(), Flatten(), Dense(2)], (6, 6, 1)).summary()
    assert (
        capsys.readouterr().out
        == """\
──────────────────────────────────────────────────────────────────────
Layer (type)                              Output shape      Parameters
──────────────────────────────────────────────────────────────────────
conv2d (Conv2D)                           (None, 2, 2, 64)       1,664
batch_normalization (BatchNormalization)  (None, 2, 2, 64)         256
flatten (Flatten)                         (None, 256)                0
dense (Dense)                             (None, 2)                514
──────────────────────────────────────────────────────────────────────
Parameters: 2,434
Trainable: 2,306
Not trainable: 128
"""
    )


def test_without_input_shape_the_first_examples_decide():
    network = Sequential([Flatten(), Dense(3)], seed=0)
    with pytest.raises(ValueError, match="give Sequential an input_shape, or call build"):
        network.summary()
    assert network.predict(images(2)).shape == (2, 3)
    assert network.input_shape == (6, 6, 2)


def test_a_network_that_did_not_fit_can_be_built_for_other_examples():
    network = Sequential([Conv2D(2, 3), Conv2D(2, 5), Flatten()], seed=0)
    with pytest.raises(ValueError, match=r"layer 'conv2d_1' \(Conv2D\): the kernel does not fit"):
        network.predict(images(2))
    assert network.predict(images(2, (8, 8, 2))).shape == (2, 8)


def test_predict_in_batches_is_forward():
    network = residual_network()
    x = images(7)
    np.testing.assert_allclose(network.predict(x, batch_size=3), network.forward(x), rtol=1e-12)


def test_integer_images_are_converted_not_scaled():
    network = residual_network("float32")
    x = np.random.default_rng(0).integers(0, 256, (3, 6, 6, 2), np.uint8)
    y = network.predict(x)
    assert y.dtype == np.float32
    np.testing.assert_array_equal(y, network.predict(x.astype(np.float32)))
    assert not np.allclose(y, network.predict(x / 255))


def test_backward_carries_a_gradient_through_all_layers():
    network = residual_network()
    x, dy = images(2), np.random.default_rng(2).normal(size=(2, 3))
    y = network.forward(x)
    dx = network.backward(dy)
    step = 1e-6 * np.random.default_rng(3).normal(size=x.shape)
    change = np.sum(dy * (network.forward(x + step) - network.forward(x - step))) / 2
    assert np.sum(dx * step) == pytest.approx(change, rel=1e-6)
    assert y.shape == (2, 3)


def test_gradients_of_the_loss_are_those_of_differences():
    network = compiled(residual_network())
    x, labels = images(5), np.array([0, 1, 2, 2, 1])
    network.loss_and_gradients(x, labels, training=False)
    rng = np.random.default_rng(0)
    gradients = network.gradients
    assert tuple(gradients) == network.trainable
    for path, gradient in gradients.items():
        weight, step = network.weights[path], 1e-5 * rng.normal(size=gradient.shape)
        losses = []
        for sign in (1, -2, 1):  # forward, back, and where it was
            weight += sign * step
            losses.append(network.evaluate(x, labels)["loss"])
        change = (losses[0] - losses[1]) / 2
        assert np.sum(gradient * step) == pytest.approx(change, rel=1e-6, abs=1e-13), path


def test_evaluate_by_hand():
    network = Sequential([Dense(2, activation="softmax")], input_shape=(2,))
    network.set_weights([np.eye(2), np.zeros(2)])
    x, labels = np.array([[0.0, np.log(3)], [0.0, np.log(3)], [0.0, 0.0]]), np.array([1, 0, 0])
    results = compiled(network).evaluate(x, labels, batch_size=2)
    # Probabilities of the labels: 3/4, 1/4, 1/2.
    assert results == {
        "loss": pytest.approx(-(np.log(3 / 4) + np.log(1 / 4) + np.log(1 / 2)) / 3),
        "accuracy": pytest.approx(2 / 3),
    }
    assert list(compiled(network, metrics=()).evaluate(x, labels)) == ["loss"]


@pytest.mark.parametrize(
    ("loss", "labels"),
    [
        ("sparse_categorical_crossentropy", [2, 0, 1]),
        (SparseCategoricalCrossentropy(), [[2], [0], [1]]),
        ("categorical_crossentropy", [[0, 0, 1], [1, 0, 0], [0, 1, 0]]),
        (CategoricalCrossentropy(), [[0.0, 0, 1], [1, 0, 0], [0, 1, 0]]),
    ],
)
def test_labels_as_numbers_and_one_hot(loss, labels):
    network = residual_network()
    x = images(3)
    expected = compiled(network).evaluate(x, np.array([2, 0, 1]))
    assert compiled(network, loss).evaluate(x, labels) == expected


def test_a_network_of_logits_has_the_same_loss_and_gradients():
    with_softmax = compiled(
        Sequential([Dense(3, activation="softmax")], input_shape=(4,), seed=0, dtype="float64")
    )
    logits = Sequential([Dense(3)], input_shape=(4,), seed=0, dtype="float64")
    compiled(logits, SparseCategoricalCrossentropy(from_logits=True))
    x, labels = images(5, (4,)), np.array([0, 1, 2, 0, 1])
    one, other = (n.loss_and_gradients(x, labels) for n in (with_softmax, logits))
    assert one == other
    for path in with_softmax.trainable:
        np.testing.assert_array_equal(with_softmax.gradients[path], logits.gradients[path])


def test_a_hopelessly_wrong_network_has_a_finite_loss():
    network = Sequential([Dense(2), Activation("softmax")], input_shape=(1,))
    network.set_weights([np.array([[1e4, -1e4]]), np.zeros(2)])
    assert compiled(network).loss_and_gradients([[1.0]], [1]) == pytest.approx(2e4)
    np.testing.assert_array_equal(network.gradients["dense/bias"], [1, -1])


def test_the_loss_of_a_new_network_is_about_log_10():
    x = np.random.default_rng(0).random((64, 28, 28, 1))
    labels = np.random.default_rng(1).integers(0, 10, 64)
    assert compiled(lab_network(seed=0)).evaluate(x, labels)["loss"] == pytest.approx(
        np.log(10), abs=0.1
    )


def test_the_same_seed_draws_the_same_weights():
    one, same, other = (residual_network(seed=seed).get_weights() for seed in (4, 4, 5))
    assert all(map(np.array_equal, one, same))
    assert not np.array_equal(one[0], other[0])


def test_get_and_set_weights():
    network, other = residual_network(seed=0), residual_network(seed=1)
    weights = network.get_weights()
    other.set_weights(weights)
    np.testing.assert_array_equal(network.predict(images(2)), other.predict(images(2)))
    network.weights["dense/bias"][...] = 7
    assert not weights[-1].any()  # copies
    with pytest.raises(ValueError, match="the network has 18 weights, got 17"):
        network.set_weights(weights[1:])
    with pytest.raises(ValueError, match=r"'conv2d/kernel' has shape \(3, 3, 2, 4\), got shape"):
        network.set_weights(weights[::-1])
    np.testing.assert_array_equal(network.get_weights()[0], weights[0])  # nothing half done


def test_count_params():
    network = lab_network()
    assert network.count_params() == 225_034
    # Of a batch norm's four numbers a channel, two are trained.
    network = residual_network()
    trained = sum(network.weights[path].size for path in network.trainable)
    assert network.count_params() - trained == 2 * 4 + 2 * 6


# Mistakes


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Sequential([]), "at least one layer"),
        (lambda: Sequential([Dense]), r"layers must be a list of layers, such as Dense\(10\)"),
        (lambda: Sequential([Dense(1)], dtype="float16"), "dtype must be .* got 'float16'"),
        (lambda: Sequential([Dense(1)], input_shape=784), "such as .28, 28, 1.; got 784"),
        (lambda: Sequential([Dense(1)], input_shape=(None, 4)), r"got \(None, 4\)"),
        (
            lambda: Sequential([Flatten(), Conv2D(8, 3)], input_shape=(28, 28, 1)),
            r"layer 'conv2d' \(Conv2D\): it takes images .* got shape \(784,\)",
        ),
    ],
)
def test_networks_that_make_no_sense(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (dict(optimizer="adams"), "optimizer must be one of .* got 'adams'"),
        (dict(loss="mse"), "loss must be 'sparse_categorical_crossentropy' or .* got 'mse'"),
        (dict(metrics="precision"), r"empty, got \['precision'\]"),
        (dict(metrics=["precision"]), r'metrics must be "accuracy" or empty'),
        (
            dict(loss=SparseCategoricalCrossentropy(from_logits=True)),
            "'dense' .Dense. ends in a softmax, and a loss with from_logits=True applies another",
        ),
    ],
)
def test_compiling_with_what_does_not_suit(options, message):
    arguments = dict(optimizer=Adam(), loss="sparse_categorical_crossentropy") | options
    with pytest.raises(ValueError, match=message):
        residual_network().compile(**arguments)


def test_an_optimizer_serves_one_network():
    """Its memory goes by the weights' names, which another network's weights have too."""
    optimizer = Adam()
    one, other = (Sequential([Dense(2, activation="softmax")], (2,)) for _ in range(2))
    one.compile(optimizer, "sparse_categorical_crossentropy")
    one.train_step([[1.0, 2.0]], [1])
    with pytest.raises(ValueError, match=r"Adam\(.* belongs to another network.*a new one"):
        other.compile(optimizer, "sparse_categorical_crossentropy")
    one.compile(optimizer, "categorical_crossentropy")
    assert optimizer.iterations == 1


def test_a_loss_of_probabilities_needs_a_softmax():
    network = Sequential([Dense(10, activation="relu")])
    with pytest.raises(ValueError, match=r"'dense' \(Dense\) does not end in a softmax; give it"):
        network.compile("adam", "sparse_categorical_crossentropy")


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (images(0), r"x holds no examples: got shape \(0, 6, 6, 2\)"),
        (images(1)[0], "a single example is a batch of one: x.np.newaxis."),
        (images(3, (2, 6, 6)), r"channels come last here: x.transpose\(0, 2, 3, 1\)"),
        (images(3, (5, 6, 2)), r"of shape \(N, 6, 6, 2\), got \(3, 5, 6, 2\)$"),
        ([["a"]], "x must hold real numbers"),
    ],
)
def test_examples_of_another_shape(x, message):
    network = compiled(residual_network())
    for use in (network.predict, network.forward, lambda x: network.fit(x, [0, 1, 2])):
        with pytest.raises(ValueError, match=message):
            use(x)


def test_gray_images_without_an_axis_for_the_channel():
    with pytest.raises(ValueError, match=r"the channel: x\[\.\.\., np\.newaxis\]"):
        lab_network().predict(np.zeros((2, 28, 28)))


@pytest.mark.parametrize(
    ("loss", "labels", "message"),
    [
        ("sparse", [0, 1, 3], "label 3 at position 2 is not a class of a network with 3 outputs"),
        ("sparse", [0, -1, 3], "label -1 at position 1 .* must lie between 0 and 2"),
        ("sparse", [0.0, 1.0, 2.0], "integer class numbers, got labels of dtype float64; convert"),
        ("sparse", np.eye(3), r'shape \(3, 3\); for one-hot labels use loss="categorical_cross'),
        ("sparse", [0, 1], r"got 3 examples and labels of shape \(2,\)"),
        ("sparse", 1, r"got 3 examples and labels of shape \(\)"),
        ("one-hot", [0, 1, 2], r'of shape \(N, 3\).* for class numbers use\s+loss="sparse_'),
        ("one-hot", np.eye(4)[:3], r"of shape \(N, 3\), one column for each.* got shape \(3, 4\)"),
        ("one-hot", [[1, 0, 0], [0, 1, 1], [0, 0, 1]], "row 1 of the labels is not one-hot"),
        ("one-hot", [[1, 0, 0], [0, 1, 0], [0, 0.5, 0.5]], "row 2 of the labels is not one-hot"),
    ],
)
def test_labels_that_do_not_suit(loss, labels, message):
    loss = CategoricalCrossentropy() if loss == "one-hot" else SparseCategoricalCrossentropy()
    network = compiled(residual_network(), loss)
    before = network.get_weights()
    for use in (network.fit, network.evaluate, network.train_step, network.loss_and_gradients):
        with pytest.raises(ValueError, match=message):
            use(images(3), labels)
    assert all(map(np.array_equal, network.get_weights(), before))


def test_training_before_compiling():
    for use in ("fit", "evaluate", "train_step"):
        with pytest.raises(ValueError, match="call compile first"):
            getattr(residual_network(), use)(images(3), [0, 1, 2])


def test_maps_are_no_scores():
    network = compiled(Sequential([Conv2D(3, 3, activation="softmax")], input_shape=(6, 6, 2)))
    with pytest.raises(ValueError, match=r"outputs have shape \(4, 4, 3\); a Flatten"):
        network.fit(images(3), [0, 1, 2])


def test_backward_after_predict_is_refused():
    network = residual_network()
    network.forward(images(2))
    network.predict(images(3))
    with pytest.raises(ValueError, match="call forward first"):
        network.backward(np.zeros((2, 3)))


def test_course_utils_alone_does_not_import_the_network():
    code = (
        "import sys, course_utils; before = 'course_utils.network' in sys.modules;"
        "import course_utils.network;"
        "print(before, sorted({'tensorflow', 'keras', 'scipy', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "False []\n", done.stderr


@pytest.mark.parametrize("last", [[], [Flatten(), Activation("linear")]])
def test_backward_leaves_the_gradient_that_it_is_given_as_it_was(last):
    layers = [Conv2D(2, 2, activation="relu"), Residual([Activation("relu")]), Activation("relu")]
    net = Sequential([*layers, *last], input_shape=(4, 4, 1), seed=0)
    rng = np.random.default_rng(0)
    dy = rng.standard_normal(net.forward(rng.standard_normal((3, 4, 4, 1))).shape).astype("float32")
    before = dy.copy()
    dx = net.backward(dy)
    np.testing.assert_array_equal(dy, before)
    np.testing.assert_array_equal(net.backward(dy), dx)


@pytest.mark.parametrize("batch_size", [0, -1, 2.5])
def test_prediction_and_evaluation_refuse_a_batch_size_that_would_skip_examples(batch_size):
    network = Sequential([Dense(2, activation="softmax")], input_shape=(3,), seed=0)
    network.compile("sgd", "sparse_categorical_crossentropy")
    x = np.ones((4, 3))
    with pytest.raises(ValueError, match="batch_size must be an integer of at least 1"):
        network.predict(x, batch_size=batch_size)
    with pytest.raises(ValueError, match="batch_size must be an integer of at least 1"):
        network.evaluate(x, [0, 1, 0, 1], batch_size=batch_size)
