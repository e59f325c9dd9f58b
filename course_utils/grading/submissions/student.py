"""Who handed in a submission, and what in it looks like an answer but is not one."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Student:
    """Who handed something in, as far as the file names tell.

    Attributes
    ----------
    id : str
        Unique in the run.
    name : str
        What to call them: the full name in Moodle, the name in one word in Canvas, else the id.
    platform : str
        "canvas", "moodle", "blackboard", "nbgrader", or empty.
    platform_id : str
        The platform's number for the student; empty where it has none.
    """

    id: str
    name: str
    platform: str = ""
    platform_id: str = ""


@dataclass(frozen=True)
class LookAlike:
    """A place that looks like an answer to an exercise but is not one; `text` says what it does."""

    exercise_id: str
    file: str
    number: int
    text: str
