"""Read a model's JSON as a list of steps: which layer works on which results.

Pure data in and out; no Keras. What `settings.py` does not know, or is too large, is refused.
"""

import heapq
import json
from dataclasses import dataclass

from course_utils.exercises.model_answers.layers import MERGING, OPERATIONS
from course_utils.exercises.model_answers.model_error import ModelError
from course_utils.exercises.model_answers.settings import (
    LARGEST_SETTING,
    LAYER_SETTINGS,
    LONGEST_NAME,
    axis,
    checked,
    flag,
    number,
)

LONGEST_JSON = 2_000_000  # characters
MOST_LAYERS = 400
MOST_CALLS = 1_000  # of layers and models, those counted that add no layer of their own
MOST_LOOKS = 100_000  # at parts of the JSON; a model in a model is looked at again for each use
DEEPEST = 20  # of models in models


@dataclass(frozen=True)
class Step:
    """One call of one layer.

    `path` names the layer, through the models that it stands in; a layer that is used twice has
    two steps of one path. `settings` are plain values and `Part`s, each of them checked. `inputs`
    are positions of earlier steps; `training` is the argument given in the call, mostly None.
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
        model = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"its configuration is not JSON: {error}") from None
    reader = _Reader()
    try:
        outputs = reader.model(model, "", None, True, 0)
        compiled = model.get("compile_config") or None
        if not isinstance(compiled, dict | None):
            raise TypeError("its compile settings are no dict")
    except (KeyError, TypeError, IndexError, AttributeError, ValueError) as error:
        if isinstance(error, ModelError):
            raise
        raise ModelError("its configuration is not one that Keras writes") from error
    return Wiring(tuple(reader.steps), tuple(outputs), compiled)


def _no_number(text: str):
    """Python reads NaN and Infinity, which JSON does not have."""
    raise ValueError(f"{text} is no number")


class _Reader:
    def __init__(self):
        self.steps: list[Step] = []
        self._calls = self._looks = 0
        self._layers: dict[str, tuple[str, dict]] = {}  # by path: class and settings

    def _look_at(self, parts: list) -> None:
        """Count the parts of a list before they are gone through."""
        self._looks += len(parts)
        if self._looks > MOST_LOOKS:
            raise ModelError(
                "it is too tangled: it has too many parts, those of models that are used again "
                "counted each time"
            )

    def _count_call(self) -> None:
        """A model that is used twice in one that is used twice, and so on, takes for ever."""
        self._calls += 1
        if self._calls > MOST_CALLS:
            raise ModelError(
                f"it has more than {MOST_CALLS:,} calls of layers and models, those in models "
                "that are used again counted each time"
            )

    def model(
        self, model: dict, path: str, given: list[int] | None, trainable: bool, depth: int
    ) -> list[int]:
        """Append a model's steps; `given` are its inputs' positions, None for the outermost."""
        if depth > DEEPEST:
            raise ModelError(f"models are nested more than {DEEPEST} deep")
        self._count_call()
        kind, config = model["class_name"], model["config"]
        trainable = trainable and _trainable(config)
        if kind == "Sequential":
            return self._sequential(config, path, given, trainable, depth)
        if kind in ("Functional", "Model") and "input_layers" in config:
            return self._functional(config, path, given, trainable, depth)
        raise ModelError(
            f"it is a model of a class of its own ({str(kind)[:60]}). "
            "Build it with keras.Sequential([...]) or keras.Model(inputs, outputs)"
        )

    def _sequential(self, config, path, given, trainable, depth):
        layers = config["layers"]
        self._look_at(layers)
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
            place = path + _name(layer["config"]["name"])
            at = self._call(layer, place, at, None, trainable, depth)
        return at

    def _functional(self, config, path, given, trainable, depth):
        names = _ends(config["input_layers"])
        results: dict[tuple[str, int], list[int]] = {}
        self._look_at(config["layers"])
        by_name = {_name(layer["name"]): layer for layer in config["layers"]}
        if len(by_name) < len(config["layers"]):
            raise ModelError("two of its layers have one name")
        if given is not None and len(given) != len(names):
            raise ModelError(f"a model in it takes {len(names)} inputs and is given {len(given)}")
        for position, (name, _, _) in enumerate(names):
            results[name, 0] = (
                [given[position]] if given is not None else [self._input(by_name[name], path)]
            )
        calls = {}
        for layer in config["layers"]:
            self._look_at(layer["inbound_nodes"])
            for node, call in enumerate(layer["inbound_nodes"]):
                if len(calls) >= MOST_CALLS:
                    raise ModelError(f"it has more than {MOST_CALLS:,} calls of layers")
                calls[layer["name"], node] = (layer, *self._tensors(call))
        for key in _in_order(calls, set(results)):
            layer, tensors, training = calls[key]
            inputs = [results[name, at][number] for name, at, number in tensors]
            results[key] = self._call(
                layer, path + layer["name"], inputs, training, trainable, depth
            )
        return [
            results[name, node][number] for name, node, number in _ends(config["output_layers"])
        ]

    def _input(self, layer: dict, path: str) -> int:
        if layer["class_name"] != "InputLayer":
            raise ModelError("it does not begin with keras.Input(shape=...)")
        shape = tuple(layer["config"]["batch_shape"][1:])
        if not all(n is None or (type(n) is int and 0 < n <= LARGEST_SETTING) for n in shape):
            raise ModelError(f"its input has the impossible shape {shape}")
        name = path + _name(layer["config"]["name"])
        self._append(Step(name, "InputLayer", {"shape": shape}, ()))
        return len(self.steps) - 1

    def _call(self, layer, path, inputs, training, trainable, depth) -> list[int]:
        self._count_call()
        kind, config = layer["class_name"], layer["config"]
        if isinstance(config, dict) and ("layers" in config or "input_layers" in config):
            return self.model(layer, path + "/", inputs, trainable, depth + 1)
        where = f"layer {str(config.get('name'))[:60]!r} is"
        if str(layer["module"]).startswith("keras.src.ops") and kind in OPERATIONS:
            kind, settings = OPERATIONS[kind]
            if kind == "LeakyReLU":
                settings = {"negative_slope": number(config.get("negative_slope", 0.2))}
            if config.get("axis", -1) != -1:  # of softmax: the layer that has one
                kind, settings = "Softmax", {"axis": axis(config["axis"])}
        elif kind == "Lambda":
            raise ModelError(
                f"{where} a Lambda. Lambda layers hold code of their own, which is not run here: "
                "use a layer that keras.layers has"
            )
        elif layer["module"] == "keras.layers" and kind in LAYER_SETTINGS:
            if layer.get("registered_name") is not None:
                raise ModelError(f"{where} registered as {str(layer['registered_name'])[:60]!r}")
            settings = checked(config, LAYER_SETTINGS[kind], f"{where[:-3]} of class {kind}")
        else:
            raise ModelError(
                f"{where} of class {kind!s}, which is not accepted here: use the layers of "
                "keras.layers that the exercise speaks of"
            )
        if len(inputs) != 1 and kind not in MERGING:
            raise ModelError(f"{where[:-3]} of class {kind} takes one input, not {len(inputs)}")
        settings = {key: value for key, value in settings.items() if key != "name"}
        # Two layers of one name would be taken for one layer that is used twice.
        if self._layers.setdefault(path, (kind, settings)) != (kind, settings):
            raise ModelError(f"two of its layers have the name {path[:60]!r}")
        trainable = trainable and _trainable(config)
        self._append(Step(path, kind, settings, tuple(inputs), trainable, training))
        return [len(self.steps) - 1]

    def _tensors(self, call: dict) -> tuple[list[tuple], bool | None]:
        """Where the inputs of a call come from, and its argument `training`."""
        found, stack = [], list(reversed(call["args"]))
        self._look_at(stack)
        training = None
        for name, value in call["kwargs"].items():
            if name == "training" and (value is None or isinstance(value, bool)):
                training = value
            elif name in ("inputs", "x1", "x2", "x", "input"):
                stack.insert(0, value)
            elif value is not None:
                raise ModelError(
                    f"a layer is called with {name[:40]}={str(value)[:60]}, which is not accepted "
                    "here"
                )
        while stack:
            value = stack.pop()
            if isinstance(value, list):
                self._look_at(value)
                stack += reversed(value)
            elif isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
                found.append(_place(value["config"]["keras_history"]))
            else:
                raise ModelError(
                    f"a layer is called with {str(value)[:60]!r} beside its inputs, "
                    "which is not accepted here"
                )
        return found, training

    def _append(self, step: Step) -> None:
        if len(self.steps) >= MOST_LAYERS:
            raise ModelError(f"it has more than {MOST_LAYERS} layers")
        self.steps.append(step)


def _name(value: object) -> str:
    # With a slash it could be taken for the path of a layer in another model.
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or "/" in value:
        raise TypeError("a name is no short text")
    return value


def _trainable(config: dict) -> bool:
    return flag(config.get("trainable", True))


def _in_order(calls: dict, there: set):
    """The calls, each after those whose results it takes; `there` are results that are given."""
    missing: dict[tuple, int] = {}
    takers: dict[tuple, list[tuple]] = {}
    for key, (_, tensors, _) in calls.items():
        needed = {(name, node) for name, node, _ in tensors} - there
        missing[key] = len(needed)
        for one in needed:
            takers.setdefault(one, []).append(key)
    # As Keras lists them, unless one is listed before what it takes.
    place = {key: at for at, key in enumerate(calls)}
    by_place = list(calls)
    ready = [place[key] for key in calls if not missing[key]]
    done = 0
    while ready:
        key = by_place[heapq.heappop(ready)]
        done += 1
        yield key
        for taker in takers.get(key, ()):
            missing[taker] -= 1
            if not missing[taker]:
                heapq.heappush(ready, place[taker])
    if done < len(calls):
        raise ModelError("its layers wait for each other in a circle")


def _ends(ends: list) -> list:
    """One end of a model is written as [name, 0, 0], several as a list of those."""
    return [_place(one) for one in ([ends] if ends and isinstance(ends[0], str) else ends)]


def _place(history: list) -> tuple[str, int, int]:
    """Where a tensor comes from: a layer's name, which of its calls, which result of that."""
    name, node, result = history
    if not all(type(number) is int and number >= 0 for number in (node, result)):
        raise TypeError("a call or a result has no number")
    return _name(name), node, result
