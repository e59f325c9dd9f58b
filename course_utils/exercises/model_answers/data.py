"""A Keras model as it leaves a student's process: its configuration, no code and no weights."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_utils.exercises.running import Unreadable, plain

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True)
class ModelData:
    """What an answer returned, if that was a Keras model: the text of ``model.to_json()``.

    Weights stay behind: whoever tries it out trains it from weights of its own.
    """

    config: str

    def as_argument(self) -> "keras.Model":
        """The Keras model, for an answer that takes one."""
        from course_utils.exercises.model_answers.rebuilding import rebuild

        return rebuild(self)


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
        if type(config) is not str:
            raise TypeError("to_json() gives no text")
    except Exception as error:
        text = (str(error).strip().split("\n") or [""])[0]
        return Unreadable(f"a model that cannot be saved ({type(error).__name__}: {text[:200]})")
    return ModelData(config)


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
