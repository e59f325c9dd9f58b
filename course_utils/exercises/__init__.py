"""Exercises as data, and their checkers.

One definition of an exercise serves three readers: the notebook's `check` cell, the editor in the
built book's page, and the grader.
"""

from course_utils.exercises.checking import check, evaluate, hint
from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.registry import catalog, get
from course_utils.exercises.report import Counterexample, Report

__all__ = [
    "Counterexample",
    "Exercise",
    "Misconception",
    "Report",
    "catalog",
    "check",
    "evaluate",
    "get",
    "hint",
]
