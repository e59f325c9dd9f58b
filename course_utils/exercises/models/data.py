"""A Keras model as it leaves a student's process: its configuration and its weights, no code."""

import sys
from dataclasses import dataclass, field

import numpy as np

from course_utils.exercises.running import Unreadable, plain

MOST_WEIGHTS = 10_000_000  # of larger models, which nobody tries out, the weights are left behind


@dataclass(frozen=True)
class ModelData:
    """What an answer returned, if that was a Keras model.

    `config` is the text of ``model.to_json()``; `weights` are the arrays of each layer by the
    layer's path, such as "block/conv2d", or None if there are too many.
    """

    config: str
    weights: dict[str, list[np.ndarray]] | None = field(repr=False)

    def to_plain(self) -> dict:
        """Of base types alone, to send through a pipe."""
        return {"config": self.config, "weights": self.weights}

    def as_argument(self):
        """The Keras model, for an answer that takes one."""
        from course_utils.exercises.models.rebuilding import rebuild

        return rebuild(self)

    @classmethod
    def from_plain(cls, value: object) -> "ModelData":
        """What `to_plain` gave.

        Raises
        ------
        ValueError
            If it is something else.
        """
        match value:
            case {"config": str(config), "weights": None, **rest} if not rest:
                return cls(config, None)
            case {"config": str(config), "weights": dict(weights), **rest} if not rest:
                if all(
                    isinstance(path, str)
                    and isinstance(arrays, list)
                    and all(isinstance(array, np.ndarray | np.generic) for array in arrays)
                    for path, arrays in weights.items()
                ):
                    return cls(config, weights)
        raise ValueError("it is no model's configuration and weights")


def is_model(value: object) -> bool:
    """Whether it is a Keras model. If Keras is not loaded, nothing is."""
    keras = sys.modules.get("keras")
    # Not isinstance: a class may lie about itself through __class__.
    return keras is not None and issubclass(type(value), keras.Model)


def model_data(value: object) -> object:
    """What an answer returned, as data: `ModelData` of a Keras model, else as `running.plain`.

    Runs where the answer runs, and nowhere else.
    """
    keras = sys.modules.get("keras")
    if not is_model(value):
        return _no_model(value, keras)
    if not value.built:
        return Unreadable(
            "a model that does not know the shape of its input (begin it with "
            "keras.Input(shape=...))"
        )
    try:
        config = value.to_json()
        if value.count_params() > MOST_WEIGHTS:
            return ModelData(config, None)
        weights: dict[str, list[np.ndarray]] = {}
        _collect(value, "", weights, keras)
    except Exception as error:
        text = (str(error).strip().split("\n") or [""])[0]
        return Unreadable(f"a model that cannot be saved ({type(error).__name__}: {text[:200]})")
    return ModelData(config, weights)


def _collect(model, path: str, weights: dict, keras) -> None:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            _collect(layer, f"{path}{layer.name}/", weights, keras)
        else:
            arrays = [np.array(array) for array in layer.get_weights()]
            if arrays:
                weights[path + layer.name] = arrays


def _no_model(value: object, keras) -> object:
    kind = type(value)
    if issubclass(kind, type):
        return Unreadable(f"the class {value.__name__} itself")
    if keras is None:
        return plain(value)
    if kind in (list, tuple) and value and all(_is_layer(item, keras) for item in value):
        return Unreadable(f"a {kind.__name__} of layers")
    if issubclass(kind, keras.KerasTensor):
        return Unreadable("the result of a layer (a symbolic tensor)")
    if _is_layer(value, keras):
        return Unreadable(f"a single {kind.__name__} layer")
    return plain(value)


def _is_layer(value: object, keras) -> bool:
    return issubclass(type(value), keras.layers.Layer) and not is_model(value)
