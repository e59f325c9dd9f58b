"""The learning rate over a whole training, for the labs' improved networks."""

import keras


def one_cycle(
    steps: int, peak: float = 0.01, share_up: float = 0.2
) -> keras.optimizers.schedules.LearningRateSchedule:
    """A learning rate that climbs to its peak in a straight line and falls as a cosine, to 0.

    Smith (2018), https://doi.org/10.48550/arXiv.1803.09820, whose way down is straight too.

    Parameters
    ----------
    steps : int
        Steps of the whole training.
    peak : float
    share_up : float
        Fraction of the steps on which the rate climbs.

    Returns
    -------
    keras.optimizers.schedules.LearningRateSchedule
    """
    up = max(1, round(share_up * steps))
    return keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - up), warmup_target=peak, warmup_steps=up
    )
