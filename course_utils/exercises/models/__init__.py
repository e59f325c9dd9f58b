"""Exercises whose answer is a Keras model. Importing this loads numpy alone."""

from course_utils.exercises.models import requirements
from course_utils.exercises.models.data import ModelData
from course_utils.exercises.models.description import Description, describe
from course_utils.exercises.models.exercise import ModelExercise, ModelMisconception, keras
from course_utils.exercises.models.rebuilding import rebuild
from course_utils.exercises.models.requirements import Case, Finding, Requirement
from course_utils.exercises.models.wiring import ModelError

__all__ = [
    "Case",
    "Description",
    "Finding",
    "ModelData",
    "ModelError",
    "ModelExercise",
    "ModelMisconception",
    "Requirement",
    "describe",
    "keras",
    "rebuild",
    "requirements",
]
