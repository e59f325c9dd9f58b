"""Which columns of a table to read, and in which units they are."""

from collections.abc import Sequence

from course_utils.voltammetry.columns import Column, in_known_unit, unit_in
from course_utils.voltammetry.notation import split
from course_utils.voltammetry.problem import Problem, shown
from course_utils.voltammetry.table import Table

Pair = tuple[Column, Column]  # potential and current of one scan


def choose_columns(
    table: Table, columns: Sequence[str | int] | None
) -> tuple[list[Pair], Column | None]:
    """Return the pairs of potential and current, one for each scan side by side, and the column
    that numbers the scans. `columns` are the caller's, or None.
    """
    header = table.header
    if columns is not None:
        width = len(header.names) or len(table.cells(header.start))
        potential, current = columns
        pair = (
            _named(table, potential, "potential", width),
            _named(table, current, "current", width),
        )
        return [pair], None
    if header.line is None:
        return [_two_without_names(table)], None
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
        table.notes.append(f"potential measured, not applied: {left_out} left out")
    if len(pairs) > 1:
        table.notes.append(f"{len(pairs)} scans side by side")
        return pairs, None
    scans = [column for column in header.columns if column.quantity == "scan"]
    return pairs, scans[0] if scans else None


def _two_without_names(table):
    line = table.header.start
    width = len(split(table.lines[line].rstrip(" \t;,"), table.separator))
    if width != 2:
        raise Problem(
            f"the columns have no names, and there are {width}; pass columns=(0, 1), or "
            "whichever hold the potential and the current",
            line + 1,
        )
    table.notes.append("the first column is taken for the potential, the second for the current")
    return (
        Column(0, "column 1", "potential", 0, None),
        Column(1, "column 2", "current", 0, None),
    )


def _best(header, quantity):
    found = [column for column in header.columns if column.quantity == quantity]
    rank = min(column.rank for column in found)
    return [column for column in found if column.rank == rank]


def _named(table, name, quantity, width):
    header, line = table.header, table.first_line
    if isinstance(name, str):
        matching = [k for k, other in enumerate(header.names) if other.lower() == name.lower()]
        if len(matching) != 1:
            raise Problem(
                f"exactly one column must be named {shown(name)}; there are {header.names}", line
            )
        name = matching[0]
    if not 0 <= name < width:
        raise Problem(f"there is no column {name}; they go from 0 to {width - 1}", line)
    title = header.names[name] if header.names else f"column {name + 1}"
    return Column(name, title, quantity, 0, unit_in(title))


def with_unit(table: Table, column: Column, units: Sequence[str] | None) -> Column:
    """Return the column with its unit, from its name, the row of units, a remark, or the caller."""
    header = table.header
    texts = [column.unit, header.said.get(column.quantity)]
    if column.index < len(header.units):
        texts.append(header.units[column.index])
    if units is not None:
        texts.append(units[column.quantity == "current"])
    column = in_known_unit(column, texts, table.first_line)
    table.notes.append(f"{column.quantity} in {column.unit} from {shown(column.name)}")
    return column
