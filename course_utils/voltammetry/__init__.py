"""Cyclic voltammograms: drawn at random, simulated, and as pictures. numpy only."""

from course_utils.voltammetry.generating import generate_curves
from course_utils.voltammetry.rasterising import rasterise
from course_utils.voltammetry.simulating import simulate

__all__ = ["generate_curves", "rasterise", "simulate"]
