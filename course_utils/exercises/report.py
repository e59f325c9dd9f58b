"""What a student is told about an answer, as text and as HTML."""

import html
from dataclasses import dataclass

import numpy as np

LARGEST_SIDE = 8  # rows and columns of an array that are shown


@dataclass(frozen=True)
class Counterexample:
    """The smallest input that fails, with what was expected and what came."""

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
        Id of the recognised mistake; `diagnosis` names it and `hint` says what to look at.
    counterexample : Counterexample or None
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
        elif not self.passed and not self.diagnosis and self.status == "failed":
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
        elif not self.diagnosis and self.status == "failed":
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


def _view(example: Counterexample) -> tuple[tuple | None, str]:
    """Where to look in the arrays: an index of the slice to show, and how to write it.

    Images are shown as one plane: of an (N, H, W, C) array the example and channel with the first
    wrong entry.
    """
    where = example.where
    if where is None or where.ndim <= 2 or not where.any():
        return None, ""
    first = np.argwhere(where)[0]
    rows = where.ndim - 3  # axes before (rows, columns, channel)
    index = (*first[:rows], slice(None), slice(None), first[-1])
    text = ", ".join(":" if isinstance(i, slice) else str(i) for i in index)
    return index, f"[{text}]"


def _shown(value: object, index: tuple | None) -> np.ndarray | None:
    """The plane of an array that is shown, or None if the value is shown as text."""
    if not isinstance(value, np.ndarray) or value.ndim == 0:
        return None
    plane = value[index] if index is not None and value.ndim == len(index) else value
    if plane.ndim == 1:
        plane = plane[np.newaxis]
    if plane.ndim != 2:
        # More than one plane and no wrong entry to point at: the first example, first channel.
        plane = plane[(0,) * (plane.ndim - 3)][..., 0] if plane.ndim > 2 else plane
    return plane


def _format(value: object) -> str:
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return f"{float(value):.5g}"
    if isinstance(value, tuple | list):
        inner = ", ".join(map(_format, value))
        return f"({inner})" if isinstance(value, tuple) else f"[{inner}]"
    if isinstance(value, np.ndarray):
        return f"array of shape {value.shape}"
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."


def _caption(name: str, value: object, suffix: str) -> str:
    if isinstance(value, np.ndarray) and value.ndim:
        return f"{name}{suffix if value.ndim > 2 else ''}, shape {value.shape}, {value.dtype}"
    return name


def _panels(example: Counterexample) -> list[tuple[str, object, np.ndarray | None, object]]:
    """(caption, value, plane, marks) of each input, then of expected and got."""
    panels = []
    for name, value in example.inputs.items():
        plane = _shown(value, None)
        several = isinstance(value, np.ndarray) and value.ndim > 2
        suffix = f"[{'0, ' * (value.ndim - 3)}:, :, 0]" if several else ""
        panels.append((_caption(name, value, suffix), value, plane, None))
    index, suffix = _view(example)
    pairs = [("expected", example.expected)] + [("got", example.got)] * example.returned
    for name, value in pairs:
        marks = None
        if name == "got" and example.where is not None and example.where.ndim:
            marks = _shown(example.where, index)
        panels.append((_caption(name, value, suffix), value, _shown(value, index), marks))
    return panels


def _counterexample_lines(example: Counterexample) -> list[str]:
    lines = []
    for caption, value, plane, marks in _panels(example):
        if plane is None:
            lines.append(f"{caption}: {_format(value)}")
            continue
        lines.append(f"{caption}:")
        cells = [
            [
                _format(plane[i, j]) + ("*" if marks is not None and marks[i, j] else "")
                for j in range(min(plane.shape[1], LARGEST_SIDE))
            ]
            for i in range(min(plane.shape[0], LARGEST_SIDE))
        ]
        width = max((len(cell) for row in cells for cell in row), default=1)
        lines += ["    " + "  ".join(cell.rjust(width) for cell in row) for row in cells]
        if max(plane.shape) > LARGEST_SIDE:
            lines.append(f"    (the first {LARGEST_SIDE} rows and columns)")
        if marks is not None:
            lines.append("    (* marks wrong entries)")
    return lines


def _counterexample_html(example: Counterexample) -> str:
    panels = "".join(_panel_html(*panel) for panel in _panels(example))
    return (
        "<div style='display:flex;flex-wrap:wrap;gap:.8em 1.6em;overflow-x:auto'>"
        + panels
        + "</div>"
    )


def _panel_html(caption: str, value: object, plane: np.ndarray | None, marks: object) -> str:
    caption = html.escape(caption)
    if plane is None:
        return f"<div><small>{caption}</small><br><code>{html.escape(_format(value))}</code></div>"
    rows = []
    for i in range(min(plane.shape[0], LARGEST_SIDE)):
        cells = []
        for j in range(min(plane.shape[1], LARGEST_SIDE)):
            text = html.escape(_format(plane[i, j]))
            wrong = marks is not None and marks[i, j]
            style = "padding:.1em .5em;text-align:right;border:1px solid rgba(128,128,128,.4)"
            if wrong:
                # Not by color alone: wrong entries are bold and carry a sign.
                style += ";background:rgba(213,94,0,.25)"
                text = f"<b>≠ {text}</b>"
            cells.append(f"<td style='{style}'>{text}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    cut = (
        f"<br><small>the first {LARGEST_SIDE} rows and columns</small>"
        if max(plane.shape) > LARGEST_SIDE
        else ""
    )
    return (
        f"<div><table style='border-collapse:collapse;font-variant-numeric:tabular-nums'>"
        f"<caption style='caption-side:top;text-align:left;white-space:nowrap'>"
        f"<small>{caption}</small></caption>{''.join(rows)}</table>{cut}</div>"
    )
