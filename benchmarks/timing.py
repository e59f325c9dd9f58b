"""Time several things in turn, round by round."""

import statistics
import time
from collections.abc import Callable

# After a large matrix product the threads of numpy's BLAS look out for the next one for a while
# before they sleep, and take a core from whatever runs then.
PAUSE = 0.1  # seconds


def rounds(
    contestants: dict[str, Callable[[], object]], count: int, warm_up: bool = False
) -> dict[str, list[float]]:
    """Seconds that each contestant took in each round, after one round that is not counted.

    Before each turn there is a pause; with warm_up, also a call that is not timed, so that short
    contestants find their own data in the caches, not that of others.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(count + 1):
        for name, contestant in contestants.items():
            time.sleep(PAUSE)
            if warm_up:
                contestant()
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
