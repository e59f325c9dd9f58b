"""A network: layers in a row, with training, evaluation and prediction."""

from collections import Counter
from collections.abc import Callable, Sequence
from os import PathLike

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from course_utils.network import saving
from course_utils.network.layers.chain import Chain
from course_utils.network.layers.layer import Layer
from course_utils.network.summary import summary_table
from course_utils.network.training import losses, optimizers
from course_utils.network.training.callbacks import Callback
from course_utils.network.training.history import History
from course_utils.network.training.interrupts import interrupts_wait
from course_utils.network.training.loop import as_callbacks, batches, fit, split_off_validation
from course_utils.network.training.losses import Crossentropy
from course_utils.network.training.not_finite import first_not_finite
from course_utils.network.training.optimizers import Optimizer
from course_utils.reference.arguments import is_whole, whole
from course_utils.reference.checks import as_numbers


class Sequential(Chain):
    """Layers in a row, each of which takes the output of the previous one.

    Parameters
    ----------
    layers : list of layers
    input_shape : tuple, optional
        Of one example, such as (28, 28, 1). If it is left out, the first examples that the network
        sees decide.
    seed : int, optional
        For everything random: the weights, the order of the examples, dropout, augmentation. The
        same seed gives the same run on the same machine. (With another number of threads, sums
        are taken in another order and round differently.)
    dtype : "float32" or "float64"
        float64 is for checking gradients.

    Attributes
    ----------
    layers : list of Layer
    weights, gradients : dict of str to array
        By path, such as "conv2d/kernel".
    trainable : tuple of str
        The paths of the weights that training changes.
    rng : numpy.random.Generator
    optimizer, loss, metrics
        After `compile`.
    history : History
        Of the last `fit`.
    epoch : int
        How many epochs the network has been trained for.

    Raises
    ------
    ValueError
        If the layers do not fit together.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        input_shape: tuple[int, ...] | None = None,
        seed: int | None = None,
        dtype: DTypeLike = "float32",
    ):
        super().__init__(layers)
        if not self.layers:
            raise ValueError("a network needs at least one layer, got an empty list")
        if dtype not in ("float32", "float64"):
            raise ValueError(f'dtype must be "float32" or "float64", got {dtype!r}')
        self.dtype = np.dtype(dtype)
        self.rng = np.random.default_rng(seed)
        self.optimizer = self.loss = self.history = None
        self.metrics = ()
        self.epoch = 0
        self.stop_training = False
        self.name_layers(Counter())
        if input_shape is not None:
            self.build(input_shape)

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Build all layers for examples of this shape, such as (28, 28, 1)."""
        sizes = input_shape if isinstance(input_shape, (tuple, list)) else ()
        if not sizes or not all(is_whole(size) and size >= 1 for size in sizes):
            raise ValueError(
                "input_shape must be the shape of one example, without the batch axis, such as "
                f"(28, 28, 1); got {input_shape!r}"
            )
        super().build(tuple(map(int, sizes)), self.rng, self.dtype)

    def forward(self, x: ArrayLike, training: bool = False) -> np.ndarray:
        """Compute the outputs for a batch, and keep what `backward` needs.

        Parameters
        ----------
        x : array (N, *input_shape)
        training : bool
            Whether dropout drops, and batch normalization uses the batch's own statistics.

        Returns
        -------
        array (N, *output_shape)
        """
        return super().forward(self._examples(x), training, self.rng)

    def compile(
        self,
        optimizer: str | Optimizer,
        loss: str | Crossentropy,
        metrics: str | Sequence[str] = (),
    ) -> None:
        """Say how to train.

        Parameters
        ----------
        optimizer : str or optimizer
            Such as "adam" or Adam(1e-3).
        loss : str or loss
            "sparse_categorical_crossentropy" for labels that are class numbers,
            "categorical_crossentropy" for one-hot labels. The network must end in a softmax;
            loss and softmax are differentiated together. For a network without it, there is
            ``SparseCategoricalCrossentropy(from_logits=True)``.
        metrics : str or sequence of str
            "accuracy", alone or in a list, or nothing.

        Raises
        ------
        ValueError
            If one of them is unknown, the loss does not suit the end of the network, or the
            optimizer belongs to another network, whose steps it remembers.
        """
        optimizer, loss = optimizers.get(optimizer), losses.get(loss)
        metrics = (metrics,) if isinstance(metrics, str) else tuple(metrics or ())
        if metrics not in ((), ("accuracy",)):
            raise ValueError(f'metrics must be "accuracy" or empty, got {list(metrics)!r}')
        last = self.layers[-1]
        if loss.from_logits and last.activation == "softmax":
            raise ValueError(
                f"{last} ends in a softmax, and a loss with from_logits=True applies another; "
                "leave one of them out"
            )
        if not loss.from_logits and last.activation != "softmax":
            raise ValueError(
                f"the loss expects probabilities, but {last} does not end in a softmax; give it "
                'activation="softmax", or use a loss with from_logits=True'
            )
        if optimizer.network not in (None, self):
            raise ValueError(
                f"{optimizer!r} belongs to another network, whose steps it remembers; "
                "make a new one for each network"
            )
        optimizer.network = self
        self.optimizer, self.loss, self.metrics = optimizer, loss, metrics

    def fit(
        self,
        x: ArrayLike,
        y: ArrayLike,
        *,
        batch_size: int = 32,
        epochs: int = 1,
        verbose: int | str = "auto",
        callbacks: Callback | Sequence[Callback] = (),
        validation_split: float = 0.0,
        validation_data: tuple[ArrayLike, ArrayLike] | None = None,
        shuffle: bool = True,
        initial_epoch: int = 0,
        augment: Callable[[np.ndarray, np.random.Generator], np.ndarray] | None = None,
    ) -> History:
        """Train on the examples, `epochs` times over.

        Ctrl-C ends the training, but never in the middle of an optimizer step: `fit` returns the
        history of the finished epochs, and the weights stay as they are (or return to those of the
        best epoch, with an `EarlyStopping` that restores them).

        Parameters
        ----------
        x : array (N, *input_shape)
            Used as given: scale images from 0 to 255 yourself.
        y : array (N,) or (N, K)
            Labels, as the loss takes them.
        batch_size : int
            The last batch of an epoch may be smaller.
        epochs : int
            The number of the last epoch, counted from 1.
        verbose : 0, 1, 2 or "auto"
            Nothing, a bar, or a line for each epoch. "auto" is a bar in a terminal or a notebook,
            else a line.
        callbacks : sequence of Callback
        validation_split : float
            Fraction of the examples to keep back for validation: the last ones.
        validation_data : (x, y), optional
            Loss and metrics on them are computed after every epoch, as "val_loss", ...
        shuffle : bool
            Draw a new order for every epoch.
        initial_epoch : int
            Where to continue: ``initial_epoch=network.epoch`` after `load`.
        augment : callable, optional
            Called for every batch as augment(images, rng); returns the images to train on.

        Returns
        -------
        History

        Raises
        ------
        ValueError
            If examples, labels or an argument are invalid, or an image holds NaN.
        FloatingPointError
            If the loss or a gradient is no longer finite. The message says where it began; the
            weights are those from before the step.
        """
        whole(epochs, "epochs")
        whole(initial_epoch, "initial_epoch", least=0)
        if augment is not None and not callable(augment):
            raise ValueError(
                "augment must be a function (images, rng) -> images, such as Augmentation(...), "
                f"got {augment!r}"
            )
        x, y = as_numbers(x, "x"), as_numbers(y, "labels")
        self.examples_and_classes(x, y)  # finds mistakes before the first batch
        if validation_split:
            if validation_data is not None:
                raise ValueError("give fit validation_split or validation_data, not both")
            (x, y), validation_data = split_off_validation(x, y, validation_split)
        elif validation_data is not None:
            validation_data = self._validation_pair(validation_data)
        return fit(
            self,
            x,
            y,
            callbacks=as_callbacks(callbacks),
            verbose=verbose,
            epochs=epochs,
            initial_epoch=initial_epoch,
            validation_data=validation_data,
            batch_size=batch_size,
            shuffle=shuffle,
            augment=augment,
        )

    def train_step(self, x: ArrayLike, y: ArrayLike) -> dict[str, float]:
        """Take one optimizer step on a batch of examples and labels.

        Returns
        -------
        dict of str to float
            Loss and metrics before the step.

        Raises
        ------
        FloatingPointError
            If the loss or a gradient is not finite. The weights then stay as they were.
        """
        x, classes = self.examples_and_classes(x, y)
        # numpy need not warn about numbers that are not finite: they become an error here.
        with interrupts_wait(), np.errstate(all="ignore"):
            loss, logits = self._loss_and_gradients(x, classes, training=True)
            gradients = self.gradients
            if not np.isfinite(loss) or not all(np.isfinite(g).all() for g in gradients.values()):
                raise FloatingPointError(
                    f"the loss is {loss}: NaN or infinity first appeared in "
                    f"{first_not_finite(self)}. The weights stay as they were before this step. "
                    "What often helps: a lower learning rate (it is "
                    f"{self.optimizer.current_learning_rate:g}), inputs scaled to about 0 to 1"
                )
            self.optimizer.apply(gradients, self.weights)
        return self._logs(loss, losses.count_correct(logits, classes) / len(x))

    def loss_and_gradients(self, x: ArrayLike, y: ArrayLike, training: bool = True) -> float:
        """Return the loss of a batch, and fill `gradients`; the weights stay as they are.

        (The moving averages of batch normalization do change, unless training is False.)
        """
        x, classes = self.examples_and_classes(x, y)
        loss, _ = self._loss_and_gradients(x, classes, training)
        return loss

    def evaluate(self, x: ArrayLike, y: ArrayLike, *, batch_size: int = 32) -> dict[str, float]:
        """Return the loss and the metrics on examples with labels, as a dict."""
        x, classes = self.examples_and_classes(x, y)
        total, right = 0.0, 0
        try:
            for batch in batches(len(x), batch_size):
                logits = self._logits(x[batch], training=False)
                total += self.loss(logits, classes[batch]) * len(logits)
                right += losses.count_correct(logits, classes[batch])
        finally:
            self.forget()
        return self._logs(total / len(x), right / len(x))

    def predict(self, x: ArrayLike, *, batch_size: int = 32) -> np.ndarray:
        """Return the outputs for any number of examples, computed batch by batch."""
        x = self._examples(x)
        y = np.empty((len(x), *self.output_shape), self.dtype)
        try:
            for batch in batches(len(x), batch_size):
                y[batch] = self.forward(x[batch])
        finally:
            self.forget()
        return y

    def count_params(self) -> int:
        """Return the number of weights, trainable or not."""
        self._require_built()
        return sum(weight.size for weight in self.weights.values())

    def summary(self) -> None:
        """Print a table of the layers, their outputs' shapes and their parameters."""
        self._require_built()
        print(summary_table(self))

    def get_weights(self) -> list[np.ndarray]:
        """Return copies of all weights as a list, in Keras's order."""
        self._require_built()
        return [weight.copy() for weight in self.weights.values()]

    def set_weights(self, weights: Sequence[ArrayLike]) -> None:
        """Set all weights from a list, as `get_weights` returns it.

        Raises ValueError if one is missing or has another shape.
        """
        self._require_built()
        own = self.weights
        if len(weights) != len(own):
            raise ValueError(f"the network has {len(own)} weights, got {len(weights)}")
        weights = [as_numbers(weight, path) for path, weight in zip(own, weights)]
        for (path, old), new in zip(own.items(), weights):
            if new.shape != old.shape:
                raise ValueError(f"{path!r} has shape {old.shape}, got shape {new.shape}")
        for old, new in zip(own.values(), weights):
            old[...] = new

    def save(self, path: str | PathLike[str]) -> None:
        """Write the network to an npz file, with all that `load` needs to continue training."""
        self._require_built()
        saving.save(self, path)

    def examples_and_classes(self, x: ArrayLike, y: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Check examples and labels; return the examples, and the labels as class numbers."""
        if self.loss is None:
            raise ValueError("the network does not know how to train: call compile first")
        x = self._examples(x)
        if len(self.output_shape) != 1:
            raise ValueError(
                "a network for classification must end in one row of scores per example, but its "
                f"outputs have shape {self.output_shape}; a Flatten or a GlobalAveragePooling2D "
                "is missing"
            )
        y = as_numbers(y, "labels")
        if y.ndim == 0 or len(y) != len(x):
            raise ValueError(
                f"every example needs a label: got {len(x)} examples and labels of shape {y.shape}"
            )
        return x, self.loss.classes(y, self.output_shape[0])

    def _loss_and_gradients(self, x, classes, training):
        logits = self._logits(x, training)
        loss = self.loss(logits, classes)
        dlogits = self.loss.backward(logits, classes)
        self.backward(dlogits, before_activation=True, need_dx=False)
        return loss, logits

    def _logits(self, x, training):
        """Return the outputs before the softmax, which is all that the loss needs."""
        super().forward(x, training, self.rng)
        return self.layers[-1].z

    def _logs(self, loss, accuracy):
        logs = {"loss": loss}
        if self.metrics:
            logs["accuracy"] = accuracy
        return logs

    def _examples(self, x):
        """Check examples; build the network if it is not built yet."""
        x = as_numbers(x, "x")
        if x.ndim == 0 or len(x) == 0:
            raise ValueError(f"x holds no examples: got shape {x.shape}")
        if self.input_shape is None:
            self.build(x.shape[1:])
        if x.shape[1:] != self.input_shape:
            advice = ""
            if x.shape == (*x.shape[:1], *self.input_shape[:-1]) and self.input_shape[-1] == 1:
                advice = "; add the axis of the channel: x[..., np.newaxis]"
            elif x.shape == self.input_shape:
                advice = "; a single example is a batch of one: x[np.newaxis]"
            elif x.ndim == 4 and x.transpose(0, 2, 3, 1).shape[1:] == self.input_shape:
                advice = "; channels come last here: x.transpose(0, 2, 3, 1)"
            expected = ", ".join(map(str, self.input_shape))
            raise ValueError(
                f"the network expects examples of shape (N, {expected}), got {x.shape}{advice}"
            )
        return x

    def _validation_pair(self, validation_data):
        """Return (x, y) as arrays; a ValueError says that validation_data is to blame."""
        if not isinstance(validation_data, (tuple, list)) or len(validation_data) != 2:
            raise ValueError("validation_data must be a pair (x, y)")
        x, y = as_numbers(validation_data[0], "x"), as_numbers(validation_data[1], "labels")
        try:
            self.examples_and_classes(x, y)
        except ValueError as error:
            raise ValueError(f"validation_data: {error}") from None
        return x, y

    def _require_built(self):
        if self.input_shape is None:
            raise ValueError(
                "the network has no weights yet: give Sequential an input_shape, or call build"
            )


def load(path: str | PathLike[str]) -> Sequential:
    """Read a network from a file that `Sequential.save` wrote.

    Returns
    -------
    Sequential
        With its weights; if it was compiled, also with the state of its optimizer and of its
        random numbers: training continues as if it had never stopped.

    Raises
    ------
    ValueError
        If the file is something else, is truncated, or its weights belong to another network.
    """
    return saving.restore(path, Sequential)
