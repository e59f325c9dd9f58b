"""An exercise whose answer is a function that returns a Keras model."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.judging import report_on
from course_utils.exercises.model_answers.data import model_data
from course_utils.exercises.model_answers.description import Description
from course_utils.exercises.model_answers.judging import judge_models
from course_utils.exercises.model_answers.requirements import Requirement
from course_utils.exercises.model_answers.workshop import Here, Workshop
from course_utils.exercises.report import Report
from course_utils.exercises.running import Outcome
from course_utils.exercises.trial import Trial


class _Keras:
    """Keras, loaded when it is first used: exercises are also read where there is none."""

    def __getattr__(self, name: str):
        import keras

        return getattr(keras, name)


keras = _Keras()


@dataclass(frozen=True, kw_only=True)
class ModelMisconception(Misconception):
    """A wrong model with a name.

    Parameters
    ----------
    wrong : callable
        Builds the wrong model, with the exercise's signature.
    seen_in : callable, optional
        ``seen_in(description)`` says whether a model that fails shows this mistake. Without it a
        model does if its layers and its loss are those that `wrong` gives, apart from names.
    """

    seen_in: Callable[[Description], bool] | None = None


@dataclass(frozen=True, kw_only=True)
class ModelExercise(Exercise):
    """One question whose answer is a function that returns a Keras model.

    As `Exercise`, but for these. The reference and the misconceptions use ``keras`` and ``np`` and
    nothing else from outside themselves.

    Parameters
    ----------
    requirements : tuple of Requirement
        What the model must be or do, in the order in which a student should see to it.
    inputs : callable, optional
        ``inputs(rng)`` gives the arguments to try. What is trained is the first one's model.
    time_limit : float
        Seconds for the answer itself; training by a requirement is not part of it.
    """

    requirements: tuple[Requirement, ...]
    time_limit: float = 30.0

    returns_model: ClassVar[bool] = True
    to_data = staticmethod(model_data)

    @property
    def tries_out(self) -> bool:
        """Whether a model that is right in all else is tried out, which takes its time."""
        return any(requirement.measure for requirement in self.requirements)

    def judge(
        self, trial: Trial, outcomes: list[Outcome], workshop: Workshop | None = None
    ) -> Report:
        """The report on an answer with these outcomes; models are tried out in the workshop."""
        verdict = judge_models(trial, outcomes, workshop or Here())
        return report_on(
            self,
            "passed" if verdict.passed else "failed",
            verdict.message,
            None,
            verdict.misconception,
            verdict.table,
        )
