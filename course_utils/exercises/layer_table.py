"""A small table of a model's layers, in text and in HTML, with what matters marked."""

import html
from dataclasses import dataclass

COLUMNS = {"layer": 1, "output": 2, "parameters": 3}  # of those that can be marked


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
