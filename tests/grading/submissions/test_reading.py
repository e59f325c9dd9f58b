"""Reading what was handed in: notebooks in any state, zips that mean harm, times."""

import json
import os
import struct
import zipfile
import zlib

import pytest

from course_utils.grading.assignment import parse_assignment
from course_utils.grading.submissions import archives, notebooks, reading
from course_utils.grading.submissions.layouts import find_submissions
from course_utils.grading.submissions.reading import read_submission
from tests.grading.handed_in import ASSIGNMENT, laid_out, notebook, zipped

ASSIGNED = parse_assignment(ASSIGNMENT)


def read(folder, files=None, assignment=ASSIGNED):
    """What is read of the one submission in a folder."""
    if files:
        laid_out(folder, files)
    (handed,), _ = find_submissions(folder)
    return read_submission(handed, assignment)


def sources(folder, files, assignment=ASSIGNED):
    done = read(folder, files, assignment)
    assert done.status == "ready", done
    return [cell.source for cell in done.cells]


def with_cells(*cells, **fields):
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": cells, **fields}).encode()


CODE = {"cell_type": "code", "source": "x = 1"}


@pytest.mark.parametrize(
    "data",
    [
        notebook("x = 1"),
        b"\xef\xbb\xbf" + notebook("x = 1"),
        notebook("x = 1").decode().encode("utf-16"),
        notebook("x = 1").decode().encode("utf-32"),
        with_cells({**CODE, "source": ["x ", "= 1"]}),
        with_cells({**CODE, "source": ["x ", 7, None, "= 1"]}),
        with_cells(CODE, nbformat="four"),
        with_cells(CODE, nbformat=5),
        with_cells(CODE, metadata=[1, 2], nbformat_minor={}),
        with_cells(None, 7, "cell", [], {"source": "y"}, {"cell_type": 3}, CODE),
        with_cells({"cell_type": "markdown", "source": 5}, CODE, {"cell_type": "raw"}),
        with_cells(CODE, {**CODE, "source": {"a": 1}}),
        json.dumps(
            {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": "x = 1"}]}]}
        ).encode(),
        json.dumps(
            {"nbformat": 2, "worksheets": [3, {"cells": [{**CODE, "input": ["x = 1"]}]}, {}]}
        ).encode().replace(b'"source": "x = 1", ', b""),
    ],
)  # fmt: skip
def test_notebooks_of_any_version_and_state(tmp_path, data):
    assert sources(tmp_path, {"alice.ipynb": data}) == ["x = 1"]


def test_what_was_left_out_of_a_notebook_is_told(tmp_path):
    cells = [{**CODE, "source": ["x ", 7, "= 1"]}, None, CODE, {**CODE, "source": {"a": 1}}]
    done = read(tmp_path, {"alice.ipynb": with_cells(*cells, nbformat=9)})
    assert [cell.number for cell in done.cells] == [1, 3]
    assert done.warnings == (
        "alice.ipynb: It has version 9 of the notebook format; read as 4.",
        "alice.ipynb: Cell 1: what is not text was left out.",
        "alice.ipynb: Cell 2 was left out: it is not a cell.",
        "alice.ipynb: Cell 4 was left out: its source is not text.",
    )


def test_what_is_no_utf8_is_latin1_and_that_is_told(tmp_path):
    data = notebook().replace(b'"cells": []', b'"cells": [{"cell_type": "code", "source": "\xe9"}]')
    done = read(tmp_path, {"alice.ipynb": data})
    assert [cell.source for cell in done.cells] == ["é"]
    assert done.warnings == ("alice.ipynb: It is not in UTF-8; read as Latin-1.",)


def test_halves_of_characters_do_not_get_through(tmp_path):
    (source,) = sources(tmp_path, {"alice.ipynb": with_cells({**CODE, "source": "'\ud800'"})})
    assert source == "'?'"


NESTED = b"[" * 200_000
UNREADABLE = {
    "nothing": (b"", "it is empty"),
    "blank": (b" \n", "it is empty"),
    "cut off": (notebook("x = 1")[:-30], "it is not a notebook: "),
    "a list": (b"[]", "there is no object in it"),
    "a number": (b"1", "there is no object in it"),
    "no cells": (b"{}", "no list of cells"),
    "cells that are none": (b'{"cells": 3}', "no list of cells"),
    "a sheet that is none": (b'{"worksheets": {"cells": []}}', "no list of cells"),
    "nesting": (NESTED, "nested too deeply"),
    "nested objects": (b'{"a":' * 200_000, "nested too deeply"),
    "a page": (b"<!DOCTYPE html><title>Log in</title>", "it is not a notebook"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "it is not a notebook"),
    "a long number": (b'{"cells": [' + b"9" * 10_000 + b"]}", "it is not a notebook"),
    "much code": (notebook("x" * (notebooks.MOST_CODE + 1)), "characters of code"),
    "many cells": (notebook(*[""] * (notebooks.MOST_CELLS + 1)), "cells; at most 5000 are read"),
}


@pytest.mark.parametrize(("data", "why"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_cannot_be_read_says_why(tmp_path, data, why):
    done = read(tmp_path, {"alice.ipynb": data})
    assert (done.status, done.cells) == ("unreadable", ())
    assert done.detail.startswith("alice.ipynb: ")
    assert why in done.detail


def test_a_notebook_that_needs_much_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(notebooks, "MEMORY", 64 * 2**20)
    done = read(tmp_path, {"alice.ipynb": b"[" + b"[]," * 3_000_000 + b"[]]"})
    assert (done.status, done.detail) == (
        "unreadable",
        "alice.ipynb: reading it needs too much memory.",
    )


def test_a_huge_file(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "LARGEST_FILE", 2**20)
    done = read(tmp_path, {"alice.ipynb": notebook("#" * 2**20)})
    assert (done.status, done.detail) == ("unreadable", "alice.ipynb: it has more than 1 MB.")
    monkeypatch.setattr(archives, "RATIO", 10_000)
    done = read(tmp_path / "b", {"b/bob.zip": zipped({"hw.ipynb": bytes(2**20 + 1)})})
    assert done.detail == "bob/hw.ipynb: it has more than 1 MB."


def test_a_file_that_may_not_be_read(tmp_path):
    laid_out(tmp_path, {"alice/hw.ipynb": notebook("x = 1")})
    (tmp_path / "alice/hw.ipynb").chmod(0)
    if os.access(tmp_path / "alice/hw.ipynb", os.R_OK):
        pytest.skip("root may read everything")
    assert "Permission denied" in read(tmp_path).detail


def test_python_files_in_cells_or_whole(tmp_path):
    text = b"import numpy\n# %%\nx = 1\n#%% [markdown]\n# words\n# %% a title\n!ls\n# In[3]:\ny = 2"
    done = read(tmp_path, {"alice.py": text})
    assert [(cell.number, cell.source) for cell in done.cells] == [
        (1, "import numpy"),
        (2, "\nx = 1"),
        (4, "\npass"),
        (5, "\ny = 2"),
    ]
    assert sources(tmp_path, {"alice.py": b"\xef\xbb\xbfx = 1\n\ny = 2\n"}) == ["x = 1\n\ny = 2\n"]
    assert sources(tmp_path, {"alice.py": "# coding: cp1251\n'Ж'".encode("cp1251")}) == [
        "# coding: cp1251\n'Ж'"
    ]
    assert sources(tmp_path, {"alice.py": b"# coding: rot13\n'\xc3\xa9'"})[0][-3:] == "'é'"
    assert sources(tmp_path, {"alice.py": b""}) == [""]


# Which files


def test_empty_folders_are_missing(tmp_path):
    (tmp_path / "alice/empty").mkdir(parents=True)
    assert read(tmp_path).status == "missing"


def test_files_of_another_kind_are_not_an_answer(tmp_path):
    done = read(tmp_path, {"alice/essay.pdf": b"%PDF", "alice/hw.rar": b"Rar!"})
    assert (done.status, "archives of this kind" in done.detail) == ("unreadable", True)
    done = read(tmp_path / "b", {"b/bob/essay.pdf": b"%PDF"})
    assert done.detail == "There is no .ipynb or .py among its files: essay.pdf."


def test_notebooks_before_python_files_and_parts_in_order(tmp_path):
    files = {
        "alice/part10.ipynb": notebook("ten"),
        "alice/part2.ipynb": notebook("two"),
        "alice/helpers.py": b"helpers",
        "alice/.ipynb_checkpoints/part2-checkpoint.ipynb": notebook("old"),
    }
    done = read(tmp_path, files)
    assert [cell.source for cell in done.cells] == ["two", "ten"]
    assert "2 files" in done.warnings[0]
    assert done.warnings[1] == "Not read: helpers.py."


def test_patterns_choose_the_files(tmp_path):
    chosen = parse_assignment(ASSIGNMENT + 'files = ["Part2*.ipynb", "*.py"]')
    files = {
        "alice/part10.ipynb": notebook("ten"),
        "alice/sub/part2.IPYNB": notebook("two"),
        "alice/helpers.py": b"helpers",
    }
    assert sources(tmp_path, files, chosen) == ["helpers", "two"]


def test_one_broken_file_does_not_lose_the_others(tmp_path):
    done = read(tmp_path, {"alice/a.ipynb": notebook("a"), "alice/b.ipynb": b"{"})
    assert [cell.source for cell in done.cells] == ["a"]
    assert "b.ipynb: it is not a notebook" in done.warnings[-1]


def test_links_within_a_submission_are_not_followed(tmp_path):
    (tmp_path / "secret.ipynb").write_bytes(notebook("secret"))
    laid_out(tmp_path, {"all/alice/a.ipynb": notebook("a")})
    (tmp_path / "all/alice/b.ipynb").symlink_to(tmp_path / "secret.ipynb")
    (tmp_path / "all/alice/up").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "all/alice/c.ipynb")  # opening it would wait forever
    done = read(tmp_path / "all")
    assert [cell.source for cell in done.cells] == ["a"]
    assert len(done.warnings) == 3


def test_a_file_that_becomes_a_link_before_it_is_read(tmp_path):
    laid_out(tmp_path, {"secret": notebook("secret"), "all/alice.ipynb": notebook("a")})
    (handed,), _ = find_submissions(tmp_path / "all")
    (tmp_path / "all/alice.ipynb").unlink()
    (tmp_path / "all/alice.ipynb").symlink_to(tmp_path / "secret")
    assert read_submission(handed, ASSIGNED).status == "unreadable"


# Zips


def test_zips_and_zips_in_zips(tmp_path):
    inner = zipped({"deep/hw.ipynb": notebook("x = 1")})
    for _ in range(2):
        assert sources(tmp_path, {"alice.zip": inner}) == ["x = 1"]
        inner = zipped({"again.zip": inner, "__MACOSX/._hw.ipynb": b"junk"})
    done = read(tmp_path, {"alice.zip": zipped({"more.zip": inner})})
    assert (done.status, "zips nested this deep" in done.detail) == ("unreadable", True)


def test_a_download_holds_folders_and_zips(tmp_path):
    data = zipped(
        {
            "Jane Doe_1_assignsubmission_file_/sub/hw.ipynb": notebook("jane"),
            "John Roe_2_assignsubmission_file_/hw.zip": zipped({"hw.ipynb": notebook("john")}),
            "Jim Poe_3_assignsubmission_file_/": b"",
        }
    )
    laid_out(tmp_path, {"download.zip": data})
    handed, _ = find_submissions(tmp_path / "download.zip")
    done = {one.student.name: read_submission(one, ASSIGNED) for one in handed}
    assert [cell.source for cell in done["Jane Doe"].cells] == ["jane"]
    assert [cell.source for cell in done["John Roe"].cells] == ["john"]
    assert done["Jim Poe"].status == "missing"


def link(name, target):
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info, target


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("../up.ipynb", "leads out of the zip"),
        ("a/../../up.ipynb", "leads out of the zip"),
        ("..\\up.ipynb", "leads out of the zip"),
        ("/etc/cron.ipynb", "an absolute path"),
        ("C:\\Windows\\a.ipynb", "an absolute path"),
        (link("a.ipynb", "/etc/passwd")[0], "it is a link"),
    ],
)
def test_entries_that_lead_elsewhere_are_left_out(tmp_path, name, what):
    done = read(tmp_path, {"alice.zip": zipped({"ok.ipynb": notebook("ok"), name: notebook("no")})})
    assert [cell.source for cell in done.cells] == ["ok"]
    assert what in done.warnings[0]
    assert not list(tmp_path.parent.glob("*.ipynb"))
    assert read(tmp_path / "b", {"b/bob.zip": zipped({name: notebook("no")})}).status == (
        "unreadable"
    )


def test_odd_names_in_zips(tmp_path):
    names = [
        "HW.ipynb",
        "hw.ipynb",
        "a\\b.ipynb",
        "x" * 300 + ".ipynb",
        "\x1b[31m.ipynb",
        "ü.ipynb",
    ]
    done = read(tmp_path, {"alice.zip": zipped({name: notebook(name[:9]) for name in names})})
    assert len(done.cells) == len(names)
    assert not any("\x1b" in warning for warning in done.warnings)


def test_bombs_are_not_unpacked(tmp_path, monkeypatch):
    zeros = zipped({"hw.ipynb": bytes(20 * 2**20)})
    done = read(tmp_path, {"alice.zip": zeros})
    assert "compressed more tightly than any notebook" in done.detail
    done = read(tmp_path / "b", {"b/bob.zip": zipped({f"{i}.zip": zeros for i in range(20)})})
    assert done.status == "unreadable"
    monkeypatch.setattr(reading, "LARGEST", 3 * 2**20)
    files = {f"{i}.ipynb": notebook(os.urandom(150_000).hex()) for i in range(9)}
    done = read(tmp_path / "c", {"c/carol.zip": zipped(files)})
    assert "too large together" in " ".join(done.warnings)


def test_too_many_entries(tmp_path, monkeypatch):
    data = zipped({f"{i}.txt": b"" for i in range(archives.MOST_ENTRIES + 1)})
    assert "entries" in read(tmp_path, {"alice.zip": data}).detail
    monkeypatch.setattr(archives, "DIRECTORY", 1000)
    assert "too many entries" in read(tmp_path, {"alice.zip": data}).detail


def test_an_entry_that_lies_about_its_size(tmp_path):
    data = bytearray(zipped({"hw.ipynb": notebook("#" * 100_000)}))
    place = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, place + 24, 10)  # claims ten bytes
    done = read(tmp_path, {"alice.zip": bytes(data)})
    assert done.status == "unreadable"


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data[:-10],
        lambda data: b"no zip" * 10,
        lambda data: b"",
        lambda data: data.replace(b"x = 1", b"x = 2"),
        lambda data: _patched(data, 8, 99),  # a way of packing that is not known
        lambda data: _patched(data, 6, 1),  # encrypted
    ],
)
def test_damaged_zips(tmp_path, change):
    data = zipped({"hw.ipynb": notebook("x = 1")}, compresslevel=0)
    done = read(tmp_path, {"alice.zip": change(data)})
    assert (done.status, done.cells) == ("unreadable", ())
    assert len(done.detail) > 20


def _patched(data, offset, value):
    """With two bytes of the only entry changed, in its head and in the list of entries."""
    data = bytearray(data)
    struct.pack_into("<H", data, offset, value)
    struct.pack_into("<H", data, data.rindex(b"PK\x01\x02") + offset + 2, value)
    return bytes(data)


def test_the_same_name_twice_in_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "alice.zip", "w") as archive:
        archive.writestr("hw.ipynb", notebook("first"))
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("hw.ipynb", notebook("second"))
    done = read(tmp_path)
    assert [cell.source for cell in done.cells] == ["second"]
    assert "twice" in done.warnings[0]


# Times


@pytest.mark.parametrize(
    ("stamp", "submitted", "late"),
    [
        (b"2026-11-30 11:59:59.948203 UTC", "2026-11-30T11:59:59+00:00", False),
        (b"2026-11-30 05:00:00 America/Los_Angeles", "2026-11-30T05:00:00-08:00", True),
        (b"2026-11-30 13:30:00 +0200", "2026-11-30T13:30:00+02:00", False),
        (b"2026-11-30 12:00:01", "2026-11-30T12:00:01+00:00", True),
        (b"yesterday", "", None),
        (b"2026-11-31 12:00:01 ../../etc/passwd", "", None),
        (b"\xff\xfe", "", None),
    ],
)
def test_nbgraders_time_stamps(tmp_path, stamp, submitted, late):
    files = {"a/ps1/hw.ipynb": notebook("x = 1"), "a/ps1/timestamp.txt": stamp}
    done = read(tmp_path, {f"submitted/{name}": data for name, data in files.items()})
    assert (done.submitted, done.late) == (submitted, late)
    assert bool(done.warnings) == (late is None)


def test_times_of_files_count_where_that_is_asked(tmp_path):
    laid_out(tmp_path, {"alice.ipynb": notebook("x = 1")})
    os.utime(tmp_path / "alice.ipynb", (2e9, 2e9))
    assert read(tmp_path).late is None
    done = read(tmp_path, assignment=parse_assignment("file_times = true\n" + ASSIGNMENT))
    assert (done.submitted, done.late) == ("2033-05-18T03:33:20+00:00", True)


def test_canvas_says_itself_what_is_late(tmp_path):
    files = {"doe_LATE_1_2_hw.ipynb": notebook("x = 1")}
    assert read(tmp_path, files).late is True
    assert read(tmp_path / "b", {"b/doe_1_2_hw.ipynb": notebook("x = 1")}).late is False


def test_the_hash_is_that_of_the_contents(tmp_path):
    first = read(tmp_path, {"alice.ipynb": notebook("x = 1")}).sha256
    assert first == read(tmp_path, {"alice.ipynb": notebook("x = 1")}).sha256
    assert first != read(tmp_path, {"alice.ipynb": notebook("x = 2")}).sha256
    assert len(first) == 64


def test_the_hash_of_something_unreadable_is_kept_too(tmp_path):
    data = zlib.compress(b"no notebook")
    assert read(tmp_path, {"alice.ipynb": data}).sha256
