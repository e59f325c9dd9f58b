"""Exercises whose answer is a Keras model. Importing this loads numpy alone."""

from course_utils.exercises.model_answers import requirements
from course_utils.exercises.model_answers.data import ModelData
from course_utils.exercises.model_answers.description import Description, describe
from course_utils.exercises.model_answers.exercise import ModelExercise, ModelMisconception, keras
from course_utils.exercises.model_answers.model_error import ModelError
from course_utils.exercises.model_answers.rebuilding import rebuild
from course_utils.exercises.model_answers.requirements import Case, Finding, Requirement

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
