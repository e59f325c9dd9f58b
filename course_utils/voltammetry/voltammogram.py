"""A cyclic voltammogram that was read from a file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True, eq=False, repr=False)
class Voltammogram:
    """Current against potential, point by point in the order of the measurement.

    Attributes
    ----------
    potential : float64 array (n_points,)
        In volts, against the file's own reference electrode.
    current : float64 array (n_points,)
        In amperes, with the file's own sign.
    scan_number : int64 array (n_points,)
        From 1.
    direction : int8 array (n_points,)
        +1 where the potential rises, -1 where it falls. A turning point belongs to the sweep
        that it ends.
    path : pathlib.Path
    units : (str, str)
        Of potential and current in the file.
    notes : tuple of str
        What was found out about the file, and how.
    """

    potential: np.ndarray
    current: np.ndarray
    scan_number: np.ndarray
    direction: np.ndarray
    path: Path
    units: tuple[str, str]
    notes: tuple[str, ...]

    @property
    def n_scans(self) -> int:
        return int(self.scan_number.max())

    def scan(self, number: int) -> "Voltammogram":
        """Return one scan, counted from 1, as a Voltammogram that keeps its number."""
        if number not in range(1, self.n_scans + 1):
            raise ValueError(f"scan must be an integer from 1 to {self.n_scans}, got {number!r}")
        return self._select(self.scan_number == number)

    def sweep(self, direction: int) -> "Voltammogram":
        """Return the points where the potential rises (+1) or falls (-1)."""
        if direction not in (1, -1):
            raise ValueError(f"direction must be 1 (rising) or -1 (falling), got {direction!r}")
        return self._select(self.direction == direction)

    def _select(self, points):
        columns = (self.potential, self.current, self.scan_number, self.direction)
        return Voltammogram(*(c[points] for c in columns), self.path, self.units, self.notes)

    def __len__(self):
        return len(self.potential)

    def __repr__(self):
        if not len(self):
            return f"<Voltammogram {self.path.name!r}: no points>"
        scans = len(np.unique(self.scan_number))
        return (
            f"<Voltammogram {self.path.name!r}: {len(self)} points, "
            f"{scans} scan{'s' * (scans != 1)}, "
            f"{self.potential.min():.4g} to {self.potential.max():.4g} V, "
            f"{self.current.min():.3g} to {self.current.max():.3g} A>"
        )
