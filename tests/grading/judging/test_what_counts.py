"""Which of several definitions counts, code that is ready for absent packages, a newer Python."""

import sys

import pytest

from course_utils.grading import Limits, grade_submission
from course_utils.grading.sandbox.inside.newer_python import newer_syntax
from tests.grading.conftest import NUMBER, RIGHT, ROW_MEANS, SHAPE_AFTER, sandbox_or_skip

WRONG = "def row_means(image, weights):\n    return image.sum(1)"
STARTER = 'def row_means(image, weights):\n    """Think."""\n    ...'
CLASS = "class Mine:\n    def __call__(self, a, b):\n        return a @ b"
PADDED = "def row_means(a, b):\n    return a @ b * pad"
PARTIAL = (
    "from functools import partial\ndef mean(mode, image, weights):\n    return image @ weights\n"
    "row_means = partial(mean, 'valid')"
)


@pytest.fixture(scope="module")
def roomy():
    with sandbox_or_skip(None, Limits()) as opened:
        yield opened


def one(sandbox, *cells, exercise=ROW_MEANS, **options):
    result = grade_submission(list(cells), [exercise], seed=5, sandbox=sandbox, **options)
    return result.exercises[0]


@pytest.mark.parametrize(
    ("cells", "score", "counts"),
    [
        ([WRONG, PARTIAL], 2, 1),
        ([WRONG, "row_means = lambda image, weights: image @ weights"], 2, 1),
        ([WRONG, "import numpy as np\nrow_means = np.matmul"], 2, 1),
        ([WRONG, "def mine(a, b):\n    return a @ b", "row_means = mine"], 2, 2),
        ([WRONG, CLASS, "row_means = Mine()"], 2, 2),
        ([WRONG, "row_means: object = lambda a, b: a @ b"], 2, 1),
        ([RIGHT["row_means"], WRONG], 0, 1),
        ([RIGHT["row_means"], "row_means = lambda image, weights: image.sum(1)"], 0, 1),
        # What is no function any more was not meant; neither was a starter pasted again.
        ([WRONG, RIGHT["row_means"], "row_means = row_means(0, 1)", "row_means = 3"], 2, 1),
        ([RIGHT["row_means"], "row_means = row_means([[1, 2]], [1, 2])"], 2, 0),
        ([RIGHT["row_means"], "row_means = row_means(*[__import__('numpy').eye(2)] * 2)"], 2, 0),
        ([RIGHT["row_means"], STARTER, PARTIAL, STARTER], 2, 2),
        ([RIGHT["row_means"], "from course_utils.reference import row_means"], 2, 0),
        ([RIGHT["row_means"], "[row_means for row_means in range(3)]"], 2, 0),
        ([RIGHT["row_means"], "row_means: object"], 2, 0),
        ([RIGHT["row_means"], "for row_means in range(3): pass"], 2, 0),
        # Another use of the name further down does not come in between, when cells below are run.
        ([PADDED, "pad = 1", "row_means = None", "x = 1"], 2, 0),
    ],
)  # fmt: skip
def test_the_last_function_of_the_name_counts(sandbox, cells, score, counts):
    result = one(sandbox, *cells)
    assert (result.status, result.score, result.counts) == ("graded", score, counts)


def test_a_number_below_a_function_is_no_answer_where_a_function_is_asked(sandbox):
    assert one(sandbox, "row_means = 3").report.message.endswith("got an object of type int.")
    # Where a number is asked, it is: the last one counts.
    cells = ["def answer_to_everything():\n    return 42", "answer_to_everything = 6"]
    result = one(sandbox, *cells, exercise=NUMBER)
    assert (result.score, result.counts) == (0, 1)


GUARDS = {
    "the plain one": "try:\n    import PKG\nexcept ImportError:\n    PKG = None",
    "by its newer name": "try:\n    import PKG\nexcept ModuleNotFoundError:\n    PKG = None",
    "anything": "try:\n    import PKG\nexcept:\n    PKG = None",
    "any error": "try:\n    import PKG\nexcept Exception as error:\n    PKG = None",
    "several": "try:\n    import PKG\nexcept (ValueError, ImportError):\n    PKG = None",
    "a part of it": "try:\n    from PKG.auto import PKG\nexcept ImportError:\n    PKG = None",
    "by a function": (
        "import importlib\ntry:\n    PKG = importlib.import_module('PKG')\n"
        "except ImportError:\n    PKG = None"
    ),
    "called": (
        "def load():\n    import PKG\n    return PKG\n"
        "try:\n    PKG = load()\nexcept ImportError:\n    PKG = None"
    ),
    "suppressed": (
        "import contextlib\nPKG = None\nwith contextlib.suppress(ImportError):\n    import PKG"
    ),
    "asked before": (
        "import importlib.util\nPKG = None\nif importlib.util.find_spec('PKG'):\n    import PKG"
    ),
    "after one that did not ask": (
        "import PKG\ntry:\n    import PKG\nexcept ImportError:\n    PKG = None"
    ),
    "in the answer": "",
}


@pytest.mark.parametrize("package", ["tqdm", "scipy", "google.colab"])
@pytest.mark.parametrize("guard", GUARDS)
def test_code_that_is_ready_for_an_absent_package_goes_its_own_way(sandbox, guard, package):
    if guard == "in the answer":
        cell = (
            "def row_means(image, weights):\n    try:\n        import PKG\n"
            "    except ImportError:\n        return image @ weights\n    return 0"
        )
        cell = cell.replace("PKG", package)
    else:
        name = package.rpartition(".")[2]
        cell = GUARDS[guard].replace("PKG.auto import PKG", f"{package}.auto import {name}")
        cell = cell.replace("import PKG\n", f"import {package} as {name}\n")
        cell = cell.removesuffix("import PKG") + (
            f"import {package} as {name}" if cell.endswith("import PKG") else ""
        )
        cell = cell.replace("'PKG'", f"'{package}'").replace("PKG", name)
        cell += (
            f"\ndef row_means(image, weights):\n    return image @ weights if {name} is None else 0"
        )
    result = grade_submission([cell], [ROW_MEANS], seed=1, sandbox=sandbox)
    assert result.exercises[0].score == 2, (cell, result)
    assert result.cell_errors == ()


@pytest.mark.parametrize(
    "cell",
    [
        "import matplotlib.pyplot as plt, tqdm\nfrom google.colab import drive",
        "try:\n    import matplotlib.pyplot as plt\nfinally:\n    x = 1",
        "try:\n    import tqdm\nexcept ZeroDivisionError:\n    pass",
        "import sys\nassert 'google.colab' not in sys.modules",
        "try:\n    import google.colab\n    colab = True\nexcept ImportError:\n    colab = False\n"
        "import sys\nassert not colab and 'google.colab' not in sys.modules",
        "import importlib.util\nassert importlib.util.find_spec('tqdm') is None\n"
        "assert importlib.util.find_spec('course_utils') and importlib.util.find_spec('numpy')",
        "try:\n    from course_utils import check, figures\nexcept ImportError:\n    1 / 0",
    ],
)
def test_where_nothing_is_ready_for_failure_imports_go_on(sandbox, cell):
    result = grade_submission(
        [f"{cell}\n{RIGHT['row_means']}"], [ROW_MEANS], seed=1, sandbox=sandbox
    )
    assert (result.exercises[0].score, result.cell_errors) == (2, ())


NEWER = {
    "quotes in an f-string": """d = {"a": 1}\n    print(f"{d["a"]}")""",
    "a backslash in an f-string": r"""print(f"{'\n'.join(['a'])}")""",
    "lines in an f-string": 'print(f"{\n    1  # one\n    }")',
}


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python reads it")
@pytest.mark.parametrize("what", NEWER)
def test_syntax_of_a_newer_python_is_said_to_be_that(sandbox, what):
    cell = f"def row_means(image, weights):\n    {NEWER[what]}\n    return image @ weights"
    result = grade_submission(
        [cell, RIGHT["shape_after"]], [ROW_MEANS, SHAPE_AFTER], seed=5, sandbox=sandbox
    )
    newer, other = result.exercises
    assert (newer.status, newer.score, other.score) == ("to_be_decided", None, 2)
    assert "Python 3.12" in newer.detail
    # The answer counts if it is there in a cell that can be read, too.
    assert one(sandbox, cell, RIGHT["row_means"]).score == 2


def test_a_notebook_of_a_newer_python_is_decided_by_people_and_no_other_one(sandbox):
    broken = "def row_means(image, weights)\n    return image @ weights"
    for python, status in (("3.99.1", "to_be_decided"), ("3.8.10", "graded"), ("", "graded")):
        result = one(sandbox, broken, python=python)
        assert result.status == status
    assert "written with Python 3.99.1" in one(sandbox, broken, python="3.99.1").detail


@pytest.mark.parametrize(
    ("line", "since"),
    [
        ("type Row = list[float]", (3, 12)),
        ("def first[T](rows: list[T]) -> T: ...", (3, 12)),
        ("class Rows[T]: ...", (3, 12)),
        ("try:\n    x\nexcept A, B:\n    y", (3, 14)),
        ("x = t'{a}'", (3, 14)),
        ("def broken(:", None),
        ("x = (1", None),
        ("print 'x'", None),
        ("x = 'unfinished", None),
    ],
)
def test_the_signs_of_a_newer_syntax(line, since):
    try:
        compile(line, "", "exec")
    except SyntaxError as error:
        told = newer_syntax(line, error)
        assert (f"Python {since[0]}.{since[1]}" in told) if since else told == ""
    else:
        assert since <= sys.version_info[:2]


SLOW = f"x = 1\nf'{'{x}' * 150_000}'"  # takes Python some ten seconds to read


def test_cells_that_python_reads_slowly_are_left_out_and_the_others_graded(roomy):
    cells = [SLOW] * 4 + [RIGHT["shape_after"], f"{SLOW}\n{RIGHT['row_means']}"]
    result = grade_submission(cells, [ROW_MEANS, SHAPE_AFTER], seed=5, sandbox=roomy)
    slow, right = result.exercises
    assert (slow.status, right.score) == ("timeout", 2)
    assert "Its cell was left out" in slow.detail
    assert {error.cell for error in result.cell_errors} == {0, 1, 2, 3, 5}
    assert all("left out" in error.text for error in result.cell_errors)


def test_a_great_many_statements_are_run(roomy):
    many = ["x = 1\n" * 20] * 2000
    assert one(roomy, *many, RIGHT["row_means"]).score == 2
