"""Sandboxes are opened if they hold, refused with the reason if not, and leave nothing behind."""

import contextlib
import os
import subprocess
import sys
import time

import pytest

from course_utils.grading import (
    Limits,
    SandboxUnavailableError,
    grade_submission,
    open_sandbox,
)
from course_utils.grading.sandbox import breaking_out, opening, student_kit
from course_utils.grading.sandbox.opening import student_sandbox
from course_utils.grading.sandbox.walls import KINDS, WALLS, bubblewrap
from tests.grading import containers
from tests.grading.conftest import (
    NUMBER,
    RIGHT,
    ROW_MEANS,
    SHAPE_AFTER,
    sandbox_or_skip,
)

ALL = [ROW_MEANS, SHAPE_AFTER, NUMBER]


def grade(sandbox, *cells, exercises=(ROW_MEANS,)):
    return grade_submission(list(cells), exercises, seed=5, sandbox=sandbox)


@pytest.mark.parametrize("kind", KINDS)
def test_each_sandbox_grades_and_leaves_nothing_behind(kind):
    with sandbox_or_skip(kind) as sandbox:
        kit, process = sandbox.kit.path, sandbox.process
        result = grade(sandbox, *RIGHT.values(), exercises=ALL)
        assert [e.score for e in result.exercises] == [2, 2, 2]
        assert kind in result.sandbox.lower()
    assert not kit.exists()
    assert process.returncode is not None


def test_no_container_is_left_when_the_grader_is_killed():
    with sandbox_or_skip("container") as sandbox:
        grade(sandbox, RIGHT["row_means"])
        name, engine = sandbox.wall.name, sandbox.wall.engine
        assert name in containers.running(engine)
        sandbox.process.stdin.close()  # as when this process is killed
        until = time.monotonic() + 30
        while name in containers.running(engine) and time.monotonic() < until:
            time.sleep(0.1)
        assert name not in containers.running(engine)


def test_a_container_gets_no_variable_and_no_file_of_this_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("http_proxy", "http://teacher:secret@proxy:3128")
    cell = (
        "import os\nimport numpy as np\ndef row_means(image, weights):\n"
        "    print(os.environ, open('/etc/hosts').read() if os.path.exists('/etc/hosts') else '')\n"
        "    return image @ weights"
    )
    with sandbox_or_skip("container", Limits()) as sandbox:
        engine = sandbox.wall.engine
        (graded,) = grade(sandbox, cell).exercises
    assert graded.score == 2
    assert "secret" not in graded.printed
    if engine == "podman":  # which can be told to add both to every container
        settings = tmp_path / "containers.conf"
        settings.write_text(
            f'[containers]\nenv = ["TOKEN=abc"]\nvolumes = ["{tmp_path}:/leak:ro"]\n'
        )
        monkeypatch.setenv("CONTAINERS_CONF", str(settings))
        with containers.no_download(), pytest.raises(SandboxUnavailableError) as refused:
            open_sandbox("container")
        assert "it was given the variable TOKEN" in str(refused.value)
        assert "it sees /leak" in str(refused.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sandbox_that_is_not_ready_in_time_is_refused_and_gone(kind, monkeypatch):
    sandbox_or_skip(kind).close()
    monkeypatch.setattr(student_kit, "STARTING", 0.0)
    kits = []
    prepare = WALLS[kind].prepare
    monkeypatch.setattr(
        WALLS[kind], "prepare", lambda wall, kit: (kits.append(kit), prepare(wall, kit))
    )
    download = containers.no_download() if kind == "container" else contextlib.nullcontext()
    with download, pytest.raises(SandboxUnavailableError, match="it was not ready after 0 s"):
        open_sandbox(kind)
    assert not kits[0].path.exists()


def test_an_engine_that_fails_is_told(monkeypatch, tmp_path):
    for name, script in (("podman", "echo no socket >&2; exit 1"), ("docker", "exit 3")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(SandboxUnavailableError, match="podman: no socket; docker: exit code 3"):
        open_sandbox("container")
    # One that answers, and cannot build.
    docker = '#!/bin/sh\ncase $1 in ps) ;; *) echo "no route to the registry" >&2; exit 1;; esac\n'
    (tmp_path / "docker").write_text(docker)
    with pytest.raises(SandboxUnavailableError, match="no route to the registry"):
        open_sandbox("container")
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    with pytest.raises(SandboxUnavailableError, match="podman is not installed; docker is not ins"):
        open_sandbox("container")


def test_without_a_sandbox_only_trust_in_so_many_words_runs_code(monkeypatch):
    for kind in KINDS:
        monkeypatch.setattr(WALLS[kind], "why_not", lambda: "not today")
    refused = r"bubblewrap: not today\nlandlock: not today\ncontainer: not today"
    with pytest.raises(SandboxUnavailableError, match=refused):
        open_sandbox()
    with open_sandbox("trust") as sandbox:
        result = grade(sandbox, *RIGHT.values(), exercises=ALL)
    assert [e.score for e in result.exercises] == [2, 2, 2]
    assert result.sandbox == "none: the submissions were trusted"


def test_a_sandbox_that_does_not_hold_is_refused(monkeypatch, sandbox):
    # As trust, with nothing in the way: the attempts must succeed, and say so.
    with student_sandbox("trust", Limits()) as open_to_all:
        open_to_all.start()
        told = breaking_out.breaches(open_to_all)
    for what in (
        *("it read", "/secret", "reference/__init__.py", "exercises/registry.py", "it listed"),
        *("it wrote to", "AF_INET", "it forked", "started a program", "thread"),
    ):
        assert what in told
    monkeypatch.setattr(opening, "breaches", lambda sandbox: "it read everything")
    with pytest.raises(SandboxUnavailableError, match="it read everything"):
        open_sandbox()


def test_nothing_counts_as_held_while_what_must_not_be_read_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(breaking_out, "PACKAGE", tmp_path)
    with pytest.raises(FileNotFoundError, match="reference"):
        open_sandbox(sandbox_or_skip(None).kind)
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference/__init__.py").touch()
    with pytest.raises(RuntimeError, match="is empty"):
        open_sandbox()


def test_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="got 'docker'; expected one of bubblewrap"):
        open_sandbox("docker")


def test_an_unprivileged_user_has_the_sandboxes_too():
    if os.geteuid() != 0:
        pytest.skip("the other tests run as a plain user already")

    def run_as_nobody(code):
        who = dict(user=65534, group=65534, extra_groups=[])
        return subprocess.run(
            [sys.executable, "-c", code], **who, capture_output=True, text=True, cwd="/"
        )

    try:
        readable = run_as_nobody("import course_utils").returncode == 0
    except PermissionError:
        readable = False
    if not readable:
        pytest.skip("the user nobody cannot read this interpreter or this checkout")
    done = run_as_nobody(
        "from course_utils.grading import open_sandbox\n"
        "for kind in ('bubblewrap', 'landlock'):\n"
        "    with open_sandbox(kind) as sandbox: print(sandbox.kind)"
    )
    assert done.stdout.split() == ["bubblewrap", "landlock"], done.stderr


def test_where_namespaces_are_refused_landlock_takes_over_and_the_reason_is_told(
    monkeypatch, tmp_path
):
    refusing = tmp_path / "bwrap"
    refusing.write_text(
        "#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1"
    )
    refusing.chmod(0o755)
    monkeypatch.setattr(bubblewrap.shutil, "which", lambda name: str(refusing))
    with pytest.raises(SandboxUnavailableError, match="setting up uid map: Permission denied"):
        open_sandbox("bubblewrap")
    with sandbox_or_skip("landlock"), open_sandbox() as sandbox:
        assert sandbox.kind == "landlock"
