"""From the models that an answer returned to what is wrong with them. Runs no answer."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from course_utils.exercises.comparing import kind_of
from course_utils.exercises.layer_table import LayerTable
from course_utils.exercises.model_answers.data import ModelData
from course_utils.exercises.model_answers.description import Description
from course_utils.exercises.model_answers.model_error import ModelError
from course_utils.exercises.model_answers.requirements import Case, Finding
from course_utils.exercises.model_answers.table import layer_table
from course_utils.exercises.model_answers.workshop import Own, Workshop
from course_utils.exercises.running import Outcome, Unreadable
from course_utils.exercises.trial import Trial

if TYPE_CHECKING:
    from course_utils.exercises.model_answers.exercise import ModelExercise, ModelMisconception


@dataclass(frozen=True)
class ModelVerdict:
    """What is said about an answer: `passed`, a message, a table of layers, the mistake."""

    passed: bool
    message: str
    table: LayerTable | None = None
    misconception: "ModelMisconception | None" = None


def judge_models(trial: Trial, outcomes: list[Outcome], workshop: Workshop) -> ModelVerdict:
    """The verdict on the models that an answer returned for the inputs of a trial."""
    exercise, inputs, seed = trial.exercise, trial.inputs, trial.seed
    own = workshop.own(trial)
    seen = workshop.seen(outcomes)
    for arguments, outcome, one in zip(inputs, outcomes, seen, strict=True):
        complaint = _complaint(outcome)
        if not complaint and not isinstance(one, Description):
            complaint = f"It returned a model that cannot be judged: {one}."
        if complaint:
            message = _called(exercise, arguments) + complaint
            return ModelVerdict(False, message, None, diagnose(exercise, own, outcomes, seen))

    if broken := [one for one in own.expected if isinstance(one, str)]:
        raise RuntimeError(f"the model solution of {exercise.id} gives no model: {broken[0]}")
    cases = [Case(*one) for one in zip(seen, own.expected, inputs, strict=True)]
    unmet: list[tuple[str, Finding, Case]] = []
    told: list[str] = []
    for requirement in exercise.requirements:
        for case in cases if requirement.measure is None else ():
            finding = requirement.check(case)
            if finding:
                unmet.append((requirement.what, _finding(finding), case))
                break
    for place, requirement in enumerate(exercise.requirements):
        if unmet or requirement.measure is None:
            continue
        numbers: dict = {}
        try:
            numbers = workshop.measure(exercise, place, outcomes[0].value, seed)
            finding = requirement.check(replace(cases[0], measured=numbers))
        except ModelError as error:
            finding = f"It could not be tried out: {error}."
        if finding:
            unmet.append((requirement.what, _finding(finding), cases[0]))
        elif requirement.tell:
            told.append(requirement.tell(numbers))
    if not unmet:
        return ModelVerdict(True, " ".join(["Everything that is asked is met.", *told]))
    _, finding, case = unmet[0]
    message = _called(exercise, case.arguments) + finding.text
    if len(unmet) > 1:
        message += f" Also not met yet: {'; '.join(what for what, _, _ in unmet[1:])}."
    table = layer_table(case.model, finding)
    return ModelVerdict(False, message, table, diagnose(exercise, own, outcomes, seen))


def diagnose(
    exercise: "ModelExercise",
    own: Own,
    outcomes: list[Outcome],
    seen: tuple[Description | str, ...],
) -> "ModelMisconception | None":
    """The first registered mistake that the returned models show."""
    if any(outcome.kind in ("timed out", "not run") for outcome in outcomes):
        return None
    for misconception in exercise.misconceptions:
        seen_in = getattr(misconception, "seen_in", None)
        if seen_in is not None:
            if all(isinstance(one, Description) and seen_in(one) for one in seen):
                return misconception
        elif _comparable(seen) == _comparable(own.mistaken[misconception.id]):
            return misconception
    return None


def _comparable(seen: tuple[Description | str, ...]) -> list:
    return [one.comparable if isinstance(one, Description) else one for one in seen]


def _complaint(outcome: Outcome) -> str:
    if outcome.kind == "timed out":
        return f"It was still running after {outcome.error}. Is there a loop that never ends?"
    if outcome.kind == "not run":
        return "It was not run on this input."
    if outcome.kind == "raised":
        return f"It raised {outcome.error}{f' ({outcome.line})' if outcome.line else ''}."
    value = outcome.value
    if value is None:
        return "It returned None. Does it end with a `return` line?"
    if not isinstance(value, ModelData):
        came = str(value) if isinstance(value, Unreadable) else kind_of(value)
        expected = "" if came.startswith("a model") else "; expected a Keras model"
        return f"It returned {came}{expected}."
    if outcome.mutated:
        names = " and ".join(f"`{name}`" for name in outcome.mutated)
        return f"It changed its argument {names}. Whoever called it still needs that."
    return ""


def _called(exercise: "ModelExercise", arguments: dict) -> str:
    """Which call the message is about; large arguments are named only."""
    if not arguments:
        return ""
    shown = (
        f"{name}={value!r}" if isinstance(value, int | float | str | tuple) else f"{name}=..."
        for name, value in arguments.items()
    )
    return f"{exercise.id}({', '.join(shown)}): "


def _finding(found: Finding | str) -> Finding:
    return Finding(found) if isinstance(found, str) else found
