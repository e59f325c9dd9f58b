"""Networks to and from Keras, with their weights. TensorFlow is loaded only when asked for."""

import inspect
import itertools
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from course_utils.network.keras import settings
from course_utils.network.layers import LAYERS
from course_utils.network.layers.initializers import INITIALIZERS
from course_utils.network.layers.layer import snake_case
from course_utils.network.layers.residual import Residual
from course_utils.network.sequential import Sequential

if TYPE_CHECKING:
    import keras

# Once a Keras layer has its weights, these settings make no difference.
OF_NO_CONSEQUENCE = ("name", "dtype", "seed")


def from_keras(model: "keras.Model") -> Sequential:
    """Make a network that computes what a Keras model computes.

    Parameters
    ----------
    model : keras.Sequential, or a functional keras.Model
        Of layers that have a counterpart here, one after the other. In a functional model, paths
        may part and meet again in `Add`: they become a `Residual`, the shorter path its shortcut.
        Models inside the model are taken apart into their layers.

    Returns
    -------
    Sequential
        With the weights, the moving averages and the names of the model's layers. Compiled in the
        same way if the model is, and its optimizer and loss have a counterpart here; what the
        optimizer remembers of earlier steps is not transferred.

    Raises
    ------
    ValueError
        If something has no counterpart. The message names it and its layer.
    """
    import keras

    if not isinstance(model, keras.Model):
        raise ValueError(f"from_keras takes a Keras model, got {model!r}")
    if not model.built:
        raise ValueError(f"{model.name!r} has no weights yet: give it an input_shape")
    reader = _FromKeras()
    network = Sequential(reader.layers(model), dtype=reader.dtype())
    reader.set_names()
    network.build(_shape_of_one(model))
    for ours, theirs in reader.pairs:
        for own, weight in zip(ours.weights.values(), theirs.get_weights(), strict=True):
            own[...] = weight
    compiled = settings.from_keras(model)
    if compiled is not None:
        with suppress(ValueError):  # a loss that does not suit the end of the network
            network.compile(**compiled)
    return network


def to_keras(network: Sequential) -> "keras.Model":
    """Make a Keras model that computes what a network computes.

    Parameters
    ----------
    network : Sequential
        Built.

    Returns
    -------
    keras.Sequential, or a functional keras.Model if there are residual blocks
        With the weights, and compiled in the same way if the network is; what the optimizer
        remembers of earlier steps is not transferred. Layers keep their names; where a layer in a
        residual block has the same name as another layer, it is preceded by the block's name and a
        dot. The block's `Add` has the name of the block.

    Raises
    ------
    ValueError
        If the network is not built, or has a layer of your own class.
    """
    import keras

    if not isinstance(network, Sequential):
        raise ValueError(f"to_keras takes a Sequential, got {network!r}")
    if network.input_shape is None:
        raise ValueError("the network has no weights yet: give Sequential an input_shape")
    writer = _ToKeras(network.dtype.name)
    inputs = keras.Input(network.input_shape, dtype=network.dtype.name)
    if any(isinstance(layer, Residual) for layer in network.layers):
        model = keras.Model(inputs, writer.call(network.layers, inputs))
    else:
        model = keras.Sequential([inputs, *map(writer.layer, network.layers)])
    for ours, theirs in writer.pairs:
        theirs.set_weights(list(ours.weights.values()))
    if network.optimizer is not None:
        model.compile(**settings.to_keras(network))
    return model


class _FromKeras:
    """Turns Keras's layers into ours. `pairs` holds (ours, theirs), `names` (ours, name, block)."""

    def __init__(self):
        self.pairs = []
        self.names = []

    def layers(self, model, block=""):
        """The layers of a model, one after the other, as ours."""
        import keras

        if isinstance(model, keras.Sequential):
            return [ours for layer in model.layers for ours in self.convert(layer, block)]
        return _Graph(model, self).between(None, None, block)

    def convert(self, theirs, block):
        """A Keras layer as a list of one of ours; a model as all of its layers."""
        import keras

        if isinstance(theirs, keras.Model):
            return self.layers(theirs, block)
        ours = _our_layer(theirs)
        self.pairs.append((ours, theirs))
        return [self.named(ours, theirs.name, block)]

    def named(self, ours, name, block):
        self.names.append((ours, name.removeprefix(f"{block}.") if block else name, block))
        return ours

    def set_names(self):
        """Name the layers. Models inside the model may use a name twice, which a block must not."""
        used = set()
        for ours, name, block in self.names:
            numbered = (f"{name}_{number}" for number in itertools.count(1))
            free = (n for n in itertools.chain([name], numbered) if (block, n) not in used)
            ours.name = next(free)
            used.add((block, ours.name))

    def dtype(self):
        """The dtype that all layers have in common."""
        dtypes = {theirs.dtype_policy.name: theirs.name for _, theirs in self.pairs}
        if len(dtypes) > 1 or not {"float32", "float64"}.issuperset(dtypes):
            raise ValueError(
                "all layers must be float32, or all float64; got "
                + ", ".join(f"{dtype} in {name!r}" for dtype, name in dtypes.items())
            )
        return next(iter(dtypes), "float32")


class _Graph:
    """The layers of a functional model, with the names of those that each one reads from."""

    def __init__(self, model, reader):
        self.model, self.reader = model, reader
        try:
            config = model.get_config()
        except NotImplementedError:
            config = {}
        if "input_layers" not in config:
            raise ValueError(
                f"model {model.name!r} is of its own class ({type(model).__name__}), so its "
                "layers cannot be read; build it as a keras.Sequential or a functional keras.Model"
            )
        if len(model.inputs) != 1 or len(model.outputs) != 1:
            raise ValueError(
                f"model {model.name!r} has {len(model.inputs)} inputs and {len(model.outputs)} "
                "outputs; a network here has one of each"
            )
        # One end is written as [name, 0, 0] or, by older Keras, as a list of that.
        self.first, self.last = (
            np.ravel(np.array(config[ends], object))[0]
            for ends in ("input_layers", "output_layers")
        )
        self.sources, self.kinds = {}, {}
        for layer in config["layers"]:
            name, calls = layer["name"], layer["inbound_nodes"]
            if len(calls) > 1:
                raise ValueError(
                    f"layer {name!r} is used {len(calls)} times in model {model.name!r}; here each "
                    "place needs a layer of its own"
                )
            self.kinds[name] = layer["class_name"]
            self.sources[name] = _sources(calls)
        self.converted = set()
        self.before = cache(self.before)

    def between(self, start, end, block):
        """The layers after `start` up to `end` as ours; None is the model's input, its output."""
        start, end = start or self.first, end or self.last
        names = []
        while end != start:
            names.append(end)
            end = self.before(end)
        return [ours for name in reversed(names) for ours in self.convert(name, block)]

    def before(self, name):
        """The previous layer; for an `Add`, the one where its two paths part."""
        sources = self.sources[name]
        if self.kinds[name] == "Add" and len(sources) == 2:
            second = set(self.back(sources[1]))
            return next(earlier for earlier in self.back(sources[0]) if earlier in second)
        if len(sources) != 1:
            raise ValueError(
                f"layer {name!r} ({self.kinds[name]}) joins {len(sources)} paths; only an Add of "
                "two paths has a counterpart here, the residual block"
            )
        return sources[0]

    def back(self, name):
        """The names from a layer back to the model's input."""
        names = [name]
        while names[-1] != self.first:
            names.append(self.before(names[-1]))
        return names

    def convert(self, name, block):
        if name in self.converted:
            raise ValueError(
                f"the paths of model {self.model.name!r} do not form residual blocks, one within "
                f"or after the other: the output of {name!r} is needed on several paths"
            )
        self.converted.add(name)
        if self.kinds[name] != "Add":
            return self.reader.convert(self.model.get_layer(name), block)
        fork = self.before(name)
        sides = [self.between(fork, source, name) for source in self.sources[name]]
        sides.sort(key=len, reverse=True)
        return [self.reader.named(Residual(*sides), name, block)]


def _sources(value):
    """The names of the layers whose outputs a call takes, from its description."""
    if isinstance(value, dict):
        if "keras_history" in value:
            return [value["keras_history"][0]]
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [name for item in value for name in _sources(item)]
    return []


def _our_layer(theirs):
    """Make our counterpart of a Keras layer, without weights; ValueError if there is none."""
    import keras

    kind, where = type(theirs).__name__, f"layer {theirs.name!r} ({type(theirs).__name__})"
    if type(theirs) is keras.layers.Softmax:
        kind = "Activation"
    elif kind not in LAYERS or type(theirs) is not getattr(keras.layers, kind, None):
        known = ", ".join(name for name in LAYERS if name != "Residual")
        raise ValueError(f"{where} has no counterpart here; those that have one: {known}, Add")
    config = theirs.get_config()
    if kind == "Activation":
        config.setdefault("activation", "softmax")
    parameters = inspect.signature(LAYERS[kind]).parameters
    arguments = {name: config[name] for name in parameters}
    known = inspect.signature(type(theirs)).parameters
    plain = type(theirs)(**{name: arguments[name] for name in known if name in arguments})
    plain = plain.get_config()
    for name, value in config.items():
        if name in arguments or name in OF_NO_CONSEQUENCE or name.endswith("_initializer"):
            continue
        if name == "axis" and kind == "BatchNormalization":
            rank = len(theirs.get_build_config()["input_shape"])
            value = -1 if value == rank - 1 else value
        if value != plain[name]:
            raise ValueError(
                f"{where} has {name}={value!r}, which has no counterpart here; "
                f"only {name}={plain[name]!r} has one"
            )
    for name, value in list(arguments.items()):
        if name.endswith("_initializer"):
            arguments[name] = snake_case(value["class_name"])
            if (
                arguments[name] not in INITIALIZERS
            ):  # the weights are already there, so it is not needed
                del arguments[name]
    try:
        return LAYERS[kind](**arguments)
    except ValueError as error:
        raise ValueError(f"{where} has no counterpart here: {error}") from None


def _shape_of_one(model):
    shape = model.input_shape[1:]
    if None in shape:
        raise ValueError(
            f"model {model.name!r} takes examples of any size {shape}; a network here needs a "
            "fixed one: rebuild the model with a keras.Input of the size you need"
        )
    return shape


class _ToKeras:
    """Turns our layers into Keras's. `pairs` holds (ours, theirs)."""

    def __init__(self, dtype):
        self.dtype = dtype
        self.names = set()
        self.pairs = []

    def call(self, layers, x, block=""):
        """Pass a Keras tensor through our layers."""
        import keras

        for layer in layers:
            if isinstance(layer, Residual):
                name = self.name(layer, block)
                paths = [self.call(chain.layers, x, name) for chain in layer.chains]
                x = keras.layers.Add(name=name, dtype=self.dtype)(paths)
            else:
                x = self.layer(layer, block)(x)
        return x

    def layer(self, ours, block=""):
        """A layer of ours as one of Keras's, without weights."""
        import keras

        kind = type(ours).__name__
        if LAYERS.get(kind) is not type(ours):
            raise ValueError(f"{ours} is of your own class: Keras has no counterpart")
        arguments = dict(ours.config)
        del arguments["class"]
        theirs = getattr(keras.layers, kind)(
            **arguments, name=self.name(ours, block), dtype=self.dtype
        )
        self.pairs.append((ours, theirs))
        return theirs

    def name(self, layer, block):
        name = f"{block}.{layer.name}" if layer.name in self.names else layer.name
        self.names.add(name)
        return name
