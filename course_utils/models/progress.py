"""A progress line for Keras's `fit`, drawn as the course's own networks draw theirs."""

import keras

from course_utils.network.training.progress import ProgressLine


class Progress(keras.callbacks.Callback):
    """Shows epoch, step, time left in the epoch, loss and metrics on one line.

    The line is overwritten while an epoch runs, and one clean line per epoch remains. Use it as
    ``model.fit(..., verbose=0, callbacks=[Progress()])``.

    Parameters
    ----------
    verbose : 0, 1, 2 or "auto"
        Silent, a bar, or a line per epoch; "auto" is the bar in a terminal or a notebook.
    """

    def __init__(self, verbose: int | str = "auto"):
        super().__init__()
        self.verbose = verbose

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        # A generator may not say how many steps it has; a bar would then have no end.
        steps = self.params["steps"]
        verbose = self.verbose if steps or self.verbose == 0 else 2
        self._line = ProgressLine(verbose, self.params["epochs"], steps)

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._line.start_epoch(epoch)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        self._line.show(batch + 1, logs or {})

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        self._line.finish_epoch(logs or {})

    def on_train_end(self, logs: dict[str, float] | None = None) -> None:
        self._line.end_line()
