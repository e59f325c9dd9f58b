"""Paired differences, their standard error, and what effect a number of pairs can show."""

import math

import numpy as np


def paired_difference(values, baseline):
    """Mean difference of runs with the same seeds, and its standard error.

    Parameters
    ----------
    values, baseline : dict of seed to accuracy
        Seeds that only one of them has are left out.

    Returns
    -------
    n : int
    mean : float
        Of value minus baseline; nan without a pair.
    standard_error : float
        The standard deviation of the differences, with n - 1, over the root of n; nan below two.
    """
    seeds = sorted(values.keys() & baseline.keys())
    differences = np.array([values[seed] - baseline[seed] for seed in seeds])
    n = len(differences)
    mean = float(differences.mean()) if n else math.nan
    error = float(differences.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan
    return n, mean, error


def visible_effect(deviation, n, *, level=0.05, power=0.8):
    """The smallest true difference that n pairs show in most repetitions of the experiment.

    A paired t-test at the two-sided `level` finds it with about the probability `power`:
    (t(1 - level/2) + t(power)) standard errors, both quantiles with n - 1 degrees of freedom.
    Source: Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, chapter 2.

    Parameters
    ----------
    deviation : float
        Standard deviation of the paired differences, from a pilot.
    n : int
        Pairs, at least 2.
    """
    if n < 2:
        raise ValueError(f"a spread needs at least 2 pairs, got {n}")
    quantiles = student_quantile(1 - level / 2, n - 1) + student_quantile(power, n - 1)
    return quantiles * deviation / math.sqrt(n)


def student_quantile(probability, freedom):
    """The value below which Student's t lies with this probability, from 0.5 to 0.9999.

    With t = sqrt(freedom) tan(angle), the density of the angle is that of cos(angle) to the power
    freedom - 1, so its integral is a sum over a fine grid.
    """
    if not 0.5 <= probability <= 0.9999:
        raise ValueError(f"probability must be from 0.5 to 0.9999, got {probability!r}")
    angles = np.linspace(0, math.pi / 2, 200_001)
    density = np.cos(angles) ** (freedom - 1)
    below = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2)])
    angle = np.interp(probability - 0.5, below / below[-1] / 2, angles)
    return math.sqrt(freedom) * math.tan(angle)
