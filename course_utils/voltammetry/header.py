"""What stands above the numbers of a table: names of columns, units, or nothing at all."""

import re
from dataclasses import dataclass, field

from course_utils.voltammetry.columns import LONGEST_NAME, Column, column, row_of_units
from course_utils.voltammetry.notation import BETWEEN, MOST_COLUMNS, NUMBER, SEPARATORS, split
from course_utils.voltammetry.problem import Problem, shown

# Names of columns are looked for in the first lines only.
HEADER_LINES = 5000


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

    def refuse_density(self) -> None:
        """Raise Problem if the columns have a current density in place of a current."""
        quantities = {column.quantity: column for column in self.columns}
        if "current" not in quantities:
            raise Problem(
                f"column {shown(quantities['density'].name)} is a current density; multiply it "
                "by the electrode's area and call it a current",
                self.line + 1,
            )


def find_header(lines: list[str]) -> Header:
    """Return what the lines say about the columns; `line` is None if they have no names."""
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
            # Words of a sentence are not names unless there is a value under each.
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


def find_numbers(lines: list[str]) -> tuple[int, str] | None:
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


def find_separator(lines: list[str], header: Header) -> str:
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
            f"{SEPARATORS[header.separator]}; this line has {cells}",
            number + 1,
        )
    raise Problem("no numbers follow the names of the columns", header.line + 1)
