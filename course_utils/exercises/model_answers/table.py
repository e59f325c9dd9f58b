"""The layers of a model as a small table, in text and in HTML, with what matters marked."""

import html
from dataclasses import dataclass

from course_utils.exercises.model_answers.description import Description
from course_utils.exercises.model_answers.requirements import Finding

MOST_LAYERS = 40  # in one table
HEAD = ("#", "layer", "output shape", "parameters")
COLUMNS = {"layer": 1, "output": 2, "parameters": 3}


@dataclass(frozen=True)
class LayerTable:
    """A row for the input, each layer, and the sum.

    `marks` are (row, column) of the cells that the message is about; `part` says which layers are
    shown if not all are.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marks: frozenset[tuple[int, int]]
    part: str = ""

    def lines(self) -> list[str]:
        """As lines of text; marked cells end in a star."""
        cells = [
            [text + "*" * ((i, j) in self.marks) for j, text in enumerate(row)]
            for i, row in enumerate(self.rows)
        ]
        widths = [max(map(len, column)) for column in zip(self.head, *cells, strict=True)]
        lines = [
            "    " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in [self.head, *cells]
        ]
        lines += [f"    ({self.part})"] if self.part else []
        lines += ["    (* marks what the message is about)"] if self.marks else []
        return lines

    def html(self) -> str:
        """As an HTML table; marked cells are bold, tinted and carry a sign."""
        head = "".join(self._cell("th scope='col'", text, j) for j, text in enumerate(self.head))
        rows = "".join(
            f"<tr>{''.join(self._cell('td', text, j, i) for j, text in enumerate(row))}</tr>"
            for i, row in enumerate(self.rows)
        )
        caption = "your model, layer by layer" + (f" ({self.part})" if self.part else "")
        return (
            "<div style='overflow-x:auto'><table style='border-collapse:collapse;"
            "font-variant-numeric:tabular-nums'><caption style='caption-side:top;text-align:left'>"
            f"<small>{caption}</small></caption><tr>{head}</tr>{rows}</table></div>"
        )

    def _cell(self, tag: str, text: str, column: int, row: int | None = None) -> str:
        style = "padding:.1em .6em;border:1px solid rgba(128,128,128,.4);text-align:"
        style += "right" if column in (0, COLUMNS["parameters"]) else "left"
        if column != COLUMNS["layer"]:
            style += ";white-space:nowrap"
        text = html.escape(text)
        if (row, column) in self.marks:
            style += ";background:rgba(213,94,0,.25)"
            text = f"<b>≠ {text}</b>"
        return f"<{tag} style='{style}'>{text}</{tag.split()[0]}>"


def layer_table(model: Description, finding: Finding) -> LayerTable:
    """The table of a model, marked where a finding says so."""
    first, last = _shown(len(model.layers), min((row for row, _ in finding.marks), default=0))
    rows = [("", "input", " and ".join(map(str, model.input_shapes)), "")]
    numbers = [0]
    for layer in model.layers[first:last]:
        text = str(layer)
        if layer.inputs != (layer.number - 1,):
            text += f" of {' and '.join(str(n) if n > 0 else 'input' for n in layer.inputs)}"
        rows.append((str(layer.number), text, str(layer.output_shape), f"{layer.parameters:,}"))
        numbers.append(layer.number)
    rows.append(("", "in all", "", f"{model.parameters:,}"))
    head = HEAD
    if finding.expected:
        head = (*HEAD, "expected")
        expected = [*(finding.expected.get(number, "") for number in numbers), ""]
        rows = [(*row, text) for row, text in zip(rows, expected, strict=True)]
    marks = {
        (numbers.index(number), COLUMNS[column])
        for number, column in finding.marks
        if number in numbers
    }
    part = f"layers {first + 1} to {last} of {len(model.layers)}"
    shortened = last - first < len(model.layers)
    return LayerTable(head, tuple(rows), frozenset(marks), part if shortened else "")


def _shown(layers: int, marked: int) -> tuple[int, int]:
    """Which layers a table has room for: the marked one in their middle, if it can be."""
    first = max(0, min(marked - MOST_LAYERS // 2, layers - MOST_LAYERS))
    return first, min(layers, first + MOST_LAYERS)
