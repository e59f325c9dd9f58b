"""Add the chapters' own cells to the list by which the class page knows them.

    python tools/handed_out.py

Nothing is taken off the list: a class may have the notebooks of an earlier version.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from course_utils.grading.reports.code_facts import read_remarks
from course_utils.grading.reports.handed_out import LIST, fingerprint
from course_utils.grading.submissions.magics import to_python

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"


def own_cells() -> Iterator[str]:
    """The Python of the chapters' code cells."""
    for chapter in sorted(CHAPTERS.glob("*.ipynb")):
        for cell in json.loads(chapter.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                yield to_python("".join(cell["source"]))


def main() -> None:
    """Write the list."""
    known = set(LIST.read_text(encoding="ascii").split()) if LIST.exists() else set()
    known |= {fingerprint(source) for source in own_cells() if read_remarks([source])}
    LIST.write_text("\n".join(sorted(known)) + "\n", encoding="ascii")


if __name__ == "__main__":
    main()
