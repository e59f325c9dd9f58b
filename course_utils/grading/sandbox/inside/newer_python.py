"""Code that this Python cannot read, but a newer one probably can.

Nobody gets a zero for that. It is recognized by its signs, since there is no newer parser here; a
person who looks at the cell then sees what it is.
"""

import re
import sys

# The first Python that can read it, its sign in the line or in the message, and its name.
SIGNS = (
    ((3, 12), r"^\s*type\s+\w+\s*(\[.*\]\s*)?=", "a `type` statement"),
    ((3, 12), r"^\s*((async\s+)?def|class)\s+\w+\s*\[", "type parameters in square brackets"),
    ((3, 14), r"\b(t|tr|rt)(\"|')", "a template string"),
)
MESSAGES = (
    ((3, 12), r"f-string", "a newer kind of f-string"),
    ((3, 14), r"multiple exception types must be parenthesized", "`except` without parentheses"),
)
F_STRING = re.compile(r"\b(f|fr|rf)(\"|')[^{]*\{", re.IGNORECASE)
BROKEN_STRING = re.compile(r"unterminated string|invalid syntax|was never closed|forgot a comma")


def newer_syntax(source: str, error: SyntaxError) -> str:
    """What only a newer Python could read there; empty if there is no sign of that."""
    lines = source.splitlines()
    number = min(max((error.lineno or 1) - 1, 0), max(len(lines) - 1, 0))
    line = lines[number][:2000] if lines else ""
    message = error.msg or ""
    for version, sign, name in SIGNS:
        if re.search(sign, line, re.IGNORECASE):
            return _since(version, name)
    for version, sign, name in MESSAGES:
        if sign in message:
            return _since(version, name)
    # A quote of the same kind, or the end of a line, within the braces.
    if F_STRING.search(line) and BROKEN_STRING.search(message):
        return _since(*MESSAGES[0][::2])
    return ""


def _since(version: tuple[int, int], name: str) -> str:
    if sys.version_info[:2] >= version:
        return ""
    return f"{name} (Python {version[0]}.{version[1]})"
