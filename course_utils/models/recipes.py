"""How each network of the labs is trained: all that a measurement needs to repeat it."""

from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np

from course_utils.datasets import cifar10, fashion_mnist
from course_utils.models.batching import batches
from course_utils.models.cifar10 import pairs_of_convolutions
from course_utils.models.documents import document_1, document_2, document_4
from course_utils.models.fashion_mnist import improved_fashion_mnist
from course_utils.models.mirroring import with_mirror_image
from course_utils.models.progress import Progress
from course_utils.models.schedules import one_cycle


@dataclass(frozen=True)
class Recipe:
    """A network and its training.

    Images are scaled to 0..1. The last `held_out` training images are the validation set.

    Attributes
    ----------
    build : callable
        Returns the network, not compiled; its output is a softmax over the classes.
    data : callable
        `datasets.fashion_mnist` or `datasets.cifar10`.
    epochs, batch_size, held_out : int
    optimizer : callable
        From the number of steps of the whole training to a Keras optimizer.
    finish : callable
        From the trained network to the one that is used.
    claim : float or None
        The test accuracy that a document reports for it.
    """

    build: Callable
    data: Callable
    epochs: int
    batch_size: int
    held_out: int = 5_000
    optimizer: Callable = lambda steps: keras.optimizers.Adam()
    finish: Callable = lambda network: network
    claim: float | None = None

    def parts(
        self, images: np.ndarray, labels: np.ndarray
    ) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
        """Cut scaled images and labels into ((x_train, y_train), (x_val, y_val))."""
        x = images.astype(np.float32) / 255
        cut = len(x) - self.held_out
        return (x[:cut], labels[:cut]), (x[cut:], labels[cut:])

    def train(
        self,
        x: np.ndarray,
        y: np.ndarray,
        *,
        validation_data: tuple[np.ndarray, np.ndarray] | None = None,
        seed: int,
        epochs: int | None = None,
        verbose: int | str = "auto",
    ) -> tuple[keras.Model, dict[str, list[float]]]:
        """Train a new network; with equal seeds it starts from equal weights.

        Parameters
        ----------
        x : float array (n, H, W, C), scaled to 0..1
        y : integer array (n,)
        validation_data : (x, y), optional
        seed : int
        epochs : int, optional
            Instead of those of the recipe; schedules are stretched to fit.
        verbose : 0, 1, 2 or "auto"

        Returns
        -------
        network : keras.Model
        history : dict of lists
        """
        epochs = self.epochs if epochs is None else epochs
        keras.utils.set_random_seed(seed)
        network = self.build()
        network.compile(
            self.optimizer(epochs * -(-len(x) // self.batch_size)),
            # One-hot labels and categorical_crossentropy give the same loss.
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
        )
        if validation_data is not None:
            validation_data = batches(*validation_data, self.batch_size, shuffle=False)
        history = network.fit(
            batches(x, y, self.batch_size),
            shuffle=False,  # they are shuffled already
            epochs=epochs,
            validation_data=validation_data,
            verbose=0,
            callbacks=[Progress(verbose)],
        )
        return network, history.history


RECIPES = {
    "document_1": Recipe(document_1, cifar10, epochs=10, batch_size=64),
    # The document gives no batch size: Keras takes 32.
    "document_2": Recipe(document_2, cifar10, epochs=10, batch_size=32),
    "document_4": Recipe(document_4, fashion_mnist, epochs=10, batch_size=64, claim=0.9124),
    "improved_fashion_mnist": Recipe(
        improved_fashion_mnist,
        fashion_mnist,
        epochs=14,
        batch_size=128,
        optimizer=lambda steps: keras.optimizers.AdamW(
            one_cycle(steps, peak=0.008), weight_decay=0.05
        ),
        finish=with_mirror_image,
    ),
    "improved_cifar10": Recipe(
        pairs_of_convolutions,
        cifar10,
        epochs=8,
        batch_size=128,
        optimizer=lambda steps: keras.optimizers.AdamW(
            one_cycle(steps, peak=0.01), weight_decay=0.05
        ),
    ),
}
