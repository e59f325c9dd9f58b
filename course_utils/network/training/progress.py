"""What `fit` prints: a bar that fills up, or a line per epoch."""

import shutil
import sys
import time

from course_utils.network.training.callbacks import Callback

BAR_LENGTH = 16
SECONDS_BETWEEN_UPDATES = 0.2


def verbosity(verbose: int | str) -> int:
    """Return 0, 1 or 2. "auto" is 1 in a terminal or a notebook, where someone watches, else 2."""
    if verbose == "auto":
        return 1 if sys.stdout.isatty() or _in_notebook() else 2
    if verbose not in (0, 1, 2):
        raise ValueError(
            f'verbose must be 0 (silent), 1 (a bar), 2 (a line an epoch) or "auto", got {verbose!r}'
        )
    return int(verbose)


class ProgressLine:
    """A line that is overwritten while an epoch runs; one clean line per epoch remains.

    Parameters
    ----------
    verbose : 0, 1, 2 or "auto"
    epochs, batches : int
        The number of the last epoch, and how many batches each has.
    """

    def __init__(self, verbose: int | str, epochs: int, batches: int):
        self.verbose = verbosity(verbose)
        self.epochs, self.batches = epochs, batches
        self._screen = _Notebook() if _in_notebook() else _Terminal()

    def start_epoch(self, epoch: int) -> None:
        """Start the clock of an epoch; the first is number 0."""
        digits = len(str(self.epochs))
        self._label = f"Epoch {epoch + 1:{digits}}/{self.epochs}"
        self._started = self._shown = time.perf_counter()

    def show(self, done: int, means: dict[str, float]) -> None:
        """Draw the bar if it is time to; `done` counts batches, `means` are means over them."""
        if self.verbose != 1:
            return
        now = time.perf_counter()
        if now - self._shown >= SECONDS_BETWEEN_UPDATES:
            self._shown = now
            filled = BAR_LENGTH * done // self.batches
            bar = "━" * filled + "┄" * (BAR_LENGTH - filled)
            left = (now - self._started) / done * (self.batches - done)
            line = f"{self._label} {bar} {done}/{self.batches} - {left:.0f} s left{_text(means)}"
            # A line that wraps could not be overwritten.
            self._screen.write_over(line[: shutil.get_terminal_size().columns - 1])

    def finish_epoch(self, logs: dict[str, float]) -> None:
        """Write the line that remains of the epoch."""
        seconds = time.perf_counter() - self._started
        line = f"{self._label} - {seconds:.1f} s{_text(logs)}"
        if self.verbose == 1:
            self._screen.write_over(line)
            self._screen.end_line()
        elif self.verbose == 2:
            print(line, flush=True)

    def end_line(self) -> None:
        """End the current line, if it is unfinished."""
        self._screen.end_line()


class Progress(Callback):
    """Reports the progress of a training.

    Parameters
    ----------
    verbose : 0, 1, 2 or "auto"
    epochs, batches : int
        The number of the last epoch, and how many batches each has.
    """

    def __init__(self, verbose: int | str, epochs: int, batches: int):
        self._line = ProgressLine(verbose, epochs, batches)
        self.end_line = self._line.end_line

    def on_epoch_begin(self, epoch: int) -> None:
        self._sums = {}
        self._line.start_epoch(epoch)

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        done = batch + 1
        for name, value in logs.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        self._line.show(done, {name: total / done for name, total in self._sums.items()})

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        self._line.finish_epoch(logs)


class _Terminal:
    """Overwrites a line with a carriage return."""

    def __init__(self):
        self._width = 0  # of the unfinished line

    def write_over(self, line):
        print("\r" + line.ljust(self._width), end="", flush=True)
        self._width = len(line)

    def end_line(self):
        if self._width:
            print(flush=True)
            self._width = 0


class _Notebook:
    """Overwrites a line by updating the output, so that a saved notebook has no trace of the bar.

    Carriage returns would all be kept in the notebook's file.
    """

    def __init__(self):
        self._lines, self._line, self._shown = [], None, None

    def write_over(self, line):
        from IPython.display import display

        self._line = line
        content = {"text/plain": "\n".join([*self._lines, line])}
        if self._shown is None:
            self._shown = display(content, raw=True, display_id=True)
        else:
            self._shown.update(content, raw=True)

    def end_line(self):
        if self._line is not None:
            self._lines.append(self._line)
            self._line = None


def _text(logs):
    return "".join(f" - {name}: {value:.4f}" for name, value in logs.items())


def _in_notebook():
    """Whether this runs in a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and type(ipython.get_ipython()).__name__ == "ZMQInteractiveShell"
