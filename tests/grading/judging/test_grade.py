"""Grading a submission: statuses, what counts as the answer, replays, and the sandboxes."""

import contextlib
import inspect
import os
import re
import subprocess
import sys
import time

import numpy as np
import pytest

from course_utils.exercises import catalog, evaluate
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
    exercise,
    sandbox_or_skip,
)

ALL = [ROW_MEANS, SHAPE_AFTER, NUMBER]
STARTER = 'def row_means(image, weights):\n    """Think."""\n    ...'


def grade(sandbox, *cells, exercises=(ROW_MEANS,), seed=5):
    return grade_submission(list(cells), exercises, seed=seed, sandbox=sandbox)


def one(sandbox, *cells, **options):
    (result,) = grade(sandbox, *cells, **options).exercises
    return result


def test_right_answers_earn_their_points(sandbox):
    result = grade(sandbox, *RIGHT.values(), exercises=ALL)
    assert [(e.status, e.score, e.max_score) for e in result.exercises] == [("graded", 2, 2)] * 3
    assert result.cell_errors == ()
    assert 0 < result.seconds < 5
    assert result.peak_memory > 2**20


def test_a_wrong_answer_is_diagnosed_as_in_the_notebook(sandbox):
    result = one(sandbox, "def row_means(image, weights):\n    return image.sum(1)")
    assert (result.status, result.score) == ("graded", 0)
    assert result.report.misconception == "weights-ignored"
    np.testing.assert_allclose(result.report.counterexample.got, [3, 8, 1])


def test_the_same_seed_gives_the_same_result_and_another_one_other_inputs(sandbox):
    # Large inputs are wrong, so that a drawn one is shown; and the global generator is used.
    cell = (
        "import numpy as np\ndef row_means(image, weights):\n"
        "    return image @ weights + (len(image) > 3) * np.random.normal()"
    )
    first, again, other = (one(sandbox, cell, seed=seed).report for seed in (1, 1, 2))
    assert str(first) == str(again)
    assert str(first) != str(other)


@pytest.mark.parametrize(
    ("cells", "status", "score"),
    [
        (["x = 1"], "missing", None),
        ([STARTER], "missing", None),
        ([STARTER.replace("...", "raise NotImplementedError()")], "missing", None),  # nbgrader's
        ([STARTER.replace("...", "raise ValueError()")], "graded", 0),
        ([RIGHT["row_means"], STARTER], "graded", 2),  # pasted once more below
        (["def row_means(a, b):\n    return 0", RIGHT["row_means"]], "graded", 2),
        ([RIGHT["row_means"], "def row_means(a, b):\n    return 0"], "graded", 0),
        ([RIGHT["row_means"], "row_means = row_means(0, 0)"], "graded", 2),
        ([RIGHT["row_means"] + "\nwhile True:\n    pass"], "graded", 2),
        (["1 / 0\n" + RIGHT["row_means"]], "graded", 2),
        (["def broken(:", RIGHT["row_means"]], "graded", 2),
        (["def row_means(image, weights)\n    return image @ weights"], "graded", 0),
        (["def row_means(image, weights=missing):\n    return image @ weights"], "graded", 0),
        (["row_means = lambda a, b: a @ b"], "graded", 2),
        (["import numpy as np\nrow_means = np.matmul"], "graded", 2),
        (["if True:\n    def row_means(a, b):\n        return a @ b"], "graded", 2),
        (["class C:\n    def row_means(a, b):\n        return a @ b"], "missing", None),
        (["row_means = 'a @ b'"], "graded", 0),
        (
            ["def row_means(a, b):\n    return low(a, b)", "low = lambda a, b: a @ b"],
            "graded",
            2,
        ),
        (["pad = 1\ndef row_means(a, b):\n    return a @ b * pad", "pad = 2"], "graded", 2),
        (["def row_means(a, b):\n    while True: pass"], "timeout", None),
        (["def row_means(a, b):\n    import os; os._exit(0)"], "crashed", None),
        (["def row_means(a, b):\n    return bytearray(1 << 40)"], "out_of_memory", None),
        (["def row_means(a, b):\n    a[:] = 0\n    return a @ b"], "graded", 0),
    ],
)
def test_what_counts_as_the_answer(sandbox, cells, status, score):
    result = one(sandbox, *cells)
    assert (result.status, result.score) == (status, score), result
    assert (result.score is None) == (result.status != "graded")
    assert result.detail or result.report


def test_an_answer_that_changes_its_argument_is_told_so(sandbox):
    cell = "def row_means(image, weights):\n    image *= 2\n    return image @ weights / 2"
    assert "changed its argument `image`" in one(sandbox, cell).report.message


def test_a_timeout_shows_the_input_that_it_was_working_on(sandbox):
    cell = "def row_means(a, weights):\n    while len(a) == 5: pass\n    return a @ weights"
    result = one(sandbox, cell)
    assert (result.status, result.score) == ("timeout", None)
    assert "still running" in result.report.message
    assert result.report.counterexample.inputs["image"].shape == (5, 4)


def test_imports_of_the_course_work_and_the_reference_cannot_be_called(sandbox):
    top = (
        "import matplotlib.pyplot as plt\nfrom course_utils import check, datasets, hint, profile\n"
        "from course_utils.reference import correlate2d\nfrom course_utils.exercises import get\n"
        "import tensorflow as tf\n"
    )
    result = grade(sandbox, top + RIGHT["row_means"] + "\ncheck(row_means)", "plt.plot([1])")
    assert (result.exercises[0].score, result.cell_errors) == (2, ())
    result = one(sandbox, top + "def row_means(a, b):\n    return correlate2d(a, b)")
    assert "It calls course_utils.reference.correlate2d" in result.report.message


def test_failing_statements_are_told_with_cell_and_line(sandbox):
    result = grade(sandbox, "x = 1\ny = x / 0", "def f(:", RIGHT["row_means"])
    assert result.exercises[0].score == 2
    assert [(e.cell, e.line) for e in result.cell_errors] == [(0, 2), (1, 1)]
    assert "ZeroDivisionError" in result.cell_errors[0].text
    assert "SyntaxError" in result.cell_errors[1].text


def test_the_line_that_raised_is_told(sandbox):
    report = one(sandbox, "x = 1\n\ndef row_means(a, b):\n    return x / 0").report
    assert "ZeroDivisionError: division by zero (line 4: return x / 0)" in report.message


def test_what_is_printed_is_kept_in_part_and_changes_nothing(sandbox):
    cell = (
        "def row_means(image, weights):\n    print('here', 'x' * 10**6)\n    return image @ weights"
    )
    result = one(sandbox, cell)
    assert result.score == 2
    assert result.printed.startswith("here xxx")
    assert len(result.printed) == 200


def test_every_exercise_is_graded_as_evaluate_does(sandbox):
    # Through both processes and back: each model solution, and each first misconception.
    exercises = list(catalog())[::4]
    cells = [
        "import keras\nimport numpy as np\n" + inspect.getsource(exercise.reference)
        for exercise in exercises
    ]
    with sandbox_or_skip(None, Limits()) as roomy:
        result = grade_submission(cells, exercises, seed=3, sandbox=roomy)
    for graded, asked in zip(result.exercises, exercises, strict=True):
        # What a training comes to depends on the number of threads, in its last digits.
        ours, theirs = (
            re.sub(r"accuracy is 0\.\d+", "accuracy is high", str(report))
            for report in (graded.report, evaluate(asked.id, asked.reference, seed=3))
        )
        assert ours == theirs
        assert graded.score == asked.points


def test_an_exercise_that_fails_itself_is_not_gradable_and_stops_nothing(sandbox):
    def inputs(rng):
        raise ValueError("no inputs today")

    broken = exercise(ROW_MEANS.reference, inputs)
    result = grade(sandbox, *RIGHT.values(), exercises=[broken, SHAPE_AFTER])
    assert [e.status for e in result.exercises] == ["not_gradable", "graded"]
    assert "no inputs today" in result.exercises[0].detail


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
    for what in ("reference/__init__.py", "AF_INET", "it forked", "started a program", "thread"):
        assert what in told
    monkeypatch.setattr(opening, "breaches", lambda sandbox: "it read everything")
    with pytest.raises(SandboxUnavailableError, match="it read everything"):
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


def test_one_answer_cannot_spoil_another_one_by_being_called(sandbox):
    # They are run together first; what does not pass then is run by itself.
    spoiler = (
        "import numpy as np\ndef row_means(image, weights):\n    global floor\n"
        "    floor = None\n    return image @ weights"
    )
    spoiled = (
        "def floor(a, b):\n    return a // b\n"
        "def shape_after(shape, stride):\n    return tuple(floor(n, stride) for n in shape)"
    )
    result = grade(sandbox, spoiled, spoiler, exercises=[ROW_MEANS, SHAPE_AFTER])
    assert [e.score for e in result.exercises] == [2, 2]
    result = grade(sandbox, "floor = None", spoiler, spoiled, exercises=[SHAPE_AFTER, ROW_MEANS])
    assert [e.score for e in result.exercises] == [2, 2]
    below = RIGHT["shape_after"].replace("n //", "np.int64(n) //")
    for call in ("np.int64 = None", "while True: pass", "import os; os._exit(0)"):
        cell = f"import numpy as np\ndef row_means(image, weights):\n    {call}"
        result = grade(sandbox, cell, below, exercises=[ROW_MEANS, SHAPE_AFTER])
        assert [e.score or 0 for e in result.exercises] == [0, 2]


def test_a_submission_finds_nothing_of_the_one_before(sandbox):
    # It would return the right answer if it found any: they share a sandbox, not their processes.
    grade(sandbox, f"SECRET = 'of another student'\n{RIGHT['row_means']}")
    spy = (
        "import gc, linecache, sys\ndef row_means(image, weights):\n"
        "    seen = [repr(linecache.cache), *(o for o in gc.get_objects() if type(o) is dict)]\n"
        "    return image @ weights if any('SECRET' in o for o in seen) else None"
    )
    assert one(sandbox, spy.replace("'SECRET'", "'SEC' + 'RET'")).score == 0
    assert one(sandbox, "SECRET = 1", spy.replace("'SECRET'", "'SEC' + 'RET'")).score == 2


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
