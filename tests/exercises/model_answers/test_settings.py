"""The tables of what each part of Keras may be given: complete, and with no way past them.

``python -m tests.exercises.model_answers.test_settings 5000`` tries that many hostile
configurations; the tests try fewer.
"""

import copy
import json
import os
import random
import sys

import keras
import numpy as np
import pytest
from keras import layers

from course_utils.exercises.model_answers import ModelData, ModelError, describe, rebuild
from course_utils.exercises.model_answers.layers import LAYERS
from course_utils.exercises.model_answers.rebuilding import compile_again
from course_utils.exercises.model_answers.settings import (
    LAYER_SETTINGS,
    LOSS_SETTINGS,
    OPTIMIZER_SETTINGS,
    PARTS,
    SCHEDULE_SETTINGS,
)
from course_utils.exercises.model_answers.wiring import read

TRIED = 120  # configurations in the tests

# What the constructors cannot do without.
GIVEN = {
    "Dense": (3,),
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv1DTranspose", "Conv2DTranspose"), (3, 2)),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), (3, 2)),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), (2,)),
    **dict.fromkeys(("AveragePooling1D", "AveragePooling2D"), (2,)),
    **dict.fromkeys(("Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise"), (0.3,)),
    **dict.fromkeys(("RandomRotation", "RandomZoom", "RandomContrast", "RandomBrightness"), (0.1,)),
    "GroupNormalization": (1,),
    "RandomTranslation": (0.1, 0.2),
    "Activation": ("relu",),
    "Permute": ((2, 1),),
    "Rescaling": (0.5,),
    "Resizing": (4, 4),
    "RandomCrop": (4, 4),
}
FLAT = ("Permute",)
MERGING = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Concatenate")


def shape_for(kind):
    return (8, 3) if kind in FLAT or "1D" in kind else (8, 8, 3)


def layer_of(kind, **settings):
    if kind == "Reshape":
        return layers.Reshape((-1, 3), **settings)
    return getattr(layers, kind)(*GIVEN.get(kind, ()), **settings)


def model_with(kind, **settings):
    given = keras.Input(shape_for(kind))
    layer = layer_of(kind, **settings)
    return keras.Model(given, layer([given, given]) if kind in MERGING else layer(given))


def test_every_layer_has_its_settings():
    assert LAYER_SETTINGS.keys() == LAYERS.keys()


@pytest.mark.parametrize("kind", LAYERS)
def test_what_keras_writes_of_a_layer_is_accepted(kind):
    model = model_with(kind)
    again = rebuild(ModelData(model.to_json()))
    ours, theirs = again.layers[-1].get_config(), model.layers[-1].get_config()
    if kind == "RandomCrop":  # draws a seed where none is given
        assert ours["seed"] == theirs["seed"]
    assert {**ours, "name": ""} == {**theirs, "name": ""}


SETTINGS = {
    "Conv2D": [
        {"kernel_initializer": keras.initializers.RandomNormal(stddev=0.1, seed=3)},
        {"kernel_initializer": keras.initializers.VarianceScaling(2.0, "fan_out", "normal", 7)},
        {"kernel_initializer": "orthogonal", "bias_initializer": keras.initializers.Constant(0.1)},
        {"kernel_regularizer": keras.regularizers.L1L2(1e-3, 1e-4), "activity_regularizer": "l2"},
        {"kernel_constraint": keras.constraints.MaxNorm(2, axis=[0, 1, 2])},
        {"activation": layers.LeakyReLU(0.2)},
        {"activation": "silu", "padding": "same", "dilation_rate": 2},
        {"groups": 3, "use_bias": False, "dtype": "mixed_bfloat16"},
    ],
    "Dropout": [{"seed": 5}, {"noise_shape": (None, 1, 1, 3)}],
    "BatchNormalization": [{"momentum": 0.9, "epsilon": 1e-5, "gamma_regularizer": "l2"}],
    "LayerNormalization": [{"axis": [1, 2, 3]}],
    "RandomZoom": [{"width_factor": (-0.1, 0.2), "fill_mode": "nearest", "seed": 1}],
    "ReLU": [{"max_value": 6}, {"negative_slope": 0.1, "threshold": 0.5}],
    "ZeroPadding2D": [{"padding": ((0, 1), (2, 3))}],
}


@pytest.mark.parametrize(
    ("kind", "settings"), [(kind, one) for kind, some in SETTINGS.items() for one in some]
)
def test_settings_that_people_use_are_kept(kind, settings):
    model = model_with(kind, **settings)
    again = rebuild(ModelData(model.to_json()))
    assert as_json(again.layers[-1].get_config()) == as_json(model.layers[-1].get_config())


def test_a_softmax_over_another_axis_is_not_one_over_the_last():
    given = keras.Input((4, 3))
    for axis in (-1, 1):
        model = keras.Model(given, keras.ops.softmax(layers.Dense(3)(given), axis=axis))
        again = rebuild(ModelData(model.to_json()))
        again.set_weights(model.get_weights())
        x = np.random.default_rng(0).normal(size=(2, 4, 3))
        np.testing.assert_allclose(again(x), model(x), atol=1e-6)


def test_reading_ends_soon_whatever_is_used_again():
    """A model in a model is looked at again for each use: megabytes, hundreds of times."""

    def layer(kind, name, calls, **config):
        return {"module": "keras.layers", "class_name": kind, "name": name,
                "config": {"name": name, **config}, "registered_name": None,
                "inbound_nodes": calls}  # fmt: skip

    def tensor(name):
        return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}

    def functional(name, layers, last):
        config = {"name": name, "input_layers": ["i", 0, 0], "output_layers": last,
                  "layers": [given, *layers]}  # fmt: skip
        return {"module": "keras", "class_name": "Functional", "config": config, "name": name}

    given = layer("InputLayer", "i", [], batch_shape=[None, 4])
    call = {"args": [tensor("i")], "kwargs": {}}
    tangled = {"args": [tensor("i"), *[[]] * 600_000], "kwargs": {}}
    inner = functional("m", [layer("Dropout", "d", [tangled], rate=0.1)], ["d", 0, 0])
    outer = functional("o", [{**inner, "inbound_nodes": [call] * 330}], ["m", 329, 0])
    twice = functional("e", [], ["i", 0, 0])
    for _ in range(19):
        inner_twice = [{**twice, "name": "e", "inbound_nodes": [call, call]}]
        twice = functional("e", inner_twice, ["e", 1, 0])
    for model in (outer, twice):
        text = json.dumps(model, separators=(",", ":"))
        with pytest.raises(ModelError, match=r"tangled|calls|nested"):
            read(text)


def test_a_generator_of_seeds_counts_as_its_seed():
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(7))
    model = model_with("Conv2D", kernel_initializer=initializer)
    again = rebuild(ModelData(model.to_json()))
    assert again.layers[-1].kernel_initializer.seed == 7


def as_json(settings):
    """Tuples and lists alike."""
    return json.loads(json.dumps(settings))


def schedules():
    made = keras.optimizers.schedules
    return [
        made.CosineDecay(0.1, 100, warmup_target=0.2, warmup_steps=10),
        made.CosineDecayRestarts(0.1, 100),
        made.ExponentialDecay(0.1, 1e4 / 3, 0.9),
        made.InverseTimeDecay(0.1, 100, 0.5, staircase=True),
        made.PiecewiseConstantDecay([10, 20], [0.1, 0.01, 0.001]),
        made.PolynomialDecay(0.1, 100),
    ]


def small():
    return keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(3)])


def compiled_like(optimizer, loss):
    model = small()
    model.compile(optimizer, loss)
    again = rebuild(ModelData(model.to_json()))
    compile_again(again, ModelData(model.to_json()))
    return model, again


@pytest.mark.parametrize("kind", OPTIMIZER_SETTINGS)
def test_optimizers_are_compiled_as_they_were(kind):
    model, again = compiled_like(getattr(keras.optimizers, kind)(0.02), "mse")
    assert as_json(again.optimizer.get_config()) == as_json(model.optimizer.get_config())


@pytest.mark.parametrize("schedule", schedules(), ids=lambda one: type(one).__name__)
def test_schedules_are_compiled_as_they_were(schedule):
    assert type(schedule).__name__ in SCHEDULE_SETTINGS
    model, again = compiled_like(keras.optimizers.SGD(schedule, momentum=0.9), "mse")
    assert as_json(again.optimizer.get_config()) == as_json(model.optimizer.get_config())


@pytest.mark.parametrize(("name", "of"), LOSS_SETTINGS.items())
def test_losses_are_compiled_as_they_were(name, of):
    kind, table = of
    settings = {"from_logits": True} if "from_logits" in table else {}
    for loss in (name, getattr(keras.losses, kind)(**settings)):
        model, again = compiled_like("adam", loss)
        if isinstance(loss, str):
            assert again.loss == loss
        else:
            assert again.loss.get_config() == model.loss.get_config()


# ---- nothing gets past the tables ----------------------------------------------------------

PLACED = {"module": "keras.layers", "class_name": "InputLayer", "registered_name": None,
          "config": {"batch_shape": [None, 4], "name": "canary"}}  # fmt: skip
# A model whose reading alone would call a function of Keras's.
NESTED = {
    "module": "keras.src.models.functional", "class_name": "Functional", "registered_name": None,
    "config": {
        "name": "canary", "trainable": True, "input_layers": ["canary", 0, 0],
        "output_layers": ["call", 0, 0],
        "layers": [
            {**PLACED, "name": "canary", "inbound_nodes": []},
            {"module": "keras.config", "class_name": "set_epsilon", "registered_name": None,
             "config": {"value": 0.5}, "name": "call", "inbound_nodes": []},
        ],
    },
}  # fmt: skip


def of_class(module, kind, **config):
    return {"module": module, "class_name": kind, "config": config, "registered_name": None}


FOREIGN = [
    NESTED,
    PLACED,
    of_class("builtins", "function", name="x"),
    {"module": "keras.config", "class_name": "function", "config": "set_epsilon",
     "registered_name": "set_epsilon"},
    of_class("keras.config", "set_epsilon", value=0.5),
    of_class("os", "putenv", key="CANARY", value="dead"),
    of_class("os", "system", command="touch {canary}"),
    of_class("keras.layers", "TFSMLayer", filepath="/nowhere"),
    of_class("keras.models", "load_model", filepath="{canary}"),
    of_class("keras.random", "SeedGenerator", seed={"class_name": "Dense"}),
    of_class("keras.layers", "StringLookup", vocabulary="{canary}"),
    {"class_name": "__lambda__", "config": {"code": "4wEAAAA=", "defaults": None}},
    {"class_name": "__tensor__", "config": {"value": [1, 2], "dtype": "float32"}},
    {"class_name": "__numpy__", "config": {"value": [1, 2], "dtype": "float32"}},
    {"class_name": "__tuple__", "items": [1, 2]},
    {"class_name": "__slice__", "config": [0, 1, 2]},
    {"class_name": "keras.config.set_epsilon", "config": {"value": 0.5}},
    {}, {"a": {"b": {"class_name": "Dense"}}},
    [], [[]], [NESTED], [1, [2, [3, {"class_name": "Dense"}]]],
    "keras.config.set_epsilon", "os.system", "", "x" * 5000, "../../canary",
    True, False, None, -1, 0, 1, 2.5, 1e308, 10**30, -(10**30),
]  # fmt: skip


def originals():
    """Models with every layer, and with every optimizer, schedule and loss."""
    for kind in LAYERS:
        yield kind, json.loads(model_with(kind).to_json())
    for kind, some in SETTINGS.items():
        for one in some:
            yield kind, json.loads(model_with(kind, **one).to_json())
    for optimizer in [
        *(getattr(keras.optimizers, kind)(0.02) for kind in OPTIMIZER_SETTINGS),
        *(keras.optimizers.SGD(schedule) for schedule in schedules()),
    ]:
        model = small()
        model.compile(optimizer, keras.losses.CategoricalCrossentropy(label_smoothing=0.1))
        yield type(optimizer).__name__, json.loads(model.to_json())
    for kind, _ in LOSS_SETTINGS.values():
        model = small()
        model.compile("adam", getattr(keras.losses, kind)())
        yield kind, json.loads(model.to_json())


def places(value, path=()):
    """Every place in a nested structure but the outermost."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else ()
    items = enumerate(value) if isinstance(value, list) else items
    for key, item in items:
        yield from places(item, (*path, key))


def change(config, path, foreign, how):
    target = config
    for key in path[:-1]:
        target = target[key]
    if how == "beside" and isinstance(target, dict):
        target["foreign"] = foreign
    elif how == "within" and isinstance(target[path[-1]], dict):
        target[path[-1]]["seed"] = foreign
    else:
        target[path[-1]] = foreign


def is_of_a_class(value):
    return isinstance(value, dict) and "class_name" in value


class Canary:
    """Settings of Keras's, a file and the environment, as they must stay."""

    def __init__(self, folder):
        self.folder, self.file = folder, folder / "canary"
        self.file.write_text("alive")
        os.environ["CANARY"] = "alive"
        self.before = self.look()

    def look(self):
        config = keras.config
        return (
            *(config.epsilon(), config.floatx(), config.image_data_format(), config.backend()),
            *(config.max_epochs(), config.max_steps_per_epoch(), config.dtype_policy().name),
            config.is_interactive_logging_enabled(),
            config.is_traceback_filtering_enabled(),
            sorted(keras.saving.get_custom_objects()),
            self.file.read_text(),
            sorted(os.listdir(self.folder)),
            sorted(os.environ.items()),
        )


def try_hostile(count, folder, seed=0):
    """How many of `count` configurations with one foreign part in them were refused."""
    rng = random.Random(seed)
    canary = Canary(folder)
    models = [(config, list(places(config))) for _, config in originals()]
    refused = 0
    for number in range(count):
        original, everywhere = models[number % len(models)]
        config = copy.deepcopy(original)
        foreign = json.loads(json.dumps(rng.choice(FOREIGN)).replace("{canary}", str(canary.file)))
        path = rng.choice(everywhere)
        how = rng.choice(["instead", "instead", "beside", "within"])
        change(config, path, foreign, how)
        given = ModelData(json.dumps(config))
        try:
            describe(given.config)
            model = rebuild(given)
            if config.get("compile_config"):
                compile_again(model, given)
        except ModelError:
            refused += 1
        else:
            # What is accepted holds nothing of a foreign class, wherever Keras looks.
            text = json.dumps([one.get_config() for one in model.layers], default=str)
            assert "canary" not in text, (path, how, foreign)
            assert "set_epsilon" not in text, (path, how, foreign)
        assert canary.look() == canary.before, (path, how, foreign)
        if number % 200 == 199:
            keras.utils.clear_session()
    return refused


def test_nothing_foreign_is_built_whatever_key_it_stands_at(tmp_path):
    assert try_hostile(TRIED, tmp_path) > TRIED / 2


@pytest.mark.parametrize("kind", LAYERS)
def test_no_setting_takes_a_part_of_another_class(kind, tmp_path):
    """Each setting of each layer, not by chance: a nested model in its place is refused."""
    canary = Canary(tmp_path)
    original = json.loads(model_with(kind).to_json())
    at = next(i for i, one in enumerate(original["config"]["layers"]) if one["class_name"] == kind)
    for key in (*LAYER_SETTINGS[kind], "seed", "config", "foreign"):
        config = copy.deepcopy(original)
        config["config"]["layers"][at]["config"][key] = NESTED
        with pytest.raises(ModelError):
            rebuild(ModelData(json.dumps(config)))
        assert canary.look() == canary.before


@pytest.mark.parametrize("namespace", PARTS)
def test_no_part_takes_a_part(namespace):
    for kind, table in PARTS[namespace].items():
        for key in (*table, "seed", "foreign"):
            if namespace == "optimizers.schedules" and key == "learning_rate":
                continue
            part = {"module": f"keras.{namespace}", "class_name": kind, "config": {key: NESTED},
                    "registered_name": None}  # fmt: skip
            model = small()
            model.compile("adam", "mse")
            config = json.loads(model.to_json())
            dense = next(one for one in config["config"]["layers"] if one["class_name"] == "Dense")[
                "config"
            ]
            if namespace == "optimizers.schedules":
                config["compile_config"]["optimizer"]["config"]["learning_rate"] = part
            else:
                setting = {"layers": "activation", "initializers": "kernel_initializer"}
                dense[setting.get(namespace, f"kernel_{namespace[:-1]}")] = part
            given = ModelData(json.dumps(config))
            with pytest.raises(ModelError):
                compile_again(rebuild(given), given)


if __name__ == "__main__":
    import pathlib
    import tempfile

    count = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        refused = try_hostile(count, pathlib.Path(folder), seed=1)
    print(f"{count} configurations: {refused} refused, {count - refused} built; nothing changed")
