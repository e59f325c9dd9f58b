"""What a training is made of: one switch a technique, so that each can be put in or left out."""

from dataclasses import asdict, dataclass

import keras

from course_utils.models import Muon, decay_kernels_only, one_cycle, pooled_resnet
from course_utils.network.training.augmentation import Augmentation

GRAY = 120  # the mean of CIFAR-10's pixels: what lies outside a shifted image
# In units of the rate, which means another length for each optimizer.
SGD_DECAY, MUON_DECAY = 0.005, 0.03


@dataclass(frozen=True)
class Recipe:
    """A training on CIFAR-10. Without arguments, it is the bottom of the ladder.

    Attributes
    ----------
    epochs, batch_size : int
    rate : float
        The learning rate; with a schedule, its peak.
    normalization, residual : bool
        Of the network.
    schedule : bool
        The rate climbs for a fifth of the steps, then falls to 0 as a cosine. Else it is constant.
    flips_and_shifts : bool
        Half of the images are mirrored, and all are shifted by up to 4 pixels each way.
    weight_decay : bool
        Of kernels only.
    label_smoothing : float
        The probability that is shared out among all classes.
    muon : bool
        Orthogonalized steps instead of plain SGD, both with Nesterov momentum.
    average_every : int
        Steps between two updates of the averaged weights. Averaging changes nothing in the
        training, so every training keeps an average.
    average_over : float
        How far the average looks back, as a share of the training.
    """

    epochs: int = 12
    batch_size: int = 128
    rate: float = 0.02
    normalization: bool = False
    residual: bool = False
    schedule: bool = False
    flips_and_shifts: bool = False
    weight_decay: bool = False
    label_smoothing: float = 0.0
    muon: bool = False
    average_every: int = 8
    average_over: float = 0.04

    def build(self):
        """The network, not trained."""
        return pooled_resnet(normalization=self.normalization, residual=self.residual)

    def optimizer(self, network, steps_an_epoch):
        """An optimizer for this network's weights."""
        rate = one_cycle(self.epochs * steps_an_epoch, self.rate) if self.schedule else self.rate
        decay = MUON_DECAY if self.muon else SGD_DECAY
        decay = decay if self.weight_decay else None
        if self.muon:
            optimizer = Muon(rate, weight_decay=decay)
        else:
            optimizer = keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=decay)
        decay_kernels_only(optimizer, network)
        optimizer.build(network.trainable_variables)
        return optimizer

    def average_momentum(self, steps_an_epoch):
        """What the averaged weights keep of themselves at each update."""
        updates = self.epochs * steps_an_epoch / self.average_every
        return max(0.0, 1 - 1 / (self.average_over * updates))

    def augment(self, images, rng):
        """A batch as one epoch sees it."""
        if not self.flips_and_shifts:
            return images
        return Augmentation(flip=True, shift=4, fill=GRAY)(images, rng)

    def facts(self):
        """All that makes this training, as JSON can hold it."""
        return asdict(self)
