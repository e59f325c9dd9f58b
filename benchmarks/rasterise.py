"""`rasterise` against matplotlib, and `read_voltammogram` against numpy's own reader of tables."""

import io
import tempfile
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from benchmarks.timing import ratio, rounds, spread
from course_utils.voltammetry import generate_curves, rasterise, read_voltammogram

ROUNDS = 7
FRAME = (-0.85, 0.85, -1.2, 1.2)
CURVES = [100, 400, 1600]  # drawn by rasterise in one call
DRAWN = 10  # by matplotlib, in each round
POINTS = 1_000_000


def tables():
    """(title, rows), the first row being the head."""
    matplotlib.use("agg")
    potential, current, _ = generate_curves(max(CURVES) // 2)
    head = [
        "curves",
        "rasterise, ms a curve",
        "a figure for each curve, as a multiple",
        "document 1's way, as a multiple",
        "one figure used again, as a multiple",
        "overlap: mean (least)",
    ]
    yield (
        "rasterise against matplotlib (600 points, 96x96 pixels)",
        [head, *(_against_matplotlib(potential, current, count) for count in CURVES)],
    )
    head = ["separator", "read_voltammogram, s", "np.loadtxt, s", "ratio to np.loadtxt"]
    yield (
        f"read_voltammogram against np.loadtxt ({POINTS:,} points, three columns)",
        [head, *(_against_loadtxt(*style) for style in ((",", "."), (";", ","), ("\t", ".")))],
    )


def _figure():
    figure = Figure(figsize=(2.4, 2.4), dpi=40, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(*FRAME[:2])
    axes.set_ylim(*FRAME[2:])
    (line,) = axes.plot([], [], color="black", linewidth=2)

    def draw(potential, current):
        line.set_data(potential, current)
        canvas.draw()
        return 1 - np.asarray(canvas.buffer_rgba())[..., 0] / np.float32(255)

    return draw


def _as_the_document(potential, current):
    """Its cv_to_image up to the PNG; reading and resizing that again comes on top."""
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(2.4, 2.4), dpi=40)
    axes.plot(potential, current, color="black", linewidth=2)
    axes.set_xlim(*FRAME[:2])
    axes.set_ylim(*FRAME[2:])
    axes.axis("off")
    figure.tight_layout(pad=0)
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight", pad_inches=0)
    plt.close(figure)


def _against_matplotlib(potential, current, count):
    draw_again = _figure()
    few = current[:: len(current) // DRAWN][:DRAWN]
    seconds = rounds(
        {
            "ours": lambda: rasterise(potential, current[:count], frame=FRAME),
            "each": lambda: [_figure()(potential, curve) for curve in few],
            "document": lambda: [_as_the_document(potential, curve) for curve in few],
            "again": lambda: [draw_again(potential, curve) for curve in few],
        },
        ROUNDS,
    )
    per_curve = {
        name: [time / (count if name == "ours" else DRAWN) for time in times]
        for name, times in seconds.items()
    }
    ours = rasterise(potential, few, frame=FRAME)
    theirs = np.array([draw_again(potential, curve) for curve in few])
    overlap = np.minimum(ours, theirs).sum((1, 2)) / np.maximum(ours, theirs).sum((1, 2))
    return [
        f"{count:,}",
        spread(per_curve["ours"], 1e-3, 3),
        ratio(per_curve["each"], to=per_curve["ours"]),
        ratio(per_curve["document"], to=per_curve["ours"]),
        ratio(per_curve["again"], to=per_curve["ours"]),
        f"{overlap.mean():.3f} ({overlap.min():.3f})",
    ]


def _against_loadtxt(separator, decimal):
    potential, current, _ = generate_curves(1, points_per_sweep=POINTS // 2)
    columns = [np.arange(POINTS) * 0.01, potential, current[0]]
    names = separator.join(["Time (s)", "Potential (V)", "Current (µA)"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "curve.csv"
        rows = zip(*(column.tolist() for column in columns), strict=True)
        text = "".join(separator.join(f"{cell:.6f}" for cell in row) + "\n" for row in rows)
        text = text.replace(".", decimal) if decimal != "." else text
        path.write_text(f"{names}\n{text}", encoding="utf-8")

        def loadtxt():
            content = path.read_text(encoding="utf-8").replace(decimal, ".")
            np.loadtxt(content.split("\n"), delimiter=separator, skiprows=1)

        seconds = rounds({"ours": lambda: read_voltammogram(path), "numpy": loadtxt}, 3)
    return [
        repr(separator),
        spread(seconds["ours"]),
        spread(seconds["numpy"]),
        ratio(seconds["ours"], to=seconds["numpy"]),
    ]
