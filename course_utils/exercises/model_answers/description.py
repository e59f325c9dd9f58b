"""What a model is, as plain data: its layers, shapes, numbers of weights, compile settings."""

import inspect
import json
import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from course_utils.exercises.model_answers.layers import (
    ACTIVATION_LAYERS,
    LAYERS,
    MERGING,
    SHORT_LOSSES,
    activation_name,
    weight_sizes,
)
from course_utils.exercises.model_answers.model_error import ModelError, printable
from course_utils.exercises.model_answers.settings import Part
from course_utils.exercises.model_answers.wiring import Step, Wiring, read

if TYPE_CHECKING:
    import keras

LARGEST_SIDE = 2**31
MOST_METRICS = 100

# What a layer is called and where it starts is no difference; its activation is a part of its own.
NOT_COMPARED = ("name", "dtype", "seed", "trainable", "activation", "quantization_config")
# Settings that a layer's short form leaves out unless they are others than these.
UNSAID = {
    "padding": "valid",
    "dilation_rate": 1,
    "groups": 1,
    "depth_multiplier": 1,
    "use_bias": True,
    "training": None,
}
# Layers behind the last weights: they pass on, reshape or bend what was computed there.
PASSING = (*ACTIVATION_LAYERS, "Dropout", "Reshape", "Flatten")


@dataclass(frozen=True)
class Layer:
    """One call of one layer.

    `kind` is the class, `settings` its configuration. Shapes are without the batch; a side that is
    open is None. `inputs` are the numbers of the layers whose results it takes, 0 for the model's
    input (-1, -2, ... for further inputs). `shared` says that an earlier call has the same weights:
    they are counted there. `multiply_adds` are those of its kernel, for one input.
    """

    number: int
    name: str
    kind: str
    settings: dict
    activation: str  # "linear" if there is none
    inputs: tuple[int, ...]
    output_shape: tuple
    parameters: int
    trainable_parameters: int
    multiply_adds: int
    shared: bool = False

    def __str__(self) -> str:
        """The short form, such as "Conv2D(32, 3, padding=same, relu)"."""
        if self.kind == "Activation":
            return f"Activation({self.activation})"
        shown = [_short(self.settings.get(key)) for key in LAYERS[self.kind]]
        strides = self.settings.get("strides")
        if strides is not None and _short(strides) != _short(self.settings.get("pool_size", 1)):
            shown.append(f"strides={_short(strides)}")
        shown += [
            f"{key}={_short(self.settings[key])}"
            for key, usual in UNSAID.items()
            if key in self.settings
            and key not in LAYERS[self.kind]
            and _short(self.settings[key]) != _short(usual)
        ]
        if self.activation != "linear" and self.kind not in ACTIVATION_LAYERS:
            shown.append(self.activation)
        return printable(f"{self.kind}({', '.join(shown)})", 120) if shown else self.kind

    @property
    def compared(self) -> dict:
        """The settings in which two layers must agree to be taken for the same."""
        return {
            key: value
            for key, value in self.settings.items()
            if key not in NOT_COMPARED and not key.endswith("_initializer")
        }


@dataclass(frozen=True)
class Compiled:
    """What `compile` was given. `from_logits` is None where the loss does not ask."""

    optimizer: str
    learning_rate: float | None  # None if it follows a schedule
    loss: str
    from_logits: bool | None
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Description:
    """A model as plain data.

    `input_shapes` and `output_shapes` are without the batch, `outputs` are numbers of layers.
    """

    input_shapes: tuple[tuple, ...]
    output_shapes: tuple[tuple, ...]
    outputs: tuple[int, ...]
    layers: tuple[Layer, ...]
    compiled: Compiled | None

    @property
    def parameters(self) -> int:
        return sum(layer.parameters for layer in self.layers)

    @property
    def trainable_parameters(self) -> int:
        return sum(layer.trainable_parameters for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def entries(self) -> int:
        """Entries of all layers' results together, for one input; an open side counts as 1."""
        return sum(_size(layer.output_shape) for layer in self.layers)

    def kinds(self) -> list[str]:
        """The layers' classes, in order."""
        return [layer.kind for layer in self.layers]

    @property
    def last_activations(self) -> tuple[str, ...]:
        """The activations between the last layer with weights and the first output, in order."""
        found, number = [], self.outputs[0]
        while number > 0:
            layer = self.layers[number - 1]
            if layer.activation != "linear":
                found.append(layer.activation)
            if layer.kind not in PASSING:
                break
            number = layer.inputs[0]
        return tuple(reversed(found))

    def parts(self) -> list[tuple[tuple, Layer]]:
        """(what is computed, in which layer), step by step.

        An activation is a step of its own, whether it is one of a layer's settings or a layer. The
        first part says all in which two models can differ that compute the same from the same
        weights: not names, nor how weights are drawn.
        """
        found, place = [], {}
        for layer in self.layers:
            inputs = tuple(place.get(number, number) for number in layer.inputs)
            if layer.kind not in ACTIVATION_LAYERS:
                settings = json.dumps(layer.compared, sort_keys=True)
                trained = layer.trainable_parameters > 0
                found.append(((layer.kind, settings, inputs, trained, layer.shared), layer))
                inputs = (len(found),)
            if layer.activation != "linear":
                found.append((("Activation", layer.activation, inputs), layer))
                inputs = (len(found),)
            place[layer.number] = inputs[0]
        found.append((("output", *(place.get(n, n) for n in self.outputs)), self.layers[-1]))
        return found

    def canonical(self) -> tuple:
        """Equal for two models that differ in names, initializers and compile settings only."""
        return (self.input_shapes, *(what for what, _ in self.parts()))

    @property
    def comparable(self) -> tuple:
        """What `canonical` gives, and the loss: by this an answer is taken for a known mistake."""
        compiled = self.compiled
        return (self.canonical(), compiled and (compiled.loss, compiled.from_logits))

    def to_json(self) -> str:
        """As text, for `Description.from_json`."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Description":
        """What `to_json` wrote, each field checked; ValueError if it is something else."""
        try:
            return _from_json(json.loads(text))
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"this describes no model: {error}") from None


def _from_json(data: dict) -> Description:
    layers = tuple(_layer_from_json(one, i) for i, one in enumerate(data["layers"], start=1))
    inputs = tuple(map(_shape, data["input_shapes"]))
    found = Description(
        input_shapes=inputs,
        output_shapes=tuple(map(_shape, data["output_shapes"])),
        outputs=tuple(map(_whole, data["outputs"])),
        layers=layers,
        compiled=None if data["compiled"] is None else _compiled_from_json(data["compiled"]),
    )
    # Numbers that lead to other layers lead to earlier ones, so that following them ends.
    led = [(one.number, n) for one in layers for n in one.inputs]
    led += [(len(layers) + 1, n) for n in found.outputs]
    if not layers or not found.outputs or not all(-max(1, len(inputs)) < n < of for of, n in led):
        raise ValueError("this describes no model: its layers are not joined")
    return found


def _layer_from_json(data: dict, number: int) -> Layer:
    layer = Layer(**{**data, "inputs": tuple(data["inputs"])})
    counts = (layer.parameters, layer.trainable_parameters, layer.multiply_adds)
    right = (
        layer.number == number
        and all(isinstance(one, str) for one in (layer.name, layer.kind, layer.activation))
        and layer.kind in LAYERS
        and isinstance(layer.settings, dict)
        and isinstance(layer.shared, bool)
        and layer.inputs
        and min(map(_whole, (*counts, 0))) >= 0
    )
    if not right:
        raise ValueError(f"this describes no layer {number}")
    inputs = tuple(map(_whole, layer.inputs))
    return replace(layer, inputs=inputs, output_shape=_shape(layer.output_shape))


def _compiled_from_json(data: dict) -> Compiled:
    compiled = Compiled(**{**data, "metrics": tuple(data["metrics"])})
    rate, logits = compiled.learning_rate, compiled.from_logits
    right = (
        all(isinstance(one, str) for one in (compiled.optimizer, compiled.loss, *compiled.metrics))
        and (rate is None or (type(rate) in (int, float) and math.isfinite(rate)))
        and isinstance(logits, bool | None)
    )
    if not right:
        raise ValueError("this describes no compiled model")
    return compiled


def _shape(sides: list) -> tuple:
    shape = tuple(sides)
    if not all(side is None or 0 < _whole(side) < LARGEST_SIDE for side in shape):
        raise ValueError(f"{shape} is no shape")
    return shape


def _whole(value: object) -> int:
    if type(value) is not int:
        raise ValueError(f"{value!r} is no whole number")
    return value


def describe(model: str | Wiring) -> Description:
    """Describe the model with this JSON, or this wiring of it. Loads Keras, builds nothing.

    Raises
    ------
    ModelError
        If it has a part that is not accepted, or does not fit together.
    """
    wiring = read(model) if isinstance(model, str) else model
    shapes: list[tuple] = []  # of each step's result
    numbers: list[int] = []  # of each step in `layers`
    layers: list[Layer] = []
    inputs: list[tuple] = []
    seen: set[str] = set()
    for step in wiring.steps:
        if step.kind == "InputLayer":
            numbers.append(-len(inputs))
            inputs.append(step.settings["shape"])
            shapes.append(inputs[-1])
            continue
        layer = _layer(step, len(layers) + 1, numbers, shapes, shared=step.path in seen)
        seen.add(step.path)
        layers.append(layer)
        numbers.append(layer.number)
        shapes.append(layer.output_shape)
    if not layers:
        raise ModelError("it has no layers")
    return Description(
        input_shapes=tuple(inputs),
        output_shapes=tuple(shapes[place] for place in wiring.outputs),
        outputs=tuple(numbers[place] for place in wiring.outputs),
        layers=tuple(layers),
        compiled=_compiled(wiring.compiled),
    )


def _layer(step: Step, number: int, numbers: list, shapes: list, *, shared: bool) -> Layer:
    given = [shapes[place] for place in step.inputs]
    made = make_layer(step)
    try:
        # Lists in place of tuples, as they are when a description comes from another process.
        settings = json.loads(json.dumps(made.get_config()))
        batched = [(None, *shape) for shape in given]
        sides = made.compute_output_shape(batched if step.kind in MERGING else batched[0])[1:]
        shape = tuple(None if side is None else int(side) for side in sides)
        trainable, other, kernel = weight_sizes(step.kind, settings, given)
    except Exception as error:
        raise ModelError(f"layer {number}, {step.kind}, does not fit: {one_line(error)}") from error
    if not all(side is None or 0 < side < LARGEST_SIDE for side in shape):
        raise ModelError(f"layer {number}, {step.kind}, gives a result of the shape {shape}")
    # Keras writes the default of `call` into a functional model, as False for Dropout.
    unsaid = inspect.signature(made.call).parameters.get("training")
    if step.training is not None and (unsaid is None or step.training != unsaid.default):
        settings = {**settings, "training": step.training}
    positions = given[0] if "Transpose" in step.kind else shape
    return Layer(
        number=number,
        name=step.path,
        kind=step.kind,
        settings=settings,
        activation=activation_name(step.kind, settings),
        inputs=tuple(numbers[place] for place in step.inputs),
        output_shape=shape,
        parameters=0 if shared else trainable + other,
        trainable_parameters=0 if shared or not step.trainable else trainable,
        multiply_adds=kernel * _size(positions[:-1]),
        shared=shared,
    )


def make_layer(step: Step) -> "keras.Layer":
    """The Keras layer of a step, without weights. Its settings have been checked by `read`."""
    settings = {**step.settings, "name": step.path.replace("/", ".")}
    if "trainable" in settings:  # of a model that is frozen, each layer is
        settings["trainable"] = step.trainable
    try:
        return Part("layers", step.kind, settings).build()
    except Exception as error:
        raise ModelError(f"{step.kind} does not take its settings: {one_line(error)}") from error


def one_line(error: Exception) -> str:
    """The first line of an error's text that says something."""
    lines = [line.strip() for line in str(error).split("\n")]
    return next(filter(None, lines), type(error).__name__)[:200]


def _compiled(settings: dict | None) -> Compiled | None:
    if not settings:
        return None
    optimizer, rate = settings.get("optimizer"), None
    match optimizer:
        case {"class_name": str(optimizer), "config": dict(config)}:
            rate = config.get("learning_rate")
    loss = name_of(settings.get("loss"))
    from_logits = None
    match settings.get("loss"):
        case {"config": {"from_logits": bool(from_logits)}}:
            pass
        case _ if loss.endswith("crossentropy"):
            from_logits = False
    metrics = settings.get("metrics")
    return Compiled(
        optimizer=printable(str(optimizer), 80),
        # Keras keeps it in float32: 0.001 comes as 0.0010000000474974513.
        learning_rate=float(f"{rate:.6g}") if type(rate) in (int, float) else None,
        loss=loss,
        from_logits=from_logits,
        metrics=tuple(map(name_of, metrics[:MOST_METRICS] if isinstance(metrics, list) else [])),
    )


def name_of(part: object) -> str:
    """The name of a loss or metric, given as its name, an object, or a function."""
    match part:
        case str(name) | {"config": str(name)} | {"config": {"name": str(name)}}:
            return printable(SHORT_LOSSES.get(name.lower(), name), 80)
    return "a function of one's own" if part else "nothing"


def _size(sides: tuple) -> int:
    return math.prod(side or 1 for side in sides)


def _short(value: object) -> str:
    """A setting as it is mostly written: equal sides as one number."""
    if isinstance(value, list | tuple):
        shown = [_short(item) for item in value]
        return shown[0] if len(set(shown)) == 1 else f"({', '.join(shown)})"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
