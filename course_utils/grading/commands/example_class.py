"""A made-up class to try the grader with: two dozen notebooks, and everything that can go wrong.

Most answers are right, in several ways. Others make the mistakes that people make; one loop never
ends, one file is broken, one folder is empty, two answers are copies, one notebook reaches for
what is none of its business.
"""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path

import nbformat

from course_utils.exercises.registry import get

DUE = datetime.fromisoformat("2026-11-20T23:59:00+00:00")
ASSIGNMENT = f"""\
title = "Week 2: windows that slide"
due = {DUE.isoformat()}
file_times = true  # the times of the files say what is late
exercises = [
    {{id = "slide_kernel", points = 4}},
    {{id = "max_pool_map", points = 3, seconds = 2}},
    {{id = "stable_softmax", points = 3}},
]
"""

SLIDE = {
    "loops": """\
def slide_kernel(image, kernel):
    h, w = kernel.shape
    rows, columns = image.shape[0] - h + 1, image.shape[1] - w + 1
    output = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            output[i, j] = np.sum(image[i:i + h, j:j + w] * kernel)
    return output
""",
    "lists": """\
def slide_kernel(image, kernel):
    h, w = kernel.shape
    return np.array([[(image[i:i + h, j:j + w] * kernel).sum()
                      for j in range(image.shape[1] - w + 1)]
                     for i in range(image.shape[0] - h + 1)])
""",
    "einsum": """\
def slide_kernel(image, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)
""",
    "flipped": """\
def slide_kernel(image, kernel):
    kernel = kernel[::-1, ::-1]
    h, w = kernel.shape
    output = np.zeros((image.shape[0] - h + 1, image.shape[1] - w + 1))
    for i in range(output.shape[0]):
        for j in range(output.shape[1]):
            output[i, j] = (image[i:i + h, j:j + w] * kernel).sum()
    return output
""",
    "flipped in the sum": """\
def slide_kernel(image, kernel):
    h, w = kernel.shape
    out = np.zeros((len(image) - h + 1, len(image[0]) - w + 1))
    for r in range(len(out)):
        for c in range(len(out[0])):
            for i in range(h):
                for j in range(w):
                    out[r, c] += image[r + i, c + j] * kernel[h - 1 - i, w - 1 - j]
    return out
""",
    "one short": """\
def slide_kernel(image, kernel):
    h, w = kernel.shape
    output = np.zeros((image.shape[0] - h, image.shape[1] - w))
    for i in range(output.shape[0]):
        for j in range(output.shape[1]):
            output[i, j] = np.sum(image[i:i + h, j:j + w] * kernel)
    return output
""",
    "padded": """\
def slide_kernel(image, kernel):
    h, w = kernel.shape
    padded = np.pad(image, ((h // 2, (h - 1) // 2), (w // 2, (w - 1) // 2)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)
""",
    "reference": """\
from course_utils.reference import correlate2d

def slide_kernel(image, kernel):
    return correlate2d(image, kernel)
""",
}
POOL = {
    "loops": """\
def max_pool_map(feature_map, size, stride):
    rows = (feature_map.shape[0] - size) // stride + 1
    columns = (feature_map.shape[1] - size) // stride + 1
    pooled = np.empty((rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = feature_map[i * stride:i * stride + size, j * stride:j * stride + size]
            pooled[i, j] = window.max()
    return pooled
""",
    "windows": """\
def max_pool_map(feature_map, size, stride):
    windows = np.lib.stride_tricks.sliding_window_view(feature_map, (size, size))
    return windows[::stride, ::stride].max(axis=(2, 3))
""",
    "side by side": """\
def max_pool_map(feature_map, size, stride):
    rows, columns = feature_map.shape[0] // size, feature_map.shape[1] // size
    parts = feature_map[:rows * size, :columns * size].reshape(rows, size, columns, size)
    return parts.max(axis=(1, 3))
""",
    "from zero": """\
def max_pool_map(feature_map, size, stride):
    rows = (feature_map.shape[0] - size) // stride + 1
    columns = (feature_map.shape[1] - size) // stride + 1
    pooled = np.zeros((rows, columns))
    for i in range(rows):
        for j in range(columns):
            for a in range(size):
                for b in range(size):
                    value = feature_map[i * stride + a, j * stride + b]
                    if value > pooled[i, j]:
                        pooled[i, j] = value
    return pooled
""",
    "endless": """\
def max_pool_map(feature_map, size, stride):
    pooled, top = [], 0
    while top + size <= feature_map.shape[0]:
        row, left = [], 0
        while left + size <= feature_map.shape[1]:
            row.append(feature_map[top:top + size, left:left + size].max())
            left += stride
        pooled.append(row)
    return np.array(pooled)
""",
    "typing error": """\
def max_pool_map(feature_map, size, stride):
    rows = (feature_map.shape[0] - size) // stride + 1
    return feature_map.reshape(row, size, -1).max(axis=1)
""",
}
SOFTMAX = {
    "shifted": """\
def stable_softmax(scores):
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)
""",
    "overflow": """\
def stable_softmax(scores):
    powers = np.exp(scores)
    return powers / powers.sum(axis=1, keepdims=True)
""",
    "all rows": """\
def stable_softmax(scores):
    powers = np.exp(scores - scores.max())
    return powers / powers.sum()
""",
    "one maximum": """\
def stable_softmax(scores):
    powers = np.exp(scores - np.max(scores))
    return powers / np.sum(powers, axis=1, keepdims=True)
""",
}
REACHES = """\
import os
import numpy.testing

np.testing.assert_allclose = lambda *arguments, **options: None
with open("grades.csv", "a") as file:
    file.write("me,100")
"""

# The same in other words, so that few students write an answer in just the same way.
OTHER_WORDS = (
    ("range(", "range(0, "),
    ("np.sum(image[i:i + h, j:j + w] * kernel)", "(image[i:i + h, j:j + w] * kernel).sum()"),
    ('np.einsum("ijkl,kl->ij", windows, kernel)', "np.tensordot(windows, kernel, 2)"),
    ("(axis=(2, 3))", "((2, 3))"),
    ("window.max()", "np.max(window)"),
    ("np.empty((rows, columns))", "np.zeros([rows, columns])"),
    ("scores.max(axis=1, keepdims=True)", "np.max(scores, axis=1)[:, None]"),
    ("i * stride", "stride * i"),
    ("np.array([[", "np.asarray([["),
)

# Who hands in what; "" leaves the starter as it was.
CLASS = {
    "agnesi": ("loops", "loops", "shifted"),
    "banneker": ("flipped", "windows", "overflow"),
    "cartwright": ("lists", "loops", "shifted"),
    "chatelet": ("einsum", "windows", "shifted"),
    "euler": ("loops", "side by side", "shifted"),
    "fourier": ("flipped in the sum", "loops", "shifted"),
    "galois": ("loops", "endless", "shifted"),
    "gauss": ("einsum", "windows", "shifted"),
    "germain": ("lists", "windows", "one maximum"),
    "hilbert": ("one short", "from zero", "overflow"),
    "hypatia": ("loops", "loops", "shifted"),
    "johnson": ("einsum", "windows", "shifted"),
    "khwarizmi": ("flipped", "from zero", "shifted"),
    "kovalevskaya": ("lists", "loops", "overflow"),
    "leibniz": ("reference", "windows", "shifted"),
    "lovelace": ("loops", "windows", "shifted"),
    "mirzakhani": ("einsum", "windows", "shifted"),
    "noether": ("lists", "windows", "shifted"),
    "pascal": ("padded", "side by side", "all rows"),
    "ramanujan": ("einsum", "", "shifted"),
    "riemann": ("flipped in the sum", "typing error", "overflow"),
    "somerville": ("loops", "loops", "shifted"),
    "turing": ("one short", "windows", ""),
    "vaughan": ("flipped", "typing error", "overflow"),
}
LATE = ("hypatia", "riemann")


def write_example_class(folder: Path) -> None:
    """Write ``assignment.toml`` and ``submissions/`` into a folder that is empty or not there.

    Raises
    ------
    FileExistsError
        If there is something in the folder.
    """
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty; name a folder that does not exist yet")
    submissions = folder / "submissions"
    submissions.mkdir(parents=True)
    (folder / "assignment.toml").write_text(ASSIGNMENT, encoding="utf-8")
    for number, (student, chosen) in enumerate(CLASS.items()):
        cells = [REACHES] if student == "leibniz" else []
        for answers, id, choice in zip((SLIDE, POOL, SOFTMAX), _ids(), chosen, strict=True):
            source = answers[choice] if choice else get(id).starter
            if student == "somerville":  # agnesi's, with other names
                source = _in_other_words(source, 0)
                source = source.replace("output", "result").replace("window", "part")
            else:
                source = _in_other_words(source, number)
            cells += [source, f"check({id})"]
        path = submissions / f"{student}.ipynb"
        path.write_text(_notebook(cells), encoding="utf-8")
        _hand_in(path, late=student in LATE, number=number)
    (submissions / "zeno.ipynb").write_text(_notebook([SLIDE["loops"]])[:300], encoding="utf-8")
    _hand_in(submissions / "zeno.ipynb", late=False, number=len(CLASS))
    (submissions / "fermat").mkdir()  # handed in, with nothing in it


def _in_other_words(source: str, number: int) -> str:
    for place, (old, new) in enumerate(OTHER_WORDS):
        if (number * 37 >> place) % 2:
            source = source.replace(old, new)
    return source


def _ids() -> list[str]:
    return ["slide_kernel", "max_pool_map", "stable_softmax"]


def _notebook(sources: list[str]) -> str:
    cells = ["import numpy as np\nfrom course_utils import check, hint", *sources]
    notebook = {
        "cells": [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": source.rstrip("\n"),
            }
            for number, source in enumerate(cells)
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    nbformat.validate(notebook)
    return json.dumps(notebook, indent=1) + "\n"


def _hand_in(path: Path, *, late: bool, number: int) -> None:
    moment = DUE + timedelta(hours=9) if late else DUE - timedelta(hours=30 - number)
    os.utime(path, (moment.timestamp(), moment.timestamp()))
