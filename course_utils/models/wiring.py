"""Which layer of a Keras network works on which results: for counting and for drawing."""

from dataclasses import dataclass

import keras
from keras import layers


@dataclass(frozen=True)
class Box:
    """One use of a layer.

    Attributes
    ----------
    name, kind : str
        The layer's name and class; "Input" for what comes from outside.
    details : str
        Its main settings, such as "3×3, 64 filters, stride 2".
    shape : tuple
        Of its output, without the batch.
    inputs : tuple of int
        Positions of the boxes whose outputs it takes.
    """

    name: str
    kind: str
    details: str
    shape: tuple
    inputs: tuple[int, ...]


def wiring(network: keras.Model, part: str = "") -> tuple[Box, ...]:
    """The layers of a network, or of a block of it, each after those whose results it takes.

    Parameters
    ----------
    network : keras.Model
        Sequential or functional, built. A model within it is one box.
    part : str
        Only the layers whose names begin so, such as "conv2_block1"; what they get from others
        becomes a box of kind "Input".

    Returns
    -------
    tuple of Box

    Raises
    ------
    ValueError
        If no layer's name begins with `part`.
    """
    boxes, places = [], {}
    for call in calls(network):
        step = call.operation
        if not step.name.startswith(part):
            continue
        for tensor in call.input_tensors:
            if id(tensor) not in places:
                places[id(tensor)] = len(boxes)
                maker = tensor._keras_history.operation.name
                boxes.append(Box(maker, "Input", "", tuple(tensor.shape[1:]), ()))
        inputs = tuple(places[id(tensor)] for tensor in call.input_tensors)
        places.update((id(tensor), len(boxes)) for tensor in call.output_tensors)
        shape = tuple(call.output_tensors[0].shape[1:])
        kind = "Input" if isinstance(step, layers.InputLayer) else type(step).__name__
        boxes.append(Box(step.name, kind, _details(step), shape, inputs))
    if not boxes:
        raise ValueError(f"no layer of {network.name} has a name that begins with {part!r}")
    return tuple(boxes)


def calls(network: keras.Model) -> list:
    """The uses of layers that lead to the outputs, as Keras's nodes, in an order of computation."""
    found, seen, waiting = [], set(), list(reversed(network.outputs))
    while waiting:
        call = _maker(waiting[-1])
        missing = [tensor for tensor in call.input_tensors if _maker(tensor) not in seen]
        # An input of a model within a model has one of its own, which is not this model's.
        if missing and not isinstance(call.operation, layers.InputLayer):
            waiting.extend(reversed(missing))
            continue
        waiting.pop()
        if call not in seen:
            seen.add(call)
            found.append(call)
    return found


def _maker(tensor):
    operation, use, _ = tensor._keras_history
    return operation._inbound_nodes[use]


def _details(step):
    words = []
    window = getattr(step, "kernel_size", None) or getattr(step, "pool_size", None)
    if window:
        words.append("×".join(map(str, window if isinstance(window, tuple) else (window,))))
    for name, unit in (("filters", "filters"), ("units", "units")):
        if hasattr(step, name):
            words.append(f"{getattr(step, name)} {unit}")
    strides = getattr(step, "strides", None)
    if window and strides and set(strides) != {1}:
        words.append("stride " + "×".join(map(str, sorted(set(strides)))))
    if getattr(step, "groups", 1) not in (1, None) and hasattr(step, "kernel"):
        words.append(f"{step.groups} groups")
    activation = getattr(getattr(step, "activation", None), "__name__", "linear")
    if activation != "linear":
        words.append(activation)
    return ", ".join(words)
