"""Read a model's JSON as a list of steps: which layer works on which results.

Pure data in and out; no Keras. What is not known from `layers.py`, or is too large, is refused.
"""

import json
from dataclasses import dataclass

from course_utils.exercises.model_answers.layers import ACTIVATIONS, LAYERS, OPERATIONS, PARTS

LONGEST_JSON = 2_000_000  # characters
MOST_LAYERS = 400
DEEPEST = 20  # of lists and dicts in a layer's settings; of models in models
LARGEST_SETTING = 100_000  # no unit count, kernel size or stride is larger


class ModelError(ValueError):
    """A model that cannot be judged; the text says why, to the student."""

    def __init__(self, text: str):
        super().__init__(printable(text, 400))


def printable(text: str, most: int) -> str:
    """The text's beginning, without what steers a terminal: names in a model can be anything."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text[:most])


@dataclass(frozen=True)
class Step:
    """One call of one layer.

    `path` names the layer, through the models that it stands in; a layer that is used twice has
    two steps of one path. `inputs` are positions of earlier steps; `training` is the argument
    given in the call, mostly None.
    """

    path: str
    kind: str
    settings: dict
    inputs: tuple[int, ...]
    trainable: bool = True
    training: bool | None = None


@dataclass(frozen=True)
class Wiring:
    """All steps of a model, each after those whose results it takes, and which give its outputs."""

    steps: tuple[Step, ...]
    outputs: tuple[int, ...]
    compiled: dict | None  # the compile settings, as Keras writes them


def read(text: str) -> Wiring:
    """The wiring of the model that ``model.to_json()`` wrote.

    Raises
    ------
    ModelError
        If it is not JSON of a Sequential or functional model, or has a part that is refused.
    """
    if not isinstance(text, str) or len(text) > LONGEST_JSON:
        raise ModelError(f"its configuration is no JSON of at most {LONGEST_JSON:,} characters")
    try:
        model = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"its configuration is not JSON: {error}") from None
    reader = _Reader()
    try:
        outputs = reader.model(model, "", None, True, 0)
        compiled = model.get("compile_config") or None
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError("its configuration is not one that Keras writes") from error
    return Wiring(tuple(reader.steps), tuple(outputs), compiled)


class _Reader:
    def __init__(self):
        self.steps: list[Step] = []

    def model(
        self, model: dict, path: str, given: list[int] | None, trainable: bool, depth: int
    ) -> list[int]:
        """Append a model's steps; `given` are its inputs' positions, None for the outermost."""
        if depth > DEEPEST:
            raise ModelError(f"models are nested more than {DEEPEST} deep")
        kind, config = model["class_name"], model["config"]
        trainable = trainable and config.get("trainable", True)
        if kind == "Sequential":
            return self._sequential(config, path, given, trainable, depth)
        if kind in ("Functional", "Model") and "input_layers" in config:
            return self._functional(config, path, given, trainable, depth)
        raise ModelError(
            f"it is a model of a class of its own ({kind}). "
            "Build it with keras.Sequential([...]) or keras.Model(inputs, outputs)"
        )

    def _sequential(self, config, path, given, trainable, depth):
        layers = config["layers"]
        if not layers or layers[0]["class_name"] != "InputLayer":
            if given is None:
                raise ModelError(
                    "it does not know the shape of its input. Begin it with keras.Input(shape=...)"
                )
            at = given
        else:
            at = given if given is not None else [self._input(layers[0], path)]
            layers = layers[1:]
        for layer in layers:
            at = self._call(layer, f"{path}{layer['config']['name']}", at, None, trainable, depth)
        return at

    def _functional(self, config, path, given, trainable, depth):
        names = _ends(config["input_layers"])
        results: dict[tuple[str, int], list[int]] = {}
        waiting = []
        by_name = {layer["name"]: layer for layer in config["layers"]}
        for position, (name, _, _) in enumerate(names):
            results[name, 0] = (
                [given[position]] if given is not None else [self._input(by_name[name], path)]
            )
        for layer in config["layers"]:
            for node, call in enumerate(layer["inbound_nodes"]):
                waiting.append((layer, node, *_tensors(call)))
        while waiting:
            left = []
            for layer, node, tensors, training in waiting:
                if all((name, at) in results for name, at, _ in tensors):
                    inputs = [results[name, at][number] for name, at, number in tensors]
                    results[layer["name"], node] = self._call(
                        layer, f"{path}{layer['name']}", inputs, training, trainable, depth
                    )
                else:
                    left.append((layer, node, tensors, training))
            if len(left) == len(waiting):
                raise ModelError("its layers wait for each other in a circle")
            waiting = left
        return [
            results[name, node][number] for name, node, number in _ends(config["output_layers"])
        ]

    def _input(self, layer: dict, path: str) -> int:
        if layer["class_name"] != "InputLayer":
            raise ModelError("it does not begin with keras.Input(shape=...)")
        shape = tuple(layer["config"]["batch_shape"][1:])
        if not all(n is None or (type(n) is int and 0 < n <= LARGEST_SETTING) for n in shape):
            raise ModelError(f"its input has the impossible shape {shape}")
        self._append(Step(path + layer["config"]["name"], "InputLayer", {"shape": shape}, ()))
        return len(self.steps) - 1

    def _call(self, layer, path, inputs, training, trainable, depth) -> list[int]:
        kind, config = layer["class_name"], layer["config"]
        if isinstance(config, dict) and ("layers" in config or "input_layers" in config):
            return self.model(layer, path + "/", inputs, trainable, depth + 1)
        where = f"layer {config.get('name')!r} is"
        if str(layer["module"]).startswith("keras.src.ops") and kind in OPERATIONS:
            kind, settings = OPERATIONS[kind]
            settings = {**settings, **{k: v for k, v in config.items() if k == "negative_slope"}}
        elif kind == "Lambda":
            raise ModelError(
                f"{where} a Lambda. Lambda layers hold code of their own, which is not run here: "
                "use a layer that keras.layers has"
            )
        elif layer["module"] == "keras.layers" and kind in LAYERS:
            if layer.get("registered_name") is not None:
                raise ModelError(f"{where} registered as {layer['registered_name']!r}")
            settings = {key: value for key, value in config.items() if key != "build_config"}
            _check_settings(settings, f"layer {config.get('name')!r}", 0)
        else:
            raise ModelError(
                f"{where} of class {kind}, which is not accepted here: use the layers of "
                "keras.layers that the exercise speaks of"
            )
        trainable = trainable and bool(config.get("trainable", True))
        self._append(Step(path, kind, settings, tuple(inputs), trainable, training))
        return [len(self.steps) - 1]

    def _append(self, step: Step) -> None:
        if len(self.steps) >= MOST_LAYERS:
            raise ModelError(f"it has more than {MOST_LAYERS} layers")
        self.steps.append(step)


def _ends(ends: list) -> list:
    """One end of a model is written as [name, 0, 0], several as a list of those."""
    return [ends] if ends and isinstance(ends[0], str) else ends


def _tensors(call: dict) -> tuple[list[tuple], bool | None]:
    """Where the inputs of a call come from, and its argument `training`."""
    found, stack = [], list(reversed(call["args"]))
    training = None
    for name, value in call["kwargs"].items():
        if name == "training" and (value is None or isinstance(value, bool)):
            training = value
        elif name in ("inputs", "x1", "x2", "x", "input"):
            stack.insert(0, value)
        elif value is not None:
            raise ModelError(f"a layer is called with {name}={value!r}, which is not accepted here")
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack += reversed(value)
        elif isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
            name, node, tensor = value["config"]["keras_history"]
            found.append((name, node, tensor))
        else:
            raise ModelError(
                f"a layer is called with {str(value)[:60]!r} beside its inputs, "
                "which is not accepted here"
            )
    return found, training


def _check_settings(value: object, where: str, depth: int) -> None:
    """Refuse classes that are not listed, functions, and numbers that no layer needs."""
    if depth > DEEPEST:
        raise ModelError(f"the settings of {where} are nested more than {DEEPEST} deep")
    if isinstance(value, list):
        for item in value:
            _check_settings(item, where, depth + 1)
    elif isinstance(value, dict):
        if "class_name" in value:
            module, kind = value.get("module"), value["class_name"]
            if kind not in PARTS.get(str(module), ()) or value.get("registered_name") is not None:
                raise ModelError(
                    f"{where} has {value.get('config') if kind == 'function' else kind!r} in its "
                    "settings, which is not one of Keras's own. Use one that Keras has, by its name"
                )
        if value.get("data_format") == "channels_first":
            raise ModelError(f"{where} has the channels first; this course has them last")
        for key, item in value.items():
            if key == "seed":
                continue
            if key == "activation" and isinstance(item, str) and item not in ACTIVATIONS:
                raise ModelError(f"{where} has the activation {item!r}, which Keras does not have")
            _check_settings(item, where, depth + 1)
    elif isinstance(value, int) and abs(value) > LARGEST_SETTING:
        raise ModelError(f"{where} has a setting beyond {LARGEST_SETTING:,}, which no layer needs")
