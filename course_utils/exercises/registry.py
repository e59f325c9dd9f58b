"""All exercises of the course, in the order in which the chapters ask them."""

import difflib
import functools
import importlib

from course_utils.exercises import questions
from course_utils.exercises.exercise import Exercise
from course_utils.exercises.questions import TOPICS


@functools.cache
def _by_id() -> dict[str, Exercise]:
    exercises = {}
    for topic in TOPICS:
        folder = f"{questions.__name__}.{topic}"
        for id in importlib.import_module(folder).ORDER:
            if id in exercises:
                raise ValueError(f"two exercises are called {id!r}; ids must be unique")
            exercises[id] = importlib.import_module(f"{folder}.{id}").EXERCISE
    return exercises


def catalog() -> tuple[Exercise, ...]:
    """Every exercise, in chapter order."""
    return tuple(_by_id().values())


def get(id: str) -> Exercise:
    """The exercise with this id.

    Raises
    ------
    ValueError
        If there is none; the message names the closest ids.
    """
    exercises = _by_id()
    if not isinstance(id, str):
        raise ValueError(
            f"got an object of type {type(id).__name__}; expected an exercise's id, such as "
            f"{next(iter(exercises))!r}, or the function of that name"
        )
    if id in exercises:
        return exercises[id]
    close = difflib.get_close_matches(id, exercises, n=3)
    if close:
        raise ValueError(f"no exercise is called {id!r}; did you mean {' or '.join(close)}?")
    raise ValueError(f"no exercise is called {id!r}; there are {', '.join(exercises)}")
