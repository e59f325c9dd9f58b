"""A sequence of drawings that a reader steps through."""

import hashlib
import html
import json
from collections.abc import Sequence

from course_utils.figures.drawing import Drawing

# One small script per animation: it runs in JupyterLab, in Colab and in the built book, where
# widgets that need a kernel do not. Without scripts the first frame stays visible.
PLAYER = """<div class="animation" id="{id}" role="group" aria-label="{label}">
<div class="frames">{frames}</div>
<div class="controls" style="display:flex;gap:.6em;align-items:center;flex-wrap:wrap">
<button type="button" class="play">Play</button>
<input type="range" min="0" max="{last}" value="0" aria-label="Step" style="flex:1;max-width:24em">
<output>1 of {count}</output>
</div>
</div>
<script>
(function () {{
  var root = document.getElementById("{id}");
  if (!root) return;
  var frames = root.querySelectorAll(".frames > img");
  var slider = root.querySelector("input"), label = root.querySelector("output");
  var button = root.querySelector("button"), timer = null;
  function show(step) {{
    frames.forEach(function (frame, i) {{ frame.hidden = i !== step; }});
    slider.value = step;
    slider.setAttribute("aria-valuetext", frames[step].alt);
    label.textContent = (step + 1) + " of " + frames.length;
  }}
  function stop() {{ clearInterval(timer); timer = null; button.textContent = "Play"; }}
  function play() {{
    button.textContent = "Pause";
    timer = setInterval(function () {{ show((+slider.value + 1) % frames.length); }}, {interval});
  }}
  button.addEventListener("click", function () {{ timer ? stop() : play(); }});
  slider.addEventListener("input", function () {{ stop(); show(+slider.value); }});
  show(0);
}})();
</script>"""


class Animation:
    """Drawings of the same size, shown one at a time with a slider and a play button.

    It never starts by itself, so that nothing moves unless the reader asks for it.

    Parameters
    ----------
    frames : sequence of Drawing
        Each with an alt text that describes its own step.
    label : str
        What the animation shows as a whole.
    interval : float
        Seconds per frame while playing.
    """

    def __init__(self, frames: Sequence[Drawing], *, label: str, interval: float = 0.8):
        if not frames:
            raise ValueError("an animation needs at least one frame; got none")
        if not label.strip():
            raise ValueError("label is empty; expected a sentence that says what is shown")
        self.frames = tuple(frames)
        self.label = label
        self.interval = interval

    def html(self) -> str:
        """The player with all its frames."""
        tags = [frame.image_tag() for frame in self.frames]
        tags[1:] = [tag.replace("<img ", "<img hidden ", 1) for tag in tags[1:]]
        # The id follows from the content: the same animation gives the same committed output.
        id = "animation-" + hashlib.sha256("".join(tags).encode()).hexdigest()[:12]
        return PLAYER.format(
            id=id,
            label=html.escape(self.label, quote=True),
            frames="".join(tags),
            last=len(tags) - 1,
            count=len(tags),
            interval=json.dumps(round(1000 * self.interval)),
        )

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({"text/html": self.html(), "text/plain": self.label}, raw=True)
