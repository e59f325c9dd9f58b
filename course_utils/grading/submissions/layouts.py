"""Who handed in what: how platforms name and lay out the files of a download.

Sources of the patterns: Canvas, lib/content_zipper.rb; Moodle, mod/assign/classes/downloader.php
(folders, and the single files of versions before 3.1); Blackboard's grade center; nbgrader's
directory structure. Only names are read here; the one thing opened is a download's own zip.
"""

import datetime
import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from course_utils.grading.submissions.archives import Archive, UnreadableError, shown, time_of
from course_utils.grading.submissions.student import Student

CANVAS = re.compile(
    r"(?:(?P<name>\w+?)_)??(?:(?P<late>LATE)_)?(?P<id>\d+|anon_\w+?)_"
    r"(?:(?P<file_id>\d+)_(?P<file>.+)|(?:text|link)\.html)",
    re.DOTALL,
)
MOODLE = re.compile(
    r"(?P<name>.+?)(?:_(?P<id>\d+))?_assignsubmission_[a-z]+(?:_(?P<file>.*))?", re.DOTALL
)
BLACKBOARD = re.compile(
    r"[^_]+_(?P<id>.+?)_attempt_(?P<time>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)", re.DOTALL
)
JUNK = re.compile(r"\..*|__MACOSX|__pycache__|thumbs\.db|desktop\.ini", re.IGNORECASE)
SINGLE = (".ipynb", ".py")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # on Windows


@dataclass(frozen=True, kw_only=True)
class Root:
    """A file or folder of a submission; `member` is its name in the zip at `path`, if it is in one.

    `name` is what the student called it; names of folders in a zip end in a slash.
    """

    path: str
    member: str = ""
    name: str = ""


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What one student handed in, as the names tell it. `submitted` and `late` as in `Record`."""

    file_name: str
    student: Student
    source: str
    roots: tuple[Root, ...]
    submitted: str = ""
    late: bool | None = None
    earlier: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Node:
    name: str
    root: Root
    source: str
    folder: bool
    time: float
    list: Callable[[], "list[_Node]"] = list


@dataclass(frozen=True, kw_only=True)
class _Part:
    """What one name says: whose it is, which attempt, and when that was."""

    student: Student
    nodes: tuple[_Node, ...]
    attempt: str = ""
    time: float = 0.0
    submitted: str = ""
    late: bool | None = None


def find_submissions(path: Path, folder: str = "") -> tuple[list[Handed], list[str]]:
    """The submissions in a file, folder or zip, in the order of the students' ids, and warnings.

    Parameters
    ----------
    path : Path
    folder : str
        The assignment's folder in nbgrader's layout.

    Raises
    ------
    UnreadableError
        If there is nothing to read; the text says what is wrong.
    """
    path, warnings = Path(path), []
    top = _top(path, warnings)
    if not top.folder:
        nodes = [top]
    else:
        nodes = _opened(_unwrapped(top), warnings)
        submitted = [node for node in nodes if node.folder and node.name == "submitted"]
        if top.name == "submitted" or submitted:
            nodes = submitted[0].list() if submitted else nodes
            return _handed(_nbgrader(nodes, folder, warnings)), warnings
    parts = []
    files = [node for node in nodes if not node.folder]
    canvas = sum(bool(CANVAS.fullmatch(node.name)) for node in files) * 2 >= len(files)
    for node in nodes:
        part = _part(node, canvas)
        if part:
            parts.append(part)
        else:
            warnings.append(
                f"{shown(node.source)} belongs to no student: not a notebook, .py or zip."
            )
    return _handed(parts), warnings


def _top(path: Path, warnings: list[str]) -> _Node:
    resolved = path.resolve()
    if resolved.is_dir():
        root = Root(path=str(resolved))
        return _Node(resolved.name, root, "", True, 0, lambda: _on_disk(resolved, "", warnings))
    if not resolved.exists():
        raise UnreadableError(f"{path}: there is no such file or folder")
    if resolved.suffix.lower() == ".zip":
        return _zip_node(str(resolved), resolved.name, "", warnings)
    if resolved.suffix.lower() not in SINGLE:
        raise UnreadableError(f"{path}: expected a folder, .zip, .ipynb or .py")
    root = Root(path=str(resolved), name=resolved.name)
    return _Node(resolved.name, root, resolved.name, False, resolved.stat().st_mtime)


def _on_disk(folder: Path, source: str, warnings: list[str]) -> list[_Node]:
    nodes = []
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda entry: entry.name):
            if JUNK.fullmatch(entry.name):
                continue
            where = f"{source}/{entry.name}".lstrip("/")
            if entry.is_symlink() or not (entry.is_dir() or entry.is_file()):
                warnings.append(f"{shown(where)} was left out: it is a link, or not a file.")
                continue
            path = Path(entry.path)
            root = Root(path=entry.path, name=entry.name)

            def children(path=path, where=where):
                return _on_disk(path, where, warnings)

            time = entry.stat(follow_symlinks=False).st_mtime
            nodes.append(_Node(entry.name, root, where, entry.is_dir(), time, children))
    return nodes


def _zip_node(path: str, name: str, source: str, warnings: list[str]) -> _Node:
    """A download's zip, as the folder that it stands for."""
    try:
        with open(path, "rb") as file:
            archive = Archive(file, bulk=True)
    except (UnreadableError, OSError) as error:
        raise UnreadableError(f"{shown(path)}: {error}") from None
    warnings += archive.warnings
    folders: dict[str, dict[str, _Node]] = {"": {}}

    def add(member: str, time: float) -> None:
        bare = member.rstrip("/")
        parent, _, last = bare.rpartition("/")
        if parent not in folders:
            add(f"{parent}/", time)
        is_folder = member.endswith("/")
        if is_folder:
            folders.setdefault(bare, {})
        if JUNK.fullmatch(last) or not last:
            return
        folders[parent][last] = _Node(
            last,
            Root(path=path, member=member, name=last),
            f"{source}!/{bare}" if source else bare,
            is_folder,
            time,
            lambda: [folders[bare][key] for key in sorted(folders.get(bare, ()))],
        )

    for member, info in archive.entries.items():
        add(member, time_of(info))
    everything = [folders[""][key] for key in sorted(folders[""])]
    return _Node(name, Root(path=path), source, True, 0, lambda: everything)


def _unwrapped(top: _Node) -> list[_Node]:
    """Its contents; if it is a zip with one folder of the same name, that folder's contents."""
    nodes = top.list()
    if len(nodes) == 1 and nodes[0].folder and nodes[0].name == Path(top.name).stem:
        return nodes[0].list()
    return nodes


def _opened(nodes: list[_Node], warnings: list[str]) -> list[_Node]:
    """Their contents, if all of them are zips downloaded from a platform.

    A zip next to other submissions is a student's, and its folders may have anybody's name.
    """
    opened, found = [], []
    for node in nodes:
        if node.folder or node.root.member or not node.name.lower().endswith(".zip"):
            return nodes
        try:
            inside = _unwrapped(_zip_node(node.root.path, node.name, node.source, found))
        except UnreadableError:
            return nodes  # reading it will say what is wrong
        if not any(_named_by_platform(one.name) or one.name == "submitted" for one in inside):
            return nodes
        opened += inside
    warnings += found
    return opened


def _named_by_platform(name: str) -> bool:
    return any(pattern.fullmatch(name) for pattern in (CANVAS, MOODLE, BLACKBOARD))


def _part(node: _Node, canvas: bool) -> _Part | None:
    if match := MOODLE.fullmatch(node.name):
        name = _clean(match["name"])
        named = replace(node, root=replace(node.root, name=match["file"] or node.root.name))
        student = Student(
            id=f"{name}_{match['id']}" if match["id"] else name,
            name=name,
            platform="moodle",
            platform_id=match["id"] or "",
        )
        return _Part(student=student, nodes=(named,))
    if (match := BLACKBOARD.fullmatch(node.name)) and not node.folder:
        time = datetime.datetime.strptime(match["time"], "%Y-%m-%d-%H-%M-%S")
        who = _clean(match["id"])
        named = replace(node, root=replace(node.root, name=match["file"] or node.name))
        return _Part(
            student=Student(id=who, name=who, platform="blackboard", platform_id=who),
            nodes=(named,),
            attempt=match["time"],
            time=time.timestamp(),
            submitted=time.astimezone().isoformat(),
        )
    if canvas and not node.folder and (match := CANVAS.fullmatch(node.name)):
        name = _clean(match["name"] or match["id"])
        student = Student(
            id=f"{name}_{match['id']}" if match["name"] else name,
            name=name,
            platform="canvas",
            platform_id=match["id"],
        )
        named = replace(node, root=replace(node.root, name=match["file"] or node.name))
        return _Part(student=student, nodes=(named,), late=bool(match["late"]))
    stem, _, suffix = node.name.rpartition(".")
    if node.folder:
        stem = node.name
    elif not stem or f".{suffix.lower()}" not in (*SINGLE, ".zip"):
        return None
    who = _clean(stem)
    # alice.ipynb and alice.py are one attempt; alice.zip and alice/ are two.
    attempt = "" if f".{suffix.lower()}" in SINGLE and not node.folder else node.name
    student = Student(id=who, name=who)
    return _Part(student=student, nodes=(node,), attempt=attempt, time=node.time)


def _nbgrader(students: list[_Node], folder: str, warnings: list[str]) -> list[_Part]:
    below = {
        student.name: {node.name: node for node in student.list() if node.folder}
        for student in students
        if student.folder
    }
    warnings += [
        f"{shown(one.source)} belongs to no student." for one in students if not one.folder
    ]
    if not folder:
        names = sorted({name for nodes in below.values() for name in nodes})
        if len(names) > 1:
            raise UnreadableError(
                f"submitted/ holds several assignments: {', '.join(map(shown, names[:20]))}; "
                'say in the assignment file which one is meant, such as folder = "'
                f'{shown(names[0])}"'
            )
        folder = names[0] if names else ""
    parts = []
    for student in students:
        if student.folder:
            who = _clean(student.name)
            node = below[student.name].get(folder)
            parts.append(
                _Part(
                    student=Student(id=who, name=who, platform="nbgrader", platform_id=who),
                    nodes=(node,) if node else (),
                )
            )
    return parts


def _handed(parts: list[_Part]) -> list[Handed]:
    """One for each student: the last of several attempts, and the names of the others."""
    grouped: dict[str, list[_Part]] = {}
    for part in parts:
        grouped.setdefault(part.student.id, []).append(part)
    names = _file_names(list(grouped))
    clashes = Counter(id.casefold() for id in grouped)
    handed = []
    for id, mine in sorted(grouped.items()):
        last = max(mine, key=lambda part: (part.time, part.attempt))
        same = [part for part in mine if part.attempt == last.attempt]
        nodes = [node for part in same for node in part.nodes]
        earlier = [node for part in mine if part not in same for node in part.nodes]
        if last.student.platform == "canvas":
            nodes, older = _in_order_of_upload(nodes)
            earlier += older
        warnings = []
        if earlier:
            warnings.append(f"Files of earlier attempts: {len(earlier)}; the last one counts.")
        if clashes[id.casefold()] > 1:
            warnings.append("The ids of two students differ only in capital letters.")
        handed.append(
            Handed(
                file_name=names[id],
                student=last.student,
                source=nodes[0].source if nodes else id,
                roots=tuple(node.root for node in nodes),
                submitted=last.submitted,
                late=any(part.late for part in same) if last.late is not None else None,
                earlier=tuple(node.source for node in earlier),
                warnings=tuple(warnings),
            )
        )
    return handed


def _in_order_of_upload(nodes: list[_Node]) -> tuple[list[_Node], list[_Node]]:
    """Canvas's files of one student, in the order of their numbers, and those that were replaced.

    Its zip holds the current attempt and nothing else. lab-1.ipynb and lab-2.ipynb are two files of
    that attempt; so is hw-1.ipynb, which is what Canvas calls a file whose name an earlier attempt
    already had. Only when two downloads are in one folder can there be more. Then the later file
    has the higher number, is read later, and its definitions count.
    """
    latest: dict[str, _Node] = {}
    older = []
    for node in sorted(nodes, key=lambda node: int(CANVAS.fullmatch(node.name)["file_id"] or 0)):
        if (replaced := latest.pop(node.root.name, None)) is not None:
            older.append(replaced)
        latest[node.root.name] = node
    return list(latest.values()), older


def _clean(name: str) -> str:
    """A name as an id: in Unicode's normal form, without characters that control a terminal."""
    name = name.encode("utf-8", "replace").decode()  # names on disk need not be UTF-8
    name = unicodedata.normalize("NFC", name).strip()
    return "".join(c if c.isprintable() else "\ufffd" for c in name) or "unnamed"


def _file_names(ids: list[str]) -> dict[str, str]:
    """Names that are fit for files and differ from each other on every system."""
    safe = {id: re.sub(r"[^\w.@+ -]", "_", id).strip(". ")[:60] for id in ids}
    count = Counter(name.casefold() for name in safe.values())
    names = {}
    for id, name in safe.items():
        if name != id or count[name.casefold()] > 1 or not name or RESERVED.fullmatch(name):
            name = f"{name or 'student'}-{hashlib.sha256(id.encode()).hexdigest()[:8]}"
        names[id] = name
    return names
