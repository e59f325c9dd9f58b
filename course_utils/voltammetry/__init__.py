"""Cyclic voltammograms: drawn at random, simulated, read from files, and drawn as pictures."""

from course_utils.voltammetry.generating import generate_curves
from course_utils.voltammetry.peaks import read_peaks
from course_utils.voltammetry.rasterising import rasterise
from course_utils.voltammetry.reading import (
    Voltammogram,
    VoltammogramError,
    read_voltammogram,
)
from course_utils.voltammetry.simulating import simulate

__all__ = [
    "Voltammogram",
    "VoltammogramError",
    "generate_curves",
    "rasterise",
    "read_peaks",
    "read_voltammogram",
    "simulate",
]
