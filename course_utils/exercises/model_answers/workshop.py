"""Where models are looked at and tried out: in this process, or for a grader in another one."""

import functools
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from course_utils.exercises.model_answers.data import ModelData
from course_utils.exercises.model_answers.description import Description, describe
from course_utils.exercises.model_answers.model_error import ModelError
from course_utils.exercises.running import Outcome, run
from course_utils.exercises.trial import Trial

if TYPE_CHECKING:
    from course_utils.exercises.model_answers.exercise import ModelExercise


@dataclass(frozen=True)
class Own:
    """What the course's own code builds for the inputs of an exercise.

    Attributes
    ----------
    expected : tuple of Description or str
        What the model solution returns for each input; see `seen`.
    mistaken : dict
        By the misconception's id, what that returns.
    """

    expected: tuple[Description | str, ...]
    mistaken: dict[str, tuple[Description | str, ...]]


class Workshop(ABC):
    """Describes and measures models that came as data."""

    @abstractmethod
    def describe(self, data: ModelData) -> Description:
        """What the model is; ModelError if it cannot be judged."""

    @abstractmethod
    def measure(
        self, exercise: "ModelExercise", requirement: int, data: ModelData, seed: int
    ) -> dict:
        """The numbers that one of the exercise's requirements measures, by its place among them.

        Raises
        ------
        ModelError
            If the model cannot be tried out.
        MemoryError
            If there is not enough memory for it.
        """

    @abstractmethod
    def own(self, trial: Trial) -> Own:
        """What the model solution and the misconceptions build for the inputs of a trial."""

    def seen(self, outcomes: Iterable[Outcome]) -> tuple[Description | str, ...]:
        """Of each call the model's description, or in words what came instead."""
        return tuple(map(self._seen, outcomes))

    def _seen(self, outcome: Outcome) -> Description | str:
        if outcome.kind == "returned" and isinstance(outcome.value, ModelData):
            try:
                return self.describe(outcome.value)
            except ModelError as error:
                return str(error)
        return f"{outcome.kind}: {outcome.value}"


class Here(Workshop):
    """In this process. Loads Keras."""

    def describe(self, data: ModelData) -> Description:
        """See `description.describe`."""
        return _described(data.config)

    def measure(
        self, exercise: "ModelExercise", requirement: int, data: ModelData, seed: int
    ) -> dict:
        """See `Requirement.measure`."""
        return exercise.requirements[requirement].measure(data, seed)

    def own(self, trial: Trial) -> Own:
        """Runs the exercise's own functions."""
        exercise = trial.exercise
        build = functools.partial(
            run, signature=exercise.signature, inputs=trial.inputs, to_data=exercise.to_data
        )
        return Own(
            self.seen(build(exercise.reference)),
            {
                one.id: self.seen(build(one.wrong))
                for one in exercise.misconceptions
                if getattr(one, "seen_in", None) is None
            },
        )


# A model solution builds the same model for every answer.
_described = functools.lru_cache(maxsize=200)(describe)
