"""The code cells of a submitted file: a notebook of any age, in any state, or a Python file.

nbformat refuses what is not valid in every detail. Here everything that can be understood is used,
and the rest is reported.
"""

import codecs
import contextlib
import json
import re
import sys
from dataclasses import dataclass, field

from course_utils.grading.submissions.archives import UnreadableError
from course_utils.grading.submissions.cell import Cell
from course_utils.grading.submissions.magics import to_python

MOST_CELLS = 5_000
MOST_CODE = 2**20  # characters, all cells together
MOST_TEXT = 4 * MOST_CODE  # with magics still in, such as a page after %%html
TEXTS = {"markdown": "Markdown", "raw": "raw", "heading": "Markdown"}
MEMORY = 768 * 2**20  # bytes of address space that parsing one notebook may add
# Character encodings. Nobody writes files in the others (punycode, unicode_escape), and decoding
# some of those takes time that grows as the square of the length.
ENCODINGS = re.compile(
    r"utf[-_]?(8|16|32)|ascii|iso8859|iso2022|latin|cp\d|koi8|mac|gb|big5|euc|shift|johab|hz|tis|ptcp|kz"
)
PERCENT = re.compile(r"#\s*%%(?P<rest>.*)|# In\s?\[[\s\d]*\]:")  # Spyder, VS Code; nbconvert


@dataclass(frozen=True)
class Passage:
    """A cell without code: `kind` is "Markdown" or "raw"."""

    number: int
    kind: str
    text: str


@dataclass
class Contents:
    """What is in a file.

    Attributes
    ----------
    name : str
        The file's name.
    cells : list of Cell
        The code cells.
    warnings : list of str
    python : str
        The version of Python that the notebook gives; empty if it gives none.
    passages : list of Passage
    tagged : dict
        From a cell's number to the exercise that the cell was handed out for.
    """

    name: str
    cells: list[Cell] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    python: str = ""
    passages: list[Passage] = field(default_factory=list)
    tagged: dict[int, str] = field(default_factory=dict)


def contents_of(name: str, data: bytes) -> Contents:
    """What is in a file.

    Raises
    ------
    UnreadableError
        If it is not a notebook, or not text.
    """
    if name.lower().endswith(".py"):
        contents = Contents(name, *_python_cells(name, data))
    else:
        contents = _notebook_contents(name, data)
    _bound(sum(len(cell.source) for cell in contents.cells), MOST_CODE)
    return contents


def _bound(length: int, most: int) -> None:
    if length > most:
        raise UnreadableError(f"it holds more than {MOST_CODE} characters of code")


def _notebook_contents(name: str, data: bytes) -> Contents:
    text, warnings = _decoded(data)
    notebook = _parsed(text)
    if not isinstance(notebook, dict):
        raise UnreadableError("it is not a notebook: there is no object in it")
    version = notebook.get("nbformat")
    given = notebook.get("cells")
    if not isinstance(given, list):  # before version 4
        sheets = notebook.get("worksheets")
        sheets = [sheet for sheet in sheets if isinstance(sheet, dict)] if _list(sheets) else []
        given = [cell for sheet in sheets for cell in _list(sheet.get("cells"))]
        if not sheets:
            raise UnreadableError("it is not a notebook: there is no list of cells in it")
    elif type(version) is not int or version < 4:
        warnings.append("It does not say which version of the notebook format it has; read as 4.")
    elif version > 4:
        warnings.append(f"It has version {version} of the notebook format; read as 4.")
    if len(given) > MOST_CELLS:
        raise UnreadableError(f"it has {len(given)} cells; at most {MOST_CELLS} are read")
    contents, length, code = Contents(name, python=_python_version(notebook)), 0, 0
    for number, cell in enumerate(given, 1):
        kind = cell.get("cell_type") if isinstance(cell, dict) else None
        if not isinstance(kind, str):
            warnings.append(f"Cell {number} was left out: it is not a cell.")
            continue
        source = cell.get("source", cell.get("input", ""))
        if isinstance(source, list):
            if not all(isinstance(line, str) for line in source):
                warnings.append(f"Cell {number}: what is not text was left out.")
            source = "".join(line for line in source if isinstance(line, str))
        if kind != "code":
            if kind in TEXTS and isinstance(source, str) and length + len(source) <= MOST_CODE:
                length += len(source)
                contents.passages.append(Passage(number, TEXTS[kind], source))
            continue
        if not isinstance(source, str):
            warnings.append(f"Cell {number} was left out: its source is not text.")
            continue
        code += len(source)
        _bound(code, MOST_TEXT)
        contents.cells.append(Cell(name, number, to_python(_valid(source))))
        if (exercise := _tag(cell)) is not None:
            contents.tagged[number] = exercise
    contents.warnings = warnings[:20]
    return contents


def _python_version(notebook: dict) -> str:
    """The version of Python in its metadata; empty if there is none."""
    place: object = notebook
    for key in ("metadata", "language_info", "version"):
        place = place.get(key) if isinstance(place, dict) else None
    return place if isinstance(place, str) and re.fullmatch(r"\d[\w.+-]{0,20}", place) else ""


def _tag(cell: dict) -> str | None:
    """The exercise that a cell was handed out for, as its metadata say."""
    place: object = cell
    for key in ("metadata", "exercise", "id"):
        place = place.get(key) if isinstance(place, dict) else None
    return place if isinstance(place, str) else None


def _list(value: object) -> list:
    return value if isinstance(value, list) else []


def _parsed(text: str) -> object:
    try:
        with _bounded_memory():
            return json.loads(text)
    except RecursionError:
        raise UnreadableError("its lists are nested too deeply") from None
    except MemoryError:
        raise UnreadableError("reading it needs too much memory") from None
    except ValueError as error:
        what = "it is empty" if not text.strip() else f"it is not a notebook: {error}"
        raise UnreadableError(what) from None


@contextlib.contextmanager
def _bounded_memory():
    """Allow at most MEMORY more bytes in this block, where the system can do that."""
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
        raise UnreadableError(f"it has {len(found)} cells; at most {MOST_CELLS} are read")
    _bound(sum(len(line) + 1 for _, text, lines in found if not text for line in lines), MOST_TEXT)
    # Numbered from 1; what is above the first marker is a cell if there is anything.
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
        with contextlib.suppress(UnicodeError, LookupError):
            if ENCODINGS.match(codecs.lookup(candidate).name):
                return data.decode(candidate), []
    return data.decode("latin-1"), ["It is not in UTF-8; read as Latin-1."]


def _valid(source: str) -> str:
    """Without lone surrogates, which JSON can hold but no file can."""
    return source.encode("utf-8", "replace").decode()
