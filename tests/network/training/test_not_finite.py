"""Where NaN and infinity are said to come from."""

import numpy as np
import pytest

from course_utils.network import (
    SGD,
    Callback,
    Conv2D,
    Dense,
    Flatten,
    ReLU,
    Sequential,
)
from tests.network.small import classifier, compiled, images, points, residual_network


def test_nan_in_an_image_is_named():
    x = images(40)
    x[23, 1, 5, 0] = np.nan
    network = compiled(residual_network())
    before = network.get_weights()[0]
    message = r"x\[23\] holds nan at \(1, 5, 0\): clean or leave out such examples"
    with pytest.raises(ValueError, match=message):
        network.fit(x, np.zeros(40, int), batch_size=40, verbose=0)
    np.testing.assert_array_equal(network.get_weights()[0], before)


@pytest.mark.parametrize(
    ("path", "layer"),
    [
        ("conv2d/kernel", r"layer 'conv2d' \(Conv2D\)"),
        ("residual/batch_normalization_1/gamma", r"layer 'batch_normalization_1'"),
        ("dense/bias", "layer 'dense'"),
    ],
)
def test_weights_that_are_not_finite_are_named(path, layer):
    network = compiled(residual_network())
    network.weights[path][...] = np.inf
    name = path.rpartition("/")[2]
    with pytest.raises(FloatingPointError, match=f"the weights: '{name}' of {layer}.* holds inf"):
        network.train_step(images(4), [0, 1, 2, 0])


def test_the_layer_where_the_forward_pass_overflows_is_named():
    layers = [Conv2D(2, 3), ReLU(), Conv2D(2, 3), Flatten(), Dense(3, activation="softmax")]
    network = compiled(Sequential(layers, input_shape=(6, 6, 2), seed=0))
    for path in ("conv2d/kernel", "conv2d_1/kernel"):
        network.weights[path] *= np.float32(1e30)
    message = (
        r"the loss is nan: NaN or infinity first appeared in the forward pass: the output of "
        r"layer 'conv2d_1' \(Conv2D\) holds -?(inf|nan), its input is finite \(at most .*e\+30"
    )
    with pytest.raises(FloatingPointError, match=message):
        network.train_step(images(4), [0, 1, 2, 0])


@pytest.mark.parametrize(
    ("weights", "example", "where"),
    [
        # Forward, all is zero. Back, 1e30 times 1e30 is too much for the first layer.
        ([0, 0, 1e30, 0], 1, r"'(kernel|bias)' of layer 'dense' \(Dense\)"),
        # Too much for the second layer's kernel, and then for the first's too.
        ([0, 1e10, 1e-5, 0], 1e20, r"'kernel' of layer 'dense_1' \(Dense\)"),
    ],
)
def test_the_layer_where_the_backward_pass_overflows_is_named(weights, example, where):
    network = Sequential(
        [Dense(2), Dense(2), Dense(2, activation="softmax")], input_shape=(2,), seed=0
    )
    network.compile(SGD(0.25), "sparse_categorical_crossentropy")
    for weight, value in zip(network.weights.values(), weights):
        weight[...] = value
    network.weights["dense_2/kernel"][...] = np.diag([1e30, 0])
    before = network.get_weights()
    message = (
        f"first appeared in the backward pass: the gradient of {where} holds -?(inf|nan)"
        r".*lower learning rate \(it is 0.25\)"
    )
    with pytest.raises(FloatingPointError, match=message):
        network.train_step(np.full((2, 2), example), [0, 1])
    assert not np.isfinite(network.gradients["dense/kernel"]).all()
    assert all(map(np.array_equal, network.get_weights(), before))


def test_a_loss_that_overflows_by_itself_is_called_that():
    """Two finite scores can lie farther apart than float32 reaches."""
    network = Sequential([Dense(2, activation="softmax")], input_shape=(1,))
    network.compile("sgd", "sparse_categorical_crossentropy")
    network.set_weights([np.array([[3e38, -3e38]]), np.zeros(2)])
    message = (
        r"the loss is inf: NaN or infinity first appeared in the loss: the network's outputs are "
        r"finite, but up to 3e\+38 in size\. The weights stay"
    )
    with pytest.raises(FloatingPointError, match=message):
        network.train_step([[1.0]], [1])


def test_a_training_that_diverges_keeps_its_history():
    network = classifier(optimizer=SGD(1.0))
    x, labels = points(8)

    class Explode(Callback):
        def on_epoch_end(self, epoch, logs):
            if epoch == 1:
                self.model.optimizer.learning_rate = 1e38

    with pytest.raises(FloatingPointError, match="after 1 batches of the epoch, the loss is"):
        network.fit(x, labels, epochs=9, batch_size=4, verbose=0, callbacks=[Explode()])
    assert len(network.history.history["loss"]) == 2
