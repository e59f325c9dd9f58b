"""Finding the table of numbers in the lines of a file, and reading it."""

import csv
import re
from dataclasses import dataclass, field

import numpy as np

from course_utils.voltammetry.columns import LONGEST_NAME, Column, column, row_of_units
from course_utils.voltammetry.problem import Problem, shown

SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas", " ": "spaces"}
# Each of the patterns below takes a time in proportion to the text's length: it is untrusted.
NUMBER = {
    mark: re.compile(
        rf"[+-]?(?:[0-9]+(?:{re.escape(mark)}[0-9]*)?|{re.escape(mark)}[0-9]+)(?:[eEdD][+-]?[0-9]+)?"
    )
    for mark in (".", ",")
}
# 1,234.5 or 1.234,5 or 1,234,567 or 1.234.567
THOUSANDS = re.compile(
    r"[+-]?[0-9]{1,3}(?:(?:,[0-9]{3})+\.[0-9]*|(?:\.[0-9]{3})+,[0-9]*|(?:,[0-9]{3}){2,}"
    r"|(?:\.[0-9]{3}){2,})"
)
# A header this long is none.
HEADER_LINES = 5000
MOST_COLUMNS = 500
SAMPLE = 200

# Lines that programs put between the numbers of one table: VersaStudio's tags and settings,
# Gamry's keywords, CH Instruments' segments, comments.
BETWEEN = re.compile(
    r"\s*(?:</?\w[^<>]*>|[A-Z][A-Z0-9_]*\t[A-Z]+\b.*|(?:#|%|//).*"
    r"|(?:segment|scan|cycle|sweep)\s*(?:no\.?|number|#)?\s*:?\s*[0-9]+\s*:?"
    r"|[A-Za-z][\w #().,%/+-]*=.*)\s*",
    re.IGNORECASE,
)
# Those of them that begin a new scan.
NEW_SCAN = re.compile(r"\s*(?:(?:scan|cycle)\b.*[0-9]|CURVE[0-9]+\tTABLE)", re.IGNORECASE)


@dataclass
class Header:
    """What stands above the numbers. Lines are indices, from 0."""

    line: int | None = None  # of the names
    separator: str | None = None
    columns: list[Column] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    units: list[str | None] = field(default_factory=list)  # row of units under the names
    units_line: int | None = None
    said: dict[str, str] = field(default_factory=dict)  # units said in words: {"current": "µA"}
    start: int = 0  # where the numbers may begin


def split(line, separator):
    if separator == " ":
        return line.split()
    if '"' in line:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    return line.split(separator)


def find_header(lines):
    header = Header()
    for number, line in enumerate(lines[:HEADER_LINES]):
        if not re.search(r"[^\W\d_]", line):
            continue
        text = re.sub(r"^\s*(?:(?:#|%|//)+|Definition=)", "", line)
        _note_units(text, header)
        for separator in SEPARATORS:
            cells = _split_names(text, separator)
            if len(cells) > MOST_COLUMNS:
                continue
            found = [column(index, cell) for index, cell in enumerate(cells)]
            quantities = {each.quantity for each in found if each}
            if "potential" not in quantities or not quantities & {"current", "density"}:
                found = _from_units(cells)
            # Words of a sentence are no names unless there is a value under each.
            if separator == " " and len(cells) != _width_below(lines, number):
                continue
            if found:
                header.line, header.separator = number, separator
                header.columns = [each for each in found if each]
                header.names = [cell.strip() for cell in cells]
                header.start = number + 1
                _find_row_of_units(lines, header)
                return header
    return header


def _width_below(lines, number):
    return next((len(line.split()) for line in lines[number + 1 :] if line.strip()), 0)


def _split_names(text, separator):
    if separator != " ":
        return split(text, separator) if separator in text else []
    wide = re.split(r"\s{2,}", text.strip())
    if len(text) > 10 * LONGEST_NAME:
        return wide
    # "Potential (V) Current (A)": the unit belongs to the name before it.
    return wide if len(wide) > 1 else re.sub(r"\s+(?=[(\[/])", "", text).split()


def _note_units(text, header):
    if len(text) > LONGEST_NAME:
        return
    match = re.match(r"\s*(potential|current)\s+units?\s*[:=]\s*(\S+)\s*$", text, re.IGNORECASE)
    if match:
        header.said[match[1].lower()] = match[2]
    match = re.match(r"\s*units?\s*[:=]\s*(\S+?)\s*[,;/\s]\s*(\S+)\s*$", text, re.IGNORECASE)
    if match:
        header.said |= {"potential": match[1], "current": match[2]}


def _from_units(cells):
    """Columns of a row that has units only, as PSTrace writes it: "V,µA,V,µA"."""
    units = row_of_units(cells) or []
    found = [
        unit and Column(index, unit, "current" if unit.endswith("A") else "potential", 0, unit)
        for index, unit in enumerate(units)
    ]
    quantities = {each.quantity for each in found if each}
    return found if len(quantities) == 2 else None


def _find_row_of_units(lines, header):
    for number in range(header.start, min(header.start + 3, len(lines))):
        if lines[number].strip():
            units = row_of_units(split(lines[number], header.separator))
            if units:
                header.units, header.units_line, header.start = units, number, number + 1
            return


def find_numbers(lines):
    """Return (index of the first line, separator) of a table without names."""
    filled = [number for number, line in enumerate(lines[:HEADER_LINES]) if line.strip()]
    styles = [(separator, mark) for separator in SEPARATORS for mark in NUMBER if separator != mark]
    counts = [[_count_numbers(lines[number], *style) for style in styles] for number in filled]
    for first, number in enumerate(filled):
        # Three lines in a row of the same number of numbers, or what the file has left.
        for (separator, _), widths in zip(styles, zip(*counts[first : first + 3], strict=True)):
            if widths[0] > 1 and len(set(widths)) == 1:
                return number, separator
    return None


def _count_numbers(line, separator, mark):
    """How many numbers the line consists of, 0 if there is anything else."""
    cells = [cell.strip() for cell in split(line, separator)]
    if len(cells) > MOST_COLUMNS:
        return 0
    while cells and not cells[-1]:
        cells.pop()
    return len(cells) if all(NUMBER[mark].fullmatch(cell) for cell in cells) else 0


def find_separator(lines, header):
    """The separator of the numbers under a header: the header's, or the only one that fits."""
    for number in range(header.start, len(lines)):
        if not lines[number].strip() or BETWEEN.fullmatch(lines[number]):
            continue
        needed = max(each.index for each in header.columns) + 1
        fitting = [
            separator
            for separator in SEPARATORS
            if len(split(lines[number], separator)) == max(needed, len(header.names))
        ]
        if len(split(lines[number], header.separator)) >= needed:
            return header.separator
        if len(fitting) == 1:
            return fitting[0]
        cells = len(split(lines[number], header.separator))
        raise Problem(
            f"line {header.line + 1} names {len(header.names)} columns, separated by "
            f"{SEPARATORS[header.separator]}; here are {cells}",
            number + 1,
        )
    raise Problem("no numbers follow the names of the columns", header.line + 1)


def find_decimal_mark(lines, start, separator, indices):
    """Whether the numbers are written 0.5 or 0,5. Raises Problem where that can't be known."""
    commas, doubtful = None, None
    for number in range(start, min(start + SAMPLE, len(lines))):
        cells = split(lines[number], separator)
        if len(cells) <= max(indices):
            continue
        for cell in (cells[index].strip() for index in indices):
            if "." in cell and commas is None:
                return "."
            if "," not in cell or not NUMBER[","].fullmatch(cell):
                continue
            commas = number
            if re.fullmatch(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}", cell):
                doubtful = doubtful or (number, cell)
            else:
                return ","
    if commas is None:
        return "."
    number, cell = doubtful
    raise Problem(
        f"{shown(cell)} may be a decimal fraction or thousands, and no number of the file tells "
        'which; pass decimal="," for the first',
        number + 1,
    )


@dataclass
class Rows:
    values: np.ndarray  # (rows, columns), NaN where a shorter scan beside a longer one has ended
    first_line: int
    new_scans: list[int] = field(default_factory=list)  # rows before which the file says so
    skipped: list[int] = field(default_factory=list)  # lines between the numbers

    def line(self, row, lines):
        """Number of the line, from 1, that the row stands in."""
        skipped = set(self.skipped)
        for number in range(self.first_line, len(lines)):
            row -= bool(lines[number].strip()) and number not in skipped
            if row < 0:
                return number + 1
        return len(lines)


def read_rows(lines, header, start, separator, mark, indices, gaps):
    values = _read_fast(lines[start:], separator, mark, indices)
    if values is not None:
        first = next(k for k in range(start, len(lines)) if lines[k].strip())
        return Rows(values, first)
    return _read_line_by_line(lines, header, start, separator, mark, indices, gaps)


def _read_fast(lines, separator, mark, indices):
    """All rows at once, or None if there is anything to look at more closely."""
    text = "\n".join(lines)
    if '"' in text or (mark == "," and "." in text):
        return None
    if mark == ",":
        text = text.replace(",", ".")
        lines = text.split("\n")
    if separator != " ":
        # The same number of separators on every line but blank ones.
        code = np.frombuffer(text.encode("latin-1", "replace"), np.uint8)
        ends = np.append(np.flatnonzero(code == ord("\n")), len(code))
        places = np.flatnonzero(code == ord(separator))
        counts = np.diff(np.searchsorted(places, ends), prepend=0)
        if len(set(np.unique(counts).tolist()) - {0}) != 1:
            return None
    try:
        values = np.loadtxt(
            lines,
            delimiter=None if separator == " " else separator,
            usecols=None if separator == " " else indices,
            comments=None,
            ndmin=2,
        )
    except ValueError:
        return None
    if separator == " ":
        if values.shape[1] <= max(indices):
            return None
        values = values[:, indices]
    return values if len(values) and np.isfinite(values).all() else None


def _read_line_by_line(lines, header, start, separator, mark, indices, gaps):
    rows, new_scans, skipped = [], [], []
    expected, first_line = None, None
    title = lines[header.line].strip() if header.line is not None else None
    for number in range(start, len(lines)):
        line = lines[number]
        if not line.strip():
            continue
        cells = [cell.strip() for cell in split(line, separator)]
        row = _numbers(cells, mark, indices, gaps)
        if row is None or (expected is not None and len(cells) != expected):
            if line.strip() == title or row_of_units(cells) or BETWEEN.fullmatch(line):
                if NEW_SCAN.match(line) and rows:
                    new_scans.append(len(rows))
                skipped.append(number)
                continue
            if row is None or any(cells[expected:]) or len(cells) < expected:
                reason = _reason(lines, number, cells, expected, separator, mark, indices, header)
                raise Problem(reason, number + 1)
        if expected is None:
            expected, first_line = len(cells), number
        rows.append(row)
    if not rows:
        raise Problem("there are no numbers in the file", start + 1)
    last = first_line if not rows else number
    between = [k for k in skipped if first_line < k < last]
    return Rows(np.array(rows), first_line, new_scans, between)


def _numbers(cells, mark, indices, gaps):
    if len(cells) <= max(indices):
        if not gaps:
            return None
        cells = cells + [""] * (max(indices) + 1 - len(cells))
    row = []
    for index in indices:
        cell = cells[index]
        if NUMBER[mark].fullmatch(cell):
            row.append(float(cell.replace(",", ".").replace("D", "e").replace("d", "e")))
        elif gaps and not cell:
            row.append(np.nan)
        else:
            return None
    return row


def _reason(lines, number, cells, expected, separator, mark, indices, header):
    """Why this line is not a row of the table."""
    line = lines[number]
    numbers = sum(NUMBER[mark].fullmatch(cell) is not None for cell in cells)
    if expected is not None and len(cells) != expected:
        if number == len(lines) - 1 and len(cells) < expected:
            return f"the last line is cut off: it has {len(cells)} values instead of {expected}"
        for other, name in SEPARATORS.items():
            if other != separator and len(split(line.strip(), other)) == expected:
                return f"is separated by {name}, the lines before by {SEPARATORS[separator]}"
        if numbers:
            return f"has {len(cells)} values, the lines before have {expected}"
        return f"text among the numbers: {shown(line.strip())}"
    for index in indices:
        if index >= len(cells):
            return f"has {len(cells)} values, the table needs {max(indices) + 1}"
        name = header.names[index] if index < len(header.names) else f"column {index + 1}"
        cell = cells[index]
        if NUMBER[mark].fullmatch(cell):
            continue
        if not cell:
            return f"has no value for {shown(name)}"
        if THOUSANDS.fullmatch(cell):
            return f"{shown(cell)} has a thousands separator; write it without"
        if re.fullmatch(r"[+-]?(?:nan|inf|infinity|1\.#\w+)", cell, re.IGNORECASE):
            return f"{shown(name)} is {cell}, which is no number"
        if NUMBER["," if mark == "." else "."].fullmatch(cell):
            return f"{shown(cell)} does not have the decimal mark of the lines before, {mark!r}"
        if not numbers and len(cells) > 1:
            return f"text among the numbers: {shown(line.strip())}"
        return f"{shown(name)} is {shown(cell)}, which is no number"
    return "is not like the lines before"
