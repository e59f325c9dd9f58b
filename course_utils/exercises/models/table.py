"""The layers of a model as a small table, in text and in HTML, with what matters marked."""

import html
from dataclasses import dataclass

from course_utils.exercises.models.description import Description
from course_utils.exercises.models.requirements import Finding

MOST_ROWS = 40


@dataclass(frozen=True)
class LayerTable:
    """One row a layer. `marks` are (row, column) of the cells that the message is about."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marks: frozenset[tuple[int, int]]
    cut: int = 0  # layers that are left out

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
        if self.cut:
            lines.append(f"    ({self.cut} more layers)")
        if self.marks:
            lines.append("    (* marks what the message is about)")
        return lines

    def html(self) -> str:
        """As an HTML table; marked cells are bold, tinted and carry a sign."""
        style = "padding:.1em .6em;text-align:left;border:1px solid rgba(128,128,128,.4)"
        head = "".join(
            f"<th scope='col' style='{style}'>{html.escape(text)}</th>" for text in self.head
        )
        rows = []
        for i, row in enumerate(self.rows):
            cells = []
            for j, text in enumerate(row):
                text = html.escape(text)
                if (i, j) in self.marks:
                    cells.append(
                        f"<td style='{style};background:rgba(213,94,0,.25)'><b>≠ {text}</b></td>"
                    )
                else:
                    cells.append(f"<td style='{style}'>{text}</td>")
            rows.append(f"<tr>{''.join(cells)}</tr>")
        cut = f"<small>{self.cut} more layers</small>" if self.cut else ""
        return (
            "<div style='overflow-x:auto'><table style='border-collapse:collapse;"
            "font-variant-numeric:tabular-nums'><caption style='caption-side:top;text-align:left'>"
            "<small>your model, layer by layer</small></caption>"
            f"<tr>{head}</tr>{''.join(rows)}</table>{cut}</div>"
        )


def layer_table(model: Description, finding: Finding | None = None) -> LayerTable:
    """The table of a model, marked where a finding says so."""
    finding = finding or Finding("")
    columns = {"layer": 1, "output": 2, "parameters": 3}
    head = ("", "layer", "output shape", "parameters")
    if finding.expected:
        head += ("expected",)
    rows = [("", "input", " and ".join(map(str, model.input_shapes)), "")]
    follows = 0
    for layer in model.layers[:MOST_ROWS]:
        text = str(layer)
        if layer.inputs != (follows,):
            text += f" of {' and '.join(map(str, layer.inputs))}"
        follows = layer.number
        rows.append((str(layer.number), text, str(layer.output_shape), f"{layer.parameters:,}"))
    total = ("", "in all", "", f"{model.parameters:,}")
    if finding.expected:
        rows = [(*row, finding.expected.get(i, "")) for i, row in enumerate(rows)]
        total += ("",)
    marks = {(row, columns[column]) for row, column in finding.marks if row < len(rows)}
    return LayerTable(head, (*rows, total), frozenset(marks), max(0, len(model.layers) - MOST_ROWS))
