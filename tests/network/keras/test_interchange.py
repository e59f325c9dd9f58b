"""The same weights here and in Keras: the same predictions, and the same weights after steps.

Keras runs eagerly here. Compiled, TensorFlow 2.21's oneDNN kernels compute a Conv2D, an Add and a
LeakyReLU in a row with the slope 0.2, whatever the layer's is.
"""

import numpy as np
import pytest

from course_utils.network import (
    SGD,
    Activation,
    Adam,
    AdamW,
    AveragePooling2D,
    BatchNormalization,
    CategoricalCrossentropy,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    LeakyReLU,
    MaxPooling2D,
    Momentum,
    ReLU,
    Residual,
    RMSProp,
    SeparableConv2D,
    Sequential,
    SparseCategoricalCrossentropy,
    cosine_decay,
    exponential_decay,
    from_keras,
    load,
    step_decay,
    to_keras,
)

SHAPE = (9, 8, 4)


@pytest.fixture(scope="module")
def keras():
    return pytest.importorskip("keras")


def examples(count=6, shape=SHAPE, classes=5, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(count, *shape)).astype(np.float32), rng.integers(0, classes, count)


def shuffled(network, seed=1):
    """The network, with weights that have all a value of their own, biases and averages too."""
    rng = np.random.default_rng(seed)
    for path, weight in network.weights.items():
        weight += rng.uniform(0.1, 0.5, weight.shape) * (1 if "moving" in path else 0.3)
    return network


def blocks(dropout=0.0):
    """A network with everything in it: 9 by 8 pixels of 4 channels, 5 classes."""
    layers = [
        Conv2D(6, 3, 2, "same", use_bias=False),
        BatchNormalization(),
        ReLU(),
        Residual([Conv2D(6, 3, padding="same", use_bias=False), BatchNormalization()]),
        Activation("relu"),
        Residual(
            [
                DepthwiseConv2D(3, 2, "same", use_bias=False),
                BatchNormalization(momentum=0.9, epsilon=1e-4),
                LeakyReLU(0.1),
                Conv2D(8, 1),
            ],
            [Conv2D(8, 1, strides=2, use_bias=False)],
        ),
        SeparableConv2D(8, 3, padding="same", activation="tanh"),
        MaxPooling2D(2, 1),
        Dropout(dropout),
        Flatten(),
        Dense(7, "sigmoid"),
        Dense(5, "softmax"),
    ]
    return shuffled(Sequential(layers, SHAPE, seed=0))


def keras_blocks(keras):
    """A Keras model with residual blocks one after and one within the other."""
    layers = keras.layers
    inputs = keras.Input(SHAPE)
    x = layers.Conv2D(6, 3, padding="same", use_bias=False, name="stem")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    y = layers.Conv2D(6, 3, padding="same", activation="relu", name="first")(x)
    y = layers.Conv2D(6, 3, padding="same", name="second")(y)
    x = layers.Add(name="plain_block")([x, y])  # the shortcut first
    x = layers.ReLU()(x)
    short = layers.Conv2D(8, 1, strides=2, name="projection")(x)
    y = layers.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False)(x)
    y = layers.BatchNormalization()(y)
    y = layers.Conv2D(8, 1)(y)
    x = y + short  # an Add as well
    z = layers.Conv2D(8, 3, padding="same", activation="tanh")(x)
    z = layers.Add(name="inner")([layers.Conv2D(8, 1)(z), z])
    x = layers.Add(name="outer")([layers.AveragePooling2D(3, 1, "same")(z), x])
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.0)(x)
    return keras.Model(inputs, layers.Dense(5, activation="softmax")(x))


def predictions(model, x):
    return np.array(model(x, training=False))


def keras_step(model, x, labels):
    model.run_eagerly = True
    return model.train_on_batch(x, labels, return_dict=True)


def assert_same_weights(network, model, tolerance):
    theirs = from_keras(model).weights
    assert list(theirs) == list(network.weights)
    for path, weight in network.weights.items():
        np.testing.assert_allclose(theirs[path], weight, rtol=0, atol=tolerance, err_msg=path)


LAYERS = {
    "conv": lambda: Conv2D(3, 3),
    "conv, same, strides": lambda: Conv2D(6, (3, 2), (2, 3), "same", groups=2, activation="relu"),
    "conv, dilated": lambda: Conv2D(4, 3, dilation_rate=(2, 1), activation="sigmoid"),
    "conv without bias": lambda: Conv2D(2, 4, padding="same", use_bias=False),
    "depthwise": lambda: DepthwiseConv2D(3, 2, "same", 2, activation="leaky_relu"),
    "depthwise, dilated": lambda: DepthwiseConv2D((3, 2), dilation_rate=2, use_bias=False),
    "separable": lambda: SeparableConv2D(5, 3, depth_multiplier=2, activation="tanh"),
    "separable, same": lambda: SeparableConv2D(2, (2, 3), 2, "same", use_bias=False),
    "max pooling": lambda: MaxPooling2D(),
    "max pooling, same": lambda: MaxPooling2D((3, 2), (2, 1), "same"),
    "average pooling": lambda: AveragePooling2D(3, 1),
    "average pooling, same": lambda: AveragePooling2D((2, 3), padding="same"),
    "global average": lambda: GlobalAveragePooling2D(),
    "batch normalization": lambda: BatchNormalization(momentum=0.8, epsilon=1e-2),
    "softmax": lambda: Activation("softmax"),
    "linear": lambda: Activation("linear"),
    "relu": lambda: ReLU(),
    "leaky relu": lambda: LeakyReLU(0.05),
    "dropout": lambda: Dropout(0.3),
    "dense on images": lambda: Dense(3, "relu", use_bias=False),
    "flatten, dense": lambda: [Flatten(), Dense(3)],
    "block": lambda: Residual([Conv2D(4, 3, padding="same"), ReLU()]),
    "empty block": lambda: Residual([]),
    "block, two paths": lambda: Residual(
        [Conv2D(3, 3, strides=2), BatchNormalization()], [MaxPooling2D(3, 2), Conv2D(3, 1)]
    ),
    "block in a block": lambda: Residual([ReLU(), Residual([Conv2D(4, 1)]), Dense(4)]),
}


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_there_and_back(keras, name):
    network = shuffled(Sequential(LAYERS[name](), SHAPE, seed=0))
    x, _ = examples()
    model = to_keras(network)
    back = from_keras(model)
    expected = network.predict(x)
    np.testing.assert_allclose(predictions(model, x), expected, rtol=0, atol=1e-5)
    # There and back nothing is lost.
    assert [repr(layer) for layer in back.layers] == [repr(layer) for layer in network.layers]
    assert list(back.weights) == list(network.weights)
    for path, weight in network.weights.items():
        np.testing.assert_array_equal(back.weights[path], weight)
    np.testing.assert_array_equal(back.predict(x), expected)


@pytest.mark.parametrize("block", [False, True])
def test_float64_there_and_back(keras, block):
    layers = [Conv2D(4, 3), BatchNormalization(), Flatten(), Dense(3, "softmax")]
    if block:
        layers.insert(2, Residual([SeparableConv2D(4, 3, padding="same")]))
    network = shuffled(Sequential(layers, SHAPE, seed=0, dtype="float64"))
    x = np.random.default_rng(0).normal(size=(3, *SHAPE))
    model = to_keras(network)
    np.testing.assert_allclose(predictions(model, x), network.predict(x), rtol=0, atol=1e-12)
    back = from_keras(model)
    assert back.dtype == np.float64
    np.testing.assert_array_equal(back.predict(x), network.predict(x))


@pytest.mark.parametrize(
    "initializer", ["he_normal", "he_uniform", "glorot_normal", "glorot_uniform", "zeros", "ones"]
)
def test_initializers_have_the_same_names(keras, initializer):
    network = Sequential([Dense(3, kernel_initializer=initializer)], (4,), seed=0)
    assert from_keras(to_keras(network)).layers[0].kernel_initializer == initializer


OPTIMIZERS = {
    "sgd": lambda: SGD(0.1),
    "sgd with decay": lambda: SGD(0.1, weight_decay=0.05),
    "momentum": lambda: Momentum(0.05, 0.8),
    "nesterov": lambda: Momentum(0.05, 0.9, nesterov=True),
    "rmsprop": lambda: RMSProp(0.01, 0.8, epsilon=1e-3),
    "adam": lambda: Adam(0.01, 0.8, 0.99, epsilon=1e-3),
    "adamw": lambda: AdamW(0.01, weight_decay=0.1),
    "scheduled": lambda: Adam(cosine_decay(0.02, 3, alpha=0.1, warmup_steps=2, warmup_start=1e-3)),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_same_steps_from_our_network(keras, name):
    network = blocks()
    network.compile(OPTIMIZERS[name](), "sparse_categorical_crossentropy", ["accuracy"])
    model = to_keras(network)
    x, labels = examples()
    start = network.get_weights()
    for steps in (1, 2, 3):
        ours = network.train_step(x, labels)
        theirs = keras_step(model, x, labels)
        assert theirs == pytest.approx(ours, abs=1e-4)
        if steps != 2:
            assert_same_weights(network, model, 1e-4)
    np.testing.assert_allclose(network.predict(x), predictions(model, x), atol=1e-4)
    # They are the same because they moved alike, not because they did not.
    moved = [np.abs(new - old).max() for new, old in zip(network.get_weights(), start)]
    assert min(moved) > 1e-3


@pytest.mark.parametrize("name", ["SGD", "Nesterov", "RMSprop", "Adam", "AdamW"])
def test_the_same_step_from_a_keras_model(keras, name):
    # Keras's own rates: Adam's first step is rate * g / (|g| + 1e-7), so that for the smallest
    # gradients a part of the rate is float32's rounding.
    optimizer = (
        keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True)
        if name == "Nesterov"
        else getattr(keras.optimizers, name)(weight_decay=0.01)
    )
    keras.utils.set_random_seed(0)
    model = keras_blocks(keras)
    rng = np.random.default_rng(0)
    model.set_weights([w + rng.uniform(0, 0.2, w.shape) for w in model.get_weights()])
    model.compile(optimizer, "sparse_categorical_crossentropy", metrics=["accuracy"])
    network = from_keras(model)
    x, labels = examples()
    np.testing.assert_allclose(network.predict(x), predictions(model, x), rtol=0, atol=1e-5)
    ours = network.train_step(x, labels)
    assert keras_step(model, x, labels) == pytest.approx(ours, abs=1e-4)
    assert_same_weights(network, model, 1e-4)


def test_blocks_of_a_keras_model_are_recognized(keras):
    network = from_keras(keras_blocks(keras))
    names = [layer.name for layer in network.layers]
    assert names[:6] == ["stem", *names[1:3], "plain_block", *names[4:6]]
    plain, projected, outer = (x for x in network.layers if isinstance(x, Residual))
    assert [layer.name for layer in plain.layers] == ["first", "second"]
    assert plain.shortcut == []
    assert [type(layer) for layer in projected.layers] == [
        DepthwiseConv2D,
        BatchNormalization,
        Conv2D,
    ]
    assert [layer.name for layer in projected.shortcut] == ["projection"]
    assert [type(layer) for layer in outer.layers] == [Conv2D, Residual, AveragePooling2D]
    assert outer.layers[1].name == "inner"
    assert outer.shortcut == []


def test_round_trip_of_a_keras_model(keras):
    model = keras_blocks(keras)
    again = to_keras(from_keras(model))
    x, _ = examples()
    np.testing.assert_allclose(predictions(again, x), predictions(model, x), rtol=0, atol=1e-6)
    assert {layer.name for layer in model.layers[1:]} <= {x.name for x in again.layers}
    ours = {w.path: w for w in again.weights}
    for weight in model.weights:
        np.testing.assert_array_equal(ours[weight.path], weight)


def test_what_came_from_keras_can_be_saved(keras, tmp_path):
    network = from_keras(keras_blocks(keras))
    network.save(tmp_path / "net.npz")
    again = load(tmp_path / "net.npz")
    x, _ = examples()
    assert list(again.weights) == list(network.weights)
    np.testing.assert_array_equal(again.predict(x), network.predict(x))


def test_names_inside_a_block_may_repeat(keras):
    inner = Conv2D(4, 1)
    network = Sequential([Conv2D(4, 1), Residual([inner])])
    inner.name = "conv2d"
    network.build(SHAPE)
    model = to_keras(network)
    assert [layer.name for layer in model.layers[1:]] == ["conv2d", "residual.conv2d", "residual"]
    assert list(from_keras(model).weights) == list(network.weights)


def test_models_inside_the_model_are_taken_apart(keras):
    layers = keras.layers
    body = keras.Sequential([layers.Conv2D(3, 3, name="conv"), layers.ReLU()], name="body")
    inputs = keras.Input((7, 6, 3))
    head = keras.Model(inputs, layers.Add()([inputs, layers.Conv2D(3, 1, name="conv")(inputs)]))
    model = keras.Sequential([keras.Input(SHAPE), body, head, layers.Softmax()])
    network = from_keras(model)
    x, _ = examples()
    np.testing.assert_allclose(network.predict(x), predictions(model, x), rtol=0, atol=1e-5)
    assert [type(layer) for layer in network.layers] == [Conv2D, ReLU, Residual, Activation]
    assert len(network.weights) == 4  # no two under one path


@pytest.mark.parametrize(
    "rate",
    [
        0.03,
        exponential_decay(0.1, 10, 0.5),
        step_decay(0.1, 10, 0.5),
        step_decay(0.1, (3, 7)),
        cosine_decay(0.1, 10, alpha=0.2),
        cosine_decay(0.1, 10, warmup_steps=4, warmup_start=0.01),
    ],
)
def test_learning_rates_there_and_back(keras, rate):
    network = Sequential([Dense(3, "softmax")], (4,), seed=0)
    network.compile(Momentum(rate, 0.5, weight_decay=0.1), "categorical_crossentropy")
    model = to_keras(network)
    if callable(rate):
        theirs = [float(model.optimizer._learning_rate(step)) for step in range(12)]
        assert theirs == pytest.approx([rate(step) for step in range(12)], rel=1e-5)
    back = from_keras(model)
    assert repr(back.optimizer) == repr(network.optimizer)
    assert back.loss.config == network.loss.config


@pytest.mark.parametrize("loss", [SparseCategoricalCrossentropy, CategoricalCrossentropy])
def test_losses_of_logits_there_and_back(keras, loss):
    network = Sequential([Dense(3)], (4,), seed=0)
    network.compile("adam", loss(from_logits=True), ["accuracy"])
    x, labels = examples(shape=(4,), classes=3)
    if loss is CategoricalCrossentropy:
        labels = np.eye(3)[labels]
    model = to_keras(network)
    ours = network.evaluate(x, labels)
    theirs = model.evaluate(x, labels, verbose=0, return_dict=True)
    assert theirs == pytest.approx(ours, abs=1e-5)
    assert from_keras(model).loss.config == network.loss.config
    assert from_keras(model).metrics == ("accuracy",)


def test_what_has_no_counterpart_in_compile_leaves_it_uncompiled(keras):
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
    right = "sparse_categorical_crossentropy"
    smoothed = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)
    polynomial = keras.optimizers.schedules.PolynomialDecay(0.1, 5)
    for optimizer, loss in [
        (keras.optimizers.Nadam(), right),
        (keras.optimizers.Adam(clipnorm=1.0), right),
        (keras.optimizers.RMSprop(centered=True), right),
        (keras.optimizers.SGD(polynomial), right),
        ("adam", "mse"),
        ("adam", smoothed),
        ("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True)),  # after a softmax
    ]:
        model.compile(optimizer, loss)
        assert from_keras(model).optimizer is None
    model.compile("adam", right)
    assert repr(from_keras(model).optimizer) == repr(Adam())


def unsupported(keras):
    """Models without a counterpart, and what the message must say."""
    layers, inputs = keras.layers, keras.Input(SHAPE)

    def one(layer):
        return keras.Sequential([keras.Input(SHAPE), layer])

    frozen = layers.Conv2D(2, 3, name="frozen")
    frozen.trainable = False
    yield one(layers.LayerNormalization(name="norm")), r"'norm' \(LayerNormalization\) has no count"
    yield one(layers.Conv2D(2, 3, kernel_regularizer="l2")), "has kernel_regularizer=.*only .*=None"
    yield one(frozen), "'frozen' .* has trainable=False.*only trainable=True"
    yield one(layers.Conv2D(2, 3, activation="gelu")), "activation must be .*got 'gelu'"
    yield one(layers.ReLU(max_value=6)), "max_value=6"
    yield one(layers.BatchNormalization(scale=False)), "scale=False"
    yield one(layers.BatchNormalization(axis=1)), "axis=1"
    yield one(layers.GlobalAveragePooling2D(keepdims=True)), "keepdims=True"
    yield one(layers.Conv2D(2, 3, dtype="float16")), "float16"
    yield keras.Sequential([layers.Dense(2)]), "has no weights yet"
    yield keras.Model(inputs, layers.Concatenate(name="join")([inputs, inputs])), "'join' .*Concat"
    yield keras.Model(inputs, layers.Add()([inputs] * 3)), "joins 3 paths"
    yield keras.Model(inputs, [layers.ReLU()(inputs), inputs]), "1 inputs and 2 outputs"
    twice = layers.Conv2D(4, 1, name="twice")
    yield keras.Model(inputs, twice(twice(inputs))), "'twice' is used 2 times"
    a = layers.ReLU(name="a")(inputs)
    b = layers.Add()([layers.ReLU()(a), inputs])
    yield keras.Model(inputs, layers.Add()([b, a])), "do not form residual blocks.*'a'"
    free = keras.Input((None, None, 3))
    yield keras.Model(free, layers.ReLU()(free)), "examples of any size"


def test_what_has_no_counterpart_is_named(keras):
    for model, message in unsupported(keras):
        with pytest.raises(ValueError, match=message):
            from_keras(model)


def test_what_keras_cannot_have_is_named(keras):
    class Mine(Dense):
        pass

    for network, message in [
        (Sequential([Mine(3)], (4,)), r"'mine' \(Mine\) is of your own class"),
        (Sequential([Dense(3)]), "no weights yet"),
        (Dense(3), "takes a Sequential, got Dense"),
    ]:
        with pytest.raises(ValueError, match=message):
            to_keras(network)
    with pytest.raises(ValueError, match="takes a Keras model, got"):
        from_keras(Sequential([Dense(3)], (4,)))


def test_batch_normalization_of_the_last_axis_by_its_number(keras):
    model = keras.Sequential([keras.Input(SHAPE), keras.layers.BatchNormalization(axis=3)])
    assert isinstance(from_keras(model).layers[0], BatchNormalization)
