"""A table of a network's layers."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from course_utils.network.sequential import Sequential


def summary_table(network: "Sequential") -> str:
    """Return the table as text: a row for each layer, then the totals."""
    rows = [("Layer (type)", "Output shape", "Parameters")]
    for layer in network.layers:
        count = sum(weight.size for weight in layer.weights.values())
        shape = ", ".join(map(str, (None, *layer.output_shape)))
        rows.append((f"{layer.name} ({type(layer).__name__})", f"({shape})", f"{count:,}"))
    first, second, third = (max(map(len, column)) for column in zip(*rows))
    lines = [f"{a:{first}}  {b:{second}}  {c:>{third}}" for a, b, c in rows]
    rule = "─" * len(lines[0])

    trainable = sum(network.weights[path].size for path in network.trainable)
    total = network.count_params()
    totals = [
        f"Parameters: {total:,}",
        f"Trainable: {trainable:,}",
        f"Not trainable: {total - trainable:,}",
    ]
    return "\n".join([rule, lines[0], rule, *lines[1:], rule, *totals])
