"""Cyclic voltammograms: generated, simulated, read from a potentiostat's file, and rasterised.

Everything here is curves and numpy. Networks that classify them belong in `course_utils.models`,
and figures of them in `course_utils.figures`.
"""

from course_utils.voltammetry.generating import generate_curves
from course_utils.voltammetry.peaks import read_peaks
from course_utils.voltammetry.rasterising import rasterise
from course_utils.voltammetry.reading import VoltammogramError, read_voltammogram
from course_utils.voltammetry.simulating import simulate
from course_utils.voltammetry.voltammogram import Voltammogram

__all__ = [
    "Voltammogram",
    "VoltammogramError",
    "generate_curves",
    "rasterise",
    "read_peaks",
    "read_voltammogram",
    "simulate",
]
