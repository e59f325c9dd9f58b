"""The numbers of a file: a `Table` knows where they are, how they are written, and reads them."""

import re
from dataclasses import dataclass, field

import numpy as np

from course_utils.voltammetry.columns import row_of_units
from course_utils.voltammetry.header import Header, find_header, find_numbers, find_separator
from course_utils.voltammetry.notation import (
    BETWEEN,
    NEW_SCAN,
    NUMBER,
    SEPARATORS,
    THOUSANDS,
    split,
)
from course_utils.voltammetry.problem import Problem, shown

# The decimal mark is looked for in this many lines.
SAMPLE = 200


@dataclass
class Rows:
    """The numbers of the chosen columns, and the lines that they stand in."""

    lines: list[str]
    values: np.ndarray  # (rows, columns), NaN where a shorter scan beside a longer one has ended
    first_line: int
    new_scans: list[int] = field(default_factory=list)  # rows before which the file says so
    skipped: list[int] = field(default_factory=list)  # lines between the numbers

    def line(self, row: int) -> int:
        """Return the number of a row's line, counted from 1."""
        skipped = set(self.skipped)
        for number in range(self.first_line, len(self.lines)):
            row -= bool(self.lines[number].strip()) and number not in skipped
            if row < 0:
                return number + 1
        return len(self.lines)


@dataclass
class Table:
    """A table of numbers in the lines of a file.

    Attributes
    ----------
    lines : list of str
        All lines of the file.
    header : Header
    separator : str
        Of the numbers' columns.
    notes : list of str
        What was found out about the file so far.
    indices : list of int
        The columns to read.
    mark : "." or ","
        The decimal mark.
    gaps : bool
        Whether cells may be empty, because shorter scans stand beside longer ones.
    """

    lines: list[str]
    header: Header
    separator: str
    notes: list[str]
    indices: list[int] = field(default_factory=list)
    mark: str = "."
    gaps: bool = False

    @classmethod
    def find(cls, lines: list[str], notes: list[str]) -> "Table":
        """Find the table; raises Problem if there is none, or no current in it."""
        header = find_header(lines)
        if header.line is None:
            found = find_numbers(lines)
            if found is None:
                raise Problem("no table of numbers with two or more columns is in the file", 1)
            header.start, separator = found
            notes.append(f"no names of columns; the numbers begin in line {header.start + 1}")
        else:
            header.refuse_density()
            separator = find_separator(lines, header)
            notes.append(f"names of the columns in line {header.line + 1}")
        notes.append(f"separated by {SEPARATORS[separator]}")
        return cls(lines, header, separator, notes)

    @property
    def first_line(self) -> int:
        """The line to name where the header is to blame, counted from 1."""
        return (self.header.start if self.header.line is None else self.header.line) + 1

    def cells(self, number: int) -> list[str]:
        """Return the cells of a line, which is counted from 0."""
        return split(self.lines[number], self.separator)

    def find_decimal_mark(self) -> str:
        """Whether the numbers are written 0.5 or 0,5. Raises Problem if that can't be known."""
        commas, doubtful = None, None
        start = self.header.start
        for number in range(start, min(start + SAMPLE, len(self.lines))):
            cells = self.cells(number)
            if len(cells) <= max(self.indices):
                continue
            for cell in (cells[index].strip() for index in self.indices):
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
            f"{shown(cell)} may be a decimal fraction or thousands, and no number of the file "
            'tells which; pass decimal="," for the first',
            number + 1,
        )

    def read(self) -> Rows:
        """Read the rows; raises Problem at the first line that is not one of them."""
        values = self._read_all_at_once()
        if values is None:
            return self._read_line_by_line()
        start = self.header.start
        first = next(k for k in range(start, len(self.lines)) if self.lines[k].strip())
        return Rows(self.lines, values, first)

    def _read_all_at_once(self):
        """The values, or None if there is anything to look at more closely."""
        lines = self.lines[self.header.start :]
        text = "\n".join(lines)
        if '"' in text or (self.mark == "," and "." in text):
            return None
        if self.mark == ",":
            text = text.replace(",", ".")
            lines = text.split("\n")
        by_spaces = self.separator == " "
        if not by_spaces:
            # The same number of separators on every line except blank ones.
            code = np.frombuffer(text.encode("latin-1", "replace"), np.uint8)
            ends = np.append(np.flatnonzero(code == ord("\n")), len(code))
            places = np.flatnonzero(code == ord(self.separator))
            counts = np.diff(np.searchsorted(places, ends), prepend=0)
            if len(set(np.unique(counts).tolist()) - {0}) != 1:
                return None
        try:
            values = np.loadtxt(
                lines,
                delimiter=None if by_spaces else self.separator,
                usecols=None if by_spaces else self.indices,
                comments=None,
                ndmin=2,
            )
        except ValueError:
            return None
        if by_spaces:
            if values.shape[1] <= max(self.indices):
                return None
            values = values[:, self.indices]
        return values if len(values) and np.isfinite(values).all() else None

    def _read_line_by_line(self):
        rows, new_scans, skipped = [], [], []
        width, first_line = None, None  # of the first row
        header = self.header
        title = self.lines[header.line].strip() if header.line is not None else None
        for number in range(header.start, len(self.lines)):
            line = self.lines[number]
            if not line.strip():
                continue
            cells = [cell.strip() for cell in self.cells(number)]
            row = self._numbers(cells)
            if row is None or (width is not None and len(cells) != width):
                if line.strip() == title or row_of_units(cells) or BETWEEN.fullmatch(line):
                    if NEW_SCAN.match(line) and rows:
                        new_scans.append(len(rows))
                    skipped.append(number)
                    continue
                if row is None or any(cells[width:]) or len(cells) < width:
                    raise Problem(self._why_not_a_row(number, cells, width), number + 1)
            if width is None:
                width, first_line = len(cells), number
            rows.append(row)
        if not rows:
            raise Problem("there are no numbers in the file", header.start + 1)
        between = [k for k in skipped if first_line < k < number]
        return Rows(self.lines, np.array(rows), first_line, new_scans, between)

    def _numbers(self, cells):
        """The numbers of the chosen columns, or None if one of them is not a number."""
        if len(cells) <= max(self.indices):
            if not self.gaps:
                return None
            cells = cells + [""] * (max(self.indices) + 1 - len(cells))
        row = []
        for index in self.indices:
            cell = cells[index]
            if NUMBER[self.mark].fullmatch(cell):
                row.append(float(cell.replace(",", ".").replace("D", "e").replace("d", "e")))
            elif self.gaps and not cell:
                row.append(np.nan)
            else:
                return None
        return row

    def _why_not_a_row(self, number, cells, width):
        """Why this line is not a row of the table."""
        line = self.lines[number].strip()
        is_number = NUMBER[self.mark].fullmatch
        numbers = sum(is_number(cell) is not None for cell in cells)
        if width is not None and len(cells) != width:
            if number == len(self.lines) - 1 and len(cells) < width:
                return f"the last line is cut off: it has {len(cells)} values instead of {width}"
            for other, name in SEPARATORS.items():
                if other != self.separator and len(split(line, other)) == width:
                    before = SEPARATORS[self.separator]
                    return f"is separated by {name}, the lines before by {before}"
            if numbers:
                return f"has {len(cells)} values, the lines before have {width}"
            return f"text among the numbers: {shown(line)}"
        names = self.header.names
        for index in self.indices:
            if index >= len(cells):
                return f"has {len(cells)} values, the table needs {max(self.indices) + 1}"
            name = names[index] if index < len(names) else f"column {index + 1}"
            cell = cells[index]
            if is_number(cell):
                continue
            if not cell:
                return f"has no value for {shown(name)}"
            if THOUSANDS.fullmatch(cell):
                return f"{shown(cell)} has a thousands separator; write it without"
            if re.fullmatch(r"[+-]?(?:nan|inf|infinity|1\.#\w+)", cell, re.IGNORECASE):
                return f"{shown(name)} is {cell}, which is not a number"
            if NUMBER["," if self.mark == "." else "."].fullmatch(cell):
                mark = f"the decimal mark of the lines before, {self.mark!r}"
                return f"{shown(cell)} does not have {mark}"
            if not numbers and len(cells) > 1:
                return f"text among the numbers: {shown(line)}"
            return f"{shown(name)} is {shown(cell)}, which is not a number"
        return "is not like the lines before"
