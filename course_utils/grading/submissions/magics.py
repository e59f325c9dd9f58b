"""Turn a notebook's cell into Python: what only IPython understands is left out, line by line.

Lines keep their numbers. Nothing is parsed here, since nesting can crash Python's parser.
"""

import re

# Cell magics whose body is ordinary code, run as it stands.
KEPT = {"time", "timeit", "capture", "prun", "memit", "snakeviz", "pyinstrument", "scalene"}
CELL_MAGIC = re.compile(r"\s*%%\s*(\w*)")
ESCAPED = re.compile(r"(?P<indent>\s*)[%!?]")
TIMED = re.compile(r"(\s*)%time\s")
ASSIGNED = re.compile(r"(?P<target>\s*[A-Za-z_][\w.,\[\]() '\"*]*=)\s*[%!](?!=)")
ASKED = re.compile(r"(?P<indent>\s*)%{0,2}[A-Za-z_*][\w*.\[\]'\"-]*\?\??\s*(#.*)?")


def to_python(source: str) -> str:
    """The source of a code cell without magics, shell lines and requests for help (``np.pad?``)."""
    lines = source.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for first, line in enumerate(lines):
        if magic := CELL_MAGIC.match(line):
            if magic[1] not in KEPT:
                return ""
            lines[first] = ""
        elif line.strip():
            break
    scanner, escaping = _Scanner(), False
    for number, line in enumerate(lines):
        if escaping:
            lines[number], escaping = "", line.rstrip().endswith("\\")
            continue
        if scanner.at_statement:
            lines[number] = _plain(line)
            if lines[number] is not line:
                escaping = line.rstrip().endswith("\\")
                continue
        scanner.take(line)
    return "\n".join(lines)


def _plain(line: str) -> str:
    """The line that begins a statement, or what stands in for it."""
    if (timed := TIMED.match(line)) and (statement := line[timed.end() :].strip()):
        return timed[1] + statement
    if escaped := ESCAPED.match(line) or ASKED.fullmatch(line):
        return escaped["indent"] + "pass"  # a block must not be left empty
    if assigned := ASSIGNED.match(line):
        return assigned["target"] + " None"
    return line


class _Scanner:
    """Follows strings and brackets, to tell where a line begins a statement."""

    def __init__(self):
        self.depth, self.quote, self.continued = 0, "", False

    @property
    def at_statement(self) -> bool:
        return not (self.depth or self.quote or self.continued)

    def take(self, line: str) -> None:
        self.continued, place = False, 0
        while place < len(line):
            if self.quote:
                if line[place] == "\\":
                    place += 2
                elif line.startswith(self.quote, place):
                    place += len(self.quote)
                    self.quote = ""
                else:
                    place += 1
                continue
            character = line[place]
            if character == "#":
                return
            if character in "'\"":
                triple = character * 3
                self.quote = triple if line.startswith(triple, place) else character
                place += len(self.quote)
                continue
            if character in "([{":
                self.depth += 1
            elif character in ")]}":
                self.depth = max(0, self.depth - 1)
            elif character == "\\" and place == len(line) - 1:
                self.continued = True
            place += 1
        if len(self.quote) == 1:  # continues only after a backslash
            if line.endswith("\\"):
                return
            self.quote = ""
