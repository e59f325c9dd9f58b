"""Reading a cyclic voltammogram from the file that a potentiostat's program exports."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path

import numpy as np

from course_utils.voltammetry.choosing import choose_columns, with_unit
from course_utils.voltammetry.columns import UNITS
from course_utils.voltammetry.decoding import read_lines
from course_utils.voltammetry.problem import Problem, shown
from course_utils.voltammetry.scans import scan_numbers, sweeps
from course_utils.voltammetry.table import Table
from course_utils.voltammetry.voltammogram import Voltammogram

# No potentiostat of a teaching laboratory goes further, and no electrolyte.
HIGHEST_POTENTIAL = 50  # V


class VoltammogramError(ValueError):
    """A file that can't be read as a voltammogram: `path`, `line` (from 1, or None), `reason`."""

    def __init__(self, path: Path, line: int | None, reason: str):
        self.path, self.line, self.reason = path, line, reason
        super().__init__(f"{path}: " + (f"line {line}: " if line else "") + reason)


def read_voltammogram(
    path: str | PathLike[str],
    *,
    columns: Sequence[str | int] | None = None,
    units: Sequence[str] | None = None,
    decimal: str | None = None,
) -> Voltammogram:
    """Read the file that a potentiostat's program exports, or a table of one's own.

    Separator (comma, semicolon, tab, spaces), decimal mark, encoding, the header, the columns and
    their units are found in the file; the `notes` of the result say what was found. Scans are taken
    from a column that numbers them, from columns side by side, or found where the potential is
    back at its start. What can't be known is an error, never a guess.

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
            raise ValueError(
                f"{name} must be a pair, for the potential and the current, got {value!r}"
            )
    path = Path(path)
    try:
        return _read(path, columns, units, decimal)
    except Problem as problem:
        raise VoltammogramError(path, problem.line, problem.reason) from None


def _read(path, columns, units, decimal):
    lines, encoding = read_lines(path)
    table = Table.find(lines, [f"encoding {encoding}"])
    pairs, scan_column = choose_columns(table, columns)
    pairs = [tuple(with_unit(table, column, units) for column in pair) for pair in pairs]
    table.indices = [column.index for pair in pairs for column in pair]
    if scan_column is not None:
        table.indices.append(scan_column.index)
    table.gaps = len(pairs) > 1
    table.mark = table.find_decimal_mark() if decimal is None else decimal
    table.notes.append(f"decimal {'point' if table.mark == '.' else 'comma'}")
    rows = table.read()
    if rows.skipped:
        table.notes.append(
            f"{len(rows.skipped)} lines between the numbers left out, "
            f"the first is line {rows.skipped[0] + 1}"
        )
    return _assemble(path, rows, pairs, scan_column, table.notes)


def _assemble(path, rows, pairs, scan_column, notes):
    """The voltammogram of these rows, in volts and amperes, with its scans numbered."""
    scale = [UNITS[column.quantity][column.unit] for pair in pairs for column in pair]
    values = rows.values[:, : len(scale)] * scale
    blocks = [values[:, k : k + 2] for k in range(0, len(scale), 2)]
    if len(blocks) > 1:
        blocks = [_whole_scan(block, rows) for block in blocks]
    potential, current = np.concatenate(blocks).T.copy()
    _refuse_implausible(potential, current, rows)
    if len(blocks) > 1:
        number = np.repeat(np.arange(1, len(blocks) + 1), [len(block) for block in blocks])
        direction = np.concatenate([sweeps(block[:, 0])[0] for block in blocks])
    else:
        direction, turns = sweeps(potential)
        notes.append(f"{len(turns)} turning points")
        if scan_column is not None:
            number = _numbered(rows.values[:, -1], scan_column, rows)
            notes.append(f"scans as column {shown(scan_column.name)} numbers them")
        elif rows.new_scans:
            number = 1 + np.isin(np.arange(len(potential)), rows.new_scans).cumsum()
            notes.append("scans as lines between the numbers divide them")
        else:
            number = scan_numbers(potential, direction, turns)
            notes.append("a scan ends where the potential is back at the start")
    if any(line.startswith("Init P/N") for line in rows.lines[: rows.first_line]):
        notes.append("CH Instruments may count a reduction as positive; the sign is the file's")
    units = tuple(column.unit for column in pairs[0])
    return Voltammogram(
        potential, current, number.astype(np.int64), direction, path, units, tuple(notes)
    )


def _whole_scan(block, rows):
    """A scan that stands beside longer ones, without the empty cells at its end."""
    there = np.isfinite(block)
    length = int(there.all(axis=1).sum())
    if there[length:].any() or not there[:length].all():
        gap = int(np.argmin(there.all(axis=1)))
        raise Problem("a value is missing in the middle of a scan", rows.line(gap))
    if not length:
        raise Problem("a scan has no values", rows.first_line + 1)
    return block[:length]


def _refuse_implausible(potential, current, rows):
    first = rows.first_line + 1
    if len(potential) < 3:
        raise Problem(f"only {len(potential)} points; a voltammogram has more", first)
    if np.ptp(potential) == 0:
        raise Problem(f"the potential is {potential[0]:g} V in all {len(potential)} points", first)
    highest = np.abs(potential).argmax()
    if abs(potential[highest]) > HIGHEST_POTENTIAL:
        raise Problem(
            f"the potential is {potential[highest]:g} V; its unit, or the column, must be wrong",
            rows.line(highest % len(rows.values)),
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


def _numbered(values, column, rows):
    broken = np.flatnonzero(values != np.round(values))
    if len(broken):
        raise Problem(
            f"{shown(column.name)} is {values[broken[0]]:g}, not a whole number",
            rows.line(broken[0]),
        )
    changes = np.diff(values, prepend=values[0]) != 0
    if changes.sum() > len(values) / 3:
        raise Problem(f"{shown(column.name)} changes from point to point", rows.first_line + 1)
    return 1 + np.cumsum(changes)
