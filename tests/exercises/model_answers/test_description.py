"""A model's description says what the model is, and nothing about how it was written down."""

import json

import keras
import numpy as np
import pytest
from keras import layers

from course_utils.exercises.model_answers import ModelError, describe, rebuild
from course_utils.exercises.model_answers.data import model_data
from course_utils.exercises.model_answers.layers import LAYERS, MERGING
from tests.exercises.model_answers.weights import rebuilt_with_weights

# One of each layer, with settings that change its weights or its result's shape.
IMAGE = [
    layers.Dense(5, use_bias=False),
    layers.Conv2D(6, (3, 2), strides=2, padding="same", groups=2),
    layers.Conv2D(3, 3, dilation_rate=2, use_bias=False),
    layers.Conv2DTranspose(3, 3, strides=2),
    layers.DepthwiseConv2D(3, depth_multiplier=2),
    layers.SeparableConv2D(5, 3, depth_multiplier=3),
    layers.MaxPooling2D(2),
    layers.AveragePooling2D(3, strides=1, padding="same"),
    layers.GlobalMaxPooling2D(),
    layers.GlobalAveragePooling2D(keepdims=True),
    layers.BatchNormalization(),
    layers.BatchNormalization(scale=False),
    layers.BatchNormalization(axis=1),
    layers.LayerNormalization(),
    layers.LayerNormalization(axis=[1, 2], center=False),
    layers.GroupNormalization(2),
    layers.Dropout(0.3),
    layers.SpatialDropout2D(0.3),
    layers.GaussianNoise(0.1),
    layers.Activation("tanh"),
    layers.ReLU(),
    layers.LeakyReLU(),
    layers.PReLU(),
    layers.PReLU(shared_axes=[1, 2]),
    layers.ELU(),
    layers.Softmax(),
    layers.Flatten(),
    layers.Reshape((-1, 2)),
    layers.Permute((3, 1, 2)),
    layers.ZeroPadding2D(((0, 1), (2, 3))),
    layers.Cropping2D(1),
    layers.UpSampling2D(2),
    layers.Rescaling(1 / 255),
    layers.Resizing(5, 4),
    layers.RandomFlip("horizontal"),
    layers.RandomRotation(0.1),
    layers.RandomTranslation(0.1, 0.2),
    layers.RandomZoom(0.1),
    layers.RandomContrast(0.1),
    layers.RandomBrightness(0.1),
    layers.RandomCrop(6, 5),
]
SEQUENCE = [
    layers.Conv1D(5, 3, padding="causal"),
    layers.Conv1DTranspose(5, 3, strides=2),
    layers.DepthwiseConv1D(3),
    layers.SeparableConv1D(5, 3),
    layers.MaxPooling1D(2),
    layers.AveragePooling1D(2),
    layers.GlobalMaxPooling1D(),
    layers.GlobalAveragePooling1D(),
    layers.SpatialDropout1D(0.3),
    layers.ZeroPadding1D(2),
    layers.Cropping1D(1),
    layers.UpSampling1D(2),
]


def described(model):
    return describe(model_data(model).config)


def sequential(*parts, shape=(8, 7, 4)):
    return keras.Sequential([keras.Input(shape), *parts])


def copy_of(layer):
    return type(layer).from_config(layer.get_config())


def test_every_accepted_layer_is_tried():
    tried = {type(layer).__name__ for layer in (*IMAGE, *SEQUENCE)}
    assert tried == set(LAYERS) - {"InputLayer", *MERGING}


@pytest.mark.parametrize("layer", [*IMAGE, *SEQUENCE], ids=lambda layer: layer.name)
def test_shapes_and_counts_are_those_of_keras(layer):
    shape = (8, 7, 4) if layer in IMAGE else (8, 4)
    model = sequential(copy_of(layer), shape=shape)
    found = described(model)
    assert found.input_shapes == (shape,)
    assert found.output_shapes == (model.output_shape[1:],)
    assert found.parameters == model.count_params()
    assert found.trainable_parameters == sum(w.numpy().size for w in model.trainable_weights)
    again = rebuild(model_data(model))
    assert [w.shape for w in again.weights] == [w.shape for w in model.weights]


@pytest.mark.parametrize("kind", MERGING)
def test_layers_of_two_inputs(kind):
    given = keras.Input((8, 7, 4))
    left, right = layers.Conv2D(3, 1)(given), layers.Conv2D(3, 1)(given)
    model = keras.Model(given, getattr(layers, kind)()([right, left]))
    found = described(model)
    assert found.output_shapes == (model.output_shape[1:],)
    assert found.layers[-1].inputs == (2, 1) or found.layers[-1].inputs == (1, 2)
    # Which is which is seen in the result.
    x = np.random.default_rng(0).random((2, 8, 7, 4), dtype=np.float32)
    np.testing.assert_array_equal(model(x), rebuilt_with_weights(model)(x))


def test_multiply_adds_of_a_network_counted_by_hand():
    found = described(
        sequential(
            layers.Conv2D(4, 3, padding="same"),  # 28 * 28 positions of 9 * 1 * 4
            layers.MaxPooling2D(2),
            layers.DepthwiseConv2D(3),  # 12 * 12 of 9 * 4
            layers.Flatten(),
            layers.Dense(10),  # 576 * 10
            shape=(28, 28, 1),
        )
    )
    counts = [layer.multiply_adds for layer in found.layers]
    assert counts == [28224, 0, 5184, 0, 5760]
    assert found.multiply_adds == sum(counts)
    assert found.entries == 28 * 28 * 4 + 14 * 14 * 4 + 12 * 12 * 4 + 576 + 10


def test_it_is_json():
    model = sequential(layers.Conv2D(4, 3, activation="relu", kernel_regularizer="l2"))
    model.compile("adam", "mse")
    assert json.loads(described(model).to_json())["layers"][0]["kind"] == "Conv2D"


def same(one, other):
    return described(one).canonical() == described(other).canonical()


def functional():
    given = keras.Input((8, 7, 4), name="image")
    x = layers.Conv2D(3, 3, name="first")(given)
    x = layers.Activation("relu")(x)
    return keras.Model(given, layers.Dense(2, activation="softmax")(layers.Flatten()(x)))


@pytest.mark.parametrize(
    "other",
    [
        lambda: sequential(
            layers.Conv2D(3, (3, 3), activation="relu", kernel_initializer="he_normal"),
            layers.Flatten(),
            layers.Dense(2, activation="softmax"),
        ),
        lambda: sequential(
            layers.Conv2D(3, 3, padding="VALID"),
            layers.ReLU(),
            layers.Flatten(),
            layers.Dense(2),
            layers.Softmax(),
        ),
        lambda: sequential(
            keras.Sequential([layers.Conv2D(3, 3), layers.Activation("linear")]),
            layers.Activation(keras.activations.relu),
            layers.Flatten(),
            layers.Dense(2, activation=layers.Softmax()),
        ),
    ],
    ids=["sequential", "layers for activations", "model in the model"],
)
def test_equal_models_are_equal_however_they_are_written(other):
    assert same(functional(), other())


@pytest.mark.parametrize(
    "parts",
    [
        [layers.Conv2D(3, 3, activation="relu")],
        [layers.Conv2D(3, 3), layers.Dropout(0.1)],
        [layers.Conv2D(3, 3, use_bias=False)],
        [layers.Conv2D(3, 3, kernel_regularizer="l2")],
        [layers.Conv2D(3, 3, trainable=False)],
        [layers.Conv2D(3, 3, strides=2)],
        [layers.Conv2D(3, 3, activation=layers.LeakyReLU(0.1))],
        [layers.Conv2D(3, 3), layers.ReLU(max_value=6)],
        [layers.Conv2D(3, 3), layers.Softmax(axis=1)],
        [layers.Dense(3)],
    ],
)
def test_different_models_are_not_equal(parts):
    assert not same(sequential(layers.Conv2D(3, 3)), sequential(*map(copy_of, parts)))


def residual(shortcut_first, operator=False, twice=False):
    given = keras.Input((8, 7, 4))
    conv = layers.Conv2D(4, 3, padding="same")
    x = conv(given)
    x = conv(x) if twice else layers.Conv2D(4, 3, padding="same")(x)
    pair = [given, x] if shortcut_first else [x, given]
    joined = pair[0] + pair[1] if operator else layers.Add()(pair)
    return keras.Model(given, keras.ops.relu(joined) if operator else layers.ReLU()(joined))


def test_the_wiring_counts():
    assert same(residual(True), residual(True, operator=True))
    assert not same(residual(True), residual(True, twice=True))
    plain = sequential(*(layers.Conv2D(4, 3, padding="same") for _ in range(2)), layers.ReLU())
    assert not same(residual(True), plain)


def test_a_layer_that_is_used_twice_is_counted_once():
    model = residual(True, twice=True)
    found = described(model)
    assert found.parameters == model.count_params()
    assert [layer.shared for layer in found.layers] == [False, True, False, False]
    x = np.random.default_rng(0).random((2, 8, 7, 4), dtype=np.float32)
    np.testing.assert_array_equal(model(x), rebuilt_with_weights(model)(x))


def test_frozen_layers_and_models_are_told():
    base = sequential(layers.Conv2D(3, 3), layers.BatchNormalization())
    base.trainable = False
    base.layers[0].trainable = True  # of no use in a model that is frozen
    model = sequential(base, layers.Flatten(), layers.Dense(2))
    found = described(model)
    assert [layer.trainable_parameters for layer in found.layers] == [0, 0, 0, 182]
    assert found.parameters == 4 * 27 + 3 + 12 + 182
    again = rebuild(model_data(model))
    assert [w.shape for w in again.trainable_weights] == [(90, 2), (2,)]


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (layers.Conv2D(8, 3, padding="same"), "Conv2D(8, 3, padding=same)"),
        (layers.Conv2D(8, 3, activation="relu"), "Conv2D(8, 3, relu)"),
        (layers.Conv2D(32, (3, 1), strides=2), "Conv2D(32, (3, 1), strides=2)"),
        (layers.Dense(10, use_bias=False), "Dense(10, use_bias=False)"),
        (layers.MaxPooling2D(2), "MaxPooling2D(2)"),
        (layers.MaxPooling2D(3, strides=2), "MaxPooling2D(3, strides=2)"),
        (layers.Dropout(0.25), "Dropout(0.25)"),
        (layers.Activation("relu"), "Activation(relu)"),
        (layers.LeakyReLU(), "LeakyReLU(0.3)"),
        (layers.Flatten(), "Flatten"),
        (layers.BatchNormalization(), "BatchNormalization"),
        (layers.ZeroPadding2D(1), "ZeroPadding2D(1)"),
        (layers.RandomFlip("horizontal"), "RandomFlip(horizontal)"),
    ],
)  # fmt: skip
def test_a_layer_in_short(layer, text):
    assert str(described(sequential(copy_of(layer))).layers[0]) == text


def own_loss(labels, predictions):
    return keras.ops.mean(predictions)


def compiled(loss="mse", optimizer="adam", **options):
    model = sequential(layers.Flatten(), layers.Dense(2))
    model.compile(optimizer=optimizer, loss=loss, **options)
    return described(model).compiled


def test_compile_settings():
    assert described(sequential(layers.Flatten())).compiled is None
    found = compiled("sparse_categorical_crossentropy", metrics=["accuracy"])
    assert (found.loss, found.from_logits) == ("sparse_categorical_crossentropy", False)
    assert (found.optimizer, found.learning_rate, found.metrics) == ("Adam", 0.001, ("accuracy",))
    found = compiled(keras.losses.CategoricalCrossentropy(from_logits=True))
    assert (found.loss, found.from_logits) == ("categorical_crossentropy", True)
    found = compiled(keras.losses.categorical_crossentropy, keras.optimizers.SGD(0.05))
    assert (found.loss, found.from_logits) == ("categorical_crossentropy", False)
    assert (found.optimizer, found.learning_rate) == ("SGD", 0.05)
    schedule = keras.optimizers.schedules.CosineDecay(0.1, 100)
    assert compiled(optimizer=keras.optimizers.AdamW(schedule)).learning_rate is None
    assert compiled().from_logits is None
    assert compiled(own_loss).loss == "own_loss"


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ([layers.Dense(2)], ()),
        ([layers.Dense(2, activation="softmax")], ("softmax",)),
        ([layers.Dense(2, activation="softmax"), layers.Softmax()], ("softmax", "softmax")),
        ([layers.Dense(2), layers.ReLU(), layers.Dropout(0.1)], ("relu",)),
        ([layers.Dense(2, activation="relu"), layers.Dense(2)], ()),
    ],
)  # fmt: skip
def test_what_comes_behind_the_last_weights(parts, found):
    model = sequential(layers.Flatten(), *map(copy_of, parts))
    assert described(model).last_activations == found


def test_what_does_not_fit_is_told_with_its_layer():
    config = json.loads(sequential(layers.Conv2D(4, 3), layers.Conv2D(4, 3)).to_json())
    config["config"]["layers"][2]["config"]["kernel_size"] = [9, 9]
    with pytest.raises(ModelError, match="layer 2, Conv2D,"):
        describe(json.dumps(config))


def test_a_functional_model_with_dropout_is_the_sequential_one():
    # Keras writes training=False, the default of Dropout's `call`, into a functional model.
    inputs = keras.Input((4,))
    functional = keras.Model(inputs, layers.Dense(2)(layers.Dropout(0.3)(inputs)))
    stack = sequential(layers.Dropout(0.3), layers.Dense(2), shape=(4,))
    assert described(functional).canonical() == described(stack).canonical()
    always = keras.Model(inputs, layers.Dense(2)(layers.Dropout(0.3)(inputs, training=True)))
    assert described(always).canonical() != described(stack).canonical()
