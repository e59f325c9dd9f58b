"""What each layer of a network costs, and how much of the image it sees."""

from dataclasses import dataclass
from math import inf, prod

import keras
from keras import layers

from course_utils.models.architectures.convnext import LayerScale
from course_utils.models.architectures.lenet import DistanceToBitmaps
from course_utils.models.architectures.local_response_normalization import (
    LocalResponseNormalization,
)
from course_utils.models.wiring import calls

# Layers that multiply by no weights of a convolution or dense layer, and look at one position.
_PLAIN = (
    layers.InputLayer,
    layers.Activation,
    layers.ReLU,
    layers.LeakyReLU,
    layers.PReLU,
    layers.ELU,
    layers.Softmax,
    layers.Dropout,
    layers.SpatialDropout1D,
    layers.SpatialDropout2D,
    layers.GaussianNoise,
    layers.BatchNormalization,
    layers.LayerNormalization,
    layers.GroupNormalization,
    layers.Normalization,
    layers.Rescaling,
    layers.RandomFlip,
    layers.RandomTranslation,
    layers.ZeroPadding1D,
    layers.ZeroPadding2D,
    layers.Flatten,
    layers.Reshape,
    layers.Permute,
    layers.Add,
    layers.Average,
    layers.Multiply,
    layers.Concatenate,
    LayerScale,
    LocalResponseNormalization,
)
_GLOBAL = (
    layers.GlobalAveragePooling1D,
    layers.GlobalAveragePooling2D,
    layers.GlobalMaxPooling1D,
    layers.GlobalMaxPooling2D,
)
_PLAIN_OPERATIONS = ("Add", "Multiply", "Pad", "Flip")  # of keras.ops, or of + and *


@dataclass(frozen=True)
class LayerCost:
    """One layer, for one example.

    Attributes
    ----------
    name, kind : str
    output_shape : tuple
        Without the batch.
    parameters, trainable : int
        All, and those that training changes. A layer that is used twice has them once.
    multiply_adds : int
        See `network_costs`.
    activations : int
        Numbers that come out.
    receptive_field : int or inf
        Side, in pixels of the input, of the square that one output value depends on; inf if it
        depends on the whole image, whatever its size.
    """

    name: str
    kind: str
    output_shape: tuple
    parameters: int
    trainable: int
    multiply_adds: int
    activations: int
    receptive_field: float


@dataclass(frozen=True)
class NetworkCosts:
    """A network's layers in the order of computation, and their sums. Prints as a table."""

    layers: tuple[LayerCost, ...]

    @property
    def parameters(self) -> int:
        """All parameters."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def trainable(self) -> int:
        """Parameters that training changes."""
        return sum(layer.trainable for layer in self.layers)

    @property
    def multiply_adds(self) -> int:
        """For one example."""
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def activations(self) -> int:
        """Numbers that all layers put out for one example; four bytes each in float32."""
        return sum(layer.activations for layer in self.layers)

    def __str__(self) -> str:
        head = ("Layer (type)", "Output", "Parameters", "Multiply-adds", "Activations", "Sees")
        rows = [
            (
                f"{c.name} ({c.kind})",
                " x ".join(map(str, c.output_shape)),
                f"{c.parameters:,}",
                f"{c.multiply_adds:,}",
                f"{c.activations:,}",
                "all" if c.receptive_field == inf else f"{c.receptive_field}",
            )
            for c in self.layers
        ]
        sums = (self.parameters, self.multiply_adds, self.activations)
        rows.append(("Sum", "", *(f"{n:,}" for n in sums), ""))
        widths = [max(map(len, column)) for column in zip(head, *rows)]
        lines = [
            "  ".join([row[0].ljust(widths[0]), *(c.rjust(w) for c, w in zip(row[1:], widths[1:]))])
            for row in (head, *rows)
        ]
        rule = "─" * len(lines[0])
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def network_costs(network: keras.Model) -> NetworkCosts:
    """Count what each layer of a Sequential or functional model costs for one example.

    A multiply-add is a weight times a value, added to a sum: twice as many are the operations of
    `reference.flop_count`. Convolutions and dense layers are counted, their biases are not, nor
    are normalizations, activations, pooling, additions. That is how the papers of ResNet and
    MobileNet count, whatever they call it. ResNet-50 has 3.86 billion here, 3.8 in its paper, at
    224 x 224 pixels; the often cited 4.1 are those of a variant whose stride is in the 3x3.

    Activations are what every layer puts out, as training keeps it for the backward pass (a layer
    that works in place saves its own). The receptive field is that of
    `reference.receptive_field`, widest over the ways through the network; the borders of the
    image are not taken off.

    Parameters
    ----------
    network : keras.Model
        Built, with an input of known size.

    Returns
    -------
    NetworkCosts

    Raises
    ------
    ValueError
        If the input's size is open, or a layer's kind is unknown here.
    """
    if not network.built:
        raise ValueError(f"{network.name} has no input shape yet: begin it with keras.Input")
    for tensor in network.inputs:
        if None in tensor.shape[1:]:
            raise ValueError(
                f"{network.name} takes inputs of any size, {tensor.shape}: build it for the size "
                "that is to be counted"
            )
    views = {id(tensor): (1, 1) for tensor in network.inputs}
    return NetworkCosts(tuple(_costs(network, views, set())))


def _costs(network, views, counted):
    """Yield a cost for each use of a layer.

    `views` has (field, step in input pixels) for each tensor so far, `counted` the weights.
    """
    for call in calls(network):
        step, inputs, outputs = call.operation, call.input_tensors, call.output_tensors
        if isinstance(step, keras.Model):
            views.update((id(inner), views[id(own)]) for inner, own in zip(step.inputs, inputs))
            yield from _costs(step, views, counted)
            views.update((id(own), views[id(inner)]) for inner, own in zip(step.outputs, outputs))
            continue
        if isinstance(step, layers.InputLayer):
            view = views[id(outputs[0])]
        else:
            view = _view(step, inputs, [views[id(tensor)] for tensor in inputs])
            views.update((id(tensor), view) for tensor in outputs)
        weights = [w for w in getattr(step, "weights", ()) if id(w) not in counted]
        counted.update(map(id, weights))
        shape = tuple(outputs[0].shape[1:])
        yield LayerCost(
            name=step.name,
            kind=type(step).__name__,
            output_shape=shape,
            parameters=sum(prod(w.shape) for w in weights),
            trainable=sum(prod(w.shape) for w in weights if w.trainable),
            multiply_adds=_multiply_adds(step, shape),
            activations=sum(prod(tensor.shape[1:]) for tensor in outputs),
            receptive_field=view[0],
        )


def _view(step, inputs, before):
    """Field and step after a layer, the widest over its inputs."""
    field, pixels = max(field for field, _ in before), max(pixels for _, pixels in before)
    if isinstance(step, _GLOBAL):
        return inf, pixels
    if isinstance(step, (layers.Dense, DistanceToBitmaps)):
        # On vectors it mixes all that there is; on maps it works position by position.
        return (inf if len(inputs[0].shape) == 2 else field), pixels
    window = getattr(step, "kernel_size", None) or getattr(step, "pool_size", None)
    if window:
        window, strides = _pair(window), _pair(step.strides)
        dilation = _pair(getattr(step, "dilation_rate", 1))
        # Where height and width differ, the larger.
        wider = max((k - 1) * d for k, d in zip(window, dilation))
        return field + wider * pixels, pixels * max(strides)
    if isinstance(step, _PLAIN) or type(step).__name__ in _PLAIN_OPERATIONS:
        return field, pixels
    raise ValueError(
        f"the layer {step.name!r} is a {type(step).__name__}, of which it is not known what it "
        "multiplies and sees"
    )


def _pair(value):
    return tuple(value) if isinstance(value, (tuple, list)) else (value, value)


def _multiply_adds(step, output_shape):
    if hasattr(step, "multiply_adds"):
        return step.multiply_adds(output_shape)
    positions = prod(output_shape[:-1])
    if isinstance(step, (layers.SeparableConv1D, layers.SeparableConv2D)):
        kernels = (step.depthwise_kernel, step.pointwise_kernel)
        return positions * sum(prod(kernel.shape) for kernel in kernels)
    if hasattr(step, "kernel"):
        return positions * prod(step.kernel.shape)
    return 0
