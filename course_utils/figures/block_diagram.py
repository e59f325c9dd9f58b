"""A block of a network as boxes and arrows, drawn from its wiring."""

from collections.abc import Sequence

from matplotlib.patches import FancyBboxPatch

from course_utils.figures import style
from course_utils.figures.drawing import Drawing, course_style
from course_utils.figures.grids import GRADIENT, KERNEL, RESULT, WINDOW, ZERO, cell_canvas, write

MOST_BOXES = 60

# Inches.
BOX_WIDTH, BOX_HEIGHT = 1.5, 0.44
COLUMN, ROW = 1.95, 0.78
MARGIN = 0.15

# What a layer's class has in its name, and its box's color. The class stands in the box, too.
COLORS = (
    ("Pool", GRADIENT),
    ("Norm", ZERO),
    ("Conv", WINDOW),
    ("Dense", WINDOW),
    ("LU", KERNEL),
    ("Activation", KERNEL),
    ("Softmax", KERNEL),
    ("Add", RESULT),
    ("Concatenate", RESULT),
    ("Multiply", RESULT),
)


@course_style()
def block_diagram(boxes: Sequence, *, names: bool = False) -> Drawing:
    """Layers from top to bottom, branches side by side, skip connections as lines around them.

    Parameters
    ----------
    boxes : sequence
        As from `course_utils.models.wiring`: each has kind, name, details, shape (of the output,
        without the batch) and inputs, the positions of earlier boxes.
    names : bool
        Write layers' own names instead of their settings.

    Returns
    -------
    Drawing

    Raises
    ------
    ValueError
        If there are no boxes, or too many for a page.
    """
    if not 1 <= len(boxes) <= MOST_BOXES:
        raise ValueError(
            f"a diagram takes 1 to {MOST_BOXES} boxes, got {len(boxes)}; draw a part of the network"
        )
    rows, columns = _rows(boxes), _columns(boxes)
    width = COLUMN * (max(columns) + 1) + 2 * MARGIN
    height = ROW * (max(rows) + 1) + 0.2
    drawing, axes = cell_canvas(width, height, alt=_in_words(boxes), inches=width)
    centers = [
        (MARGIN + BOX_WIDTH / 2 + COLUMN * column, MARGIN + BOX_HEIGHT / 2 + ROW * row)
        for row, column in zip(rows, columns)
    ]
    skips = _skips(boxes, rows, columns)
    for i, box in enumerate(boxes):
        for j in dict.fromkeys(box.inputs):
            _connect(axes, centers[j], centers[i], level=skips.get((j, i)))
    for box, center in zip(boxes, centers):
        _draw(axes, box, center, names)
    return drawing


def _rows(boxes):
    """A box stands below all boxes whose outputs it takes."""
    rows = []
    for box in boxes:
        rows.append(1 + max((rows[j] for j in box.inputs), default=-1))
    return rows


def _columns(boxes):
    """The longest way from the first box gets the first column, then the longest of the rest."""
    rows = _rows(boxes)
    takers = [[i for i, box in enumerate(boxes) if j in box.inputs] for j in range(len(boxes))]
    way = [1] * len(boxes)  # boxes on the longest way to an end
    for j in reversed(range(len(boxes))):
        way[j] = 1 + max((way[i] for i in takers[j]), default=0)
    columns, taken = [None] * len(boxes), set()
    for start in range(len(boxes)):
        if columns[start] is not None:
            continue
        chain = [start]
        while free := [i for i in takers[chain[-1]] if columns[i] is None]:
            chain.append(max(free, key=lambda i: way[i]))
        # Down to the box that takes the chain's end: the line to it needs room, too.
        end = max((rows[i] for i in takers[chain[-1]]), default=rows[chain[-1]] + 1)
        needed = range(rows[start], end)
        column = next(c for c in range(len(boxes)) if not any((r, c) in taken for r in needed))
        taken.update((row, column) for row in needed)
        for i in chain:
            columns[i] = column
    return columns


def _skips(boxes, rows, columns):
    """Connections that pass by boxes of their own column, and how many of these each encloses."""
    taken = set(zip(rows, columns))
    skips = [
        (j, i)
        for i, box in enumerate(boxes)
        for j in dict.fromkeys(box.inputs)
        if columns[i] == columns[j]
        and any((row, columns[i]) in taken for row in range(rows[j] + 1, rows[i]))
    ]
    levels = {}
    for j, i in sorted(skips, key=lambda skip: rows[skip[1]] - rows[skip[0]]):
        inner = [
            level
            for (start, end), level in levels.items()
            if columns[start] == columns[j] and rows[start] < rows[i] and rows[j] < rows[end]
        ]
        levels[j, i] = 1 + max(inner, default=-1)
    return levels


def _connect(axes, start, end, *, level):
    """An arrow; as a skip, it goes around on the right, the further out the higher its level."""
    (x, y), (to_x, to_y) = start, end
    half, around = BOX_WIDTH / 2, level is not None
    if around:
        side = x + half + 0.14 + 0.12 * level
        # It leaves below the middle and arrives above it, so that two skips in a row stay apart.
        y, to_y = y + 0.1, to_y - 0.1
        points = [(x + half, y), (side, y), (side, to_y), (to_x + half, to_y)]
    elif x == to_x:
        points = [(x, y), (to_x, to_y - BOX_HEIGHT / 2)]
    elif to_x > x:
        points = [(x + half, y), (to_x, y), (to_x, to_y - BOX_HEIGHT / 2)]
    else:
        points = [(x, y), (x, to_y), (to_x + half, to_y)]
    color = style.BLUE if around else style.INK
    axes.plot(*zip(*points[:-1]), color=color, lw=1.4, zorder=1, solid_joinstyle="round")
    arrow = {"arrowstyle": "-|>", "color": color, "lw": 1.4, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", points[-1], points[-2], arrowprops=arrow, zorder=1)


def _draw(axes, box, center, names):
    x, y = center
    color = next((color for word, color in COLORS if word in box.kind), "white")
    axes.add_patch(
        FancyBboxPatch(
            (x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2),
            BOX_WIDTH,
            BOX_HEIGHT,
            boxstyle="round,pad=0,rounding_size=0.06",
            facecolor=color,
            edgecolor=style.GREY,
            zorder=2,
        )
    )
    detail = box.name if names else box.details
    write(axes, x, y - (0.09 if detail else 0), box.kind, size=8, zorder=3)
    if detail:
        write(axes, x, y + 0.1, detail, size=7, zorder=3)
    shape = "×".join(map(str, box.shape))
    below = y + BOX_HEIGHT / 2 + 0.15
    write(axes, x + 0.06, below, shape, size=7, align="left", color=style.BLUE, zorder=3)


def _in_words(boxes):
    told = []
    for i, box in enumerate(boxes, start=1):
        what = f"{i} {box.kind}" + (f" {box.details}" if box.details else "")
        taken = " and ".join(str(j + 1) for j in box.inputs)
        if box.inputs and box.inputs != (i - 2,):
            what += f" from {taken}"
        told.append(f"{what}: {'×'.join(map(str, box.shape))}")
    return (
        "Block diagram from top to bottom. Each box with its output's shape, and from where it "
        f"takes its input if not from the one before: {'; '.join(told)}."
    )
