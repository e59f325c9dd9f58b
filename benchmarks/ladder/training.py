"""Training by a recipe, an epoch at a time, that goes on exactly where it was stopped."""

import contextlib
import time

import keras
import numpy as np
import tensorflow as tf

from benchmarks.ladder import checkpoint
from course_utils.models import (
    AveragedWeights,
    recalibrate,
    smooth_labels,
    with_mirror_image,
)

# The weights of the last step or their average; the image alone or its mirror image too.
WAYS = ("last", "last_mirrored", "averaged", "averaged_mirrored")
RECALIBRATION_IMAGES = 5_000


class Training:
    """One network in training: its weights, optimizer, averages, generator and past epochs.

    Parameters
    ----------
    recipe : Recipe
    seed : int
        Fixes the first weights, the order of the images in each epoch, and their augmentation. The
        last two come from a generator of the training's own, so that every epoch has another order.
    images : uint8 array (n, H, W, 3)
    labels : integer array (n,)
    validation : (images, labels)
    precision : str
        A Keras dtype policy.
    state : pathlib.Path
        The checkpoint. If it exists, the training goes on from there.
    """

    def __init__(self, recipe, seed, images, labels, validation, *, precision, state):
        self.recipe, self.seed, self.precision, self.state = recipe, seed, precision, state
        self.images, self.targets = images, smooth_labels(labels, amount=recipe.label_smoothing)
        self.labels, self.validation = labels, validation
        self.steps = len(images) // recipe.batch_size  # an epoch's last, smaller batch is left out
        if self.steps == 0:
            raise ValueError(f"{len(images)} images do not fill a batch of {recipe.batch_size}")
        keras.backend.clear_session()  # frees the graphs of trainings before
        keras.utils.set_random_seed(seed)
        with dtype_policy(precision):
            self.network = recipe.build()
        self.optimizer = recipe.optimizer(self.network, self.steps)
        self.averaged = AveragedWeights(self.network, recipe.average_momentum(self.steps))
        self.rng = np.random.default_rng(seed)
        self.history = []
        self.loss = keras.losses.CategoricalCrossentropy()
        self._learn = tf.function(self._train_on)
        self._answer = answering(self.network)
        self._restore()

    @property
    def done(self):
        return len(self.history) >= self.recipe.epochs

    def run(self, report=lambda epoch: None):
        """Train the epochs that are missing; the state is saved after each."""
        while not self.done:
            self.epoch()
            self.save()
            report(self.history[-1])

    def epoch(self):
        """Go once through the images, in an order of its own."""
        start = time.process_time()
        order = self.rng.permutation(len(self.images))
        losses, right = [], []
        for step in range(self.steps):
            places = order[step * self.recipe.batch_size :][: self.recipe.batch_size]
            loss, probabilities = self.step(places)
            losses.append(loss)
            right.append(probabilities.argmax(axis=1) == self.labels[places])
            if (step + 1) % self.recipe.average_every == 0:
                self.averaged.update()
        accuracy = share_right(self._answer, *self.validation)
        self.history.append(
            {
                "epoch": len(self.history) + 1,
                "loss": round(float(np.mean(losses)), 5),
                "train_accuracy": round(float(np.mean(right)), 5),
                "validation_accuracy": round(accuracy, 5),
                "processor_seconds": round(time.process_time() - start, 2),
            }
        )

    def step(self, places):
        """Learn from the images at these places; return the loss and the probabilities (n, K)."""
        batch = self.recipe.augment(self.images[places], self.rng)
        loss, probabilities = self._learn(scaled(batch), tf.constant(self.targets[places]))
        return float(loss), probabilities.numpy()

    def _train_on(self, images, targets):
        with tf.GradientTape() as tape:
            probabilities = self.network(images, training=True)
            loss = self.loss(targets, probabilities)
        weights = self.network.trainable_variables
        gradients = tape.gradient(loss, [weight.value for weight in weights])
        self.optimizer.apply(gradients, weights)
        return loss, probabilities

    def processor_minutes(self):
        """Of all cores together, for the epochs and their validation."""
        return sum(epoch["processor_seconds"] for epoch in self.history) / 60

    def averaged_network(self):
        """A network with the averaged weights, and batch statistics measured for them."""
        with dtype_policy(self.precision):
            network = self.recipe.build()
        self.averaged.copy_to(network)
        some = np.random.default_rng(self.seed).permutation(len(self.images))
        some = some[:RECALIBRATION_IMAGES]
        recalibrate(network, scaled(self.images[some]), min(500, len(some)))
        return network

    def accuracy(self, way, images, labels):
        """Share of right answers, in one of `WAYS`: which weights, and whether mirrored too."""
        if way not in WAYS:
            raise ValueError(f"way is {way!r}; expected one of {', '.join(WAYS)}")
        network = self.averaged_network() if way.startswith("averaged") else self.network
        network = with_mirror_image(network) if way.endswith("mirrored") else network
        return share_right(answering(network), images, labels)

    def save(self):
        arrays = {name: [np.asarray(v) for v in group] for name, group in self._variables().items()}
        facts = {
            "seed": self.seed,
            "recipe": self.recipe.facts(),
            "precision": self.precision,
            "history": self.history,
            "generator": self.rng.bit_generator.state,
            "updates": self.averaged.updates,
        }
        checkpoint.save(self.state, arrays, facts)

    def _restore(self):
        saved = checkpoint.load(self.state)
        if saved is None:
            return
        arrays, facts = saved
        for name in ("seed", "precision"):
            if facts[name] != getattr(self, name):
                raise ValueError(
                    f"{self.state} is of another training: its {name} is {facts[name]!r}, "
                    f"expected {getattr(self, name)!r}"
                )
        if facts["recipe"] != self.recipe.facts():
            raise ValueError(f"{self.state} is of another recipe. Delete it to begin again.")
        for name, variables in self._variables().items():
            for variable, array in zip(variables, arrays[name], strict=True):
                variable.assign(array)
        self.rng.bit_generator.state = facts["generator"]
        self.history = facts["history"]
        self.averaged.updates = facts["updates"]

    def _variables(self):
        return {
            "network": self.network.variables,
            "optimizer": self.optimizer.variables,
            "averages": self.averaged.averages,
        }


@contextlib.contextmanager
def dtype_policy(name):
    """Layers made inside have this Keras dtype policy."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def scaled(images):
    """uint8 images as the networks take them: float32 from 0 to 1."""
    return images.astype(np.float32) / 255


def answering(network):
    """The network at inference, as one compiled function."""
    return tf.function(lambda images: network(images, training=False))


def share_right(answer, images, labels, batch_size=500):
    """Accuracy on uint8 images, as a share."""
    right = 0
    for start in range(0, len(images), batch_size):
        found = answer(scaled(images[start : start + batch_size])).numpy().argmax(axis=1)
        right += int(np.sum(found == labels[start : start + batch_size]))
    return right / len(images)
