"""The settings that a network is compiled with, to and from Keras."""

import inspect
import itertools
import math
from typing import TYPE_CHECKING, Any

from course_utils.network.layers.layer import snake_case
from course_utils.network.training.losses import LOSSES
from course_utils.network.training.optimizers import SGD, Adam, AdamW, Momentum, RMSProp
from course_utils.network.training.schedules import (
    Schedule,
    cosine_decay,
    exponential_decay,
    step_decay,
)

if TYPE_CHECKING:
    import keras

    from course_utils.network.sequential import Sequential

KERAS_NAMES = {"Momentum": "SGD", "RMSProp": "RMSprop"}
OF_ITS_OWN = ("name", "from_logits")


def to_keras(network: "Sequential") -> dict[str, Any]:
    """The arguments of `keras.Model.compile` for a compiled network."""
    import keras

    config = network.optimizer.config
    name = config.pop("name")
    if isinstance(network.optimizer.learning_rate, Schedule):
        config["learning_rate"] = _keras_schedule(**config["learning_rate"])
    optimizer = getattr(keras.optimizers, KERAS_NAMES.get(name, name))(**config)
    loss = getattr(keras.losses, type(network.loss).__name__)(from_logits=network.loss.from_logits)
    return dict(optimizer=optimizer, loss=loss, metrics=list(network.metrics))


def _keras_schedule(name, learning_rate, **arguments):
    from keras.optimizers import schedules

    if name == "exponential_decay":
        return schedules.ExponentialDecay(learning_rate, **arguments)
    if name == "cosine_decay":
        start, steps = arguments.pop("warmup_start"), arguments.pop("warmup_steps")
        if steps:
            arguments |= dict(warmup_target=learning_rate, warmup_steps=steps)
            learning_rate = start
        return schedules.CosineDecay(learning_rate, **arguments)
    drops, factor = arguments["drop_steps"], arguments["factor"]
    if isinstance(drops, int):
        return schedules.ExponentialDecay(learning_rate, drops, factor, staircase=True)
    # In Keras, a boundary belongs to the piece before it.
    rates = [learning_rate * factor**number for number in range(len(drops) + 1)]
    return schedules.PiecewiseConstantDecay([drop - 1 for drop in drops], rates)


def from_keras(model: "keras.Model") -> dict[str, Any] | None:
    """The arguments of `Sequential.compile` for a compiled model.

    None if the model is not compiled, or with an optimizer or a loss that has no counterpart.
    """
    config = model.get_compile_config() if model.compiled else None
    if not config:
        return None
    optimizer, loss = _optimizer(config["optimizer"]), _loss(config["loss"])
    if optimizer is None or loss is None:
        return None
    metrics = ["accuracy"] if "accuracy" in str(config["metrics"]) else []
    return dict(optimizer=optimizer, loss=loss, metrics=metrics)


def _optimizer(description):
    from keras import optimizers

    name, config = description["class_name"], dict(description["config"])
    ours = {"SGD": Momentum if config.get("momentum") else SGD, "RMSprop": RMSProp}
    ours |= {"Adam": Adam, "AdamW": AdamW}
    if name not in ours:
        return None
    plain = getattr(optimizers, name)().get_config()
    arguments = {
        argument: config.pop(argument) for argument in inspect.signature(ours[name]).parameters
    }
    if any(value != plain[key] for key, value in config.items() if key not in ("name", "nesterov")):
        return None
    rate = arguments["learning_rate"]
    # Keras stores the number in float32.
    arguments["learning_rate"] = _schedule(rate) if isinstance(rate, dict) else float(f"{rate:.7g}")
    return None if arguments["learning_rate"] is None else ours[name](**arguments)


def _schedule(description):
    name, config = description["class_name"], description["config"]
    if name == "ExponentialDecay":
        rate, steps = config["initial_learning_rate"], config["decay_steps"]
        decay = step_decay if config["staircase"] else exponential_decay
        return decay(rate, steps, config["decay_rate"])
    if name == "CosineDecay":
        rate, target = config["initial_learning_rate"], config["warmup_target"]
        shape = dict(decay_steps=config["decay_steps"], alpha=config["alpha"])
        if target is None:
            return cosine_decay(rate, **shape)
        return cosine_decay(target, **shape, warmup_steps=config["warmup_steps"], warmup_start=rate)
    if name == "PiecewiseConstantDecay":
        rates = config["values"]
        factor = float(f"{rates[1] / rates[0]:.12g}")
        if all(math.isclose(b, a * factor) for a, b in itertools.pairwise(rates)):
            return step_decay(rates[0], [bound + 1 for bound in config["boundaries"]], factor)
    return None


def _loss(description):
    from keras import losses

    if isinstance(description, str):
        name, config = snake_case(description), {}
    elif isinstance(description, dict) and hasattr(losses, description["class_name"]):
        name, config = snake_case(description["class_name"]), dict(description["config"])
        plain = getattr(losses, description["class_name"])().get_config()
        if any(value != plain[key] for key, value in config.items() if key not in OF_ITS_OWN):
            return None
    else:
        return None
    if name not in LOSSES:
        return None
    return LOSSES[name](from_logits=config.get("from_logits", False))
