"""From a model and what was found in it to a table of its layers."""

from course_utils.exercises.layer_table import COLUMNS, LayerTable
from course_utils.exercises.model_answers.description import Description
from course_utils.exercises.model_answers.requirements import Finding

MOST_LAYERS = 40  # in one table
HEAD = ("#", "layer", "output shape", "parameters")


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
