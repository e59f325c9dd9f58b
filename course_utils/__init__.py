"""Companion package of the course: reference operations, exercises and their checkers.

Importing it loads numpy and nothing else, so that it also runs in a browser page.
"""

from course_utils.exercises import check, hint
from course_utils.profile import profile

__all__ = ["check", "hint", "profile"]
