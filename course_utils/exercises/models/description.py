"""What a model is, as plain data: its layers, shapes, numbers of weights, compile settings."""

import json
import math
from dataclasses import asdict, dataclass

from course_utils.exercises.models.layers import LAYERS, weight_sizes
from course_utils.exercises.models.wiring import ModelError, Step, Wiring, read

# A network of this course has some million weights, and its largest result some 100,000 entries.
MOST_PARAMETERS = 30_000_000
LARGEST_RESULT = 8_000_000  # entries that one layer computes for one input

# Where a network starts is drawn anew; what its parts are called is nobody's mistake.
NOT_COMPARED = ("name", "dtype", "seed", "trainable", "activation", "quantization_config")
UNSAID = {
    "padding": "valid",
    "dilation_rate": 1,
    "groups": 1,
    "depth_multiplier": 1,
    "use_bias": True,
}


@dataclass(frozen=True)
class Layer:
    """One call of one layer.

    Shapes are without the batch; a side that is open is None. `inputs` are the numbers of the
    layers whose results it takes, 0 for the model's input (-1, -2, ... for further inputs).
    `shared` says that an earlier layer has the same weights: they are counted there.
    """

    number: int
    name: str
    kind: str
    settings: dict
    activation: str
    inputs: tuple[int, ...]
    output_shape: tuple
    parameters: int
    trainable_parameters: int
    multiply_adds: int
    shared: bool = False

    def __str__(self) -> str:
        shown = [_short(self.settings.get(key)) for key in LAYERS[self.kind]]
        if self.kind == "Activation":
            shown = [self.activation]
        for key in ("strides", *UNSAID):
            value = self.settings.get(key)
            same = self.settings.get("pool_size") if key == "strides" else None
            if key in LAYERS[self.kind] or value is None:
                continue
            if _short(value) not in (_short(UNSAID.get(key, 1)), _short(same)):
                shown.append(f"{key}={_short(value)}")
        if self.activation != "linear" and self.kind not in ("Activation", "Softmax", "ReLU"):
            shown.append(self.activation)
        return f"{self.kind}({', '.join(shown)})" if shown else self.kind


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
        """Multiplications and additions of the kernels, for one input."""
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def last(self) -> Layer:
        """The layer that gives the (first) output, before activations, Reshape and Dropout."""
        number = self.outputs[0]
        while number > 0 and self.layers[number - 1].kind in PASSING:
            number = self.layers[number - 1].inputs[0]
        return self.layers[max(number, 1) - 1]

    @property
    def last_activations(self) -> tuple[str, ...]:
        """The activations between the last layer with weights and the output, in order."""
        found, number = [], self.outputs[0]
        while number > 0:
            layer = self.layers[number - 1]
            if layer.activation != "linear":
                found.append(layer.activation)
            if layer.kind not in PASSING:
                break
            number = layer.inputs[0]
        return tuple(reversed(found))

    def kinds(self) -> list[str]:
        """The layers' classes, in order."""
        return [layer.kind for layer in self.layers]

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    def canonical(self) -> tuple:
        """What is left when names are taken away and activations are layers of their own.

        Two models with one canonical form compute the same from the same weights. How weights are
        drawn (the initializers) is left out as well.
        """
        steps, place = [], {}
        for layer in self.layers:
            inputs = tuple(place.get(number, number) for number in layer.inputs)
            if layer.kind not in ("Activation", "Softmax") or layer.activation == "linear":
                trained = layer.trainable_parameters > 0
                if not (layer.kind == "Activation" or _is_relu(layer)):
                    frozen = json.dumps(compared(layer), sort_keys=True)
                    steps.append((layer.kind, frozen, inputs, trained, layer.shared))
                    inputs = (len(steps),)
            if layer.activation != "linear":
                steps.append(("Activation", layer.activation, inputs))
                inputs = (len(steps),)
            place[layer.number] = inputs[0]
        outputs = tuple(place.get(number, number) for number in self.outputs)
        return (self.input_shapes, outputs, tuple(steps))


def compared(layer: Layer) -> dict:
    """The settings in which two layers must agree to be taken for the same."""
    return {
        key: value
        for key, value in layer.settings.items()
        if key not in NOT_COMPARED and not key.endswith("_initializer")
    }


# Layers that only pass on, reshape or bend what the layer before them computed.
PASSING = ("Activation", "Softmax", "ReLU", "LeakyReLU", "Dropout", "Reshape", "Flatten")


def describe(model: str | Wiring) -> Description:
    """Describe the model with this JSON (or this wiring of it). Loads Keras.

    Raises
    ------
    ModelError
        If it has a part that is not accepted, is too large, or does not fit together.
    """
    wiring = read(model) if isinstance(model, str) else model
    shapes: list[tuple] = []
    numbers: list[int] = []
    layers: list[Layer] = []
    inputs: list[tuple] = []
    seen: dict[str, Layer] = {}
    for step in wiring.steps:
        if step.kind == "InputLayer":
            numbers.append(-len(inputs))
            inputs.append(_shape(step.settings["shape"]))
            shapes.append(inputs[-1])
            continue
        given = [shapes[place] for place in step.inputs]
        number = len(layers) + 1
        shape = output_shape(step, given, number)
        if math.prod(side or 1 for side in shape) > LARGEST_RESULT:
            raise ModelError(
                f"layer {number} ({step.kind}) gives results of shape {shape}, more than "
                f"{LARGEST_RESULT:,} entries for one input"
            )
        trainable, other, kernel = weight_sizes(step.kind, step.settings, given)
        positions = given[0] if "Transpose" in step.kind else shape
        layer = Layer(
            number=number,
            name=step.path,
            kind=step.kind,
            settings=step.settings,
            activation=_activation(step),
            inputs=tuple(numbers[place] for place in step.inputs),
            output_shape=shape,
            parameters=0 if step.path in seen else trainable + other,
            trainable_parameters=trainable if step.trainable and step.path not in seen else 0,
            multiply_adds=kernel * math.prod(side or 1 for side in positions[:-1]),
            shared=step.path in seen,
        )
        seen.setdefault(step.path, layer)
        layers.append(layer)
        numbers.append(number)
        shapes.append(shape)
    if not layers:
        raise ModelError("it has no layers")
    return Description(
        input_shapes=tuple(inputs),
        output_shapes=tuple(shapes[place] for place in wiring.outputs),
        outputs=tuple(numbers[place] for place in wiring.outputs),
        layers=tuple(layers),
        compiled=_compiled(wiring.compiled),
    )


def output_shape(step: Step, inputs: list[tuple], number: int) -> tuple:
    """The shape of a layer's result without the batch, as Keras tells it before any weights."""
    try:
        layer = make_layer(step)
        batched = [(None, *shape) for shape in inputs]
        merges = step.kind in MERGING
        return tuple(layer.compute_output_shape(batched if merges else batched[0])[1:])
    except ModelError:
        raise
    except Exception as error:
        text = str(error).strip().split("\n")[0][:200]
        raise ModelError(f"layer {number} ({step.kind}) does not fit: {text}") from error


MERGING = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Concatenate")


def make_layer(step: Step):
    """The Keras layer of a step, without weights. Its settings have been checked by `read`."""
    import keras

    config = {
        "module": "keras.layers",
        "class_name": step.kind,
        "config": {**step.settings, "trainable": step.trainable},
        "registered_name": None,
    }
    try:
        # Safe mode, although no class that it guards against has come this far.
        return keras.saving.deserialize_keras_object(config, safe_mode=True)
    except Exception as error:
        text = str(error).strip().split("\n")[0][:200]
        raise ModelError(f"{step.kind} does not take its settings: {text}") from error


def _shape(sides: list) -> tuple:
    if not all(side is None or (isinstance(side, int) and side > 0) for side in sides):
        raise ModelError(f"its input has the impossible shape {tuple(sides)}")
    return tuple(sides)


def _activation(step: Step) -> str:
    if step.kind == "Softmax":
        return "softmax"
    given = step.settings.get("activation") or "linear"
    if isinstance(given, dict):
        given = {"ReLU": "relu", "Softmax": "softmax"}.get(given["class_name"], given["class_name"])
    plain = not any(step.settings.get(key) for key in ("max_value", "negative_slope", "threshold"))
    return "relu" if step.kind == "ReLU" and plain else given


def _is_relu(layer: Layer) -> bool:
    return layer.kind == "ReLU" and layer.activation == "relu"


def _compiled(settings: dict | None) -> Compiled | None:
    if not settings:
        return None
    optimizer = settings.get("optimizer")
    rate = None
    if isinstance(optimizer, dict):
        rate = optimizer.get("config", {}).get("learning_rate")
        optimizer = optimizer.get("class_name")
    loss, from_logits = settings.get("loss"), None
    if isinstance(loss, dict):
        config = loss.get("config")
        if isinstance(config, dict):
            from_logits = config.get("from_logits")
            loss = config.get("name")
        else:
            loss = config
    if from_logits is None and isinstance(loss, str) and loss.endswith("crossentropy"):
        from_logits = False
    metrics = settings.get("metrics") or []
    return Compiled(
        optimizer=str(optimizer),
        learning_rate=float(f"{rate:.6g}") if isinstance(rate, int | float) else None,
        loss=str(loss),
        from_logits=from_logits,
        metrics=tuple(
            str(
                m["config"].get("name")
                if isinstance(m, dict) and isinstance(m.get("config"), dict)
                else m
            )
            for m in (metrics if isinstance(metrics, list) else [metrics])
        ),
    )


def _short(value: object) -> str:
    """A setting as a student writes it: equal sides as one number."""
    if isinstance(value, list | tuple):
        if len(set(map(str, value))) == 1 and not isinstance(value[0], list | tuple):
            return str(value[0])
        return f"({', '.join(map(_short, value))})"
    if isinstance(value, float):
        return f"{value:.4g}"
    return repr(value) if isinstance(value, str) else str(value)
