"""A drawing shows itself with its alternative text, and leaves pyplot and its settings alone."""

import inspect
import re
import subprocess
import sys

import matplotlib
import matplotlib.style
import numpy as np
import pytest

from course_utils import figures
from course_utils.figures import Animation, Drawing


def a_line(alt='A "rising" line & more'):
    drawing = Drawing(alt=alt, figsize=(3, 2))
    drawing.subplots().plot([0, 1], [0, 1])
    return drawing


def test_the_image_tag_carries_the_alternative_text():
    tag = a_line().image_tag()
    assert 'alt="A &quot;rising&quot; line &amp; more"' in tag
    assert "max-width:100%" in tag, "it must shrink on a phone"


@pytest.mark.parametrize("alt", ["", "  "])
def test_a_drawing_without_alternative_text_is_refused(alt):
    with pytest.raises(ValueError, match="alt is empty"):
        Drawing(alt=alt)


def test_the_same_drawing_gives_the_same_bytes():
    assert a_line().png() == a_line().png()


def test_the_background_is_opaque_and_light_whatever_the_readers_settings():
    with matplotlib.rc_context({"figure.facecolor": "black", "axes.facecolor": "none"}):
        drawing = a_line()
        drawing.canvas.draw()
        corner = np.asarray(drawing.canvas.buffer_rgba())[0, 0]
    assert min(corner[:3]) > 240
    assert corner[3] == 255


FUNCTIONS = [figure for figure in vars(figures).values() if inspect.isfunction(figure)]


@pytest.mark.parametrize("figure", FUNCTIONS, ids=lambda figure: figure.__name__)
def test_every_figure_is_drawn_in_the_courses_style(figure):
    assert hasattr(figure, "__wrapped__"), "it needs @course_style()"


def test_a_figure_looks_the_same_whatever_the_readers_settings():
    # Its title, notes and legend too, which matplotlib styles when they are made.
    def draw():
        return figures.activation_curves().png() + figures.parameter_bars([(8, 8, 3)]).png()

    usual = draw()
    with matplotlib.style.context(
        ["dark_background", {"axes.titlesize": 30, "legend.fontsize": 5}]
    ):
        assert draw() == usual


def test_settings_stay_as_they_were():
    before = dict(matplotlib.rcParams)
    figures.parameter_bars([(8, 8, 3)]).png()
    assert dict(matplotlib.rcParams) == before


def test_an_animation_shows_one_frame_and_is_labeled():
    page = Animation([a_line("first"), a_line("second")], label="Two lines").html()
    assert page.count("<img ") == 2
    assert page.count("<img hidden ") == 1
    assert 'alt="first"' in page
    assert 'aria-label="Two lines"' in page
    assert 'max="1"' in page
    assert re.search(r"<input [^>]*aria-label=", page)


def test_two_animations_on_a_page_have_ids_of_their_own():
    one, other = (Animation([a_line(text)], label="x").html() for text in ("a", "b"))
    ids = [re.search(r'id="([^"]+)"', page).group(1) for page in (one, other)]
    assert ids[0] != ids[1]


@pytest.mark.parametrize(
    ("frames", "label", "words"), [([], "x", "at least one frame"), ([1], " ", "label is empty")]
)
def test_an_animation_needs_frames_and_a_label(frames, label, words):
    with pytest.raises(ValueError, match=words):
        Animation(frames, label=label)


SESSION = """
import sys
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
shell = InteractiveShell.instance()
import matplotlib.pyplot
from matplotlib_inline.backend_inline import configure_inline_support
configure_inline_support(shell, "module://matplotlib_inline.backend_inline")
from course_utils.figures import Drawing
with capture_output() as captured:
    shell.run_cell("from course_utils.figures import Drawing\\nDrawing(alt='A line')")
(output,) = captured.outputs
print(sorted(output.data), output.data["text/plain"], matplotlib.pyplot.get_fignums())
"""


def test_a_notebook_shows_it_once_with_its_text_even_when_pyplot_is_loaded():
    done = subprocess.run(
        [sys.executable, "-c", SESSION], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "['text/html', 'text/plain'] A line []"
