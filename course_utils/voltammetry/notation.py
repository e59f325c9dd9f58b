"""How programs write the lines of a table: separators, decimal marks, and lines in between."""

import csv
import re

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
MOST_COLUMNS = 500

# Lines that programs put between the numbers of one table: VersaStudio's tags and settings,
# Gamry's keywords, CH Instruments' segments, comments.
BETWEEN = re.compile(
    r"\s*(?:</?\w[^<>]*>|[A-Z][A-Z0-9_]*\t[A-Z]+\b.*|(?:#|%|//).*"
    r"|(?:segment|scan|cycle|sweep)\s*(?:no\.?|number|#)?\s*:?\s*[0-9]+\s*:?"
    r"|[A-Za-z][\w #().,%/+-]*=.*)\s*",
    re.IGNORECASE,
)
# Those among them that begin a new scan.
NEW_SCAN = re.compile(r"\s*(?:(?:scan|cycle)\b.*[0-9]|CURVE[0-9]+\tTABLE)", re.IGNORECASE)


def split(line: str, separator: str) -> list[str]:
    """Return the cells of a line."""
    if separator == " ":
        return line.split()
    if '"' in line:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    return line.split(separator)
