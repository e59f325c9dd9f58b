"""What submitted code shows without being run: answers alike, and code that reaches for more.

It reads tokens, not a syntax tree: that takes time in proportion to the text and cannot overflow
C's stack, so that no text can crash it. Text too long to have been written by hand is not read.
What it finds are facts. Whether anybody did something wrong is for people to decide.
"""

import builtins
import hashlib
import io
import keyword
import token
import tokenize
from dataclasses import dataclass

LONGEST = 100_000  # characters of a cell
LAYOUT = {token.COMMENT, token.NL, token.ENCODING, token.ENDMARKER}
BUILTINS = set(dir(builtins))

# Modules that an answer written with numpy has no use for.
FAR_MODULES = {
    *("os", "subprocess", "shutil", "pathlib", "tempfile", "glob", "io", "mmap", "resource"),
    *("socket", "ssl", "http", "urllib", "requests", "httpx", "ftplib", "smtplib", "asyncio"),
    *("ctypes", "cffi", "signal", "multiprocessing", "threading", "concurrent", "atexit"),
    *("gc", "inspect", "dis", "types", "builtins", "importlib", "pickle", "marshal", "code"),
    *("faulthandler", "traceback", "linecache", "pty", "fcntl", "select"),
}
COURSE_PARTS = {"reference", "exercises", "grading", "network"}
INNER_NAMES = {
    *("__globals__", "__builtins__", "__code__", "__closure__", "__subclasses__", "__bases__"),
    *("__mro__", "__dict__", "__loader__", "__spec__", "__reduce__", "__reduce_ex__", "__import__"),
    *("f_back", "f_globals", "f_locals", "f_builtins", "gi_frame", "tb_frame", "_getframe"),
    *("sys.modules", "settrace", "setprofile"),
}
CALLS = {"eval", "exec", "compile", "__import__", "open", "globals", "setattr", "delattr"}
METHODS = {"__eq__", "__array__", "__array_ufunc__", "__array_function__", "__del__", "__class__"}
NUMPY = {"np", "numpy"}


@dataclass(frozen=True)
class Answer:
    """The definition of an answer, as far as tokens tell.

    Attributes
    ----------
    shape : str
        Hash of the code without comments, docstrings, layout and the choice of names.
    text : str
        Hash of the code as it stands, comments included.
    size : int
        Tokens of the shape.
    source : str
        The code without comments and docstrings, which may contain people's names.
    """

    shape: str
    text: str
    size: int
    source: str


@dataclass(frozen=True)
class Remark:
    """Something in a cell that an answer does not need: `cell` counts from 0, `line` from 1.

    `file` is the name of the cell's file, if there are several.
    """

    cell: int
    line: int
    text: str
    file: str = ""


def read_answer(source: str, name: str) -> Answer | None:
    """The last definition of a function in a cell; None if there is no readable one."""
    found = None
    tokens = _tokens(source)
    for i, one in enumerate(tokens):
        starts_line = not i or tokens[i - 1].type in (token.NEWLINE, token.INDENT, token.DEDENT)
        if one.type != token.NAME or not starts_line:
            continue
        if one.string == "def" and _string(tokens, i + 1) == name:
            found = tokens[i : _end_of_block(tokens, i)]
        elif one.string == name and _string(tokens, i + 1) == "=":
            found = tokens[i : _end_of_line(tokens, i)]
    if not found:
        return None
    shape = _shape(found)
    lines = source.splitlines()[found[0].start[0] - 1 : found[-1].end[0]]
    return Answer(
        shape=_hash("\0".join(shape)),
        text=_hash("\n".join(line.rstrip() for line in lines).strip()),
        size=len(shape),
        source=_without_comments(lines, found),
    )


def read_remarks(cells: list[str]) -> list[Remark]:
    """What the cells import, call, replace and name beyond what an answer needs."""
    remarks = []
    for cell, source in enumerate(cells):
        if len(source) > LONGEST:
            remarks.append(Remark(cell, 1, f"has more than {LONGEST} characters"))
        tokens = [one for one in _tokens(source) if one.type not in LAYOUT]
        for i, one in enumerate(tokens):
            starts_line = not i or tokens[i - 1].type in (
                *(token.NEWLINE, token.INDENT, token.DEDENT),
            )
            texts = _line_remarks(tokens, i) if starts_line else []
            remarks += [Remark(cell, one.start[0], text) for text in texts]
            text = _token_remark(tokens, i)
            if text:
                remarks.append(Remark(cell, one.start[0], text))
    return list(dict.fromkeys(remarks))


def _line_remarks(tokens: list, i: int) -> list[str]:
    """About the logical line that begins here: what it imports, and what it assigns to."""
    line = tokens[i : _end_of_line(tokens, i)]
    words = [one.string for one in line]
    if words[:1] == ["import"]:
        modules = "".join(words[1:]).split(",") if "as" not in words else _import_names(words[1:])
        return [_import_remark(module) for module in modules if _import_remark(module)]
    if words[:1] == ["from"] and "import" in words:
        module = "".join(words[1 : words.index("import")])
        names = [word for word in words[words.index("import") + 1 :] if word.isidentifier()]
        remark = _import_remark(module)
        if module == "course_utils":
            parts = sorted(COURSE_PARTS & set(names))
            return [f"names course_utils.{part}" for part in parts]
        return [remark] if remark else []
    target = []
    for one in line:
        if one.type == token.NAME or one.string == ".":
            target.append(one.string)
        else:
            if one.string == "=" and len(target) > 2 and target[0] in NUMPY | {"builtins", "sys"}:
                return [f"replaces {''.join(target)}"]
            break
    return []


def _import_names(words: list[str]) -> list[str]:
    parts = " ".join(words).split(",")
    return ["".join(part.split(" as ")[0].split()) for part in parts]


def _import_remark(module: str) -> str:
    top, _, rest = module.partition(".")
    if top == "course_utils" and rest.partition(".")[0] in COURSE_PARTS:
        return f"names course_utils.{rest.partition('.')[0]}"
    return f"imports {top}" if top in FAR_MODULES else ""


def _token_remark(tokens: list, i: int) -> str:
    one, before, after = tokens[i], _string(tokens, i - 1), _string(tokens, i + 1)
    if one.type == token.STRING:
        inner = [name for name in INNER_NAMES if name.startswith("_") and name in one.string]
        return f"has {min(inner)} in a string" if inner else ""
    if one.type != token.NAME:
        return ""
    if one.string in INNER_NAMES:
        return f"uses {one.string}"
    if before == "." and one.string == "modules" and _string(tokens, i - 2) == "sys":
        return "uses sys.modules"
    if before == "." and one.string in COURSE_PARTS and _string(tokens, i - 2) == "course_utils":
        return f"names course_utils.{one.string}"
    if before == "def":
        return f"defines {one.string}" if one.string in METHODS else ""
    if before != "." and after == "(" and one.string in CALLS:
        return f"calls {one.string}"
    return ""


def _tokens(source: str) -> list[tokenize.TokenInfo]:
    """The tokens before the first place that Python cannot read."""
    found = []
    if len(source) > LONGEST:
        return found
    try:
        for one in tokenize.generate_tokens(io.StringIO(source).readline):
            found.append(one)
    except (tokenize.TokenError, SyntaxError, ValueError):
        pass
    return found


def _string(tokens: list, i: int) -> str:
    return tokens[i].string if 0 <= i < len(tokens) else ""


def _end_of_line(tokens: list, i: int) -> int:
    while i < len(tokens) and tokens[i].type not in (token.NEWLINE, token.ENDMARKER):
        i += 1
    return i


def _end_of_block(tokens: list, i: int) -> int:
    """The place after the block that the header at `i` opens; after its line if there is none."""
    depth, end = 0, _end_of_line(tokens, i)
    for place in range(end, len(tokens)):
        if tokens[place].type == token.INDENT:
            depth += 1
        elif tokens[place].type == token.DEDENT:
            depth -= 1
        elif tokens[place].type in LAYOUT | {token.NEWLINE}:
            continue
        if depth <= 0:
            break
        end = place + 1
    return end


def _docstrings(tokens: list) -> set[int]:
    """Places of strings that have a line to themselves."""
    places, before = set(), token.NEWLINE
    for i, one in enumerate(tokens):
        if one.type in LAYOUT:
            continue
        if one.type == token.STRING and before in (token.NEWLINE, token.INDENT, token.DEDENT):
            after = [later.type for later in tokens[i + 1 : i + 3] if later.type != token.COMMENT]
            if after[:1] in ([token.NEWLINE], []):
                places.add(i)
        before = one.type
    return places


def _shape(tokens: list) -> list[str]:
    """The code with its names numbered in the order of their first use."""
    names: dict[str, str] = {}
    docstrings = _docstrings(tokens)
    shape: list[str] = []
    for i, one in enumerate(tokens):
        if one.type in LAYOUT or i in docstrings:
            continue
        if one.type in (token.NEWLINE, token.INDENT, token.DEDENT):
            text = token.tok_name[one.type]
            if text == "NEWLINE" and shape[-1:] in (["NEWLINE"], ["INDENT"]):
                continue  # left by a docstring
        elif one.type == token.NAME and not (
            keyword.iskeyword(one.string) or one.string in BUILTINS or shape[-1:] == ["."]
        ):
            text = names.setdefault(one.string, f"name {len(names)}")
        elif one.type == token.STRING:
            text = one.string.replace('"', "'")
        else:
            text = one.string
        if text in (")", "]", "}") and shape[-1:] == [","]:
            shape.pop()
        shape.append(text)
    while shape and shape[-1] in ("NEWLINE", "DEDENT"):
        shape.pop()
    return shape


def _without_comments(lines: list[str], tokens: list) -> str:
    first = tokens[0].start[0]
    docstrings = _docstrings(tokens)
    kept: list[str | None] = list(lines)
    for i in range(len(tokens) - 1, -1, -1):  # from the end, so that earlier columns stay right
        one = tokens[i]
        if one.type != token.COMMENT and i not in docstrings:
            continue
        top, bottom = one.start[0] - first, one.end[0] - first
        rest = kept[top][: one.start[1]] + kept[bottom][one.end[1] :]
        kept[top : bottom + 1] = [rest if rest.strip() else None] + [None] * (bottom - top)
    indent = tokens[0].start[1]
    text = [line[indent:].rstrip() for line in kept if line is not None and line.strip()]
    return "\n".join(text)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
