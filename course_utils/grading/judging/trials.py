"""The trials of a run, each drawn once for the whole class."""

import functools

from course_utils.exercises.exercise import Exercise
from course_utils.exercises.trial import Trial


@functools.lru_cache(maxsize=256)
def trial(exercise: Exercise, seed: int) -> Trial:
    """The same `Trial` for every answer to an exercise."""
    return Trial(exercise, seed)
