"""Which training comes next: rates first, then the arms, seed by seed."""

from dataclasses import replace

import numpy as np

from benchmarks.ladder.rows import row_of
from benchmarks.ladder.rungs import LONG_EPOCHS, TOP_EPOCHS, everything, rate_from, trainings
from benchmarks.ladder.training import Training

# Seeds of their own, so that no rate is chosen on the noise of a run that it then takes part in.
RATE_SEED, RATE_EPOCHS = 10, 4
PILOT_SEEDS, PILOT_EPOCHS = range(20, 24), 4
PILOT_ARMS = ("full", "full - label smoothing")


class Queue:
    """Trains what has no row yet, one training after the other.

    Parameters
    ----------
    rows : Rows
    state : pathlib.Path
        The folder of the checkpoints.
    data : callable
        From "train" or "test" to images (uint8) and labels.
    held_out : int
        How many of the last training images are for validation.
    precision : str
    report : callable
        Takes each line that tells how far it is.
    """

    def __init__(self, rows, state, data, *, held_out=5_000, precision, report=print):
        self.rows, self.state, self.data, self.report = rows, state, data, report
        self.precision = precision
        images, labels = data("train")
        cut = len(images) - held_out
        self.training_set = images[:cut], labels[:cut]
        self.validation_set = images[cut:], labels[cut:]

    def complete(self, stage, arm, recipe, seed, *, tested=False):
        """Train one arm with one seed to its end and write its row, unless the row is there."""
        if self.rows.has(stage, arm, seed, recipe.rate):
            return
        name = f"{stage} {arm} {recipe.rate:g} seed {seed}"
        state = self.state / f"{name.replace(' ', '_')}.npz"
        training = Training(
            recipe,
            seed,
            *self.training_set,
            self.validation_set,
            precision=self.precision,
            state=state,
        )

        def tell(epoch):
            self.report(
                f"{name}, epoch {epoch['epoch']} of {recipe.epochs}: "
                f"loss {epoch['loss']:.3f}, "
                f"validation accuracy {epoch['validation_accuracy']:.4f}, "
                f"{epoch['processor_seconds']:.0f} processor seconds"
            )

        training.run(tell)
        test = self.data("test") if tested else None
        self.rows.append(row_of(training, stage, arm, test=test), training.history)
        if stage != "top":  # the top rung's weights are worth keeping
            state.unlink()

    def top(self, seeds):
        """The top rung."""
        for seed in seeds:
            self.complete("top", "full", everything(TOP_EPOCHS), seed, tested=True)

    def find_rates(self):
        """Look for each arm's rate, by factors of two, until the best has neighbors on both sides.

        Returns
        -------
        dict of arm to rate
        """
        rates = {}
        arms = trainings()
        for arm, recipe in arms.items():
            if rate_from(arm) != arm:
                continue
            while (rate := next_rate(self.trials(arm), recipe.rate)) is not None:
                trial = replace(recipe, epochs=RATE_EPOCHS, rate=rate)
                self.complete("rate", arm, trial, RATE_SEED)
            trials = self.trials(arm)
            rates[arm] = max(trials, key=trials.get)
        return {arm: rates[rate_from(arm)] for arm in arms}

    def trials(self, arm):
        """Validation accuracy by rate, of the trials so far."""
        return {
            float(row["rate"]): float(row["last"])
            for row in self.rows.read("rate")
            if row["arm"] == arm
        }

    def pilot(self, rates):
        """Two arms over four seeds, to know how much paired differences spread."""
        for seed in PILOT_SEEDS:
            for arm in PILOT_ARMS:
                recipe = replace(trainings()[arm], epochs=PILOT_EPOCHS, rate=rates[arm])
                self.complete("pilot", arm, recipe, seed)

    def arms(self, rates, seeds):
        """All arms of a seed before the next seed, so that what is there can be paired."""
        for seed in seeds:
            for arm, recipe in trainings().items():
                self.complete("arm", arm, replace(recipe, rate=rates[arm]), seed)

    def long(self, rates, seeds):
        """The two best arms again, with the long budget."""
        for seed in seeds:
            for arm in self.best_two():
                recipe = replace(trainings()[arm], epochs=LONG_EPOCHS, rate=rates[arm])
                self.complete("long", arm, recipe, seed)

    def best_two(self):
        """The arms with the highest mean validation accuracy at the short budget."""
        means = {
            arm: np.mean(list(accuracies.values()))
            for arm in trainings()
            if (accuracies := self.rows.validation("arm", arm))
        }
        return sorted(means, key=means.get, reverse=True)[:2]


def next_rate(trials, first):
    """The rate to try next, or None if the best has been tried with its half and its double."""
    if not trials:
        return first
    best = max(trials, key=trials.get)
    return next((rate for rate in (2 * best, best / 2) if rate not in trials), None)
