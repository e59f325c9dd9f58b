"""What is known of an exercise before any answer is: its inputs, and what comes of them."""

import functools
from collections.abc import Callable

import numpy as np

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.judging import judge
from course_utils.exercises.model_answers.workshop import Workshop
from course_utils.exercises.report import Report
from course_utils.exercises.running import Outcome, run


class Trials:
    """The inputs of an exercise, and what the reference and the misconceptions do on them."""

    def __init__(self, exercise: Exercise, seed: int):
        self.exercise, self.seed, self.inputs = exercise, seed, exercise.draw_inputs(seed)
        self._known: dict[Callable, list[Outcome]] = {}

    def judge(self, outcomes: list[Outcome], workshop: Workshop | None = None) -> Report:
        """The report on an answer whose calls on the inputs had these outcomes."""
        with np.errstate(all="ignore"):
            return judge(
                self.exercise,
                self.inputs,
                outcomes,
                seed=self.seed,
                run=self._run,
                workshop=workshop,
            )

    def _run(self, function, signature, inputs, to_data=None) -> list[Outcome]:
        if function not in self._known:
            self._known[function] = run(function, signature, inputs, to_data=to_data)
        return self._known[function]


@functools.lru_cache(maxsize=256)
def trials(exercise: Exercise, seed: int) -> Trials:
    """The same `Trials` for every answer to an exercise."""
    return Trials(exercise, seed)
