"""What the columns of a potentiostat's file hold, from their names and units."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from course_utils.voltammetry.problem import Problem, shown

POTENTIAL_UNITS = {"V": 1.0, "mV": 1e-3, "µV": 1e-6}
CURRENT_UNITS = {"A": 1.0, "mA": 1e-3, "µA": 1e-6, "nA": 1e-9, "pA": 1e-12}
UNITS = {"potential": POTENTIAL_UNITS, "current": CURRENT_UNITS}
# Other spellings. Lower case is taken for the only thing it can mean; "MA" and "MV" are not.
SPELLINGS = {
    **{unit.lower(): unit for unit in (*POTENTIAL_UNITS, *CURRENT_UNITS)},
    **{"uV": "µV", "uv": "µV", "uA": "µA", "ua": "µA"},
    **dict.fromkeys(("volt", "volts"), "V"),
    **dict.fromkeys(("amp", "amps", "ampere", "amperes"), "A"),
}
# A longer text is not the name of a column or a unit; the patterns below are quick on any text.
LONGEST_NAME = 100  # characters

# Units of columns that are not needed; they tell a row of units from a row of names.
OTHER_UNITS = {"s", "ms", "min", "h", "#", "c", "mc", "µc", "hz", "ohm", "ω", "w", "bits", "deg c"}
OTHER_UNITS |= {"°c", "cycles", "", "-", "1"}

# Names as `_plain` leaves them. What was measured comes before what was asked for.
NAMES = {
    ("potential", 0): "potential voltage e ewe u v vf pot spannung potenzial potentiel tension "
    "we(1).potential we.potential",
    ("potential", 1): "potentialapplied appliedpotential eapplied control setpotential eset",
    ("current", 0): "current i im we(1).current we.current strom courant corriente corrente",
    ("density", 0): "j currentdensity",
    ("scan", 0): "scan scannumber cycle cyclenumber cycleno cycleindex scanno scanindex",
}
QUANTITY = {name: kind for kind, names in NAMES.items() for name in names.split()}


@dataclass(frozen=True)
class Column:
    index: int
    name: str
    quantity: str  # "potential", "current", "density" or "scan"
    rank: int  # 0 is preferred to 1
    unit: str | None  # as the file spells it, until `in_known_unit` replaces it


def as_unit(text: str) -> str | None:
    """Return V, mV, µA, …, or None: "V vs. Ag/AgCl" is V, "uA" is µA."""
    if len(text) > LONGEST_NAME:
        return None
    text = re.sub(r"\s*\bvs\b.*", "", text.strip(), flags=re.IGNORECASE).replace("μ", "µ")
    if text in POTENTIAL_UNITS or text in CURRENT_UNITS:
        return text
    return SPELLINGS.get(text)


def is_density(text: str) -> bool:
    return re.fullmatch(r"[mµμunp]?A\s*[/ ·*.]?\s*[mc]?m.{0,4}", text.strip()) is not None


def column(index: int, text: str) -> Column | None:
    """Return what a column of this name holds, or None if it is not needed."""
    text = text.strip().strip("\"'").strip()
    if len(text) > LONGEST_NAME:
        return None
    name, unit = _split(text)
    quantity, rank = QUANTITY.get(re.sub(r"[\s_<>#|:]+", "", name.lower()), (None, 0))
    if quantity is None:
        return None
    if quantity == "scan":
        return Column(index, text, quantity, rank, None)
    if quantity == "density" or (unit is not None and is_density(unit)):
        return Column(index, text, "density", rank, unit)
    return Column(index, text, quantity, rank, unit)


def unit_in(text: str) -> str | None:
    """Return the unit at the end of a column's name, as spelled there, or None."""
    return _split(text)[1]


def in_known_unit(found: Column, texts: Iterable[str | None], line: int) -> Column:
    """Return the column with the one unit that its name, a row of units and the caller agree on."""
    units = set()
    for text in filter(None, texts):
        unit = as_unit(text)
        if unit is None:
            known = ", ".join(UNITS[found.quantity])
            raise Problem(
                f"the unit {shown(text)} of column {shown(found.name)} is not known; "
                f"known are {known}",
                line,
            )
        if unit not in UNITS[found.quantity]:
            raise Problem(
                f"column {shown(found.name)} holds the {found.quantity}, "
                f"but {shown(text)} is not a unit of it",
                line,
            )
        units.add(unit)
    if not units:
        raise Problem(
            f"the unit of the {found.quantity} (column {shown(found.name)}) is said nowhere; "
            'if you know it, pass units=("V", "µA") or whatever they are',
            line,
        )
    if len(units) > 1:
        raise Problem(
            f"the units of column {shown(found.name)} contradict each other: "
            + " and ".join(sorted(units)),
            line,
        )
    return replace(found, unit=units.pop())


def row_of_units(cells: Sequence[str]) -> list[str | None] | None:
    """Return the units in a row that holds nothing else, or None."""
    plain = [cell.strip().strip("\"'").strip() for cell in cells]
    units = [as_unit(cell) for cell in plain]
    if not any(units) or any(
        unit is None and cell.lower() not in OTHER_UNITS for unit, cell in zip(units, plain)
    ):
        return None
    return units


def _split(text):
    """Split "E (V)", "E/V", "E [V]", "E_V", "E V", "E in V", "E (V) vs. SHE" at the unit."""
    for pattern in (
        r"(.*?)\s*[(\[]([^()\[\]]*)[)\]]\s*(?:vs\b.*)?",
        r"([^/]*?)\s*/\s*(.+)",
    ):
        match = re.fullmatch(pattern, text, re.IGNORECASE)
        if match and match[1]:
            return match[1], match[2]
    match = re.fullmatch(r"(.*?)(?:[_\s]+in)?[_\s]+([^\s_]+(?:\s+vs\b.*)?)", text, re.IGNORECASE)
    if match and as_unit(match[2]):
        return match[1], match[2]
    return text, None
