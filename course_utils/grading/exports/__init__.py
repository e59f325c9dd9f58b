"""Grades in the formats of other systems.

A format is a function from a run, its records and the instructor's choices to files: (name, bytes),
one at a time. Whatever the format, an answer without a grade is left blank, with its status where
the format has a place for one. It counts as zero only if the instructor names that status.
"""

from course_utils.grading.exports.choices import Choices, ExportError, Total, total
from course_utils.grading.exports.files import FORMATS, export

__all__ = ["FORMATS", "Choices", "ExportError", "Total", "export", "total"]
