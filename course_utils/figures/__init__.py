"""Figures of the chapters: one function a figure, each returns a Drawing or an Animation."""

from course_utils.figures.animation import Animation
from course_utils.figures.drawing import Drawing

__all__ = ["Animation", "Drawing"]
