"""Submissions for the tests: notebooks as bytes, folders and zips by a dict of their files."""

import inspect
import io
import json
import zipfile
from pathlib import Path

from course_utils.exercises import get

IDS = ("leaky", "feature_map_size", "flatten_index")  # small ones, none of which takes long
ASSIGNMENT = f"""
title = "Homework 1"
due = 2026-11-30T12:00:00+00:00
exercises = [{{id = "{IDS[0]}", seconds = 0.3}}, {{id = "{IDS[1]}", points = 5}}, "{IDS[2]}"]
limits = {{seconds = 2}}
"""


def right(id: str) -> str:
    return inspect.getsource(get(id).reference)


def wrong(id: str) -> str:
    return f"def {id}{get(id).signature}:\n    return 0"


def notebook(*cells: str, **fields) -> bytes:
    """A notebook of nbformat 4 with these code cells."""
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1, "source": one}
        for one in cells
    ]
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **fields}
    return json.dumps(content).encode()


def answers(*ids: str) -> bytes:
    """A notebook with right answers to these exercises and wrong ones to the others."""
    return notebook("import numpy as np", *(right(id) if id in ids else wrong(id) for id in IDS))


def zipped(files: dict[str, bytes], **options) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def laid_out(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
