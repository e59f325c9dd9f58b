"""Build a model again from its data, outside the process that it came from. Loads Keras."""

from course_utils.exercises.models.data import ModelData
from course_utils.exercises.models.description import MERGING, describe, make_layer
from course_utils.exercises.models.layers import LOSSES, OPTIMIZERS, SCHEDULES
from course_utils.exercises.models.wiring import ModelError, read

MOST_PARAMETERS = 30_000_000


def rebuild(data: ModelData, *, weights: bool = True):
    """The Keras model that the data describe.

    Keras is given one layer's settings at a time, after they were checked: a class that is not one
    of its own, a function, or a part that reads files is refused before anything is built, and so
    is a model that is too large. How the layers are joined is done here.

    Parameters
    ----------
    data : ModelData
    weights : bool
        Whether the model gets the weights that came; else it draws its own.

    Returns
    -------
    keras.Model
        Functional, not compiled; its layers have the names of the originals' paths.

    Raises
    ------
    ModelError
        If the model is refused, or its weights do not fit it. The text says why.
    """
    import keras

    wiring = read(data.config)
    described = describe(wiring)
    if described.parameters > MOST_PARAMETERS:
        raise ModelError(
            f"it has {described.parameters:,} parameters; at most {MOST_PARAMETERS:,} are accepted"
        )
    made, results, inputs = {}, [], []
    for step in wiring.steps:
        if step.kind == "InputLayer":
            inputs.append(keras.Input(step.settings["shape"]))
            results.append(inputs[-1])
            continue
        if step.path not in made:
            made[step.path] = make_layer(step)
            made[step.path].name = step.path.replace("/", ".")
        given = [results[place] for place in step.inputs]
        options = {} if step.training is None else {"training": step.training}
        results.append(made[step.path](given if step.kind in MERGING else given[0], **options))
    outputs = [results[place] for place in wiring.outputs]
    model = keras.Model(inputs, outputs[0] if len(outputs) == 1 else outputs)
    if model.count_params() != described.parameters:
        raise ModelError(
            f"it was counted as {described.parameters:,} parameters but has "
            f"{model.count_params():,}"
        )
    if weights:
        _set_weights(made, data.weights)
    return model


def _set_weights(layers: dict, weights: dict | None) -> None:
    if weights is None:
        raise ModelError("its weights were left behind")
    expected = {path for path, layer in layers.items() if layer.weights}
    if expected != set(weights):
        raise ModelError(f"weights came for {sorted(weights)}; expected {sorted(expected)}")
    for path, arrays in weights.items():
        shapes = [tuple(weight.shape) for weight in layers[path].weights]
        came = [array.shape for array in arrays]
        if came != shapes or any(array.dtype.kind not in "iuf" for array in arrays):
            raise ModelError(f"layer {path!r} came with weights of shapes {came}, not {shapes}")
        layers[path].set_weights(arrays)


def compile_again(model, data: ModelData) -> None:
    """Compile a rebuilt model as the original was; metrics and callbacks stay behind.

    Raises
    ------
    ModelError
        If the original is not compiled, or with an optimizer or a loss that Keras does not have.
    """
    import keras

    settings = read(data.config).compiled
    if not settings:
        raise ModelError("it is not compiled")
    optimizer = _checked_optimizer(settings.get("optimizer"))
    loss = settings.get("loss")
    if isinstance(loss, dict):
        config = loss.get("config")
        if loss.get("module") == "keras.losses" and isinstance(config, dict):
            name, loss = config.get("name"), dict(loss)
            known = loss["class_name"].lower() == str(name).replace("_", "").lower()
            if not known or name not in LOSSES:
                raise ModelError(f"its loss {name!r} is not one of Keras's own")
            loss = keras.losses.deserialize(loss)
        else:
            loss = config
    if isinstance(loss, str) and loss not in LOSSES:
        raise ModelError(f"its loss {loss!r} is not one of Keras's own")
    if loss is None or isinstance(loss, list | dict):
        raise ModelError("it has no single loss")
    model.compile(optimizer=keras.optimizers.deserialize(optimizer), loss=loss)


def _checked_optimizer(optimizer: object) -> dict:
    match optimizer:
        case {
            "module": "keras.optimizers",
            "class_name": kind,
            "config": dict(config),
            "registered_name": None,
        } if kind in OPTIMIZERS:
            pass
        case _:
            raise ModelError("its optimizer is not one of Keras's own")
    for value in config.values():
        match value:
            case None | bool() | int() | float() | str():
                pass
            case {
                "module": "keras.optimizers.schedules",
                "class_name": schedule,
                "config": dict(numbers),
                "registered_name": None,
            } if schedule in SCHEDULES and not any(
                isinstance(number, dict) for number in numbers.values()
            ):
                pass
            case _:
                raise ModelError("its optimizer has a setting that is not one of Keras's own")
    return {
        "class_name": kind,
        "module": "keras.optimizers",
        "config": config,
        "registered_name": None,
    }
