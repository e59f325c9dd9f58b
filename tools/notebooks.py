"""Run the chapters and leave them ready to commit; the pre-commit hook normalizes them with it.

``python -m tools.notebooks run [FILES]`` writes the generated cells (setup, time line, starters,
checks), runs each notebook on the full data, normalizes it and saves it, then runs it once more
with the quick profile, for the time that this takes. ``python -m tools.notebooks normalize FILES``
only normalizes, and exits 1 if a file changed. Without FILES: every chapter.
"""

import argparse
import copy
import datetime
import hashlib
import itertools
import json
import os
import re
import sys
import time
from pathlib import Path

import nbformat
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from course_utils.exercises import catalog

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "chapters"
TIMES = CHAPTERS / "times.json"  # seconds that each notebook took, by profile

# Everything else in a cell's metadata is a trace of the editor it was last open in.
KEPT_METADATA = ("tags", "exercise", "mystnb")
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}

LONGEST_CELL = 15
FEWEST_EXERCISES = 4
REQUIRED_SECTIONS = ("objectives", "know first", "quiz", "summary", "further reading")

PATH_OF_A_MACHINE = re.compile(
    r"/(?:home|Users|root|tmp|var/folders)/|[A-Z]:\\|site-packages|ipykernel_\d| at 0x[0-9a-f]+"
)
# Inside HTML, Markdown and math are left as they are, unless blank lines stand around them.
RAW_IN_THE_PAGE = re.compile(
    r"<summary>[^<]*[$`*][^<]*</summary>|</summary>(?!\n\n)[^<$`*]*[$`*][^<]*</details>"
)
BASE64_IMAGE = re.compile(r"data:image/[a-z+]+;base64,[A-Za-z0-9+/=]+")

SETUP = """\
# In Colab this installs the course's package if it is missing; elsewhere `make lab` has done so.
import importlib
import importlib.util
import sys

repository = "{repository}"
if importlib.util.find_spec("course_utils") is None:
    if "google.colab" not in sys.modules:
        raise ModuleNotFoundError("course_utils is missing: run `make lab` in the course's folder")
    %pip install --quiet --no-deps "git+{{repository}}"
    importlib.invalidate_caches()
    if importlib.util.find_spec("course_utils") is None:
        raise ModuleNotFoundError(f"course_utils could not be installed from {{repository}}")"""


def chapters() -> list[Path]:
    """The chapters' notebooks, in order."""
    return sorted(CHAPTERS.glob("*.ipynb"))


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def as_text(notebook: NotebookNode) -> str:
    """The file's content, as `normalize` and `run` write it."""
    return nbformat.writes(notebook) + "\n"


def tags(cell: NotebookNode) -> list[str]:
    return cell.metadata.get("tags", [])


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def setup_source() -> str:
    """The setup cell; the repository's address stands in ``_config.yml`` and nowhere else."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return SETUP.format(repository=config["repository"]["url"])


def time_line(name: str) -> str:
    """What the cell tagged ``time`` of the notebook of this name says, from the table of times."""
    times = json.loads(TIMES.read_text(encoding="utf-8")) if TIMES.exists() else {}
    if name not in times:
        return "**Running time.** Not measured yet."
    full, quick = (_duration(times[name][profile]) for profile in ("full", "quick"))
    return (
        f"**Running time.** All cells together: {full} on the full data, {quick} with the "
        f"environment variable `COURSE_PROFILE=quick` (small data, few steps). "
        f"Measured on {times[name]['cores']} cores on {times[name]['date']}."
    )


def _duration(seconds: float) -> str:
    if seconds < 95:
        return f"about {max(10, round(seconds, -1)):.0f} seconds"
    return f"about {seconds / 60:.0f} minutes"


def _save_times(name: str, seconds: dict[str, float]) -> None:
    times = json.loads(TIMES.read_text(encoding="utf-8")) if TIMES.exists() else {}
    rounded = {profile: round(value) for profile, value in seconds.items()}
    date = datetime.date.today().isoformat()
    times[name] = {**rounded, "cores": os.cpu_count(), "date": date}
    _save(TIMES, json.dumps(times, indent=1, sort_keys=True) + "\n")


def exercise_pairs(notebook: NotebookNode) -> list[tuple[str, NotebookNode, NotebookNode | None]]:
    """(exercise id, starter cell, check cell) of every exercise, in order.

    The check cell is the code cell after the starter; None if that one is not tagged ``check``.
    """
    code = [*code_cells(notebook), None]
    pairs = []
    for cell, following in itertools.pairwise(code):
        if "exercise" in tags(cell):
            check = following if following is not None and "check" in tags(following) else None
            pairs.append((cell.metadata.get("exercise", {}).get("id", ""), cell, check))
    return pairs


def write_generated_cells(notebook: NotebookNode, name: str) -> NotebookNode:
    """A copy whose setup, time, starter and check cells say what the one source of each says."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if "time" in tags(cell):
            cell.source = time_line(name)
    for cell in code_cells(notebook):
        if "setup" in tags(cell):
            cell.source = setup_source()
            # Who reads the built book has nothing to install.
            cell.metadata["tags"] = ["setup", "remove-cell"]
    known = {exercise.id: exercise for exercise in catalog()}
    for exercise, starter, check in exercise_pairs(notebook):
        if exercise in known:
            starter.source = known[exercise].starter
        if check is not None:
            check.source = f"check({exercise})"
    return notebook


def normalize(notebook: NotebookNode) -> NotebookNode:
    """A copy without what changes from run to run and from editor to editor.

    Cell ids follow from the cells' sources, so they are the same wherever the notebook is written.
    """
    notebook = copy.deepcopy(notebook)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    ids: set[str] = set()
    for cell in notebook.cells:
        cell.source = "\n".join(line.rstrip() for line in cell.source.strip("\n").split("\n"))
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in KEPT_METADATA if cell.metadata.get(key)}
        )
        cell.id = _unused_id(cell.source, ids)
        ids.add(cell.id)
        if cell.cell_type == "code":
            cell.outputs = _merge_streams(cell.outputs)
            for output in cell.outputs:
                if "metadata" in output:
                    output.metadata = NotebookNode()
    return notebook


def _unused_id(source: str, taken: set[str]) -> str:
    digest = hashlib.sha256(source.encode()).hexdigest()[:12]
    number, name = 1, digest
    while name in taken:
        number += 1
        name = f"{digest}-{number}"
    return name


def _merge_streams(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Join stream outputs that follow each other: where a kernel cuts them is chance."""
    merged: list[NotebookNode] = []
    for output in outputs:
        last = merged[-1] if merged else None
        if (
            output.output_type == "stream"
            and last is not None
            and last.output_type == "stream"
            and last.name == output.name
        ):
            last.text += output.text
        else:
            merged.append(output)
    return merged


def complaints(notebook: NotebookNode, name: str) -> list[str]:
    """Why the chapter of this name is not ready to commit; empty if it is."""
    found = [*_missing_parts(notebook), *_exercise_complaints(notebook)]
    if as_text(write_generated_cells(notebook, name)) != as_text(notebook):
        found.append("its setup, time, starter or check cells differ from their definitions")
    code = code_cells(notebook)
    if [cell.execution_count for cell in code] != list(range(1, len(code) + 1)):
        found.append("it was not run from top to bottom")
    for number, cell in enumerate(code, 1):
        found += [f"cell [{number}] {complaint}" for complaint in _cell_complaints(cell)]
    for cell in notebook.cells:
        found += [f"the path of a machine: {path!r}" for path in _machine_paths(cell)]
        if cell.cell_type == "markdown":
            found += [f"raw in the page: {text!r}" for text in RAW_IN_THE_PAGE.findall(cell.source)]
    return found


def _missing_parts(notebook: NotebookNode) -> list[str]:
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    headings = [line.lower() for line in prose.split("\n") if line.startswith("#")]
    missing = [
        f"no heading says {section!r}"
        for section in REQUIRED_SECTIONS
        if not any(section in heading for heading in headings)
    ]
    missing += [
        f"exactly one cell must be tagged {tag}"
        for tag in ("setup", "time")
        if sum(tag in tags(cell) for cell in notebook.cells) != 1
    ]
    return missing


def _exercise_complaints(notebook: NotebookNode) -> list[str]:
    found = []
    pairs = exercise_pairs(notebook)
    known = {exercise.id for exercise in catalog()}
    if len(pairs) < FEWEST_EXERCISES:
        found.append(f"{len(pairs)} exercises; at least {FEWEST_EXERCISES} are asked")
    for name, _, check in pairs:
        if name not in known:
            found.append(f"no exercise is called {name!r}")
        if check is None:
            found.append(f"the code cell after the starter of {name!r} is not tagged check")
    return found


def _cell_complaints(cell: NotebookNode) -> list[str]:
    found = []
    lines = cell.source.count("\n") + 1
    if lines > LONGEST_CELL and "setup" not in tags(cell):
        found.append(f"has {lines} lines; at most {LONGEST_CELL}")
    for output in cell.outputs:
        if output.output_type == "error":
            found.append(f"ends in an error: {output.ename}: {output.evalue}")
        if output.get("name") == "stderr":
            found.append(f"writes to stderr: {output.text[:200]!r}")
    return found


def _machine_paths(cell: NotebookNode) -> list[str]:
    texts = [cell.source]
    for output in cell.get("outputs", []):
        texts.append(output.get("text", ""))
        texts += [
            value for kind, value in output.get("data", {}).items() if kind.startswith("text/")
        ]
    texts = [BASE64_IMAGE.sub("", text) for text in texts]
    return [found for text in texts for found in PATH_OF_A_MACHINE.findall(text)]


def run(notebook: NotebookNode, profile: str) -> NotebookNode:
    """A copy, run from top to bottom on the data that the profile ("quick", "full") stands for."""
    notebook = copy.deepcopy(notebook)
    client = NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(CHAPTERS)}},
        # TensorFlow's libraries greet from C on the process's own stderr: not into the notebook.
        extra_arguments=["--IPKernelApp.capture_fd_output=False"],
    )
    client.execute(env={**os.environ, "COURSE_PROFILE": profile, "TF_CPP_MIN_LOG_LEVEL": "3"})
    return notebook


def _save(path: Path, text: str) -> None:
    """Write all or nothing: a full disk or Ctrl-C leaves the old notebook."""
    part = path.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _run_files(paths: list[Path]) -> int:
    unready = 0
    for path in paths:
        print(f"{path.name} ...", end=" ", flush=True)
        seconds = {}
        try:
            for profile in ("full", "quick"):
                start = time.perf_counter()
                ran = run(write_generated_cells(read(path), path.stem), profile)
                seconds[profile] = time.perf_counter() - start
                print(f"{profile} {seconds[profile]:.0f} s", end=" ", flush=True)
                if profile == "full":
                    _save(path, as_text(normalize(ran)))
        except CellExecutionError as error:
            left = "the outputs are saved" if seconds else "it is left as it was"
            print(f"failed with the {profile} profile; {left}\n{error}")
            unready += 1
            continue
        print()
        _save_times(path.stem, seconds)
        notebook = normalize(write_generated_cells(read(path), path.stem))
        _save(path, as_text(notebook))
        found = complaints(notebook, path.stem)
        unready += bool(found)
        for complaint in found:
            print(f"  {complaint}")
    return int(unready > 0)


def _normalize_files(paths: list[Path]) -> int:
    changed = 0
    for path in paths:
        text = as_text(normalize(read(path)))
        if text != path.read_text(encoding="utf-8"):
            _save(path, text)
            print(f"normalized {path}")
            changed = 1
    return changed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.notebooks", description=__doc__)
    parser.add_argument("action", choices=["run", "normalize"])
    parser.add_argument("files", nargs="*", type=Path, help="notebooks; every chapter if none")
    options = parser.parse_args(arguments)
    action = {"run": _run_files, "normalize": _normalize_files}[options.action]
    return action(options.files or chapters())


if __name__ == "__main__":
    sys.exit(main())
