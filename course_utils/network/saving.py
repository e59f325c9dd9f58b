"""A network in a file: an npz archive of arrays, one of them a description in JSON."""

import json
import os
import zipfile
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from course_utils.network.layers import LAYERS

if TYPE_CHECKING:
    from course_utils.network.sequential import Sequential

FORMAT = "course_utils.network 1"


def save(network: "Sequential", path: str | PathLike[str]) -> None:
    """Write a network to a file, which appears whole or not at all; see `Sequential.save`."""
    layers = [layer.config for layer in network.layers]
    for config in layers:
        _layer(config)  # raises ValueError for a layer that `load` could not make
    description = {
        "format": FORMAT,
        "layers": layers,
        "names": [layer.name for layer in network.every_layer()],
        "input_shape": network.input_shape,
        "dtype": network.dtype.name,
        "epoch": network.epoch,
        "rng": network.rng.bit_generator.state,
    }
    arrays = {f"weights/{path}": weight for path, weight in network.weights.items()}
    if network.optimizer is not None:
        description["compiled"] = {
            "optimizer": network.optimizer.config,
            "loss": network.loss.config,
            "metrics": network.metrics,
        }
        arrays |= {f"optimizer/{key}": array for key, array in network.optimizer.state.items()}
    path = Path(path)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(unfinished, "wb") as file:
            np.savez(file, description=json.dumps(description), **arrays)
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def restore(path: str | PathLike[str], network_class: type["Sequential"]) -> "Sequential":
    """Make a network_class from a file that `save` wrote; see `load`."""
    with open(path, "rb") as file:
        try:
            return _restore(file, network_class)
        # A damaged archive can fail in a dozen ways, each with its own exception.
        except Exception as error:
            raise ValueError(
                f"{path} is not a network that Sequential.save wrote, or it is truncated or "
                f"damaged ({type(error).__name__}: {error})"
            ) from error


def _restore(file, network_class):
    if not zipfile.is_zipfile(file):  # numpy would suggest trusting it as a pickle
        raise ValueError("it is not an npz file")
    file.seek(0)
    with np.load(file, allow_pickle=False) as archive:
        arrays = dict(archive)
    description = json.loads(str(arrays.pop("description")))
    if description["format"] != FORMAT:
        raise ValueError(f"its format is {description['format']!r}, expected {FORMAT!r}")
    layers = [_layer(config) for config in description["layers"]]
    network = network_class(layers, dtype=description["dtype"])
    for layer, name in zip(network.every_layer(), description["names"], strict=True):
        layer.name = name
    network.build(description["input_shape"])
    _set_weights(network, _part(arrays, "weights"))
    network.epoch = description["epoch"]
    network.rng.bit_generator.state = description["rng"]
    compiled = description.get("compiled")
    if compiled is not None:
        network.compile(**compiled)
        network.optimizer.set_state(_part(arrays, "optimizer"))
    return network


def _layer(config):
    """Make a layer from its `config`."""
    arguments = dict(config)
    name = arguments.pop("class")
    if name not in LAYERS:
        raise ValueError(f"{name!r} is not a layer of course_utils.network")
    if name == "Residual":
        arguments = {side: list(map(_layer, configs)) for side, configs in arguments.items()}
    return LAYERS[name](**arguments)


def _set_weights(network, weights):
    """Set the weights by path; they must be exactly those that the network has."""
    shapes = {path: weight.shape for path, weight in network.weights.items()}
    stored = {path: weight.shape for path, weight in weights.items()}
    if stored != shapes:
        path = next(path for path in shapes | stored if shapes.get(path) != stored.get(path))
        raise ValueError(
            f"its weights belong to another network: {path!r} has shape {stored.get(path)}, "
            f"expected {shapes.get(path)}"
        )
    for path, weight in network.weights.items():
        weight[...] = weights[path]


def _part(arrays, name):
    """Return the arrays whose keys start with `name`, under the rest of the key."""
    return {
        key.removeprefix(f"{name}/"): array
        for key, array in arrays.items()
        if key.startswith(f"{name}/")
    }
