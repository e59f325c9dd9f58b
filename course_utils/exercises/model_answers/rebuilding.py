"""Build a model again from its data, outside the process that it came from. Loads Keras.

Each layer is built by its constructor, from settings that were checked one by one; how the layers
are joined and compiled is done here, from numbers and names.
"""

from typing import TYPE_CHECKING

from course_utils.exercises.model_answers.description import describe, make_layer, name_of, one_line
from course_utils.exercises.model_answers.layers import MERGING
from course_utils.exercises.model_answers.model_error import ModelError
from course_utils.exercises.model_answers.settings import (
    LOSS_SETTINGS,
    OPTIMIZER_SETTINGS,
    Part,
    checked,
)
from course_utils.exercises.model_answers.wiring import Wiring, read

if TYPE_CHECKING:
    import keras

    from course_utils.exercises.model_answers.data import ModelData

MOST_PARAMETERS = 10_000_000
MOST_ENTRIES = 2_000_000  # of all layers' results for one input


def rebuild(data: "ModelData") -> "keras.Model":
    """The Keras model that the data describe.

    A class that is not one of Keras's own, a function, or a part that reads files is refused
    before anything is built, and so is a model that is too large.

    Parameters
    ----------
    data : ModelData

    Returns
    -------
    keras.Model
        Functional, not compiled; a layer of a model in the model is called "model.layer".

    Raises
    ------
    ModelError
        If the model is refused; the text says why.
    """
    wiring = read(data.config)
    described = describe(wiring)
    for count, most, of in (
        (described.parameters, MOST_PARAMETERS, "parameters"),
        (described.entries, MOST_ENTRIES, "numbers to compute for one input"),
    ):
        if count > most:
            raise ModelError(f"it has {count:,} {of}; at most {most:,} can be tried out")
    try:
        model = _joined(wiring)
    except ModelError:
        raise
    except Exception as error:
        raise ModelError(f"its layers do not fit together: {one_line(error)}") from error
    if model.count_params() != described.parameters:
        raise ModelError(
            f"it has {model.count_params():,} parameters where {described.parameters:,} "
            "were counted"
        )
    return model


def _joined(wiring: Wiring):
    import keras

    layers, results, inputs = {}, [], []
    for step in wiring.steps:
        if step.kind == "InputLayer":
            inputs.append(keras.Input(step.settings["shape"]))
            results.append(inputs[-1])
            continue
        if step.path not in layers:
            layers[step.path] = make_layer(step)
        given = [results[place] for place in step.inputs]
        options = {} if step.training is None else {"training": step.training}
        called = layers[step.path](given if step.kind in MERGING else given[0], **options)
        results.append(called)
    ends = (inputs, [results[place] for place in wiring.outputs])
    return keras.Model(*(end[0] if len(end) == 1 else end for end in ends))


def compile_again(model: "keras.Model", data: "ModelData") -> None:
    """Compile a rebuilt model with the optimizer and the loss of the original.

    Raises
    ------
    ModelError
        If the original is not compiled, or with an optimizer or a loss that Keras does not have.
    """

    settings = read(data.config).compiled
    if not settings:
        raise ModelError("it is not compiled")
    optimizer, loss = _own_optimizer(settings), _own_loss(settings)
    try:
        model.compile(
            optimizer=optimizer.build(),
            loss=loss.build() if isinstance(loss, Part) else loss,
        )
    except Exception as error:
        raise ModelError(f"it cannot be compiled again: {one_line(error)}") from error


def _own_loss(settings: dict) -> str | Part:
    """The loss, if it is one of Keras's own."""
    loss = settings.get("loss")
    name = name_of(loss)
    if name not in LOSS_SETTINGS:
        raise ModelError(f"its loss is {name}, which is not one loss of Keras's own")
    kind, table = LOSS_SETTINGS[name]
    match loss:
        case {"module": "keras.losses", "class_name": str(given), "config": dict(config)}:
            if given != kind:
                raise ModelError(f"its loss {name} has settings that are not Keras's own")
            return Part("losses", kind, checked(config, table, f"its loss {name}"))
    return name


def _own_optimizer(settings: dict) -> Part:
    """The optimizer, if it and its schedule are Keras's own."""
    match settings.get("optimizer"):
        case {"module": "keras.optimizers", "class_name": str(kind), "config": dict(config)}:
            if kind in OPTIMIZER_SETTINGS:
                where = f"its optimizer {kind}"
                return Part("optimizers", kind, checked(config, OPTIMIZER_SETTINGS[kind], where))
    raise ModelError("its optimizer is not one of Keras's own")
