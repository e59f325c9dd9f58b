"""What `fit` prints."""

import io
import itertools
import re
import sys
import types

import pytest

from course_utils.network.training import progress
from tests.network.small import classifier, points


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def clock(monkeypatch):
    """Every look at the clock takes a second."""
    ticks = itertools.count()
    monkeypatch.setattr(progress.time, "perf_counter", lambda: float(next(ticks)))


def printed(monkeypatch, verbose, stream, **options):
    monkeypatch.setattr(sys, "stdout", stream)
    classifier().fit(*points(40), batch_size=4, verbose=verbose, **options)
    return stream.getvalue()


def screen(text):
    """What a terminal shows: after a carriage return, characters are written over."""
    lines = []
    for line in text.split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown)
    return lines


def test_a_line_an_epoch_where_nobody_watches(monkeypatch, clock):
    out = printed(monkeypatch, "auto", io.StringIO(), epochs=12, validation_data=points(4))
    lines = out.splitlines()
    assert len(lines) == 12
    number = r"\d\.\d{4}"
    for epoch, line in enumerate(lines, start=1):
        assert re.fullmatch(
            rf"Epoch {epoch:2}/12 - \d+\.\d s - loss: {number} - accuracy: {number} - "
            rf"val_loss: {number} - val_accuracy: {number}",
            line,
        )


def test_a_bar_in_a_terminal(monkeypatch, clock):
    out = printed(monkeypatch, "auto", Terminal(), epochs=2)
    # Half of the batches took five seconds: as many are left.
    assert any("━━━━━━━━┄┄┄┄┄┄┄┄ 5/10 - 5 s left - loss: " in part for part in out.split("\r"))
    # In the end only a line an epoch is left, nothing of the bar.
    lines = screen(out)
    assert lines[-1] == ""
    assert len(lines) == 3
    for line in lines[:2]:
        assert re.fullmatch(r"Epoch \d/2 - \d+\.\d s - loss: [\d.]+ - accuracy: [\d.]+ *", line)


def test_the_bar_fits_the_terminal(monkeypatch, clock):
    monkeypatch.setenv("COLUMNS", "30")
    bars = [part for part in re.split("[\r\n]", printed(monkeypatch, 1, Terminal())) if "━" in part]
    assert bars
    assert max(map(len, bars)) == 29


def test_the_bar_is_not_drawn_for_every_batch(monkeypatch):
    monkeypatch.setattr(progress.time, "perf_counter", lambda: 0.0)  # all in no time
    assert "━" not in printed(monkeypatch, 1, Terminal())


def test_silence(monkeypatch):
    assert printed(monkeypatch, 0, Terminal(), epochs=2) == ""


def test_an_interrupted_bar_keeps_its_line(monkeypatch, clock):
    batches = iter(range(8))

    def stop(images, rng):
        if next(batches) == 7:
            raise KeyboardInterrupt
        return images

    lines = screen(printed(monkeypatch, 1, Terminal(), augment=stop))
    assert "━" in lines[0]
    assert lines[1].startswith("Interrupted in epoch 1 of 1.")


def test_a_notebook_keeps_the_lines_and_no_bar(monkeypatch, clock):
    shown = []

    class Handle:
        def update(self, content, raw):
            shown.append(content["text/plain"])

    def display(content, raw, display_id):
        shown.append(content["text/plain"])
        return Handle()

    ipython = types.SimpleNamespace(get_ipython=type("ZMQInteractiveShell", (), {}))
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", types.SimpleNamespace(display=display))
    assert printed(monkeypatch, "auto", io.StringIO(), epochs=2) == ""
    assert any("━" in text for text in shown)
    lines = shown[-1].split("\n")  # what a saved notebook has
    assert [line[:9] for line in lines] == ["Epoch 1/2", "Epoch 2/2"]
    assert "━" not in shown[-1]
