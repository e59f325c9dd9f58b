"""The statuses: what can become of an answer, or of a submission as a whole, said once.

Reports and exports take their words from here; `submissions/`, `sandbox/` and `judging/` decide
which status it is, and add what happened in this one case.
"""

from dataclasses import dataclass

GRADED = "graded"  # the one status with a score


@dataclass(frozen=True)
class Told:
    """What a student is told.

    Parameters
    ----------
    words : str
    meaning : str
        What that means for the student, in whole sentences.
    mark : str
        A sign that needs no color.
    """

    words: str
    meaning: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Status:
    """A status without a score.

    Parameters
    ----------
    means : str
        What happened, in the words of the instructors' page.
    decided : bool
        Whether it is settled without anybody's decision: it adds nothing to a total.
    exercise : Told or None
        What a student is told whose answer has it; None if an answer cannot.
    submission : Told or None
        The same for a submission as a whole.
    """

    means: str
    decided: bool
    exercise: Told | None
    submission: Told | None


_TOO_LONG = Told(
    "Stopped: it took too long",
    "The code was still running when its time was over. That is neither a wrong answer nor a zero "
    "that was earned: nobody knows what it would have returned. Look for a loop that never ends.",
    "?",
)
_ENDED = Told(
    "Stopped: its process ended",
    "The process in which the code ran ended before it had answered. That is not a zero that was "
    "earned. Look for calls that end Python, such as exit().",
    "?",
)
_TOO_LARGE = Told(
    "Stopped: it needed too much memory",
    "The code asked for more memory than it may have. That is not a zero that was earned. Look at "
    "the shapes of the arrays that it makes.",
    "?",
)
_GRADER_FAILED = Told(
    "The grader failed",
    "This is a failure of the grader, not of your code. There is nothing that you have to do.",
    "!",
)
_UNDECIDED = Told(
    "To be decided",
    "There is something that reads like an answer, but it could not be graded. That is not a zero "
    "that was earned: a person will look at it.",
    "?",
)
_UNREADABLE = Told(
    "The file could not be read",
    "So nothing in it was graded. That is not a zero that was earned. Open the file, save it once "
    "more, and hand it in again.",
)

# From what the code did to what the grader failed at.
WITHOUT_SCORE: dict[str, Status] = {
    "to_be_decided": Status(
        "something reads like an answer and could not be run as one: a name that is one letter "
        "off, code in a Markdown cell, syntax of a newer Python than the grader's",
        False,
        _UNDECIDED,
        None,
    ),
    "timeout": Status(
        "it was still running when its time was over, or took Python too long to read",
        False,
        _TOO_LONG,
        _TOO_LONG,
    ),
    "out_of_memory": Status(
        "it asked for more memory than it may have", False, _TOO_LARGE, _TOO_LARGE
    ),
    "crashed": Status("its process ended before it answered", False, _ENDED, _ENDED),
    "not_gradable": Status(
        "the grader failed; this is never the student's fault",
        False,
        _GRADER_FAILED,
        _GRADER_FAILED,
    ),
    "unreadable": Status("the file could not be read", False, None, _UNREADABLE),
    "missing": Status(
        "there is no answer, or the starter is as it was",
        True,
        Told("No answer", mark="–"),
        Told("Nothing was found", "There was no file to grade. If you have handed one in, say so."),
    ),
}
# What a student is told about an exercise; one that is graded is passed or failed.
OUTCOMES: dict[str, Told] = {
    "passed": Told("Right", mark="✓"),
    "failed": Told("Not right yet", mark="✗"),
    **{name: one.exercise for name, one in WITHOUT_SCORE.items() if one.exercise},
}
# What a student is told about a submission that has not been run to its end.
SUBMISSIONS: dict[str, Told] = {
    name: one.submission for name, one in WITHOUT_SCORE.items() if one.submission
}

OF_EXERCISES = (GRADED, *(name for name, one in WITHOUT_SCORE.items() if one.exercise))
OF_SUBMISSIONS = (GRADED, *(name for name, one in WITHOUT_SCORE.items() if one.submission))
# Of an exercise: the others wait for somebody's decision.
SETTLED = (GRADED, *(name for name, one in WITHOUT_SCORE.items() if one.decided))
# Those, the worst first: a total without a score has the first one that its exercises have.
WORST_FIRST = tuple(
    name for name, one in reversed(WITHOUT_SCORE.items()) if one.exercise and not one.decided
)
