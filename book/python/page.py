"""The Python side of an exercise in the page: run the reader's code, check it, show what came."""

import contextlib
import html
import io
import linecache
import traceback
from dataclasses import replace

import numpy as np

from course_utils.exercises import evaluate

# One namespace a page, as in a notebook: an answer may use the ones before it.
NAMESPACE = {"__name__": "__main__", "np": np}

MOST_PRINTED = 20_000  # characters; a forgotten print in a loop must not freeze the page


class Printed(io.TextIOBase):
    """A stream that hands what is printed to the page, up to a limit."""

    def __init__(self, send):
        self.send = send
        self.left = MOST_PRINTED

    def writable(self):
        return True

    def write(self, text):
        if self.left > 0:
            self.send(text[: self.left])
            self.left -= len(text)
            if self.left <= 0:
                self.send("\n… (the rest is left out)\n")
        return len(text)


def check(exercise_id, source, send):
    """Run the source, check the function it defines, and return the report as HTML."""
    file = f"<{exercise_id}>"
    # Tracebacks and the report quote lines; they look them up here.
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    printed = Printed(send)
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        NAMESPACE.pop(exercise_id, None)
        try:
            exec(compile(source, file, "exec"), NAMESPACE)
        except BaseException as error:
            return traceback_html(error)
        report = evaluate(exercise_id, NAMESPACE.get(exercise_id))
    if report.status == "not attempted":
        # The package speaks of the notebook's two cells; here there is one button.
        report = replace(report, message="Replace the ... by your code.")
    return report._repr_html_()


def traceback_html(error):
    """The traceback from the reader's own code on, without this module's frames."""
    own = error.__traceback__.tb_next
    lines = traceback.format_exception(type(error), error, own)
    return f'<pre class="exercise-traceback">{html.escape("".join(lines))}</pre>'
