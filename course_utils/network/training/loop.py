"""The training loop."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from course_utils.network.training.callbacks import Callback, EarlyStopping
from course_utils.network.training.history import History
from course_utils.network.training.interrupts import interrupts_wait
from course_utils.network.training.progress import Progress
from course_utils.reference.arguments import number, whole

if TYPE_CHECKING:
    from course_utils.network.sequential import Sequential


def fit(
    network: "Sequential",
    x: np.ndarray,
    y: np.ndarray,
    callbacks: Sequence[Callback],
    verbose: int | str,
    epochs: int,
    initial_epoch: int,
    validation_data: tuple[np.ndarray, np.ndarray] | None,
    **options: Any,
) -> History:
    """Train a network for epochs initial_epoch to epochs - 1; see `Sequential.fit`."""
    history = network.history = History()
    progress = Progress(verbose, epochs, len(batches(len(x), options["batch_size"])))
    listeners = [progress, *callbacks]
    for listener in listeners:
        listener.model = network
    network.stop_training = False
    epoch = initial_epoch
    begun = []  # listeners that know that the training began, and not yet that it ended
    try:
        for listener in listeners:
            listener.on_train_begin()
            begun.append(listener)
        for epoch in range(initial_epoch, epochs):
            for listener in listeners:
                listener.on_epoch_begin(epoch)
            logs = train_epoch(network, x, y, listeners, **options)
            if validation_data is not None:
                batch_size = options["batch_size"]
                results = network.evaluate(*validation_data, batch_size=batch_size)
                logs |= {f"val_{name}": value for name, value in results.items()}
            try:
                for listener in listeners:
                    listener.on_epoch_end(epoch, logs)
            finally:  # the epoch is finished, whatever a callback does
                with interrupts_wait():
                    history.append(epoch, logs)
                    network.epoch += 1
            if network.stop_training:
                break
        end_training(begun)
    except KeyboardInterrupt:
        history.interrupted = True
        progress.end_line()
        end_training(begun)
        restored = [c.best_epoch for c in callbacks if isinstance(c, EarlyStopping) and c.restored]
        kept = (
            f"of epoch {restored[-1] + 1}, the best" if restored else "after the last finished step"
        )
        print(
            f"Interrupted in epoch {epoch + 1} of {epochs}. The history has the finished epochs "
            f"({len(history.epoch)}), the weights are those {kept}.",
            flush=True,
        )
    finally:
        progress.end_line()
        network.forget()
    return history


def end_training(listeners: list[Callback]) -> None:
    """Tell each listener once that the training has ended, even if Ctrl-C interrupts this."""
    while listeners:
        listeners.pop(0).on_train_end()


def train_epoch(
    network: "Sequential",
    x: np.ndarray,
    y: np.ndarray,
    listeners: list[Callback],
    batch_size: int,
    shuffle: bool,
    augment: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None,
) -> dict[str, float]:
    """Train on every example once; return the means of loss and metrics."""
    order = network.rng.permutation(len(x)) if shuffle else np.arange(len(x))
    totals = {}
    for count, batch in enumerate(batches(len(x), batch_size)):
        positions = order[batch]
        images = x[positions].astype(network.dtype, copy=False)
        if augment is not None:
            images = augmented(images, augment, network.rng)
        try:
            logs = network.train_step(images, y[positions])
        except FloatingPointError as error:
            require_finite(images, positions)
            raise FloatingPointError(f"after {count} batches of the epoch, {error}") from None
        for name, value in logs.items():
            totals[name] = totals.get(name, 0.0) + value * len(images)
        for listener in listeners:
            listener.on_train_batch_end(count, logs)
    return {name: total / len(x) for name, total in totals.items()}


def augmented(
    images: np.ndarray,
    augment: Callable[[np.ndarray, np.random.Generator], np.ndarray],
    rng: np.random.Generator,
) -> np.ndarray:
    """Return augment(images, rng), which must have the shape of the images."""
    changed = np.asarray(augment(images, rng))
    if changed.shape != images.shape:
        raise ValueError(
            f"augment must return images of the shape that it was given, {images.shape}, "
            f"got shape {changed.shape}"
        )
    return changed


def require_finite(images: np.ndarray, positions: np.ndarray) -> None:
    """Raise ValueError if an image holds NaN or infinity; `positions` are their numbers in x."""
    for position, image in zip(positions, images):
        if not np.isfinite(image).all():
            where = tuple(map(int, np.argwhere(~np.isfinite(image))[0]))
            raise ValueError(
                f"x[{position}] holds {image[where]} at {where}: clean or leave out such examples "
                "(with augment, see what it returns)"
            )


def batches(count: int, batch_size: int) -> list[slice]:
    """Cut `count` examples into slices of batch_size; the last may be shorter."""
    whole(batch_size, "batch_size")
    return [slice(start, start + batch_size) for start in range(0, count, batch_size)]


def split_off_validation(
    x: np.ndarray, y: np.ndarray, fraction: float
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Split off the last examples for validation; return (x, y) of the rest, and of these."""
    number(fraction, "validation_split", above=0, below=1)
    kept = int(len(x) * (1 - fraction))
    if kept in (0, len(x)):
        raise ValueError(
            f"validation_split={fraction} of {len(x)} examples leaves {kept} for training and "
            f"{len(x) - kept} for validation; both need at least one"
        )
    return (x[:kept], y[:kept]), (x[kept:], y[kept:])


def as_callbacks(callbacks: Callback | Iterable[Callback] | None) -> list[Callback]:
    """Return callbacks as a list; ValueError if one is something else."""
    callbacks = [callbacks] if isinstance(callbacks, Callback) else list(callbacks or ())
    for callback in callbacks:
        if not isinstance(callback, Callback):
            raise ValueError(
                "callbacks must be objects such as EarlyStopping(), or of your own subclass of "
                f"Callback; got {callback!r}"
            )
    return callbacks
