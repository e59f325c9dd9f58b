"""Time several things in turn, round by round."""

import statistics
import time
from collections.abc import Callable


def rounds(contestants: dict[str, Callable[[], object]], count: int) -> dict[str, list[float]]:
    """Seconds that each contestant took in each round, after one round to warm up."""
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(count + 1):
        for name, contestant in contestants.items():
            start = time.perf_counter()
            contestant()
            if number:
                seconds[name].append(time.perf_counter() - start)
    return seconds


def spread(values: list[float], unit: float = 1.0, digits: int = 2) -> str:
    """ "median (smallest to largest)", the values divided by the unit."""
    low, middle, high = min(values) / unit, statistics.median(values) / unit, max(values) / unit
    return f"{middle:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def ratio(values: list[float], to: list[float]) -> str:
    """Spread of the rounds' quotients."""
    return spread([value / other for value, other in zip(values, to, strict=True)])
