"""What reads like an answer is put before a person, and the course's own cells never are."""

import json
from pathlib import Path

import pytest

from course_utils.exercises import catalog, get
from course_utils.grading.judging.results import ExerciseResult, SubmissionResult
from course_utils.grading.submissions.look_alikes import look_alikes, with_look_alikes
from course_utils.grading.submissions.notebooks import contents_of
from tests.grading.handed_in import right

CHAPTERS = sorted((Path(__file__).parents[3] / "chapters").glob("*.ipynb"))
SLIDE = right("slide_kernel")


def notebook(*cells, **metadata):
    """A notebook of (kind, source) or (kind, source, metadata)."""
    made = [
        {"cell_type": kind, "source": source, "metadata": rest[0] if rest else {}}
        for kind, source, *rest in cells
    ]
    return json.dumps({"cells": made, "metadata": metadata, "nbformat": 4}).encode()


def found(*cells, asked=("slide_kernel",)):
    contents = contents_of("hw.ipynb", notebook(*cells))
    return [(one.number, one.text) for one in look_alikes(contents, map(get, asked))]


@pytest.mark.parametrize(
    "name",
    [
        *("slide_Kernel", "slidekernel", "slideKernel", "Slide_Kernel", "SLIDE_KERNEL"),
        *("slide_kernal", "slide_kerne", "slide_kernels", "silde_kernel", "slide__kernel"),
        *("slide_kernel_2", "slide_kernel2", "slide_kernel_v2", "slide_kernel_final"),
        *("my_slide_kernel", "_slide_kernel", "slde_kernel"),
    ],
)
def test_a_name_that_is_nearly_right(name):
    cell = ("code", SLIDE.replace("slide_kernel", name))
    assert found(("markdown", "# Homework"), cell) == [(2, f"defines `{name}`")]
    (line,) = found(("code", f"{name} = lambda image, kernel: 0"))
    assert line[1] == f"assigns a value to `{name}`"


@pytest.mark.parametrize(
    "source",
    [
        "def slide_window(image, kernel):\n    return 0",
        "def kernel(image):\n    return 0",
        "slide_kernels = slide(3)",  # a value, where a function is asked
        "def max_pool_map(feature_map, size, stride):\n    return 0",  # another exercise
        "def adamw_step():\n    return 0",
        SLIDE,
        "check(slide_kernel)",
        "print(slide_kernel(image, kernel))",
    ],
)
def test_what_is_not_nearly_that_name(source):
    assert found(("code", source)) == []


def test_an_exercise_whose_name_is_near_another_ones_is_not_taken_for_it():
    assert found(("code", right("adamw_step")), asked=["adam_step"]) == []


@pytest.mark.parametrize("kind", ["markdown", "raw"])
def test_an_answer_in_a_cell_that_is_no_code(kind):
    name = {"markdown": "Markdown"}.get(kind, kind)
    told = f"is a {name} cell with code for `slide_kernel`"
    for text in (f"```python\n{SLIDE}```", SLIDE, f"My answer:\n\n    {SLIDE}"):
        assert found((kind, text)) == [(1, told)]
    assert found((kind, "Write `slide_kernel(image, kernel)`: def is short for define.")) == []
    assert found((kind, "mlp_parameters = 7"), asked=["mlp_parameters"])


def test_an_exercises_own_cell_with_something_else_in_it():
    own = {"exercise": {"id": "slide_kernel"}}
    (line,) = found(("code", SLIDE.replace("slide_kernel", "convolve"), own))
    assert line == (1, "is the exercise's own cell and does not define `slide_kernel`")
    assert found(("code", get("slide_kernel").starter, own)) == []
    assert found(("code", "# nothing\n", own)) == []
    (line,) = found(("code", "class Mine:\n    def slide_kernel(self, a, b):\n        return 0"))
    assert line[1] == "defines `slide_kernel` inside something else"


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_nothing_that_was_handed_out_looks_like_an_answer(chapter):
    contents = contents_of(chapter.name, chapter.read_bytes())
    assert look_alikes(contents, catalog()) == []


def test_only_what_is_missing_is_to_be_decided():
    contents = contents_of("a.ipynb", notebook(("code", "def slide_kernal(a, b):\n    return 0")))
    places = tuple(look_alikes(contents, [get("slide_kernel")]))
    for status, score, after in (
        ("missing", None, "to_be_decided"),
        ("graded", 0.0, "graded"),
        ("timeout", None, "timeout"),
    ):
        one = ExerciseResult(
            exercise_id="slide_kernel", status=status, max_score=4, score=score, detail="So it is."
        )
        result = SubmissionResult(seed=1, sandbox="", exercises=(one,))
        (decided,) = with_look_alikes(result, places).exercises
        assert (decided.status, decided.score) == (after, score)
    missing = with_look_alikes(
        SubmissionResult(
            seed=1,
            sandbox="",
            exercises=(
                ExerciseResult(
                    exercise_id="slide_kernel", status="missing", max_score=4, detail="No."
                ),
            ),
        ),
        places,
    )
    assert missing.exercises[0].detail == "No. But cell 1 defines `slide_kernal`."


def test_a_notebook_says_which_python_wrote_it_if_it_says_anything():
    for given, told in (
        ({"language_info": {"version": "3.12.7"}}, "3.12.7"),
        ({"language_info": {"name": "python"}}, ""),
        ({"language_info": {"version": 3}}, ""),
        ({"language_info": {"version": "<script>"}}, ""),
        ({"language_info": []}, ""),
    ):
        assert contents_of("a.ipynb", notebook(("code", "x"), **given)).python == told
