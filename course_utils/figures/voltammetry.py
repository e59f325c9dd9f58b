"""Figures of the lab on cyclic voltammograms: the experiment, its curves, their pictures."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, Polygon, Rectangle

from course_utils.figures import style
from course_utils.figures.animation import Animation
from course_utils.figures.drawing import Drawing, course_style
from course_utils.figures.grids import KERNEL, WINDOW, cell_canvas, write
from course_utils.voltammetry import read_peaks

UP, DOWN = style.VERMILLION, style.BLUE
CURRENT = "current in µA"
POTENTIAL = "potential in V"


@course_style()
def three_electrodes() -> Drawing:
    """The cell of a voltammetric experiment and the instrument that it is connected to."""
    drawing, axes = cell_canvas(
        12,
        9.4,
        alt="A beaker with a solution and three electrodes in it. The working electrode, a small "
        "disk, is where the reaction under study happens. The reference electrode measures its "
        "potential: between these two the instrument reads the voltage. The counter electrode "
        "closes the circuit: between working and counter electrode flows the current. All three "
        "are connected to the potentiostat.",
        inches=5.6,
    )
    beaker = Polygon([(2.2, 4.6), (2.2, 9.1), (9.8, 9.1), (9.8, 4.6)], closed=False, fill=False)
    beaker.set(edgecolor=style.GREY, linewidth=2)
    axes.add_patch(Rectangle((2.25, 5.6), 7.5, 3.45, facecolor=WINDOW, edgecolor="none"))
    axes.add_patch(beaker)
    box = FancyBboxPatch((1.6, 0.35), 8.8, 1.7, boxstyle="round,pad=0.1", facecolor=KERNEL)
    box.set(edgecolor=style.GREY, linewidth=1)
    axes.add_patch(box)
    write(axes, 6, 0.75, "potentiostat", size=11, weight="bold")
    electrodes = (
        (3.4, "counter", style.INK, "carries the current"),
        (6.0, "working", style.VERMILLION, "the reaction"),
        (8.6, "reference", style.BLUE, "fixed potential"),
    )
    for x, name, color, task in electrodes:
        axes.plot([x, x], [1.45, 4.6], color=color, lw=1.6, zorder=3)
        axes.plot(x, 1.45, "o", color=color, ms=6, zorder=3)
        write(axes, x, 3.15, name, size=11, color=color, backgroundcolor=style.PAPER, zorder=4)
        write(axes, x, 3.75, task, size=8, backgroundcolor=style.PAPER, zorder=4)
    axes.add_patch(Rectangle((3.15, 4.6), 0.5, 3.4, facecolor=style.GREY, edgecolor=style.INK))
    axes.add_patch(Rectangle((5.65, 4.6), 0.7, 3.1, facecolor="white", edgecolor=style.INK))
    axes.add_patch(Rectangle((5.8, 7.7), 0.4, 0.14, facecolor=style.VERMILLION))
    axes.add_patch(Rectangle((8.3, 4.6), 0.6, 3.1, facecolor="white", edgecolor=style.BLUE))
    axes.plot([8.6, 8.6], [4.6, 7.0], color=style.GREY, lw=2.5)
    write(axes, 6, 8.45, "solution: the molecule, a salt, a solvent", size=9)
    arrow = {"arrowstyle": "<->", "color": style.INK, "lw": 1.2}
    for left, right, text in ((3.55, 5.85, "current I"), (6.15, 8.45, "voltage E")):
        axes.annotate("", (right, 1.75), (left, 1.75), arrowprops=arrow)
        write(axes, (left + right) / 2, 1.4, text, size=10)
    return drawing


@course_style()
def drawing_a_voltammogram(
    time: np.ndarray, potential: np.ndarray, current: np.ndarray, *, frames: int = 12
) -> Animation:
    """How the sweep of the potential draws the curve, step by step.

    Parameters
    ----------
    time : array (n,), in seconds
    potential : array (n,), in volts
    current : array (n,), in microamperes
    frames : int
    """
    turn = int(np.argmax(potential))
    ends = np.linspace(0, len(time) - 1, frames + 1).round().astype(int)[1:]
    return Animation(
        [_half_drawn(time, potential, current, turn, int(end)) for end in ends],
        label="The potential goes up and down in time; the current, drawn over the potential, "
        "makes the voltammogram.",
    )


@course_style()
def _half_drawn(time, potential, current, turn, end):
    sweep = "up" if end <= turn else "down"
    drawing = Drawing(
        alt=f"After {time[end]:.1f} s the potential is {potential[end]:.2f} V on its way {sweep}, "
        f"and the current is {current[end]:.1f} µA.",
        figsize=(6.4, 2.9),
    )
    left, right = drawing.subplots(1, 2)
    for axes, x, y in ((left, time, potential), (right, potential, current)):
        axes.plot(x, y, color=style.LIGHT, lw=1.5)
        axes.plot(x[: min(end, turn) + 1], y[: min(end, turn) + 1], color=UP, lw=2)
        axes.plot(x[turn : end + 1], y[turn : end + 1], color=DOWN, lw=2)
        axes.plot(x[end], y[end], "o", color=style.INK, ms=6)
    left.set(xlabel="time in s", ylabel=POTENTIAL)
    right.set(xlabel=POTENTIAL, ylabel=CURRENT)
    return drawing


@course_style()
def named_peaks(potential: np.ndarray, current: np.ndarray) -> Drawing:
    """A voltammogram with its two peaks, their potentials, their currents and their separation.

    Parameters
    ----------
    potential : array (n,)
        In volts, up to the highest one and back.
    current : array (n,)
        In microamperes, oxidation positive.
    """
    turn = int(np.argmax(potential))
    e_pa, i_pa, e_pc, i_pc = read_peaks(potential, current)
    drawing = Drawing(
        alt=f"A cyclic voltammogram. Going up, the current rises to the anodic peak, {i_pa:.1f} µA "
        f"at {1000 * e_pa:.1f} mV, and falls off. Going down, it passes zero and reaches the "
        f"cathodic peak, {i_pc:.1f} µA at {1000 * e_pc:.1f} mV. The peaks are "
        f"{1000 * (e_pa - e_pc):.1f} mV apart.",
        figsize=(6, 4.4),
    )
    axes = drawing.subplots()
    axes.axhline(0, color=style.GREY, lw=0.8)
    axes.plot(potential[: turn + 1], current[: turn + 1], color=UP, lw=2.2, label="on the way up")
    axes.plot(potential[turn:], current[turn:], color=DOWN, lw=2.2, label="on the way down")
    reach = 1.35 * np.abs(current).max()
    for e, i, side in ((e_pa, i_pa, 1), (e_pc, i_pc, -1)):
        axes.plot([e, e], [0, i], color=style.GREY, ls=":", lw=1.4)
        axes.plot(e, i, "o", color=style.INK, ms=5, zorder=4)
        sub = "pa" if side > 0 else "pc"
        axes.annotate(
            f"$E_{{{sub}}}$ = {1000 * e:.1f} mV\n$i_{{{sub}}}$ = {i:.1f} µA".replace(
                "-", "\N{MINUS SIGN}"
            ),
            (e, i),
            xytext=(-34 * side, 8 * side),
            textcoords="offset points",
            ha="right" if side > 0 else "left",
            va="center",
            arrowprops={"arrowstyle": "-", "color": style.GREY},
        )
    level = -0.93 * reach
    for e in (e_pa, e_pc):
        axes.plot([e, e], [0 if e == e_pa else i_pc, level], color=style.LIGHT, lw=1)
    axes.annotate(
        "", (e_pa, level), (e_pc, level), arrowprops={"arrowstyle": "<->", "color": style.INK}
    )
    axes.text(e_pa + 0.02, level, f"{1000 * (e_pa - e_pc):.1f} mV apart", va="center")
    axes.set(xlabel=POTENTIAL, ylabel=CURRENT, ylim=(-reach, reach))
    drawing.legend(loc="outside upper left", frameon=False, ncols=2)
    return drawing


@course_style()
def two_conventions(potential: np.ndarray, current: np.ndarray) -> Drawing:
    """The same curve in the IUPAC and in the older American convention."""
    drawing = Drawing(
        alt="The same voltammogram twice. IUPAC: potentials rise to the right, the current of an "
        "oxidation points up. The older American way: potentials rise to the left, the current of "
        "a reduction points up. The second is the first one turned by 180 degrees.",
        figsize=(6.4, 3.0),
    )
    turn = int(np.argmax(potential))
    panels = drawing.subplots(1, 2)
    for axes, sign, title in ((panels[0], 1, "IUPAC"), (panels[1], -1, "older, American")):
        axes.axhline(0, color=style.GREY, lw=0.8)
        axes.plot(potential[: turn + 1], sign * current[: turn + 1], color=UP, lw=2)
        axes.plot(potential[turn:], sign * current[turn:], color=DOWN, lw=2)
        axes.set_title(title, fontsize=11)
        axes.set_xlabel(POTENTIAL)
    panels[0].set_ylabel("oxidation current, µA")
    panels[1].set_ylabel("reduction current, µA")
    panels[1].invert_xaxis()
    return drawing


@course_style()
def voltammograms(
    panels: Mapping[str, Mapping[str, tuple[np.ndarray, np.ndarray]]],
    *,
    alt: str,
    columns: int = 2,
    ylabel: str = "current",
    frame: tuple[float, float, float, float] | None = None,
    marks: Mapping[str, float] | None = None,
) -> Drawing:
    """Curves over the potential, in several panels.

    Parameters
    ----------
    panels : mapping
        From a panel's title to its curves: a mapping from a label to (potential, current), where
        current is (n,) or several curves (curves, n) of one color. Equal labels share a color.
    alt : str
    ylabel : str
        What the current is in.
    frame : (left, right, bottom, top), optional
        The same axes for all panels.
    marks : mapping, optional
        Vertical lines in each panel: from a label to a potential.
    """
    rows = -(-len(panels) // columns)
    drawing = Drawing(
        alt=alt, figsize=(3.3 * columns, 2.4 * rows + 0.3) if columns > 1 else (5.4, 3.6)
    )
    labels = list(dict.fromkeys(label for curves in panels.values() for label in curves))
    colors = dict(zip(labels, style.CYCLE, strict=False))
    grid = drawing.subplots(rows, columns, squeeze=False)
    for axes in grid.flat[len(panels) :]:
        axes.set_axis_off()
    for axes, (title, curves) in zip(grid.flat, panels.items(), strict=False):
        for label, (potential, current) in curves.items():
            _lines(axes, potential, current, colors[label], label)
        for label, place in (marks or {}).items():
            axes.axvline(place, color=style.GREY, ls=":")
            axes.text(place, axes.get_ylim()[1], label, ha="center", va="bottom", fontsize=9)
        axes.set_title(title, fontsize=10, loc="left")
        if frame:
            axes.set(xlim=frame[:2], ylim=frame[2:])
    for axes in grid[:, 0]:
        axes.set_ylabel(ylabel)
    for axes in grid[-1]:
        axes.set_xlabel(POTENTIAL)
    if len(labels) > 1:
        handles = {
            label: line
            for axes in grid.flat
            for line, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        drawing.legend(handles.values(), handles, loc="outside upper left", frameon=False, ncols=4)
    return drawing


def _lines(axes: Axes, potential, current, color, label):
    rows = np.atleast_2d(current)
    thin = 2.0 if len(rows) == 1 else 0.9
    for number, row in enumerate(rows):
        axes.plot(
            potential,
            row,
            color=color,
            lw=thin,
            alpha=1 if len(rows) < 3 else 0.6,
            label=None if number else label,
        )


@course_style()
def curve_pictures(
    pictures: Mapping[str, np.ndarray], *, alt: str, columns: int = 4, inches: float = 6.4
) -> Drawing:
    """Pictures of curves, white on black, each with a title.

    Parameters
    ----------
    pictures : mapping
        From a title to an array (H, W) between 0 and 1.
    """
    rows = -(-len(pictures) // columns)
    drawing = Drawing(alt=alt, figsize=(inches, rows * (inches / columns + 0.35)))
    grid = np.atleast_1d(drawing.subplots(rows, columns)).ravel()
    for axes in grid:
        axes.set_axis_off()
    for axes, (title, picture) in zip(grid, pictures.items(), strict=False):
        axes.imshow(picture, cmap="gray", vmin=0, vmax=1, interpolation="nearest")
        axes.set_title(title, fontsize=9.5, loc="left")
    return drawing


@course_style()
def accuracies(
    scores: Mapping[str, Mapping[str, Sequence[float]]],
    *,
    xlabel: str,
    ceiling: Sequence[float] | None = None,
    at: Sequence[float] | None = None,
    ylim: tuple[float, float] = (0.45, 1.02),
) -> Drawing:
    """Accuracy of several methods on several tasks: the mean of the runs, and each run as a dot.

    Parameters
    ----------
    scores : mapping
        From a method to its accuracies: a mapping from a task to one number for each run.
    xlabel : str
    ceiling : sequence of float, optional
        The best possible accuracy on each task, where it is known.
    at : sequence of float, optional
        The tasks' places on a logarithmic axis, such as numbers of curves; else they stand side
        by side.
    """
    tasks = list(next(iter(scores.values())))
    description = "; ".join(
        f"{method}: " + ", ".join(f"{np.mean(runs[task]):.3f}" for task in tasks)
        for method, runs in scores.items()
    )
    drawing = Drawing(
        alt=f"Accuracy by {xlabel} ({', '.join(map(str, tasks))}), mean over the runs. "
        f"{description}.",
        figsize=(6.4, 4.4),
    )
    axes = drawing.subplots()
    places = np.arange(len(tasks), dtype=float) if at is None else np.asarray(at, float)
    if ceiling is not None:
        axes.plot(places, ceiling, color=style.GREY, ls=":", label="best possible")
    for number, (method, runs) in enumerate(scores.items()):
        color, marker = style.CYCLE[number % 6], "os^DvP"[number % 6]
        # Side by side, so that dots at the same height can be told apart.
        aside = 0.05 * (number - (len(scores) - 1) / 2)
        x = places + aside if at is None else places * np.exp(aside)
        means = [np.mean(runs[task]) for task in tasks]
        axes.plot(x, means, color=color, lw=1.8, marker=marker, ms=6, label=method)
        for place, task in zip(x, tasks, strict=True):
            axes.plot([place] * len(runs[task]), runs[task], ".", color=color, ms=5, alpha=0.6)
    axes.axhline(0.5, color=style.LIGHT, zorder=0)
    if at is not None:
        axes.set_xscale("log")
        axes.minorticks_off()
    axes.set_xticks(places, [str(task).replace(" ", "\n") for task in tasks])
    axes.set(xlabel=xlabel, ylabel="accuracy on test curves", ylim=ylim)
    axes.grid(axis="y", color=style.LIGHT)
    drawing.legend(loc="outside upper left", frameon=False, ncols=3)
    return drawing


@course_style()
def where_it_looks(pictures: np.ndarray, drops: np.ndarray, titles: Sequence[str]) -> Drawing:
    """Pictures of curves, and what covering a place does to the answer.

    Parameters
    ----------
    pictures : array (n, H, W)
    drops : array (n, h, w)
        How much the score of the right class falls when the patch at that place is covered.
    titles : sequence of str
    """
    places = []
    for one in drops:
        row, column = np.unravel_index(one.argmax(), one.shape)
        places.append(f"row {row + 1} of {one.shape[0]}, column {column + 1} of {one.shape[1]}")
    drawing = Drawing(
        alt="Pictures of curves, and over each how much the score of its class falls when a patch "
        "is covered. It falls most at: "
        + "; ".join(f"{title}, {place}" for title, place in zip(titles, places, strict=True))
        + ". Rows count from the top, columns from the left.",
        figsize=(6.4, 6.4 / len(pictures) + 0.75),
    )
    limit = np.abs(drops).max()
    panels = np.atleast_1d(drawing.subplots(1, len(pictures)))
    for axes, picture, one, title in zip(panels, pictures, drops, titles, strict=True):
        height, width = picture.shape
        extent = (0, width, height, 0)
        shown = axes.imshow(
            one, cmap=style.DIVERGING, vmin=-limit, vmax=limit, extent=extent, alpha=0.9
        )
        ink = np.zeros((*picture.shape, 4))
        ink[..., 3] = picture
        axes.imshow(ink, extent=extent, interpolation="nearest")
        axes.set_title(title, fontsize=9.5, loc="left")
        axes.set(xticks=[], yticks=[])
    drawing.colorbar(
        shown, ax=panels, orientation="horizontal", shrink=0.5, label="fall of the score", pad=0.02
    )
    return drawing
