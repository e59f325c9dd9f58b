"""The two peaks of a cyclic voltammogram."""

import numpy as np
from numpy.typing import ArrayLike

from course_utils.reference.checks import as_numbers


def read_peaks(potential: ArrayLike, current: ArrayLike) -> tuple[float, float, float, float]:
    """Potentials and currents of the anodic and the cathodic peak.

    The anodic peak is the largest current on the way up, the cathodic peak the smallest one on the
    way down. The highest potential belongs to both sweeps. Currents are counted from zero.

    Parameters
    ----------
    potential : array (n,)
        Rises to its highest value, then falls. The sweeps need not have the same number of points.
    current : array (n,)
        Oxidation is positive.

    Returns
    -------
    e_pa, i_pa, e_pc, i_pc : float
        Potential and current of the anodic peak, then of the cathodic peak, in the given units.

    Raises
    ------
    ValueError
        If the two are not arrays of numbers of the same shape (n,), with n at least 1.
    """
    potential, current = as_numbers(potential, "potential"), as_numbers(current, "current")
    if potential.ndim != 1 or potential.shape != current.shape or not potential.size:
        raise ValueError(
            "potential and current must have the same shape (n,), "
            f"got {potential.shape} and {current.shape}"
        )
    turn = int(np.argmax(potential))
    anodic = int(np.argmax(current[: turn + 1]))
    cathodic = turn + int(np.argmin(current[turn:]))
    return tuple(
        float(values[place]) for place in (anodic, cathodic) for values in (potential, current)
    )
