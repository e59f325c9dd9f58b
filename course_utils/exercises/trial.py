"""What is known of an exercise before any answer is: its inputs, and what comes of them."""

import functools
from typing import TYPE_CHECKING

from course_utils.exercises.running import Outcome, run

if TYPE_CHECKING:
    from course_utils.exercises.exercise import Exercise, Misconception


class Trial:
    """One drawing of an exercise's inputs, with what its own code gives on them.

    What is asked for twice is computed once, so that many answers can be judged on one trial.

    Parameters
    ----------
    exercise : Exercise
    seed : int
        Draws the inputs; a model is trained with it.

    Attributes
    ----------
    inputs : list of dict
    """

    def __init__(self, exercise: "Exercise", seed: int = 0):
        self.exercise, self.seed = exercise, seed
        self.inputs: list[dict] = exercise.draw_inputs(seed)
        self._mistaken: dict[str, list[Outcome]] = {}

    @functools.cached_property
    def expected(self) -> list[object]:
        """What the model solution returns."""
        exercise = self.exercise
        return [one.value for one in run(exercise.reference, exercise.signature, self.inputs)]

    def mistaken(self, misconception: "Misconception") -> list[Outcome]:
        """What the mistaken solution does."""
        if misconception.id not in self._mistaken:
            signature = self.exercise.signature
            self._mistaken[misconception.id] = run(misconception.wrong, signature, self.inputs)
        return self._mistaken[misconception.id]
