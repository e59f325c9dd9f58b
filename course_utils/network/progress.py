"""What `fit` prints: a bar that fills, or a line an epoch."""

import shutil
import sys
import time

from course_utils.network.callbacks import Callback

BAR_LENGTH = 16
SECONDS_BETWEEN_UPDATES = 0.2


def verbosity(verbose):
    """Return 0, 1 or 2. "auto" is 1 where somebody watches, in a terminal or a notebook, else 2."""
    if verbose == "auto":
        return 1 if sys.stdout.isatty() or _in_notebook() else 2
    if verbose not in (0, 1, 2):
        raise ValueError(
            f'verbose must be 0 (silent), 1 (a bar), 2 (a line an epoch) or "auto", got {verbose!r}'
        )
    return int(verbose)


class Progress(Callback):
    """Reports on a training.

    Parameters
    ----------
    verbose : 0, 1, 2 or "auto"
    epochs, batches : int
        The number of the last epoch, and how many batches each has.
    """

    def __init__(self, verbose, epochs, batches):
        self.verbose = verbosity(verbose)
        self.epochs, self.batches = epochs, batches
        self._width = 0  # of the unfinished line

    def on_epoch_begin(self, epoch):
        digits = len(str(self.epochs))
        self._label = f"Epoch {epoch + 1:{digits}}/{self.epochs}"
        self._started = self._shown = time.perf_counter()
        self._sums = {}

    def on_train_batch_end(self, batch, logs):
        if self.verbose != 1:
            return
        done = batch + 1
        for name, value in logs.items():
            self._sums[name] = self._sums.get(name, 0.0) + value
        now = time.perf_counter()
        if now - self._shown >= SECONDS_BETWEEN_UPDATES:
            self._shown = now
            filled = BAR_LENGTH * done // self.batches
            bar = "━" * filled + "┄" * (BAR_LENGTH - filled)
            left = (now - self._started) / done * (self.batches - done)
            means = {name: total / done for name, total in self._sums.items()}
            line = f"{self._label} {bar} {done}/{self.batches} - {left:.0f} s left{_text(means)}"
            # A line that wraps could not be written over.
            self._write_over(line[: shutil.get_terminal_size().columns - 1])

    def on_epoch_end(self, epoch, logs):
        seconds = time.perf_counter() - self._started
        line = f"{self._label} - {seconds:.1f} s{_text(logs)}"
        if self.verbose == 1:
            self._write_over(line)
            self.end_line()
        elif self.verbose == 2:
            print(line, flush=True)

    def end_line(self):
        """Leave what stands on the current line, if it is unfinished."""
        if self._width:
            print(flush=True)
            self._width = 0

    def _write_over(self, line):
        print("\r" + line.ljust(self._width), end="", flush=True)
        self._width = len(line)


def _text(logs):
    return "".join(f" - {name}: {value:.4f}" for name, value in logs.items())


def _in_notebook():
    """Whether this runs in a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and type(ipython.get_ipython()).__name__ == "ZMQInteractiveShell"
