"""Where the sweep turns around, and where one scan ends and the next begins."""

import numpy as np

# A reversal by less than this share of the potential's range is noise.
NOISE = 0.02


def sweeps(potential: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return (direction, turns): +1 or -1 for each point, and the indices of the turning points.

    A turning point belongs to the sweep that ends with it.
    """
    noise = NOISE * np.ptp(potential)
    steps = np.diff(potential)
    moving = np.flatnonzero(steps)
    rising = steps[moving] > 0
    extrema = moving[np.flatnonzero(rising[1:] != rising[:-1])] + 1
    # Zigzag: a turn counts once the potential has come back from it by more than the noise.
    turns, direction, first = [], 0, 1
    high = low = potential[0]
    at_high = at_low = 0
    candidates = np.append(extrema, len(potential) - 1)
    for index, value in zip(candidates.tolist(), potential[candidates].tolist(), strict=True):
        if direction >= 0:
            if value > high:
                high, at_high = value, index
            elif high - value > noise:
                if direction:
                    turns.append(at_high)
                else:
                    first = -1
                direction, low, at_low = -1, value, index
                continue
        if direction <= 0:
            if value < low:
                low, at_low = value, index
            elif value - low > noise:
                if direction:
                    turns.append(at_low)
                direction, high, at_high = 1, value, index
    lengths = np.diff([-1, *turns, len(potential) - 1])
    signs = first * (-1) ** np.arange(len(lengths))
    return np.repeat(signs.astype(np.int8), lengths), np.array(turns, np.intp)


def scan_numbers(potential: np.ndarray, direction: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Number the scans from 1: each ends where the potential passes its first value again."""
    starts = np.zeros(len(potential), np.int64)
    noise = NOISE * np.ptp(potential)
    for second_turn, end in zip(turns[1::2], [*turns[2::2], len(potential) - 1]):
        beyond = direction[0] * (potential[second_turn + 1 : end + 1] - potential[0])
        # A remainder this short is the end of this scan, not the start of another.
        if beyond.size and beyond.max() > noise:
            starts[second_turn + 1 + np.argmax(beyond >= 0)] = 1
    return 1 + np.cumsum(starts)
