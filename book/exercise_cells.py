"""Sphinx extension: what the page needs to let readers answer the exercises in it.

A code cell with the metadata ``{"exercise": {"id": "conv2d"}}`` gets the HTML id
``exercise-conv2d``, and behind it come the exercise's hints. ``static/exercises.js`` makes an
editor of it. What that editor runs, ``vendor/python/course.js``, is packed from this tree after
the build. TensorFlow does not run in a page, so an exercise whose answer is a Keras model gets no
editor: its starter stays, with a word on where to do it.
"""

import html
import io
import itertools
import re
import zipfile
from pathlib import Path

from docutils import nodes
from sphinx.errors import ExtensionError

import vendor

BOOK = Path(__file__).parent
COURSE_UTILS = BOOK.parent / "course_utils"

# They need TensorFlow, matplotlib, data files or a process of their own.
NOT_IN_THE_PAGE = ("datasets", "figures", "grading", "models")


ELSEWHERE = """\
<p class="exercise-note">This exercise needs TensorFlow, which does not run in this page. Do it in
the chapter's notebook, in JupyterLab or in Colab: <code>make lab</code> opens the notebooks on your
machine, the rocket at the top of this page opens this one in Colab.</p>"""


def mark_exercises(app, doctree):
    """Give every exercise cell its HTML id and its hints."""
    from course_utils.exercises import get

    cells = list(doctree.findall(is_code_cell))
    for cell, following in itertools.zip_longest(cells, cells[1:]):
        exercise_id = cell["cell_metadata"].get("exercise", {}).get("id")
        if not exercise_id or not has_tag(cell, "exercise"):
            continue
        hints = nodes.raw("", hints_html(exercise_id), format="html")
        place = cell.parent.index(cell)
        if not get(exercise_id).returns_model:
            cell["ids"].append(f"exercise-{exercise_id}")
            cell.parent.insert(place + 1, hints)
            continue
        box = nodes.container(classes=["exercise"], ids=[f"exercise-{exercise_id}"])
        cell.parent[place] = box
        box += [cell, nodes.raw("", ELSEWHERE, format="html"), hints]
        if following is not None and has_tag(following, "check"):
            following.parent.remove(following)


def is_code_cell(node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def has_tag(cell, tag: str) -> bool:
    return tag in cell["cell_metadata"].get("tags", [])


def hints_html(exercise_id: str) -> str:
    """The hints of an exercise, one closed box each."""
    from course_utils.exercises import get

    boxes = (
        f"<details><summary>Hint {number}</summary><p>{inline_html(hint)}</p></details>"
        for number, hint in enumerate(get(exercise_id).hints, start=1)
    )
    return f'<div class="exercise-hints">{"".join(boxes)}</div>'


def inline_html(text: str) -> str:
    """Plain text with `code` in backticks, as HTML."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))


def pack_course(app, exception):
    """Write the script with the worker, the Python side of the page, and course_utils."""
    if exception or app.builder.format != "html":
        return
    folder = Path(app.outdir) / "vendor" / "python"
    files = {
        "worker.js": (BOOK / "python" / "worker.js").read_bytes(),
        "course.zip": course_zip(),
    }
    (folder / "course.js").write_text(vendor.script("courseCode", files))


def course_zip() -> bytes:
    """course_utils and the page's own module, as an archive to unpack into site-packages."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.write(BOOK / "python" / "page.py", "page.py")
        for file in sorted(COURSE_UTILS.rglob("*.py")):
            name = file.relative_to(COURSE_UTILS)
            if name.parts[0] not in NOT_IN_THE_PAGE:
                archive.write(file, f"course_utils/{name.as_posix()}")
    return buffer.getvalue()


def require_vendored_files(app):
    if not (vendor.TARGET / "vendor").is_dir():
        raise ExtensionError("the files the pages load are missing; run `python book/vendor.py`")


def setup(app):
    app.connect("builder-inited", require_vendored_files)
    app.connect("doctree-read", mark_exercises)
    app.connect("build-finished", pack_course)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
