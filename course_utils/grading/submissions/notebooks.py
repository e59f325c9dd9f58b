"""The code cells of what a student handed in: a notebook of any age and state, or a Python file.

nbformat would refuse what is not valid in every detail. Here whatever can be understood is taken,
and the rest is told.
"""

import codecs
import contextlib
import json
import re
import sys

from course_utils.grading.submissions.archives import UnreadableError
from course_utils.grading.submissions.cell import Cell
from course_utils.grading.submissions.magics import to_python

MOST_CELLS = 5_000
MOST_CODE = 2**20  # characters, all cells together
MEMORY = 768 * 2**20  # bytes of address space that parsing one notebook may add
PERCENT = re.compile(r"#\s*%%(?P<rest>.*)|# In\s?\[[\s\d]*\]:")  # Spyder, VS Code; nbconvert


def cells_of(name: str, data: bytes) -> tuple[list[Cell], list[str]]:
    """The code cells of a file, and warnings.

    Raises
    ------
    UnreadableError
        If it is no notebook, or no text.
    """
    if name.lower().endswith(".py"):
        cells, warnings = _python_cells(name, data)
    else:
        cells, warnings = _notebook_cells(name, data)
    if sum(len(cell.source) for cell in cells) > MOST_CODE:
        raise UnreadableError(f"it holds more than {MOST_CODE} characters of code")
    return cells, warnings


def _notebook_cells(name: str, data: bytes) -> tuple[list[Cell], list[str]]:
    text, warnings = _decoded(data)
    notebook = _parsed(text)
    if not isinstance(notebook, dict):
        raise UnreadableError("it is no notebook: there is no object in it")
    version = notebook.get("nbformat")
    given = notebook.get("cells")
    if not isinstance(given, list):  # before version 4
        sheets = notebook.get("worksheets")
        sheets = [sheet for sheet in sheets if isinstance(sheet, dict)] if _list(sheets) else []
        given = [cell for sheet in sheets for cell in _list(sheet.get("cells"))]
        if not sheets:
            raise UnreadableError("it is no notebook: there is no list of cells in it")
    elif type(version) is not int or version < 4:
        warnings.append("It does not say which version of the notebook format it is; read as 4.")
    elif version > 4:
        warnings.append(f"It is of version {version} of the notebook format; read as 4.")
    if len(given) > MOST_CELLS:
        raise UnreadableError(f"it has {len(given)} cells; {MOST_CELLS} are read at most")
    cells = []
    for number, cell in enumerate(given, 1):
        kind = cell.get("cell_type") if isinstance(cell, dict) else None
        if not isinstance(kind, str):
            warnings.append(f"Cell {number} was left out: it is no cell.")
        if kind != "code":
            continue
        source = cell.get("source", cell.get("input", ""))
        if isinstance(source, list):
            if not all(isinstance(line, str) for line in source):
                warnings.append(f"Cell {number}: what is no text was left out.")
            source = "".join(line for line in source if isinstance(line, str))
        if not isinstance(source, str):
            warnings.append(f"Cell {number} was left out: its source is no text.")
            continue
        cells.append(Cell(name, number, to_python(_valid(source))))
    return cells, warnings[:20]


def _list(value: object) -> list:
    return value if isinstance(value, list) else []


def _parsed(text: str) -> object:
    try:
        with _bounded_memory():
            return json.loads(text)
    except RecursionError:
        raise UnreadableError("its lists are nested too deep") from None
    except MemoryError:
        raise UnreadableError("reading it needs too much memory") from None
    except ValueError as error:
        what = "it is empty" if not text.strip() else f"it is no notebook: {error}"
        raise UnreadableError(what) from None


@contextlib.contextmanager
def _bounded_memory():
    """Within this block memory ends MEMORY bytes from here, where the system can do that."""
    if not sys.platform.startswith("linux"):
        yield
        return
    import resource

    with open("/proc/self/statm") as file:
        used = int(file.read().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = used + MEMORY if soft == resource.RLIM_INFINITY else min(soft, used + MEMORY)
    resource.setrlimit(resource.RLIMIT_AS, (bound, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def _python_cells(name: str, data: bytes) -> tuple[list[Cell], list[str]]:
    """The cells of a .py file: from one ``# %%`` line to the next, or all of it."""
    text, warnings = _decoded(data, _declared(data))
    parts: list[list[str]] = [[]]
    number, markdown = 0, False
    found = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if marker := PERCENT.fullmatch(line):
            found.append((number, markdown, parts[-1]))
            parts.append([])
            number += 1
            markdown = bool(re.search(r"\[(markdown|md|raw)\]", marker["rest"] or ""))
            line = ""
        parts[-1].append(line)
    found.append((number, markdown, parts[-1]))
    if len(found) > MOST_CELLS:
        raise UnreadableError(f"it has {len(found)} cells; {MOST_CELLS} are read at most")
    # Numbered from 1; what stands above the first marker is a cell if it holds anything.
    above = any(line.strip() for line in found[0][2]) or len(found) == 1
    return [
        Cell(name, number + above, to_python(_valid("\n".join(lines))))
        for number, markdown, lines in found
        if not markdown and (number or above)
    ], warnings


def _declared(data: bytes) -> str:
    """The encoding that a Python file names in its first two lines (PEP 263)."""
    for line in data.split(b"\n", 2)[:2]:
        if match := re.match(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)", line):
            return match[1].decode("ascii")
    return ""


def _decoded(data: bytes, encoding: str = "") -> tuple[str, list[str]]:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            encoding = name
            break
    for candidate in filter(None, (encoding, "utf-8")):
        with contextlib.suppress(UnicodeError, LookupError, ValueError):
            text = data.decode(candidate)
            if isinstance(text, str):  # a "coding" of rot13 makes none
                return text, []
    return data.decode("latin-1"), ["It is not in UTF-8; read as Latin-1."]


def _valid(source: str) -> str:
    """Without halves of characters, which JSON can hold and no file can."""
    return source.encode("utf-8", "replace").decode()
