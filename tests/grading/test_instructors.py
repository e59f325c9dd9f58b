"""The instructors' page: its commands run in its order, and print what it shows."""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

from course_utils.exercises.model_answers.measuring import LONGEST
from course_utils.grading.commands.example_class import ASSIGNMENT
from course_utils.grading.exports import FORMATS
from course_utils.grading.judging.model_judge import JUDGING, MEMORY
from course_utils.grading.limits import Limits
from course_utils.grading.sandbox.inside.cells import AT_ONCE, PARSING
from course_utils.grading.statuses import GRADED, WITHOUT_SCORE
from course_utils.grading.submissions.reading import LONGEST as LONGEST_READING
from tests.grading.conftest import sandbox_or_skip

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "instructors.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)


def told(text: str) -> str:
    """Without seeds, the kind of sandbox, and where lines are broken."""
    text = re.sub(r"Seed: \d+", "Seed: 1", text)
    text = re.sub(r"Isolation: [\w ]+", "Isolation: a sandbox", text)
    return " ".join(text.split())


def test_every_command_prints_what_the_page_shows(tmp_path):
    sandbox_or_skip(None).close()
    (tmp_path / "bin").mkdir()
    command = tmp_path / "bin" / "course-grade"
    module = "course_utils.grading.commands.main"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m {module} "$@"\n')
    command.chmod(0o755)
    (tmp_path / "chapters").symlink_to(ROOT / "chapters")
    environment = {
        **os.environ,
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
    }
    asked = 0
    for block in blocks("console"):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            line, _, shown = step.partition("\n")
            done = subprocess.run(
                shlex.split(line),
                cwd=tmp_path,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            assert done.returncode == 0, done.stdout
            same = doctest.OutputChecker().check_output(
                told(shown), told(done.stdout), doctest.ELLIPSIS
            )
            assert same, f"$ {line}\n{done.stdout}"
            asked += 1
    assert asked == 9
    # What the text and the picture's description say of this class.
    page = (tmp_path / "week-2" / "graded" / "report" / "index.html").read_text(encoding="utf-8")
    shares = re.findall(r"</span></span> (\d+)%", page)
    assert (min(shares), max(shares)) == ("62", "73")
    assert re.search(r"turned by 180 degrees.</h3>\s*<p>5 students, ", page)
    bars = re.findall(r"<tr><th scope=\"row\">[\d.]+ to [^<]*</th><td[^>]*>(\d+)<", page)
    assert (bars[0], bars[-1], sum(map(int, bars))) == ("4", "10", 23)
    assert "replaces np.testing.assert_allclose" in page
    assert "calls open" in page


def test_the_assignment_shown_is_the_examples():
    assert blocks("toml") == [ASSIGNMENT]


def test_the_table_of_statuses_is_the_graders():
    rows = re.findall(r"^\| (\w+) \| (.+) \| (.+) \|$", PAGE, re.MULTILINE)
    rows = [row for row in rows if row[0] in WITHOUT_SCORE]
    assert sorted((name, means, who == "you") for name, means, who in rows) == sorted(
        (name, one.means, not one.decided) for name, one in WITHOUT_SCORE.items() if one.exercise
    )
    others = [name for name, one in WITHOUT_SCORE.items() if not one.exercise]
    assert others == ["unreadable"]
    assert "A whole submission can be `unreadable` or `missing` besides." in PAGE
    assert f"| {GRADED} |" in PAGE


def test_the_table_of_formats_names_all_there_are():
    for name in FORMATS:
        assert re.search(rf"^\| `?{name}`? \|", PAGE, re.MULTILINE), name


def test_the_limits_are_the_graders():
    limits, wide = Limits(), Limits().with_keras()
    for text in (
        f"the code outside of functions | {limits.cells:g} s | {wide.cells:g} s |",
        f"memory | {limits.memory / 2**30:g} GiB of addresses | {wide.memory / 2**30:g} GiB",
        f"send back | {limits.reply >> 20} MiB | {wide.reply >> 20} MiB |",
        f"threads that are started | none | {wide.threads} in all |",
        f"is kept | {limits.output:,} characters |",
        f"| {MEMORY >> 30} GiB; {JUDGING:g} s, {LONGEST:g} of them on a processor |",
        f"more than {LONGEST:g} s\n",
        f"{AT_ONCE:g} s on a processor, then each cell by itself, {PARSING:g} s in all",
        f"submission's files | {LONGEST_READING:g} s on a processor",
    ):
        assert text in PAGE


def test_pictures_are_there_and_described():
    for picture, alt in re.findall(r"```\{image\} (\S+)\n:alt: (.+)", PAGE):
        assert (ROOT / picture).is_file()
        assert len(alt) > 80
