"""Who handed a submission in."""

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
