"""Which data and how much training the notebooks use."""

import os


def profile():
    """Return "quick" or "full", as the environment variable COURSE_PROFILE says.

    "quick" is for tests: the small data sets and few training steps. "full" is the default.

    Raises
    ------
    ValueError
        If COURSE_PROFILE is set to anything else.
    """
    value = os.environ.get("COURSE_PROFILE", "full")
    if value not in ("quick", "full"):
        raise ValueError(
            f'the environment variable COURSE_PROFILE is {value!r}; expected "quick" or "full"'
        )
    return value
