"""What a student is told about an answer, as text and as HTML."""

import html
import itertools
from dataclasses import dataclass

import numpy as np

from course_utils.exercises.layer_table import LayerTable

LARGEST_SIDE = 8  # rows and columns of an array that are shown
MOST_PLANES = 4  # channels, filters or examples of an input that are shown
MOST_ITEMS = 8  # of a list or tuple
LONGEST_TEXT = 80


@dataclass(frozen=True)
class Counterexample:
    """The smallest input that fails, with what was expected and what came.

    Of a tuple, `expected` and `got` are the first item that is wrong.
    """

    inputs: dict
    expected: object
    got: object
    returned: bool
    where: np.ndarray | None = None


@dataclass(frozen=True)
class Report:
    """The verdict on one answer.

    Attributes
    ----------
    exercise_id, title : str
    status : str
        "passed", "failed" or "not attempted".
    score, max_score : float
        Points.
    message : str
        What was seen, in a sentence or two.
    misconception : str or None
        Id of the recognized mistake; `diagnosis` names it and `hint` says what to look at.
    counterexample : Counterexample or None
    table : LayerTable or None
        The layers of the model, if the answer returned one that is not right.
    """

    exercise_id: str
    title: str
    status: str
    score: float
    max_score: float
    message: str
    misconception: str | None = None
    diagnosis: str = ""
    hint: str = ""
    counterexample: Counterexample | None = None
    table: LayerTable | None = None

    @property
    def passed(self) -> bool:
        """Whether the answer is right."""
        return self.status == "passed"

    @property
    def headline(self) -> str:
        """Verdict, exercise and score in one line."""
        verdict = {"passed": "Passed", "failed": "Not yet", "not attempted": "Not attempted yet"}
        line = f"{verdict[self.status]}: {self.title}"
        if self.status == "not attempted":
            return line
        return f"{line} ({self.score:g} of {self.max_score:g} points)"

    def __str__(self) -> str:
        lines = [self.headline, self.message]
        if self.diagnosis:
            lines += [f"What seems to happen: {self.diagnosis}", f"Look at this: {self.hint}"]
        if self.counterexample:
            lines += _counterexample_lines(self.counterexample)
        elif self.status == "failed":
            lines += self.table.lines() if self.table else []
            if not self.diagnosis:
                lines.append(f"hint({self.exercise_id!r}) shows a hint.")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        color = {"passed": "#009e73", "failed": "#d55e00", "not attempted": "#767676"}[self.status]
        parts = [
            f"<strong>{html.escape(self.headline)}</strong>",
            f"<p style='margin:.4em 0'>{html.escape(self.message)}</p>",
        ]
        if self.diagnosis:
            parts.append(
                f"<p style='margin:.4em 0'><b>What seems to happen:</b> "
                f"{html.escape(self.diagnosis)}<br>"
                f"<b>Look at this:</b> {html.escape(self.hint)}</p>"
            )
        if self.counterexample:
            parts.append(_counterexample_html(self.counterexample))
        elif self.table:
            parts.append(self.table.html())
        if self.status == "failed" and not self.counterexample and not self.diagnosis:
            call = html.escape(f"hint({self.exercise_id!r})")
            # The book's page has buttons for hints and hides this line.
            parts.append(
                f"<p class='hint-call' style='margin:.4em 0'><code>{call}</code> shows a hint.</p>"
            )
        return (
            f"<div class='report' style='border-left:.3em solid {color};padding:.3em .8em'>"
            + "".join(parts)
            + "</div>"
        )


def _planes(name: str, value: object) -> list[tuple | None]:
    """Which planes of an input are shown: indices, or [None] for what has no more than one.

    Images are (..., H, W, C) and kernels, whose names begin with w, (kh, kw, C, F).
    """
    if not isinstance(value, np.ndarray) or value.ndim <= 2 or not value.size:
        return [None]
    before = 0 if name.startswith("w") else value.ndim - 3  # axes before rows and columns
    others = value.shape[:before] + value.shape[before + 2 :]
    return [
        (*place[:before], slice(None), slice(None), *place[before:])
        for place in itertools.islice(np.ndindex(others), MOST_PLANES)
    ]


def _shown_plane(value: object, where: np.ndarray | None, inputs: dict) -> tuple | None:
    """Index of the one plane of a result that is shown: the first with a wrong entry.

    A result is (..., H, W, C), unless it has the shape of a kernel, (kh, kw, C, F), and of no
    image among the inputs: then it is that kernel's gradient.
    """
    if not isinstance(value, np.ndarray) or value.ndim <= 2 or not value.size:
        return None
    alike = [name for name, given in inputs.items() if np.shape(given) == value.shape]
    kernel = bool(alike) and all(name.startswith("w") for name in alike)
    before = 0 if kernel else value.ndim - 3  # axes before rows and columns
    place = [0] * value.ndim
    if where is not None and where.shape == value.shape and where.any():
        place = np.argwhere(where)[0].tolist()
    return (*place[:before], slice(None), slice(None), *place[before + 2 :])


def _plane(value: object, index: tuple | None) -> np.ndarray | None:
    """The plane of an array that is shown, or None if the value is shown as text."""
    if not isinstance(value, np.ndarray) or value.ndim == 0:
        return None
    if value.ndim <= 2:
        return np.atleast_2d(value)
    return None if index is None else value[index]


def _format(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return f"{float(value):.5g}"
    if isinstance(value, tuple | list):
        inner = ", ".join(map(_format, value[:MOST_ITEMS])) + ", ..." * (len(value) > MOST_ITEMS)
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    if isinstance(value, np.ndarray):
        return f"array of shape {value.shape}"
    text = repr(value)
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 3] + "..."


def _caption(name: str, value: object, index: tuple | None) -> str:
    if not isinstance(value, np.ndarray) or value.ndim == 0:
        return name
    if index is not None:
        places = (":" if isinstance(place, slice) else str(place) for place in index)
        name += f"[{', '.join(places)}]"
    return f"{name}, shape {value.shape}, {value.dtype}"


@dataclass(frozen=True)
class Panel:
    """One value of a counterexample, ready to be shown: `text`, or a table of `rows`.

    `wrong` marks the entries of `rows` that are wrong; it is None for values that are not judged.
    `cut` says that only the first rows and columns are there.
    """

    caption: str
    text: str = ""
    rows: tuple[tuple[str, ...], ...] | None = None
    wrong: tuple[tuple[bool, ...], ...] | None = None
    cut: bool = False


def panels(example: Counterexample) -> list[Panel]:
    """What is shown of each input, then of expected and got."""
    shown = [
        _panel(_caption(name, value, index), value, _plane(value, index))
        for name, value in example.inputs.items()
        for index in _planes(name, value)
    ]
    for name, value in [("expected", example.expected)] + [("got", example.got)] * example.returned:
        index = _shown_plane(value, example.where, example.inputs)
        marks = _plane(example.where, index) if name == "got" else None
        shown.append(_panel(_caption(name, value, index), value, _plane(value, index), marks))
    return shown


def _panel(
    caption: str, value: object, plane: np.ndarray | None, marks: np.ndarray | None = None
) -> Panel:
    if plane is None:
        return Panel(caption, text=_format(value))
    rows, wrong = (
        None if array is None else array[:LARGEST_SIDE, :LARGEST_SIDE] for array in (plane, marks)
    )
    return Panel(
        caption,
        rows=tuple(tuple(map(_format, row)) for row in rows),
        wrong=None if wrong is None else tuple(map(tuple, wrong.tolist())),
        cut=max(plane.shape) > LARGEST_SIDE,
    )


def _counterexample_lines(example: Counterexample) -> list[str]:
    lines = []
    for panel in panels(example):
        if panel.rows is None:
            lines.append(f"{panel.caption}: {panel.text}")
            continue
        lines.append(f"{panel.caption}:")
        cells = [
            [text + "*" * wrong for text, wrong in zip(row, marks)]
            for row, marks in _rows_with_marks(panel)
        ]
        width = max((len(cell) for row in cells for cell in row), default=1)
        lines += ["    " + "  ".join(cell.rjust(width) for cell in row) for row in cells]
        if panel.cut:
            lines.append(f"    (the first {LARGEST_SIDE} rows and columns)")
        if panel.wrong is not None:
            lines.append("    (* marks wrong entries)")
    return lines


def _rows_with_marks(panel: Panel):
    wrong = panel.wrong or tuple((False,) * len(row) for row in panel.rows)
    return zip(panel.rows, wrong, strict=True)


def _counterexample_html(example: Counterexample) -> str:
    return (
        "<div style='display:flex;flex-wrap:wrap;gap:.8em 1.6em;overflow-x:auto'>"
        + "".join(map(_panel_html, panels(example)))
        + "</div>"
    )


def _panel_html(panel: Panel) -> str:
    caption = html.escape(panel.caption)
    if panel.rows is None:
        return f"<div><small>{caption}</small><br><code>{html.escape(panel.text)}</code></div>"
    rows = []
    for row, marks in _rows_with_marks(panel):
        cells = []
        for text, wrong in zip(row, marks):
            text = html.escape(text)
            style = "padding:.1em .5em;text-align:right;border:1px solid rgba(128,128,128,.4)"
            if wrong:
                # Not by color alone: wrong entries are bold and carry a sign.
                style += ";background:rgba(213,94,0,.25)"
                text = f"<b>≠ {text}</b>"
            cells.append(f"<td style='{style}'>{text}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    cut = f"<br><small>the first {LARGEST_SIDE} rows and columns</small>" if panel.cut else ""
    return (
        f"<div><table style='border-collapse:collapse;font-variant-numeric:tabular-nums'>"
        f"<caption style='caption-side:top;text-align:left;white-space:nowrap'>"
        f"<small>{caption}</small></caption>{''.join(rows)}</table>{cut}</div>"
    )
