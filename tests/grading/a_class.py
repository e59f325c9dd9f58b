"""A small class whose records the tests of reports and exports share."""

import dataclasses
import inspect
from pathlib import Path
from unittest import mock

import numpy as np

from course_utils.exercises import evaluate, get
from course_utils.grading.assignment import ExerciseAsked
from course_utils.grading.judging.results import ExerciseResult, SubmissionResult
from course_utils.grading.records.records import Listed, Record, Run
from course_utils.grading.records.storage import write_record, write_run
from course_utils.grading.sandbox.replies import CellError
from course_utils.grading.submissions.cell import Cell
from course_utils.grading.submissions.student import Student

POINTS = {"slide_kernel": 4.0, "max_pool_map": 3.0, "stable_softmax": 3.0}
SEED = 7041776
# A formula, tags, an end of the title, a change of direction, a terminal's escape, a surrogate.
HOSTILE = "=1+1|</title><script>alert(1)</script>\u202e\x1b[31m\ud800\"'&"

RUN = Run(
    title="Week 2: convolution",
    due="2026-11-20T23:59:00+01:00",
    assignment="",
    exercises=tuple(
        ExerciseAsked(id=id, title=get(id).title, chapter=2, points=points, time_limit=10.0)
        for id, points in POINTS.items()
    ),
    seed=SEED,
    sandbox="bubblewrap",
    isolation="bubblewrap with a seccomp filter",
    versions={"course_utils": "0.1.0", "Python": "3.11.7"},
    started="2026-11-21T09:00:00+01:00",
    finished="2026-11-21T09:01:00+01:00",
    source="submissions",
)

FLIPPED = """\
def slide_kernel(image, kernel):
    kernel = kernel[::-1, ::-1]
    height, width = kernel.shape
    rows = image.shape[0] - height + 1
    columns = image.shape[1] - width + 1
    output = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            output[i, j] = np.sum(image[i : i + height, j : j + width] * kernel)
    return output
"""
FLIPPED_TOO = (
    FLIPPED.replace("image", "picture")
    .replace("output", "result")
    .replace("    kernel = ", "    # copied by Sofia\n    kernel = ")
)
WINDOWS = """\
def slide_kernel(image, kernel):
    # Grace's own
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)
"""
DIVIDES = "def max_pool_map(feature_map, size, stride):\n    return feature_map[0, 0] + size\n"
ENDLESS = "def max_pool_map(feature_map, size, stride):\n    while True:\n        pass\n"
REACHES = """\
import os, ctypes
np.allclose = lambda *a: True
def slide_kernel(image, kernel):
    '''</pre><script>alert(2)</script>'''
    return '</code></pre><img src=x onerror=alert(3)>\u202e' + str(kernel.__class__)
"""


def model(id: str) -> str:
    """The model solution's code."""
    return inspect.getsource(get(id).reference)


def graded(id: str, source: str, cell: int) -> ExerciseResult:
    """What the grader says about an answer, the tests' own and so run right here."""
    names = {"np": np}
    with mock.patch.object(np, "allclose"):  # which one of them replaces
        exec(source, names)
        report = evaluate(id, names[id], seed=SEED)
    return ExerciseResult(
        exercise_id=id,
        status="graded",
        max_score=POINTS[id],
        score=POINTS[id] if report.passed else 0.0,
        report=report,
        printed="a hidden input",
        defined_in=(cell,),
    )


def ungraded(id: str, status: str, detail: str = "", cells: tuple = ()) -> ExerciseResult:
    """An exercise without a score."""
    return ExerciseResult(
        exercise_id=id, status=status, max_score=POINTS[id], detail=detail, defined_in=cells
    )


def record(file_name: str, name: str, sources, exercises, errors=(), **fields) -> Record:
    """A submission that was run."""
    cells = tuple(Cell(f"{file_name}.ipynb", 3 + i, text) for i, text in enumerate(sources))
    result = SubmissionResult(
        seed=SEED,
        sandbox=RUN.isolation,
        exercises=tuple(exercises),
        cell_errors=tuple(errors),
        seconds=0.25,
    )
    return Record(
        file_name=file_name,
        student=fields.pop("student", Student(id=file_name, name=name)),
        status="graded",
        source=f"{file_name}.ipynb",
        graded_at="2026-11-21T09:00:30+01:00",
        cells=cells,
        result=result,
        **{"submitted": "2026-11-20T10:00:00+01:00", "late": False, **fields},
    )


def ada() -> Record:
    """All right, with the model's own code."""
    sources = [model(id) for id in POINTS]
    return record("ada", "Ada Lovelace", sources, map(graded, POINTS, sources, range(3)))


def grace() -> Record:
    """Late; one right, one that raises, one without an answer."""
    return record(
        "grace",
        "Grace Hopper",
        [WINDOWS, DIVIDES],
        [
            graded("slide_kernel", WINDOWS, 0),
            graded("max_pool_map", DIVIDES, 1),
            ungraded("stable_softmax", "missing", "No cell defines it."),
        ],
        student=Student(id="grace", name="Grace Hopper", platform="canvas", platform_id="1906"),
        submitted="2026-11-22T10:00:00+01:00",
        late=True,
    )


def emmy() -> Record:
    """A known mistake, one endless loop, one right."""
    sources = [FLIPPED, ENDLESS, model("stable_softmax")]
    return record(
        "emmy",
        "Emmy Noether",
        sources,
        [
            graded("slide_kernel", FLIPPED, 0),
            ungraded("max_pool_map", "timeout", "It ran for more than 10 s.", (1,)),
            graded("stable_softmax", sources[2], 2),
        ],
    )


def sofia() -> Record:
    """The same mistake in the same code with other names."""
    return record(
        "sofia",
        "Sofia Kovalevskaya",
        [FLIPPED_TOO],
        [
            graded("slide_kernel", FLIPPED_TOO, 0),
            ungraded("max_pool_map", "missing", "No cell defines it."),
            ungraded("stable_softmax", "missing", "No cell defines it."),
        ],
        earlier=("sofia_1.ipynb",),
    )


def hostile() -> Record:
    """Everything that a student can write is an attack on whoever looks at it."""
    return record(
        "hostile",
        HOSTILE,
        [REACHES],
        [
            graded("slide_kernel", REACHES, 0),
            ungraded("max_pool_map", "crashed", HOSTILE, (0,)),
            ungraded("stable_softmax", "missing", HOSTILE),
        ],
        errors=[CellError(0, 1, HOSTILE)],
        student=Student(id=HOSTILE, name=HOSTILE),
        warnings=(HOSTILE,),
    )


def empty() -> Record:
    """A notebook in which nobody has answered anything."""
    return record("empty", "Nobody", [], [ungraded(id, "missing") for id in POINTS])


UNREADABLE = Record(
    file_name="broken",
    student=Student(id="broken", name="Karl Broken"),
    status="unreadable",
    detail="broken.ipynb is no notebook: Expecting value: line 1 column 1 (char 0)",
    source="broken.ipynb",
)
MISSING = Record(file_name="gone", student=Student(id="gone", name="Gone"), status="missing")


def write_class(out: Path) -> Path:
    """Write the whole class as a run on disk."""
    made = [ada(), grace(), emmy(), sofia(), hostile(), empty(), UNREADABLE, MISSING]
    listed = tuple(
        Listed(file_name=one.file_name, student=one.student.id, source=one.source) for one in made
    )
    write_run(out, dataclasses.replace(RUN, submissions=listed))
    for one in made:
        write_record(out, one)
    return out
