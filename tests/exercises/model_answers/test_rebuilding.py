"""A model is built again from its data alone, and nothing else is built, whatever comes."""

import copy
import json
import random

import keras
import numpy as np
import pytest
from keras import layers

from course_utils.exercises.model_answers import ModelData, ModelError, describe, rebuild
from course_utils.exercises.model_answers.data import model_data
from course_utils.exercises.model_answers.rebuilding import compile_again
from tests.exercises.model_answers.weights import rebuilt_with_weights


def network():
    given = keras.Input((8, 8, 2))
    x = layers.Conv2D(4, 3, padding="same", kernel_regularizer="l2")(given)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    block = keras.Sequential([layers.Conv2D(4, 1), layers.Dropout(0.5)], name="block")
    x = layers.Add()([block(x), x])
    x = layers.Flatten()(x)
    model = keras.Model(given, layers.Dense(3, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture(scope="module")
def model():
    return network()


@pytest.fixture(scope="module")
def data(model):
    return model_data(model)


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).random((5, 8, 8, 2), dtype=np.float32)


def test_it_computes_the_same(model, images):
    np.testing.assert_allclose(rebuilt_with_weights(model)(images), model(images), atol=1e-6)


def test_it_draws_weights_of_its_own(model, data, images):
    keras.utils.set_random_seed(1)
    first = rebuild(data)(images)
    assert np.abs(first - model(images)).max() > 1e-3
    keras.utils.set_random_seed(1)
    np.testing.assert_array_equal(rebuild(data)(images), first)


def test_it_learns_the_same(model, data, images):
    """One step with the optimizer and the loss that came: the same weights on both sides."""
    trained = []
    for compile in (
        lambda model: compile_again(model, data),
        lambda model: model.compile("adam", "sparse_categorical_crossentropy"),
    ):
        keras.utils.set_random_seed(0)  # of the Dropout
        one = rebuilt_with_weights(model)
        compile(one)
        one.train_on_batch(images, np.array([0, 1, 2, 0, 1]))
        trained.append(one.get_weights())
    for ours, theirs in zip(*trained, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def changed(data, change):
    """The data with another configuration; `change` gets the layers by name, and all of it."""
    config = json.loads(data.config)
    parts = {layer["name"]: layer for layer in config["config"]["layers"]}
    by_kind = {layer["class_name"]: layer for layer in parts.values()}
    change(by_kind, config)
    return ModelData(json.dumps(config))


def function(kind):
    return {"module": "builtins", "class_name": "function", "config": kind, "registered_name": kind}


LAMBDA = {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None}}
PICKLE = {"module": "pickle", "class_name": "loads", "config": {}, "registered_name": None}
OF_KERAS = {
    "module": "keras.utils", "class_name": "get_file", "config": {}, "registered_name": None,
}  # fmt: skip


def put(kind, key, value):
    def change(layer, config):
        layer[kind]["config"][key] = value

    return change


def replace_layer(kind, module, class_name, settings, registered=None):
    def change(layer, config):
        layer[kind].update(module=module, class_name=class_name, registered_name=registered)
        layer[kind]["config"] = {"name": layer[kind]["config"]["name"], **settings}

    return change


def top(key, value):
    return lambda layer, config: config.__setitem__(key, value)


def inside(key, value):
    return lambda layer, config: config["config"].__setitem__(key, value)


def no_input(layer, config):
    config["config"]["layers"].pop(0)


def circle(layer, config):
    call = layer["Conv2D"]["inbound_nodes"][0]["args"][0]["config"]
    call["keras_history"] = [layer["Activation"]["name"], 0, 0]


def second_result(layer, config):
    call = layer["Conv2D"]["inbound_nodes"][0]["args"][0]["config"]
    call["keras_history"][2] = 7


def called_with(**options):
    def change(layer, config):
        layer["Conv2D"]["inbound_nodes"][0]["kwargs"] = options

    return change


def nested_models(layer, config):
    inner = []
    for _ in range(60):
        model = {"name": "a", "layers": [layer["InputLayer"], *inner]}
        inner = [{"module": "keras", "class_name": "Sequential", "config": model}]
    config.update(inner[0])


def many_layers(layer, config):
    one = layer["Activation"]
    config.update(class_name="Sequential", module="keras")
    config["config"] = {"layers": [layer["InputLayer"], *[one] * 1000]}


HOSTILE = {
    "lambda": (replace_layer("Flatten", "keras.layers", "Lambda", {"function": LAMBDA}), "Lambda"),
    "class of one's own": (replace_layer("Activation", "", "Mine", {}, "Mine"), "of class Mine"),
    "registered": (replace_layer("Activation", "keras.layers", "ReLU", {}, "x>y"), "registered as"),
    "reads a folder": (
        replace_layer("Activation", "keras.layers", "TFSMLayer", {"filepath": "/etc"}),
        "TFSMLayer",
    ),
    "reads a file": (
        replace_layer("Activation", "keras.layers", "StringLookup", {"vocabulary": "/etc/passwd"}),
        "StringLookup",
    ),
    "wrong module": (replace_layer("Activation", "os", "Dense", {"units": 3}), "Dense"),
    "wrapper": (replace_layer("Activation", "keras.layers", "TimeDistributed", {}), "TimeDistrib"),
    "lambda activation": (put("Conv2D", "activation", LAMBDA), "layer 'conv2d"),
    "function activation": (put("Conv2D", "activation", function("mine")), "mine"),
    "activation by name": (put("Conv2D", "activation", "x>y"), "the activation 'x>y'"),
    "pickle": (put("Conv2D", "kernel_initializer", PICKLE), "'loads'"),
    "keras function": (put("Conv2D", "kernel_regularizer", OF_KERAS), "'get_file'"),
    "registered part": (
        put("Conv2D", "kernel_regularizer", {**OF_KERAS, "module": "keras.regularizers",
            "class_name": "L2", "registered_name": "mine>L2"}),
        "'L2'",
    ),
    "huge": (put("Dense", "units", 10**9), "a setting beyond 100,000"),
    "large": (put("Dense", "units", 90_000), "23,.* parameters; at most 10,000,000"),
    "huge digits": (put("Dense", "units", 10**4000), "not JSON|beyond 100,000"),
    "no number": (put("Dense", "units", "9"), "Dense does not take"),
    "negative": (put("Dense", "units", -3), "Dense does not take"),
    "fraction": (put("Conv2D", "filters", 2.5), "Conv2D|fit|parameters"),
    "unknown setting": (put("Dense", "shell", "rm"), "Dense does not take"),
    "no settings": (replace_layer("Dense", "keras.layers", "Dense", {}), "Dense does not take"),
    "channels first": (put("Conv2D", "data_format", "channels_first"), "channels first"),
    "deep": (put("Dense", "bias_constraint", json.loads("[" * 50 + "]" * 50)), "a list"),
    "bad shape": (put("InputLayer", "batch_shape", [None, -1, 8, 2]), "impossible shape"),
    "bad shape of words": (put("InputLayer", "batch_shape", [None, "8", 8, 2]), "impossible shape"),
    "circle": (circle, "circle"),
    "second result": (second_result, "not one that Keras writes"),
    "options": (called_with(mask=3), "mask=3"),
    "nested models": (nested_models, "nested more than"),
    "many layers": (many_layers, "more than 400 layers"),
    "no input": (no_input, "not one that Keras writes"),
    "no layers": (inside("layers", []), "not one that Keras writes"),
    "layers are text": (inside("layers", "abc"), "not one that Keras writes"),
    "no config": (top("config", None), "not one that Keras writes"),
    "own model": (top("class_name", "Mine"), "class of its own"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "words"), HOSTILE.values(), ids=HOSTILE)
def test_nothing_else_is_built(data, change, words):
    with pytest.raises(ModelError, match=words):
        rebuild(changed(data, change))


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "3", "[" * 100_000, '{"a": 1}', None, b""])
def test_what_is_no_json_of_a_model_is_refused(text):
    with pytest.raises(ModelError, match="its configuration is no"):
        rebuild(ModelData(text))


def test_what_needs_much_memory_is_not_built():
    model = keras.Sequential([keras.Input((8, 8, 2)), layers.UpSampling2D(2), layers.Flatten()])
    config = model.to_json().replace('"size": [2, 2]', '"size": [500, 500]')
    assert describe(config).entries == 2 * 4000 * 4000 * 2
    with pytest.raises(ModelError, match=r"64,000,000 numbers to compute for one input"):
        rebuild(ModelData(config))


def test_names_cannot_fill_or_steer_a_terminal(data):
    ugly = "\x1b[2J" + "x" * 1_000_000

    def of_class(layer, config):
        layer["Activation"]["class_name"] = ugly

    def with_loss(layer, config):
        config["compile_config"]["loss"] = ugly

    with pytest.raises(ModelError) as caught:
        describe(changed(data, of_class).config)
    for text, most in (
        (str(caught.value), 400),
        (describe(changed(data, with_loss).config).compiled.loss, 80),
    ):
        assert text.isprintable()
        assert len(text) == most


def compile_settings(data, **settings):
    config = json.loads(data.config)
    config["compile_config"].update(settings)
    return ModelData(json.dumps(config))


def adam(**settings):
    return {
        "module": "keras.optimizers", "class_name": "Adam", "config": settings,
        "registered_name": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"loss": LAMBDA}, "its loss"),
        ({"loss": function("mine")}, "its loss is mine"),
        ({"loss": "mine>loss"}, "its loss is mine>loss"),
        ({"loss": None}, "its loss is nothing"),
        ({"loss": ["mse", "mse"]}, "its loss"),
        ({"loss": {**OF_KERAS, "config": {"name": "huber"}}}, None),  # Keras's huber, by its name
        ({"loss": {"module": "keras.losses", "class_name": "LossFunctionWrapper",
                   "config": {"name": "huber", "fn": LAMBDA}}}, "huber has settings"),
        ({"loss": {"module": "keras.losses", "class_name": "Huber",
                   "config": {"name": "huber", "fn": LAMBDA}}}, "huber does not take .* 'fn'"),
        ({"optimizer": function("mine")}, "its optimizer"),
        ({"optimizer": {**adam(), "class_name": "LossScaleOptimizer"}}, "its optimizer"),
        ({"optimizer": {**adam(), "module": "mine"}}, "its optimizer"),
        ({"optimizer": adam(learning_rate=LAMBDA)}, "Adam has '__lambda__'"),
        ({"optimizer": adam(learning_rate=OF_KERAS)}, "Adam has 'get_file'"),
        ({"optimizer": adam(learning_rate="fast")}, "learning_rate is 'fast'; expected a number"),
        ({"optimizer": adam(speed=3)}, "'speed' is not known"),
        ({"optimizer": None}, "its optimizer"),
    ],
)  # fmt: skip
def test_only_keras_itself_is_compiled(data, settings, words):
    given = compile_settings(data, **settings)
    model = rebuild(given)
    if words is None:
        compile_again(model, given)
        return
    with pytest.raises(ModelError, match=words):
        compile_again(model, given)


def test_what_is_not_compiled_is_not_compiled_again(data):
    config = json.loads(data.config)
    config["compile_config"] = {}
    given = ModelData(json.dumps(config))
    with pytest.raises(ModelError, match="not compiled"):
        compile_again(rebuild(given), given)


def places(value, path=()):
    """Every place in a nested structure."""
    yield path
    if isinstance(value, dict):
        items = value.items()
    else:
        items = enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def test_whatever_is_changed_is_a_model_or_a_model_error(data):
    """Two hundred configurations with one or two parts replaced; none raises anything else."""
    rng = random.Random(0)
    original = json.loads(data.config)
    everywhere = [path for path in places(original) if path]
    junk = [None, True, -1, 0, 3, 2.5, 1e400, "", "relu", [], {}, [None], [3, 3], "keras.layers",
            LAMBDA, function("f"), OF_KERAS, 10**30]  # fmt: skip
    refused = []
    for _ in range(200):
        config = copy.deepcopy(original)
        for path in rng.sample(everywhere, rng.choice([1, 2])):
            target = config
            try:
                for key in path[:-1]:
                    target = target[key]
                if rng.random() < 0.2:
                    del target[path[-1]]
                else:
                    target[path[-1]] = rng.choice(junk)
            except (KeyError, IndexError, TypeError):
                continue
        given = ModelData(json.dumps(config))
        try:
            describe(given.config)
            compile_again(rebuild(given), given)
        except ModelError as error:
            refused.append(str(error))
    assert all(refused)
    assert 50 < len(refused) < 180
