"""Every layer: its gradients against differences, its shapes, its weights, its mistakes."""

import numpy as np
import pytest

from course_utils import reference
from course_utils.network import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    LeakyReLU,
    MaxPooling2D,
    ReLU,
    Residual,
    SeparableConv2D,
)
from course_utils.network.layers.layer import snake_case
from tests.reference.gradients import assert_matches_differences

IMAGE = (7, 6, 4)

# (layer, shape of an example, shape of its output)
LAYERS = {
    "conv": (lambda: Conv2D(3, 3), IMAGE, (5, 4, 3)),
    "conv, everything": (
        lambda: Conv2D(
            6, (3, 2), (2, 1), "same", dilation_rate=(1, 2), groups=2, activation="tanh"
        ),
        IMAGE,
        (4, 6, 6),
    ),
    "conv without bias": (lambda: Conv2D(2, 1, strides=2, use_bias=False), IMAGE, (4, 3, 2)),
    "depthwise": (
        lambda: DepthwiseConv2D(3, (2, 2), "same", 2, activation="sigmoid"),
        IMAGE,
        (4, 3, 8),
    ),
    "depthwise, dilated": (
        lambda: DepthwiseConv2D((3, 2), dilation_rate=2, use_bias=False),
        IMAGE,
        (3, 4, 4),
    ),
    "separable": (
        lambda: SeparableConv2D(5, 3, padding="same", depth_multiplier=2, activation="tanh"),
        IMAGE,
        (7, 6, 5),
    ),
    "separable without bias": (
        lambda: SeparableConv2D(2, 2, 2, dilation_rate=1, use_bias=False),
        IMAGE,
        (3, 3, 2),
    ),
    "max pooling": (lambda: MaxPooling2D(), IMAGE, (3, 3, 4)),
    "max pooling, overlapping": (lambda: MaxPooling2D((3, 2), 1, "same"), IMAGE, IMAGE),
    "average pooling": (lambda: AveragePooling2D(3, (2, 1), "same"), IMAGE, (4, 6, 4)),
    "global average pooling": (lambda: GlobalAveragePooling2D(), IMAGE, (4,)),
    "batch norm of maps": (lambda: BatchNormalization(epsilon=0.1), IMAGE, IMAGE),
    "batch norm of vectors": (lambda: BatchNormalization(), (5,), (5,)),
    "dropout": (lambda: Dropout(0.4), (20,), (20,)),
    "relu": (lambda: ReLU(), IMAGE, IMAGE),
    "leaky relu": (lambda: LeakyReLU(), IMAGE, IMAGE),
    "softmax": (lambda: Activation("softmax"), (5,), (5,)),
    "linear": (lambda: Activation("linear"), (5,), (5,)),
    "flatten": (lambda: Flatten(), IMAGE, (168,)),
    "dense": (lambda: Dense(3, "softmax"), (5,), (3,)),
    "dense, relu": (lambda: Dense(30, activation="relu"), (5,), (30,)),
    "dense, leaky relu": (lambda: Dense(30, "leaky_relu", use_bias=False), (5,), (30,)),
    "residual": (
        lambda: Residual([Conv2D(4, 3, padding="same", activation="tanh"), BatchNormalization()]),
        IMAGE,
        IMAGE,
    ),
    "residual with a shortcut": (
        lambda: Residual(
            [Conv2D(3, 3, 2, "same"), BatchNormalization(), ReLU(), Conv2D(5, 3, padding="same")],
            shortcut=[Conv2D(5, 1, 2), BatchNormalization()],
        ),
        IMAGE,
        (4, 3, 5),
    ),
}


def built(layer, shape, dtype="float64"):
    """Build a layer and set its weights to random numbers, variances to positive ones."""
    rng = np.random.default_rng(1)
    layer.build(shape, rng, dtype)
    for name, weight in layer.weights.items():
        weight[...] = rng.uniform(0.5, 1.5, weight.shape)
        if "variance" not in name:
            weight *= rng.choice([-1, 1], weight.shape)
    return layer


@pytest.mark.parametrize("training", [True, False], ids=["training", "inference"])
@pytest.mark.parametrize("name", LAYERS)
def test_gradients_are_those_of_differences(name, training):
    make, shape, output_shape = LAYERS[name]
    layer = built(make(), shape)
    rng = np.random.default_rng(2)
    x, dy = rng.normal(size=(3, *shape)), rng.normal(size=(3, *output_shape))
    trained = [layer.weights[name] for name in layer.trainable]

    def forward(x, *weights):
        for weight, value in zip(trained, weights):
            weight[...] = value
        return layer.forward(x, training, np.random.default_rng(3))

    values = [weight.copy() for weight in trained]
    y = forward(x, *values)
    assert y.shape == (3, *output_shape)
    assert y.shape[1:] == layer.output_shape
    given = dy.copy()
    dx = layer.backward(dy)
    gradients = [layer.gradients[name] for name in layer.trainable]
    assert list(layer.gradients) == list(layer.trainable)
    np.testing.assert_array_equal(dy, given)
    assert_matches_differences(forward, [x, *values], [dx, *gradients], dy)


@pytest.mark.parametrize("name", LAYERS)
def test_float32_stays_float32(name):
    make, shape, output_shape = LAYERS[name]
    layer = built(make(), shape, "float32")
    x = np.random.default_rng(2).normal(size=(2, *shape))
    y = layer.forward(x, training=True, rng=np.random.default_rng(3))
    dx = layer.backward(np.ones(y.shape))
    arrays = [y, dx, *layer.weights.values(), *layer.gradients.values()]
    assert {array.dtype for array in arrays} == {np.dtype("float32")}


@pytest.mark.parametrize("name", LAYERS)
def test_the_input_is_left_alone(name):
    make, shape, _ = LAYERS[name]
    layer = built(make(), shape)
    x = np.random.default_rng(2).normal(size=(2, *shape))
    before = x.copy()
    layer.forward(x, training=True, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(x, before)


def test_weights_have_keras_names_and_order():
    def names(layer):
        layer.build((8, 8, 4), np.random.default_rng(0))
        return {name: weight.shape for name, weight in layer.weights.items()}

    conv = names(Conv2D(6, (3, 2), groups=2))
    assert list(conv.items()) == [("kernel", (3, 2, 2, 6)), ("bias", (6,))]
    depthwise = names(DepthwiseConv2D(3, depth_multiplier=2))
    assert list(depthwise.items()) == [("kernel", (3, 3, 4, 2)), ("bias", (8,))]
    assert list(names(SeparableConv2D(5, 3, depth_multiplier=2)).items()) == [
        ("depthwise_kernel", (3, 3, 4, 2)),
        ("pointwise_kernel", (1, 1, 8, 5)),
        ("bias", (5,)),
    ]
    assert list(names(BatchNormalization())) == ["gamma", "beta", "moving_mean", "moving_variance"]
    assert list(names(Residual([Conv2D(4, 1), BatchNormalization()], shortcut=Conv2D(4, 1)))) == [
        "conv2d/kernel",
        "conv2d/bias",
        "batch_normalization/gamma",
        "batch_normalization/beta",
        "batch_normalization/moving_mean",
        "batch_normalization/moving_variance",
        "conv2d_1/kernel",
        "conv2d_1/bias",
    ]


def test_names_are_those_keras_gives():
    named = ["Conv2D", "GlobalAveragePooling2D", "ReLU", "LeakyReLU", "BatchNormalization"]
    assert [snake_case(name) for name in named] == [
        "conv2d",
        "global_average_pooling2d",
        "re_lu",
        "leaky_re_lu",
        "batch_normalization",
    ]


def test_initializers_are_used():
    layer = Conv2D(50, 3, kernel_initializer="he_normal")
    layer.build((5, 5, 20), np.random.default_rng(0))
    assert layer.weights["kernel"].std() == pytest.approx(np.sqrt(2 / 180), rel=0.05)
    assert not layer.weights["bias"].any()
    # Glorot, Keras's default: limit sqrt(6 / (fan_in + fan_out))
    layer = Dense(50)
    layer.build((100,), np.random.default_rng(0))
    assert np.abs(layer.weights["kernel"]).max() == pytest.approx(0.2, rel=0.01)


# Training and inference


def test_batch_norm_moves_its_averages_by_hand():
    layer = BatchNormalization(momentum=0.9)
    layer.build((2,), np.random.default_rng(0), "float64")
    x = np.array([[1.0, 10.0], [3.0, 10.0]])  # mean 2 and 10, variance 1 and 0
    layer.forward(x, training=True)
    np.testing.assert_allclose(layer.weights["moving_mean"], [0.2, 1.0])
    np.testing.assert_allclose(layer.weights["moving_variance"], [1.0, 0.9])
    layer.forward(x, training=True)
    np.testing.assert_allclose(layer.weights["moving_mean"], [0.38, 1.9])
    np.testing.assert_allclose(layer.weights["moving_variance"], [1.0, 0.81])


def test_batch_norm_at_inference_uses_the_averages_and_leaves_them():
    layer = built(BatchNormalization(), (2,))
    layer.weights["moving_mean"][...] = [1, 2]
    layer.weights["moving_variance"][...] = [4 - 1e-3, 1 - 1e-3]
    layer.weights["gamma"][...] = [3, 1]
    layer.weights["beta"][...] = [0, 5]
    np.testing.assert_allclose(layer.forward([[5.0, 2.0]]), [[6.0, 5.0]])
    np.testing.assert_array_equal(layer.weights["moving_mean"], [1, 2])


def test_dropout_drops_in_training_alone():
    layer = built(Dropout(0.25), (10_000,))
    x = np.ones((1, 10_000))
    assert layer.forward(x) is not None
    np.testing.assert_array_equal(layer.forward(x), x)
    y = layer.forward(x, training=True, rng=np.random.default_rng(0))
    assert set(np.unique(y)) == {0, 1 / 0.75}
    assert np.mean(y == 0) == pytest.approx(0.25, abs=0.02)


def test_residual_adds_what_the_layers_give():
    layer = built(Residual([Dense(3, use_bias=False), Activation("relu")]), (3,))
    x = np.array([[1.0, -2.0, 0.5]])
    kernel = layer.weights["dense/kernel"]
    np.testing.assert_allclose(layer.forward(x), np.maximum(x @ kernel, 0) + x)


def test_backward_follows_the_last_forward():
    layer = built(MaxPooling2D(), (2, 2, 1))
    x = np.arange(4.0).reshape(1, 2, 2, 1)
    layer.forward(x)
    layer.forward(-x)
    np.testing.assert_array_equal(
        layer.backward(np.ones((1, 1, 1, 1)))[0, :, :, 0], [[1, 0], [0, 0]]
    )


def test_a_layer_of_ones_own():
    class Square(Layer):
        def compute(self, x, training, rng):
            return x**2

        def compute_backward(self, dz, need_dx):
            return 2 * self.x * dz

    layer = built(Square(), (3,))
    x = np.random.default_rng(0).normal(size=(2, 3))
    layer.forward(x)
    dy = np.random.default_rng(1).normal(size=(2, 3))
    np.testing.assert_allclose(layer.backward(dy), 2 * x * dy)


def test_softmax_and_cross_entropy_go_back_together():
    layer = built(Dense(3, activation="softmax"), (4,))
    x, labels = np.random.default_rng(0).normal(size=(5, 4)), np.array([0, 2, 1, 1, 0])
    y = layer.forward(x)
    # In two steps: from the probabilities' own gradient, -1 / (N p) at the label.
    dy = np.zeros_like(y)
    dy[np.arange(5), labels] = -1 / (5 * y[np.arange(5), labels])
    apart = layer.backward(dy), layer.gradients["kernel"]
    dlogits = reference.cross_entropy_backward(layer.z, labels)
    together = layer.backward(dlogits, before_activation=True), layer.gradients["kernel"]
    for one, other in zip(apart, together):
        np.testing.assert_allclose(one, other, atol=1e-12)


# Mistakes


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Conv2D(0, 3), "filters must be an integer of at least 1, got 0"),
        (lambda: Conv2D(8, (3, 3, 3)), r"kernel_size must be .* got \(3, 3, 3\)"),
        (lambda: Conv2D(8, 3, padding=1), 'padding must be "valid" or "same", as in Keras, got 1'),
        (lambda: Conv2D(8, 3, groups=0), "groups must be an integer of at least 1, got 0"),
        (lambda: Conv2D(8, 3, activation="Relu"), "activation must be .* got 'Relu'"),
        (lambda: Conv2D(8, 3, kernel_initializer="he"), "'he_normal'.* got 'he'"),
        (lambda: Dense(2.5), "units must be an integer of at least 1, got 2.5"),
        (lambda: Dropout(30), "rate must be a number of at least 0 and below 1, got 30"),
        (lambda: LeakyReLU(-0.1), "negative_slope must be .* got -0.1"),
        (lambda: BatchNormalization(momentum=99), "momentum must be .* got 99"),
        (lambda: BatchNormalization(epsilon=0), "epsilon must be .* got 0"),
        (lambda: Residual(["conv"]), r"layers must be a list of layers.* got \['conv'\]"),
    ],
)
def test_arguments_that_make_no_sense(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("layer", "shape", "message"),
    [
        (Conv2D(8, 3), (784,), r"takes images \(height, width, channels\), got shape \(784,\)"),
        (Conv2D(8, 5), (4, 9, 1), "the kernel does not fit vertically"),
        (Conv2D(8, 3, groups=3), (9, 9, 4), "groups=3 with 4 channels and 8 filters"),
        (MaxPooling2D(), (1, 9, 1), "the kernel does not fit vertically"),
        (
            Residual([Conv2D(8, 3)]),
            (9, 9, 8),
            r"layers give \(7, 7, 8\) and the shortcut \(9, 9, 8\); give the shortcut layers",
        ),
        (
            Residual([Conv2D(8, 3)], shortcut=[Conv2D(4, 3)]),
            (9, 9, 8),
            r"\(7, 7, 8\) and the shortcut \(7, 7, 4\); make their strides",
        ),
    ],
)
def test_inputs_that_a_layer_cannot_take(layer, shape, message):
    with pytest.raises(ValueError, match=message):
        layer.build(shape, np.random.default_rng(0))


def test_forward_and_backward_out_of_order_or_shape():
    layer = Dense(3)
    with pytest.raises(ValueError, match=r"'dense' \(Dense\) is not built"):
        layer.forward(np.ones((2, 4)))
    layer.build((4,), np.random.default_rng(0))
    with pytest.raises(ValueError, match="nothing to go back through: call forward first"):
        layer.backward(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"expects x of shape \(N, 4\), got shape \(4,\)"):
        layer.forward(np.ones(4))
    layer.forward(np.ones((2, 4)))
    with pytest.raises(ValueError, match=r"shape of the output, \(2, 3\), got \(2, 4\)"):
        layer.backward(np.ones((2, 4)))


def test_one_layer_in_two_places():
    layer = Dense(3)
    with pytest.raises(ValueError, match="is already in a network; make a new layer"):
        Residual([layer, layer])
