"""A user's own cyclic voltammogram, from the file that a potentiostat's program exports."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from course_utils.voltammetry.columns import UNITS, Column, in_known_unit, unit_in
from course_utils.voltammetry.decoding import read_lines
from course_utils.voltammetry.problem import Problem, shown
from course_utils.voltammetry.scans import scan_numbers, sweeps
from course_utils.voltammetry.tables import (
    SEPARATORS,
    find_decimal_mark,
    find_header,
    find_numbers,
    find_separator,
    read_rows,
    split,
)

# No potentiostat of a teaching laboratory goes further, and no electrolyte.
HIGHEST_POTENTIAL = 50  # V


class VoltammogramError(ValueError):
    """A file that can't be read as a voltammogram: `path`, `line` (from 1, or None), `reason`."""

    def __init__(self, path, line, reason):
        self.path, self.line, self.reason = path, line, reason
        super().__init__(f"{path}: " + (f"line {line}: " if line else "") + reason)


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
        that ends with it.
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
    def n_scans(self):
        return int(self.scan_number.max())

    def scan(self, number):
        """Return one scan, counted from 1, as a Voltammogram that keeps its number."""
        if number not in range(1, self.n_scans + 1):
            raise ValueError(f"scan must be an integer from 1 to {self.n_scans}, got {number!r}")
        return self._select(self.scan_number == number)

    def sweep(self, direction):
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


def read_voltammogram(path, *, columns=None, units=None, decimal=None):
    """Read the file that a potentiostat's program exports, or a table of one's own.

    Separator (comma, semicolon, tab, spaces), decimal mark, encoding, the header, the columns and
    their units are found in the file; `notes` of the result says what was found. Scans are taken
    from a column that numbers them, from columns side by side, or found where the potential is
    back at the start. What can't be known is an error, never a guess.

    Layouts known: Gamry .DTA, BioLogic EC-Lab .mpt, CH Instruments .txt, Metrohm NOVA, PalmSens
    PSTrace .csv, VersaStudio .par, Ivium text, and any table whose columns are named like
    "E/V", "Potential (mV)", "WE(1).Current (A)", "<I>/mA", or have a row of units.

    Parameters
    ----------
    path : str or path-like
    columns : (potential, current), optional
        Names, or numbers from 0, of the columns to read, where the file leaves it open.
    units : (potential, current), optional
        Such as ("mV", "µA"), where the file doesn't say.
    decimal : "." or ",", optional
        Where 1,234 could be either.

    Returns
    -------
    Voltammogram
        Potential in volts, current in amperes.

    Raises
    ------
    VoltammogramError
        A ValueError that names the file, the line, and what is wrong with it.
    """
    if decimal not in (None, ".", ","):
        raise ValueError(f'decimal must be "." or ",", got {decimal!r}')
    for name, value in dict(columns=columns, units=units).items():
        if value is not None and (isinstance(value, str) or len(value) != 2):
            raise ValueError(f"{name} must be two, of the potential and the current, got {value!r}")
    path = Path(path)
    try:
        return _read(path, columns, units, decimal)
    except Problem as problem:
        raise VoltammogramError(path, problem.line, problem.reason) from None


def _read(path, columns, units, decimal):
    lines, encoding = read_lines(path)
    header = find_header(lines)
    notes = [f"encoding {encoding}"]
    if header.line is None:
        found = find_numbers(lines)
        if found is None:
            raise Problem("no table of numbers with two or more columns is in the file", 1)
        header.start, separator = found
        notes.append(f"no names of columns; the numbers begin in line {header.start + 1}")
    else:
        _refuse_density(header)
        separator = find_separator(lines, header)
        notes.append(f"names of the columns in line {header.line + 1}")
    notes.append(f"separated by {SEPARATORS[separator]}")
    pairs, scan_column = _choose_columns(lines, header, separator, columns, notes)
    pairs = [tuple(_with_unit(column, header, units, notes) for column in pair) for pair in pairs]
    indices = [column.index for pair in pairs for column in pair]
    if scan_column is not None:
        indices.append(scan_column.index)
    if decimal is None:
        decimal = find_decimal_mark(lines, header.start, separator, indices)
    notes.append(f"decimal {'point' if decimal == '.' else 'comma'}")
    rows = read_rows(lines, header, header.start, separator, decimal, indices, len(pairs) > 1)
    if rows.skipped:
        notes.append(
            f"{len(rows.skipped)} lines between the numbers left out, "
            f"the first is line {rows.skipped[0] + 1}"
        )
    return _assemble(path, lines, rows, pairs, scan_column, notes)


def _refuse_density(header):
    quantities = {column.quantity: column for column in header.columns}
    if "current" not in quantities:
        raise Problem(
            f"column {shown(quantities['density'].name)} is a current density; multiply it by the "
            "electrode's area and call it a current",
            header.line + 1,
        )


def _choose_columns(lines, header, separator, columns, notes):
    """Return the pairs of potential and current, one for each scan side by side, and the scans'."""
    if columns is not None:
        quantities = ("potential", "current")
        width = len(header.names) or len(split(lines[header.start], separator))
        pair = tuple(
            _named(header, name, quantity, width)
            for name, quantity in zip(columns, quantities, strict=True)
        )
        return [pair], None
    if header.line is None:
        width = len(split(lines[header.start].rstrip(" \t;,"), separator))
        if width != 2:
            raise Problem(
                f"the columns have no names, and there are {width}; pass columns=(0, 1), or "
                "whichever hold the potential and the current",
                header.start + 1,
            )
        notes.append("the first column is taken for the potential, the second for the current")
        return [
            (Column(0, "column 1", "potential", 0, None), Column(1, "column 2", "current", 0, None))
        ], None
    potentials, currents = (_best(header, quantity) for quantity in ("potential", "current"))
    pairs = list(zip(potentials, currents))
    order = [index for pair in pairs for index in sorted(column.index for column in pair)]
    if len(potentials) != len(currents) or order != sorted(order):
        raise Problem(
            "more than one column may be meant: "
            + ", ".join(shown(column.name) for column in (*potentials, *currents))
            + "; pass columns=(potential, current)",
            header.line + 1,
        )
    left_out = [
        column.name
        for column in header.columns
        if column.quantity == "potential" and column not in potentials
    ]
    if left_out:
        notes.append(f"potential measured, not applied: {left_out} left out")
    if len(pairs) > 1:
        notes.append(f"{len(pairs)} scans side by side")
        return pairs, None
    scans = [column for column in header.columns if column.quantity == "scan"]
    return pairs, scans[0] if scans else None


def _best(header, quantity):
    found = [column for column in header.columns if column.quantity == quantity]
    rank = min(column.rank for column in found)
    return [column for column in found if column.rank == rank]


def _named(header, name, quantity, width):
    line = header.start + 1 if header.line is None else header.line + 1
    if isinstance(name, str):
        matching = [k for k, other in enumerate(header.names) if other.lower() == name.lower()]
        if len(matching) != 1:
            raise Problem(f"no one column is named {shown(name)}; there are {header.names}", line)
        name = matching[0]
    if not 0 <= name < width:
        raise Problem(f"there is no column {name}; they go from 0 to {width - 1}", line)
    title = header.names[name] if header.names else f"column {name + 1}"
    return Column(name, title, quantity, 0, unit_in(title))


def _with_unit(column, header, units, notes):
    """Return the column with its unit, from its name, the row of units, a remark, or the caller."""
    texts = [column.unit, header.said.get(column.quantity)]
    if column.index < len(header.units):
        texts.append(header.units[column.index])
    if units is not None:
        texts.append(units[column.quantity == "current"])
    line = header.start + 1 if header.line is None else header.line + 1
    column = in_known_unit(column, texts, line)
    notes.append(f"{column.quantity} in {column.unit} from {shown(column.name)}")
    return column


def _assemble(path, lines, rows, pairs, scan_column, notes):
    scale = [UNITS[column.quantity][column.unit] for pair in pairs for column in pair]
    values = rows.values[:, : len(scale)] * scale
    blocks = [values[:, k : k + 2] for k in range(0, len(scale), 2)]
    if len(blocks) > 1:
        blocks = [_whole(block, rows, lines) for block in blocks]
    potential, current = np.concatenate(blocks).T.copy()
    _refuse_implausible(potential, current, rows, lines)
    if len(blocks) > 1:
        number = np.repeat(np.arange(1, len(blocks) + 1), [len(block) for block in blocks])
        direction = np.concatenate([sweeps(block[:, 0])[0] for block in blocks])
    else:
        direction, turns = sweeps(potential)
        notes.append(f"{len(turns)} turning points")
        if scan_column is not None:
            number = _numbered(rows.values[:, -1], scan_column, rows, lines)
            notes.append(f"scans as column {shown(scan_column.name)} numbers them")
        elif rows.new_scans:
            number = 1 + np.isin(np.arange(len(potential)), rows.new_scans).cumsum()
            notes.append("scans as lines between the numbers divide them")
        else:
            number = scan_numbers(potential, direction, turns)
            notes.append("a scan ends where the potential is back at the start")
    if any(line.startswith("Init P/N") for line in lines[: rows.first_line]):
        notes.append("CH Instruments may count a reduction as positive; the sign is the file's")
    units = tuple(column.unit for column in pairs[0])
    return Voltammogram(
        potential, current, number.astype(np.int64), direction, path, units, tuple(notes)
    )


def _whole(block, rows, lines):
    """A scan that stands beside longer ones, without the empty cells at its end."""
    there = np.isfinite(block)
    length = int(there.all(axis=1).sum())
    if there[length:].any() or not there[:length].all():
        gap = int(np.argmin(there.all(axis=1)))
        raise Problem("a value is missing in the middle of a scan", rows.line(gap, lines))
    if not length:
        raise Problem("a scan has no values", rows.first_line + 1)
    return block[:length]


def _refuse_implausible(potential, current, rows, lines):
    first = rows.first_line + 1
    if len(potential) < 3:
        raise Problem(f"only {len(potential)} points; a voltammogram has more", first)
    if np.ptp(potential) == 0:
        raise Problem(f"the potential is {potential[0]:g} V in all {len(potential)} points", first)
    highest = np.abs(potential).argmax()
    if abs(potential[highest]) > HIGHEST_POTENTIAL:
        raise Problem(
            f"the potential is {potential[highest]:g} V; its unit, or the column, must be wrong",
            rows.line(highest % len(rows.values), lines),
        )
    if len(potential) >= 10 and _steady(current) and not _steady(potential):
        raise Problem(
            "the current changes in equal steps and the potential does not: the columns seem to "
            "be swapped; pass columns=(potential, current)",
            first,
        )


def _steady(values):
    steps = np.abs(np.diff(values))
    middle = np.median(steps)
    return middle > 0 and np.mean(np.abs(steps - middle) <= 0.25 * middle) > 0.9


def _numbered(values, column, rows, lines):
    broken = np.flatnonzero(values != np.round(values))
    if len(broken):
        raise Problem(
            f"{shown(column.name)} is {values[broken[0]]:g}, not a whole number",
            rows.line(broken[0], lines),
        )
    changes = np.diff(values, prepend=values[0]) != 0
    if changes.sum() > len(values) / 3:
        raise Problem(f"{shown(column.name)} changes from point to point", rows.first_line + 1)
    return 1 + np.cumsum(changes)
