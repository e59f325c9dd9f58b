"""Callbacks: what `fit` calls after every batch and around every epoch."""

from collections.abc import Callable

import numpy as np

from course_utils.network.training.interrupts import interrupts_wait
from course_utils.reference.arguments import number, whole


class Callback:
    """Base class of callbacks, with Keras's methods; override those you need.

    Attributes
    ----------
    model : Sequential
        The network in training. ``self.model.stop_training = True`` ends training after the epoch.
    """

    model = None

    def on_train_begin(self) -> None:
        """Before the first epoch."""

    def on_train_end(self) -> None:
        """After the last epoch, or after Ctrl-C; not after an error."""

    def on_epoch_begin(self, epoch: int) -> None:
        """Before an epoch; the first has number 0."""

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """After an epoch. Whatever is added to the dict `logs` appears in the history."""

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """After an optimizer step; `logs` has the loss and metrics of this batch only."""


class EarlyStopping(Callback):
    """Ends the training when a quantity has stopped improving.

    Parameters
    ----------
    monitor : str
        A name in the history. A name that contains "accuracy" should grow, any other shrink.
    min_delta : float
        An improvement must be larger than this to count.
    patience : int
        Epochs without improvement before the training ends.
    restore_best_weights : bool
        Return to the weights of the best epoch at the end, even if Ctrl-C ends the training.

    Attributes
    ----------
    best : float
        The best value so far.
    best_epoch, stopped_epoch : int
        The epoch with that value, and the one that ended the training, counted from 0; or None.
    restored : bool
        Whether the network has been given back the best epoch's weights.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        *,
        restore_best_weights: bool = False,
    ):
        self.monitor = monitor
        self.min_delta = number(min_delta, "min_delta", least=0)
        self.patience = whole(patience, "patience", least=0)
        self.restore_best_weights = restore_best_weights

    def on_train_begin(self) -> None:
        self.best = -np.inf if "accuracy" in self.monitor else np.inf
        self.best_epoch = self.stopped_epoch = self._best_weights = None
        self.restored = False
        self._waited = 0

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        if self.monitor not in logs:
            advice = "; pass validation_data to fit" * self.monitor.startswith("val_")
            raise ValueError(
                f"EarlyStopping monitors {self.monitor!r}, but the history has "
                f"{', '.join(map(repr, logs))}{advice}"
            )
        value = logs[self.monitor]
        gain = value - self.best if "accuracy" in self.monitor else self.best - value
        if gain > self.min_delta:
            self.best, self.best_epoch, self._waited = value, epoch, 0
            if self.restore_best_weights:
                self._best_weights = self.model.get_weights()
            return
        self._waited += 1
        if self._waited >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def on_train_end(self) -> None:
        if self._best_weights is not None:
            with interrupts_wait():
                self.model.set_weights(self._best_weights)
                self.restored = True


class LearningRateScheduler(Callback):
    """Sets the learning rate before every epoch, and records it as "learning_rate".

    For a rate that changes from step to step, give the optimizer a schedule instead, such as
    `cosine_decay`.

    Parameters
    ----------
    schedule : callable
        Called with the number of the epoch, from 0, and the current rate; returns the new rate.
    """

    def __init__(self, schedule: Callable[[int, float], float]):
        if not callable(schedule):
            raise ValueError(
                f"schedule must be a function (epoch, learning rate) -> learning rate, "
                f"got {schedule!r}"
            )
        self.schedule = schedule

    def on_epoch_begin(self, epoch: int) -> None:
        optimizer = self.model.optimizer
        optimizer.learning_rate = self.schedule(epoch, optimizer.current_learning_rate)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        logs["learning_rate"] = self.model.optimizer.current_learning_rate
