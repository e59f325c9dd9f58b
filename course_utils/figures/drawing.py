"""A figure that knows in words what it shows."""

import base64
import contextlib
import html
import io
from collections.abc import Iterator
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from course_utils.figures import style

DOTS_PER_INCH = 160

SETTINGS = {
    "figure.facecolor": style.PAPER,
    "axes.facecolor": style.PAPER,
    "savefig.facecolor": style.PAPER,
    "text.color": style.INK,
    "axes.edgecolor": style.GREY,
    "axes.labelcolor": style.INK,
    "xtick.color": style.INK,
    "ytick.color": style.INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=style.CYCLE),
    "font.size": 10,
}


@contextlib.contextmanager
def course_style() -> Iterator[None]:
    """Use the course's settings and matplotlib's defaults, whatever the reader has set.

    As a decorator it belongs on every function that draws: the colors and sizes of legends, notes
    and titles are read when these are made, not when the figure is.
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        yield


class Drawing(Figure):
    """A matplotlib Figure with alternative text; a notebook shows it as an image with that text.

    It stays away from pyplot, so that no figure is left open and the reader's own style settings
    are neither used nor changed.

    Parameters
    ----------
    alt : str
        What the figure shows, in one or two sentences, for readers who cannot see it.
    figsize : (float, float)
        Width and height in inches. Up to 7 wide reads well on a page, 4 on a phone.
    """

    def __init__(self, *, alt: str, figsize: tuple[float, float] = (6.4, 3.6), **options: Any):
        if not alt.strip():
            raise ValueError("alt is empty; expected a sentence that says what the figure shows")
        with course_style():
            super().__init__(figsize=figsize, dpi=DOTS_PER_INCH, layout="constrained", **options)
        FigureCanvasAgg(self)
        self.alt = alt

    def add_subplot(self, *args: Any, **kwargs: Any) -> Axes:
        """Add axes as in Figure, in the style of the course."""
        with course_style():
            return super().add_subplot(*args, **kwargs)

    def png(self) -> bytes:
        """The figure as the content of a PNG file.

        256 colors, which halve the size of the committed notebooks and of the book's pages.
        """
        full, compressed = io.BytesIO(), io.BytesIO()
        with course_style():
            self.savefig(full, format="png", metadata={"Software": None})
        picture = Image.open(full).convert("RGB").quantize(256, dither=Image.Dither.NONE)
        picture.save(compressed, format="png", optimize=True)
        return compressed.getvalue()

    def image_tag(self) -> str:
        """An HTML image that carries the picture and its alternative text."""
        data = base64.b64encode(self.png()).decode()
        width = round(self.get_figwidth() * 100)
        return (
            f'<img alt="{html.escape(self.alt, quote=True)}" class="drawing" width="{width}" '
            f'style="max-width:100%;height:auto" src="data:image/png;base64,{data}">'
        )

    def _ipython_display_(self) -> None:
        # Takes over from IPython's own matplotlib formatter, which would drop the alt text.
        from IPython.display import display

        display({"text/html": self.image_tag(), "text/plain": self.alt}, raw=True)
