"""Whose submission is it: each platform's names, and what strangers make of them."""

import os

import pytest

from course_utils.grading.submissions.archives import UnreadableError
from course_utils.grading.submissions.layouts import find_submissions
from tests.grading.handed_in import laid_out, zipped

NOTHING = b"{}"


def found(folder, files, **options):
    """{student's id: names of the files} of a folder with these files, and the warnings."""
    handed, warnings = find_submissions(laid_out(folder, files), **options)
    return {one.student.id: [root.name for root in one.roots] for one in handed}, warnings


def test_files_and_folders_named_after_students(tmp_path):
    files = {
        "alice.ipynb": NOTHING,
        "bob.py": NOTHING,
        "carol/hw.ipynb": NOTHING,
        "dan.zip": zipped({"hw.ipynb": NOTHING}),
        "notes.txt": b"",
        ".DS_Store": b"",
        "__MACOSX/alice.ipynb": b"",
    }
    students, warnings = found(tmp_path, files)
    assert students == {
        "alice": ["alice.ipynb"],
        "bob": ["bob.py"],
        "carol": ["carol"],
        "dan": ["dan.zip"],
    }
    assert warnings == ["notes.txt belongs to no student: not a notebook, .py or zip."]


def test_one_file_is_one_submission(tmp_path):
    laid_out(tmp_path, {"alice.ipynb": NOTHING})
    handed, _ = find_submissions(tmp_path / "alice.ipynb")
    assert [(one.student.id, one.source) for one in handed] == [("alice", "alice.ipynb")]


CANVAS = {
    "doejane_12345_67890_homework-1.ipynb": NOTHING,
    "doejane_12345_67950_homework-2.ipynb": NOTHING,
    "doejane_12345_67801_data_helpers.py": NOTHING,
    "roejohn_LATE_777_68000_hw_final_v2.zip": zipped({"hw.ipynb": NOTHING}),
    "müllerjörg_778_68001_Übung 1.ipynb": NOTHING,
    "doejane_99_67891_homework.ipynb": NOTHING,
    "anon_x7Qp2_68002_hw.ipynb": NOTHING,
    "LATE_anon_x8_68003_hw.ipynb": NOTHING,
    "poejim_779_text.html": b"<p>I forgot.</p>",
}
CANVAS_FOUND = {
    "doejane_12345": ["data_helpers.py", "homework-1.ipynb", "homework-2.ipynb"],
    "doejane_99": ["homework.ipynb"],
    "roejohn_777": ["hw_final_v2.zip"],
    "müllerjörg_778": ["Übung 1.ipynb"],
    "anon_x7Qp2": ["hw.ipynb"],
    "anon_x8": ["hw.ipynb"],
    "poejim_779": ["poejim_779_text.html"],
}


def test_canvas_names(tmp_path):
    students, warnings = found(tmp_path, CANVAS)
    assert {id: sorted(names) for id, names in students.items()} == {
        id: sorted(names) for id, names in CANVAS_FOUND.items()
    }
    assert warnings == []
    handed = {one.student.id: one for one in find_submissions(tmp_path)[0]}
    jane, john = handed["doejane_12345"], handed["roejohn_777"]
    assert (jane.earlier, jane.warnings) == ((), ())
    assert (jane.student.name, jane.student.platform_id) == ("doejane", "12345")
    assert (jane.late, john.late, handed["anon_x8"].late) == (False, True, True)


def test_canvas_keeps_one_attempt_whose_files_are_all_read_in_the_order_of_upload(tmp_path):
    # lab-1 and lab-2 are two parts of one attempt; hw-3 is what Canvas calls a third hw.ipynb,
    # and it has left the first two out itself.
    files = {
        "twoparts_4244_99003_lab-1.ipynb": NOTHING,
        "twoparts_4244_99004_lab-2.ipynb": NOTHING,
        "again_4245_99010_hw-3.ipynb": NOTHING,
        "LATE_4246_99011_hw-1.ipynb": NOTHING,
    }
    for path in (laid_out(tmp_path / "folder", files), tmp_path / "canvas.zip"):
        if path.suffix == ".zip":
            path.write_bytes(zipped(files))
        handed, warnings = find_submissions(path)
        assert warnings == []
        assert {one.student.id: [root.name for root in one.roots] for one in handed} == {
            "twoparts_4244": ["lab-1.ipynb", "lab-2.ipynb"],
            "again_4245": ["hw-3.ipynb"],
            "4246": ["hw-1.ipynb"],
        }
        assert all(one.earlier == () and one.warnings == () for one in handed)


def test_of_two_downloads_of_canvas_in_one_folder_the_later_upload_is_read_later(tmp_path):
    files = {
        "ann_7_200_hw-1.ipynb": NOTHING,  # by name it would come before hw.ipynb
        "ann_7_100_hw.ipynb": NOTHING,
        "bob_8_300_hw.ipynb": NOTHING,
        "bob_8_90_hw.ipynb": NOTHING,
    }
    handed, _ = find_submissions(laid_out(tmp_path, files))
    ann, bob = handed
    assert [root.name for root in ann.roots] == ["hw.ipynb", "hw-1.ipynb"]
    # The same name twice: the same file, handed in again.
    assert [root.path.rpartition("/")[2] for root in bob.roots] == ["bob_8_300_hw.ipynb"]
    assert bob.earlier == ("bob_8_90_hw.ipynb",)


def test_a_few_names_with_numbers_do_not_make_a_download_of_canvas(tmp_path):
    files = {"ex_1_2_a.ipynb": NOTHING, "alice.ipynb": NOTHING, "bob.ipynb": NOTHING}
    students, _ = found(tmp_path, files)
    assert set(students) == {"ex_1_2_a", "alice", "bob"}


def test_moodle_folders_and_the_single_files_of_old_versions(tmp_path):
    files = {
        "Jane Doe_1327627_assignsubmission_file_/hw.ipynb": NOTHING,
        "Jane Doe_1327627_assignsubmission_onlinetext_/onlinetext.html": b"",
        "Müller-Lüdenscheidt, Jörg_1327628_assignsubmission_file/Abgabe/hw.ipynb": NOTHING,
        "Group A_45_assignsubmission_file_hw.ipynb": NOTHING,
        "Default group_assignsubmission_file_/hw.ipynb": NOTHING,
    }
    students, warnings = found(tmp_path, files)
    assert warnings == []
    assert sorted(students) == [
        "Default group",
        "Group A_45",
        "Jane Doe_1327627",
        "Müller-Lüdenscheidt, Jörg_1327628",
    ]
    assert students["Group A_45"] == ["hw.ipynb"]
    assert len(students["Jane Doe_1327627"]) == 2
    jane = next(one for one in find_submissions(tmp_path)[0] if "Jane" in one.student.id)
    assert (jane.student.name, jane.student.platform_id) == ("Jane Doe", "1327627")
    assert jane.earlier == ()


def test_blackboard_names_carry_the_time_of_each_attempt(tmp_path):
    files = {
        "Homework 1_jdoe_attempt_2026-11-29-10-00-00_hw.ipynb": NOTHING,
        "Homework 1_jdoe_attempt_2026-11-30-15-30-10_hw.ipynb": NOTHING,
        "Homework 1_jdoe_attempt_2026-11-30-15-30-10.txt": b"",
        "Homework 1_k_doe_attempt_2026-11-30-15-30-10_hw.ipynb": NOTHING,
    }
    students, _ = found(tmp_path, files)
    assert set(students) == {"jdoe", "k_doe"}
    assert sorted(students["jdoe"]) == [
        "Homework 1_jdoe_attempt_2026-11-30-15-30-10.txt",
        "hw.ipynb",
    ]
    jane, _ = find_submissions(tmp_path)[0]
    assert jane.submitted.startswith("2026-11-30T15:30:10")
    assert jane.earlier == ("Homework 1_jdoe_attempt_2026-11-29-10-00-00_hw.ipynb",)


NBGRADER = {
    "submitted/bitdiddle/ps1/problem1.ipynb": NOTHING,
    "submitted/bitdiddle/ps1/timestamp.txt": b"2015-02-02 15:58:23.948203 UTC",
    "submitted/hacker/ps1/problem1.ipynb": NOTHING,
    "source/ps1/problem1.ipynb": NOTHING,
}


@pytest.mark.parametrize("below", ["", "submitted"])
def test_nbgraders_folders(tmp_path, below):
    laid_out(tmp_path, NBGRADER)
    (tmp_path / "submitted/nobody").mkdir()
    handed, _ = find_submissions(tmp_path / below)
    assert [(one.student.id, len(one.roots)) for one in handed] == [
        ("bitdiddle", 1),
        ("hacker", 1),
        ("nobody", 0),
    ]


def test_several_assignments_of_nbgrader_need_a_name(tmp_path):
    laid_out(tmp_path, {**NBGRADER, "submitted/hacker/ps2/problem1.ipynb": NOTHING})
    with pytest.raises(UnreadableError, match=r'several assignments: ps1, ps2; .*folder = "ps1"'):
        find_submissions(tmp_path)
    handed, _ = find_submissions(tmp_path, "ps2")
    assert [bool(one.roots) for one in handed] == [False, True]


@pytest.mark.parametrize("where", ["itself", "in a folder", "with a folder of its name"])
def test_the_zip_of_a_download_is_opened(tmp_path, where):
    within = "submissions/" if where == "with a folder of its name" else ""
    data = zipped({within + name: content for name, content in CANVAS.items()})
    laid_out(tmp_path, {"submissions.zip": data})
    path = tmp_path / "submissions.zip" if where == "itself" else tmp_path
    handed, _ = find_submissions(path)
    assert {one.student.id for one in handed} == set(CANVAS_FOUND)


@pytest.mark.parametrize(
    "name",
    [
        "submitted/bob/hw/hw.ipynb",
        "bob_1_assignsubmission_file_/hw.ipynb",
        "bob_1_2_hw.ipynb",
        "HW_bob_attempt_2026-11-30-15-30-10_hw.ipynb",
    ],
)
def test_a_students_zip_hands_in_for_nobody_else(tmp_path, name):
    forged = zipped({name: NOTHING})
    laid_out(tmp_path, {"alice.zip": forged, "bob.ipynb": NOTHING, "carol.zip": zipped({})})
    handed, _ = find_submissions(tmp_path)
    assert [(one.student.id, one.source) for one in handed] == [
        ("alice", "alice.zip"),
        ("bob", "bob.ipynb"),
        ("carol", "carol.zip"),
    ]


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("doe_1_2_x_3_4_y.ipynb", "doe_1"),
        ("A_1_assignsubmission_file_B_2_assignsubmission_file_hw.ipynb", "A_1"),
        ("HW_a_attempt_2026-11-30-15-30-10_x_b_attempt_2026-11-30-15-30-10_h.ipynb", "a"),
    ],
)
def test_what_a_student_calls_a_file_names_no_other_student(tmp_path, name, id):
    students, _ = found(tmp_path, {name: NOTHING})
    assert list(students) == [id]


def test_folders_and_empty_folders_in_a_zip(tmp_path):
    deep = "d/" * 20_000 + "hw.ipynb"
    data = zipped({"alice/hw.ipynb": NOTHING, "bob/": b"", "carol/a/b.ipynb": NOTHING, deep: b""})
    laid_out(tmp_path, {"all.zip": data})
    handed, _ = find_submissions(tmp_path / "all.zip")
    assert [(one.student.id, one.roots[0].member) for one in handed] == [
        ("alice", "alice/"),
        ("bob", "bob/"),
        ("carol", "carol/"),
    ]


def test_of_a_students_attempts_the_newest_counts(tmp_path):
    laid_out(tmp_path, {"alice.zip": zipped({"hw.ipynb": NOTHING}), "alice.ipynb": NOTHING})
    os.utime(tmp_path / "alice.zip", (2e9, 2e9))
    (alice,) = find_submissions(tmp_path)[0]
    assert (alice.source, alice.earlier) == ("alice.zip", ("alice.ipynb",))
    os.utime(tmp_path / "alice.ipynb", (2e9 + 1, 2e9 + 1))
    (alice,) = find_submissions(tmp_path)[0]
    assert (alice.source, alice.earlier) == ("alice.ipynb", ("alice.zip",))


def test_a_notebook_and_its_export_are_one_attempt(tmp_path):
    students, _ = found(tmp_path, {"alice.ipynb": NOTHING, "alice.py": NOTHING})
    assert students == {"alice": ["alice.ipynb", "alice.py"]}


def test_odd_names_of_students_become_names_of_files(tmp_path):
    names = ["Alice", "alice", "a b", "x" * 200, "con", "a\nb", "ä", "..hidden", "a'; rm -rf", "😀"]
    laid_out(tmp_path, {f"{name}.ipynb": NOTHING for name in names if name != "..hidden"})
    handed, _ = find_submissions(tmp_path)
    files = [one.file_name for one in handed]
    assert len({name.casefold() for name in files}) == len(names) - 1
    for name in files:
        assert name not in ("con", "", ".")
        assert len(name.encode()) < 200
        assert not set(name) & set("/\\\n:;'\0")
    by_id = {one.student.id: one for one in handed}
    assert by_id["a b"].file_name == "a b"
    assert by_id["Alice"].file_name != by_id["alice"].file_name.title()
    assert "capital letters" in by_id["alice"].warnings[0]


def test_a_name_that_is_not_utf8(tmp_path):
    with open(os.path.join(os.fsencode(tmp_path), b"caf\xe9.ipynb"), "wb") as file:
        file.write(NOTHING)
    (one,) = find_submissions(tmp_path)[0]
    assert one.student.id == "caf?"
    one.file_name.encode()


def test_links_and_pipes_are_not_followed(tmp_path):
    secret = tmp_path / "secret.ipynb"
    secret.write_bytes(NOTHING)
    folder = laid_out(tmp_path / "all", {"alice.ipynb": NOTHING})
    (folder / "bob.ipynb").symlink_to(secret)
    (folder / "carol").symlink_to(tmp_path)
    os.mkfifo(folder / "dan.ipynb")
    handed, warnings = find_submissions(folder)
    assert [one.student.id for one in handed] == ["alice"]
    assert len(warnings) == 3
    assert all("it is a link, or not a file" in warning for warning in warnings)


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("none", None, "there is no such file or folder"),
        ("a.pdf", b"", "expected a folder, .zip, .ipynb or .py"),
        ("a.zip", b"PK", "it is not a zip"),
    ],
)
def test_what_is_no_place_of_submissions(tmp_path, name, data, message):
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableError, match=message):
        find_submissions(tmp_path / name)
