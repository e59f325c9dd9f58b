"""Code read as tokens: what is alike, what reaches for more, and no text that stops it."""

import inspect
import time

import pytest

from course_utils.exercises import catalog
from course_utils.grading.reports.code_facts import LONGEST, Remark, read_answer, read_remarks
from tests.grading.a_class import FLIPPED, FLIPPED_TOO, WINDOWS

LONG = LONGEST - 100


def shape(source, name="slide_kernel"):
    return read_answer(source, name).shape


def test_names_layout_and_comments_do_not_count():
    other = FLIPPED.replace("height, width", "h, w").replace("height", "h").replace("width", "w")
    other = other.replace("):\n", '):\n    """By Emmy."""\n', 1).replace(
        "    for", "\n\n    for", 1
    )
    other = other.replace("(rows, columns)", "(rows, columns,)")
    assert shape(FLIPPED) == shape(other) == shape(FLIPPED_TOO)
    assert read_answer(FLIPPED, "slide_kernel").text != read_answer(other, "slide_kernel").text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[::-1, ::-1]", "[::-1]"),
        ("+ 1", "+ 2"),
        ("np.zeros", "np.ones"),  # attributes are no names of the student's
        ("range(columns)", "range(rows)"),
        ("    return output", "        return output"),  # in the loop
        ("range(rows)", "list(rows)"),
    ],
)
def test_what_the_code_does_counts(old, new):
    assert old in FLIPPED
    assert shape(FLIPPED) != shape(FLIPPED.replace(old, new, 1))


def test_the_last_definition_in_the_cell_is_read_and_nothing_below_it():
    cell = f"{WINDOWS}\n{FLIPPED}\nprint(slide_kernel)\n"
    assert shape(cell) == shape(FLIPPED)
    assert read_answer("x = 1", "slide_kernel") is None
    assert read_answer("def slide_kernel_2(): pass", "slide_kernel") is None
    assert read_answer("if True:\n  def f(x): return x\ny = 2", "f").source == "def f(x): return x"
    assert read_answer("f = lambda x: x + 1  # Ada\ny = 2", "f").source == "f = lambda x: x + 1"


def test_examples_name_nobody():
    cell = (
        'def f(x):  # Ada\n    """By Ada\n    Lovelace."""\n    # Ada\n'
        "    y = \"kept\"  # Ada\n    'Ada'; \n    return x"
    )
    source = read_answer(cell, "f").source
    assert source.startswith('def f(x):\n    y = "kept"\n')
    assert "Lovelace" not in source
    assert "# Ada" not in source


def test_every_model_solution_has_a_shape_of_its_own():
    shapes = [shape(inspect.getsource(one.reference), one.id) for one in catalog()]
    assert len(set(shapes)) == len(shapes)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("import os", "imports os"),
        ("import numpy as np, ctypes.util as c", "imports ctypes"),
        ("from subprocess import run", "imports subprocess"),
        ("from course_utils import check, reference", "names course_utils.reference"),
        ("from course_utils.exercises import get", "names course_utils.exercises"),
        ("course_utils.reference.conv2d(x, w)", "names course_utils.reference"),
        ("np.testing.assert_allclose = print", "replaces np.testing.assert_allclose"),
        ("f.__globals__['x']", "uses __globals__"),
        ("getattr(f, '__code__')", "has __code__ in a string"),
        ("sys.modules.clear()", "uses sys.modules"),
        ("exec('x = 1')", "calls exec"),
        ("class A:\n    def __eq__(self, other): return True", "defines __eq__"),
    ],
)
def test_remarks(line, text):
    remarks = read_remarks(["x = 1", f"y = 2\n{line}"])
    assert [(one.cell, one.text) for one in remarks] == [(1, text)]
    assert remarks[0].line >= 2


def test_ordinary_code_earns_no_remark():
    cells = [inspect.getsource(one.reference) for one in catalog()]
    cells += ["import numpy as np", "from course_utils import check, hint", "check(f)"]
    cells += ["model.compile(optimizer='adam')", "file.open()", "a.os = 1", "x['os'] = np.ones(3)"]
    assert read_remarks(cells) == []


@pytest.mark.parametrize(
    "text",
    [
        "(" * LONG,
        "-" * LONG + "1",
        "'''" + "x\n" * (LONG // 10),
        "def f(x):\n return " + "[" * 1000 + "]" * 1000,
        "f" + ".f" * (LONG // 10),
        "\n".join(" " * i + "if x:" for i in range(500)),
        "\x00\ud800" * 1000,
        "def f(x):\n" * 2000,
        "import " + "a," * (LONG // 10),
    ],
    ids=range(9),
)
def test_no_text_stops_it(text):
    start = time.process_time()
    read_answer(f"def f(x):\n    return x\n{text}", "f")
    assert Remark(1, 1, "imports os") in read_remarks([text, "import os"])
    assert time.process_time() - start < 10


def test_what_nobody_writes_by_hand_is_not_read():
    assert read_answer(FLIPPED + "#" * LONGEST, "slide_kernel") is None
    assert [one.text for one in read_remarks(["import os;" * LONGEST])] == [
        f"has more than {LONGEST} characters"
    ]
