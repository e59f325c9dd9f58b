"""What an exercise asks of a model: ready-made requirements, and `Requirement` for others.

A requirement looks at a `Case`: the description of the model that the answer returned for one
input, and numbers that were measured on it; never at the answer's source, nor at a live model.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from course_utils.exercises.model_answers.data import ModelData
from course_utils.exercises.model_answers.description import Description, Layer
from course_utils.exercises.model_answers.layers import ACTIVATION_LAYERS
from course_utils.exercises.model_answers.measuring import trained_accuracy


@dataclass(frozen=True)
class Finding:
    """A requirement that is not met: in words, and which cells of the table of layers show it.

    `marks` are pairs of a layer's number and "layer", "output" or "parameters"; `expected` says
    for a layer's number what was expected there.
    """

    text: str
    marks: frozenset[tuple[int, str]] = frozenset()
    expected: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One call of an answer, as a requirement sees it."""

    model: Description
    reference: Description  # what the model solution returns for the same arguments
    arguments: dict
    measured: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Requirement:
    """One thing that a model must be or do.

    Parameters
    ----------
    what : str
        For the student, as in "at most 300,000 parameters".
    check : callable
        ``check(case)`` gives None if it is met, else a `Finding` or a sentence.
    measure : callable, optional
        ``measure(data, seed)`` tries the model out, given as `ModelData`, and gives numbers for
        `check` in a dict. It is asked for the first input only, and only if everything that
        needs no measuring is met.
    tell : callable, optional
        ``tell(measured)`` puts the numbers in a sentence for the report of a right answer.
    """

    what: str
    check: Callable[[Case], "Finding | str | None"]
    measure: Callable[[ModelData, int], dict] | None = None
    tell: Callable[[dict], str] | None = None


def parameters(*, at_most: int | None = None, at_least: int | None = None) -> Requirement:
    """A number of parameters, trainable or not, within limits."""
    asked = _limits(at_most, at_least, "parameter")

    def check(case):
        count = case.model.parameters
        if _within(count, at_most, at_least):
            return None
        largest = max(case.model.layers, key=lambda layer: layer.parameters)
        text = f"It has {count:,} parameters; expected {asked}."
        if at_most is None or count <= at_most:
            return Finding(text)
        return Finding(
            f"{text} {_named(largest)} has {largest.parameters:,} of them.",
            frozenset({(largest.number, "parameters")}),
        )

    return Requirement(asked, check)


def input_shape(*sides: int | None) -> Requirement:
    """The shape of one input, without the batch; that of the model solution if none is given."""

    def check(case):
        expected = (tuple(sides),) if sides else case.reference.input_shapes
        if case.model.input_shapes == expected:
            return None
        return Finding(
            f"Its input has shape {_shapes(case.model.input_shapes)}; "
            f"expected {_shapes(expected)}.",
            frozenset({(0, "output")}),
        )

    return Requirement("the right input shape", check)


def output_shape(*sides: int | None) -> Requirement:
    """The shape of one output, without the batch; that of the model solution if none is given."""

    def check(case):
        expected = (tuple(sides),) if sides else case.reference.output_shapes
        if case.model.output_shapes == expected:
            return None
        return Finding(
            f"Its output has shape {_shapes(case.model.output_shapes)}; "
            f"expected {_shapes(expected)}.",
            frozenset((number, "output") for number in case.model.outputs),
        )

    return Requirement("the right output shape", check)


def uses(kind: str, *, at_least: int = 1, at_most: int | None = None) -> Requirement:
    """Layers of a class, such as "BatchNormalization", in a number within limits.

    "Activation" finds no activation that is an argument of another layer.
    """
    asked = _limits(at_most, at_least, f"{kind} layer")

    def check(case):
        found = [layer for layer in case.model.layers if layer.kind == kind]
        if _within(len(found), at_most, at_least):
            return None
        return Finding(
            f"It has {_counted(len(found), f'{kind} layer')}; expected {asked}.",
            frozenset((layer.number, "layer") for layer in found),
        )

    return Requirement(asked, check)


def without(*kinds: str) -> Requirement:
    """No layer of these classes."""

    def check(case):
        found = [layer for layer in case.model.layers if layer.kind in kinds]
        if not found:
            return None
        return Finding(
            f"{_named(found[0])} is of a class that is not asked for: do without it.",
            frozenset((layer.number, "layer") for layer in found),
        )

    return Requirement(f"no {' and no '.join(kinds)}", check)


def same_layers() -> Requirement:
    """The layers of the model solution, wired and set alike; names and initializers are free.

    An activation may be an argument of its layer or a layer of its own.
    """

    def check(case):
        if case.model.canonical() == case.reference.canonical():
            return None
        return input_shape().check(case) or _first_difference(case.model, case.reference)

    return Requirement("the layers that are asked", check)


def loss_fits(labels: str) -> Requirement:
    """It is compiled with a cross-entropy that fits the labels and the last activation.

    Parameters
    ----------
    labels : {"integers", "one-hot"}
        Which the exercise's prompt says that there are.
    """
    expected = {
        "integers": "sparse_categorical_crossentropy",
        "one-hot": "categorical_crossentropy",
    }[labels]

    def check(case):
        compiled = case.model.compiled
        if compiled is None:
            return "It is not compiled. Call model.compile(...) before you return it."
        if compiled.loss != expected:
            return f"Its loss is {compiled.loss}; expected the one for labels that are {labels}."
        found = case.model.last_activations
        marks = _at_the_end(case)
        if compiled.from_logits and "softmax" in found:
            return Finding(
                "Its loss has from_logits=True, which takes a softmax, but the model ends in a "
                "softmax already. Expected one softmax in all.",
                marks,
            )
        if not compiled.from_logits and found != ("softmax",):
            return Finding(
                f"Its loss expects probabilities, but the output comes from {_then(found)}. "
                "Expected one softmax, in the model or in the loss.",
                marks,
            )
        if compiled.from_logits and found:
            return Finding(
                f"Its loss takes scores of any sign, but they come from {found[-1]}.", marks
            )
        return None

    return Requirement(f"a loss for labels that are {labels}", check)


def accuracy_after_training(
    at_least: float,
    data: Callable[[np.random.Generator], tuple],
    *,
    epochs: int,
    batch_size: int = 64,
    compile: Callable | None = None,
) -> Requirement:
    """An accuracy on examples that the student did not choose, after a short training.

    The model is trained from weights drawn anew with the evaluation's seed, in its own compile
    settings or those that ``compile(model)`` sets.

    Parameters
    ----------
    at_least : float
        Leave room for bad luck: well under what the model solution reaches at its worst seed.
    data : callable
        ``data(rng)`` gives ((train images, train labels), (test images, test labels)).
    epochs, batch_size : int
        At most some 20 s of training on two slow cores.
    compile : callable, optional
    """

    def measure(model: ModelData, seed: int) -> dict:
        train, test = data(np.random.default_rng(seed))
        return trained_accuracy(
            model,
            seed,
            train=train,
            test=test,
            epochs=epochs,
            batch_size=batch_size,
            compile=compile,
        )

    def check(case):
        if "over_budget" in case.measured:
            most = max(case.model.layers, key=lambda layer: layer.multiply_adds)
            return Finding(
                f"Training it would take {case.measured['over_budget']:.1f} times the "
                f"computation that is allowed. {_named(most)} takes most of it: "
                f"{most.multiply_adds:,} multiplications for one example.",
                frozenset({(most.number, "layer")}),
            )
        return _accuracy_finding(case.measured, at_least, f"after {_epochs(epochs)} of training")

    tell = functools.partial(_accuracy_text, at_least=at_least)
    return Requirement(f"an accuracy of at least {at_least:g}", check, measure, tell)


def _accuracy_text(measured: dict, at_least: float) -> str:
    return (
        f"Its accuracy is {measured['accuracy']:.3f} on {measured['examples']:,} examples that it "
        f"had not seen; at least {at_least:g} was asked."
    )


def _accuracy_finding(measured: dict, at_least: float, when: str) -> str | None:
    if measured["accuracy"] >= at_least:
        return None
    return (
        f"Its accuracy is {measured['accuracy']:.3f} on {measured['examples']:,} examples that it "
        f"had not seen, {when}; expected at least {at_least:g}."
    )


def _epochs(count: int) -> str:
    return f"{count} epoch{'s' * (count != 1)}"


def _first_difference(model: Description, reference: Description) -> Finding:
    """Where two models' parts begin to differ, in words."""
    pairs = zip(model.parts(), reference.parts())
    position, ((ours, layer), (theirs, other)) = next(
        (i, pair) for i, pair in enumerate(pairs) if pair[0][0] != pair[1][0]
    )
    bends, should_bend = ours[0] == "Activation", theirs[0] == "Activation"
    after = ""
    if should_bend and not bends and position:
        # The layer before is right but for its activation.
        layer = model.parts()[position - 1][1]
        after = " after it" if other.kind in ACTIVATION_LAYERS else ""
    elif bends and not should_bend and layer.kind not in ACTIVATION_LAYERS:
        other = reference.parts()[position - 1][1]
    elif theirs[0] == "output":
        if ours[0] == "output":
            return Finding("Its output is not that of the layer that is asked.")
        return Finding(
            f"Layer {layer.number}, {layer}, is more than is asked.",
            frozenset({(layer.number, "layer")}),
        )
    elif ours[0] == "output":
        return Finding(
            f"It ends with layer {layer.number}, {layer}; expected {other} after it.",
            frozenset({(layer.number, "layer")}),
        )
    expected = f"{other}{after}"
    if str(layer) == expected:
        expected += f" {_details(layer, other)}"
    return Finding(
        f"Layer {layer.number} is {layer}; expected {expected}.",
        frozenset({(layer.number, "layer")}),
        {layer.number: f"{other}{after}"},
    )


def _details(ours: Layer, theirs: Layer) -> str:
    """What else distinguishes two layers whose short forms are the same."""
    found = [
        f"with {key}={value!r} instead of {ours.compared.get(key)!r}"
        for key, value in theirs.compared.items()
        if ours.compared.get(key) != value
    ]
    if ours.shared != theirs.shared:
        found.append("sharing an earlier layer's weights" if theirs.shared else "with own weights")
    elif (ours.trainable_parameters > 0) != (theirs.trainable_parameters > 0):
        found.append("that is trained" if theirs.trainable_parameters else "that is not trained")
    return " and ".join(found) or f"working on {_sources(theirs)}"


def _sources(layer: Layer) -> str:
    return " and ".join(f"layer {n}" if n > 0 else "the model's input" for n in layer.inputs)


def _then(activations: tuple[str, ...]) -> str:
    return " and then ".join(activations) or "no activation"


def _at_the_end(case: Case) -> frozenset:
    return frozenset((number, "layer") for number in case.model.outputs)


def _limits(at_most: int | None, at_least: int | None, one: str) -> str:
    if at_most is None and at_least is None:
        raise ValueError("give at_most, at_least or both")
    if at_most is None:
        return f"at least {_counted(at_least, one)}"
    if not at_least:
        return f"at most {_counted(at_most, one)}"
    if at_least == at_most:
        return f"exactly {_counted(at_most, one)}"
    return f"{at_least:,} to {_counted(at_most, one)}"


def _counted(number: int, one: str) -> str:
    shown = f"{number:,}" if number else "no"
    return f"{shown} {one}{'s' * (number != 1)}"


def _within(count: int, at_most: int | None, at_least: int | None) -> bool:
    return (at_most is None or count <= at_most) and (at_least is None or count >= at_least)


def _named(layer: Layer) -> str:
    return f"Layer {layer.number}, {layer},"


def _shapes(shapes: tuple) -> str:
    return " and ".join(map(str, shapes)) or "no shape"
