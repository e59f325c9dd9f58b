"""The exercise "When to stop"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.regularization import CHAPTER
from course_utils.exercises.slip import Slip


def stopping_epoch(val_losses, patience):
    best = 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < val_losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return epoch, best
    return len(val_losses) - 1, best


def inputs(rng):
    yield {"val_losses": np.array([0.9, 0.5, 0.6, 0.55, 0.7, 0.4]), "patience": 2}
    yield {"val_losses": np.array([0.9, 0.7, 0.8, 0.6, 0.5, 0.7, 0.6, 0.65, 0.3]), "patience": 3}
    yield {"val_losses": np.array([0.8, 0.6, 0.6, 0.6, 0.6, 0.2]), "patience": 3}
    yield {"val_losses": np.array([1.0, 0.9, 0.8, 0.7]), "patience": 2}
    yield {"val_losses": np.array([0.5, 0.8, 0.4, 0.6, 0.3, 0.5, 0.6]), "patience": 1}
    for epochs, patience in [(30, 3), (50, 5), (40, 10)]:
        epoch = np.arange(epochs)
        yield {
            "val_losses": np.exp(-epoch / 5) + epoch / 50 + rng.normal(0.5, 0.04, size=epochs),
            "patience": patience,
        }


def _count_not_reset(val_losses, patience):
    best, waited = 0, 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < val_losses[best]:
            best = epoch
        else:
            waited += 1
            if waited >= patience:
                return epoch, best
    return len(val_losses) - 1, best


def _stop_misreported(change):
    """The right stop, told wrongly: change(val_losses, patience, end, best) is returned."""
    return lambda val_losses, patience: change(
        val_losses, patience, *stopping_epoch(val_losses, patience)
    )


def _stop_by_the_previous(val_losses, patience):
    waited = 0
    for epoch in range(1, len(val_losses)):
        waited = 0 if val_losses[epoch] < val_losses[epoch - 1] else waited + 1
        if waited == patience:
            break
    return epoch, int(np.argmin(val_losses[: epoch + 1]))


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="When to stop",
    prompt="""The epoch at which early stopping ends, and the best one until then.

    val_losses : (epochs,) array, the validation loss after each epoch
    patience : int, at least 1
    Training ends at the first epoch that is the patience-th in a row
    without a loss below the lowest so far (the same loss again is not
    below), or else at the last epoch. Epochs are counted from 0, which is
    never a bad one.
    Returns two ints: the epoch at which training ends, and the epoch with
    the lowest loss until then, the first one if several have it.
    """,
    reference=stopping_epoch,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="looks-ahead",
            name="The best epoch is searched in the whole curve, beyond the stop.",
            hint="Epochs after the stop are never trained. Who would know their losses?",
            wrong=lambda val_losses, patience: (
                stopping_epoch(val_losses, patience)[0],
                int(np.argmin(val_losses)),
            ),
        ),
        Misconception(
            id="one-epoch-late",
            name="It waits one epoch longer than the patience.",
            hint="With a patience of 2, the second bad epoch in a row is the last.",
            wrong=Slip(stopping_epoch, ">= patience", "> patience"),
        ),
        Misconception(
            id="compared-with-the-previous",
            name="Each loss is compared with the one before, not with the lowest so far.",
            hint="0.5, 0.6, 0.55: is the third one a new lowest?",
            wrong=Slip(stopping_epoch, "val_losses[best]", "val_losses[epoch - 1]"),
        ),
        Misconception(
            id="counts-against-the-previous",
            name="Epochs count as bad if they are no better than the one before.",
            hint="0.5, 0.6, 0.55: is the third one a new lowest?",
            wrong=_stop_by_the_previous,
        ),
        Misconception(
            id="count-not-reset",
            name="All bad epochs are counted; a new lowest loss does not reset the count.",
            hint="The prompt says in a row.",
            wrong=_count_not_reset,
        ),
        Misconception(
            id="tie-is-progress",
            name="The same loss again counts as progress.",
            hint="Below the lowest so far means smaller than it, not equal.",
            wrong=Slip(stopping_epoch, "< val_losses[best]", "<= val_losses[best]"),
        ),
        Misconception(
            id="first-rise",
            name="It stops at the first epoch that is no progress, whatever the patience is.",
            hint="Validation losses are noisy. How many bad epochs in a row are allowed?",
            wrong=Slip(stopping_epoch, ">= patience", ">= 1"),
        ),
        Misconception(
            id="one-epoch-early",
            name="It stops one epoch before the patience is used up.",
            hint="With a patience of 2, one bad epoch may follow the best one. And two?",
            wrong=Slip(stopping_epoch, ">= patience", ">= patience - 1"),
        ),
        Misconception(
            id="never-stops",
            name="It goes through all epochs and takes the lowest loss of all.",
            hint="Somebody who trains does not know the rest of the curve.",
            wrong=lambda val_losses, patience: (
                len(val_losses) - 1,
                int(np.argmin(val_losses)),
            ),
        ),
        Misconception(
            id="lowest-of-all-plus-patience",
            name="The lowest loss of the whole curve is found first, and patience added to it.",
            hint="Training may end long before that epoch comes. Go through them in order.",
            wrong=lambda val_losses, patience: (
                min(int(np.argmin(val_losses)) + patience, len(val_losses) - 1),
                int(np.argmin(val_losses)),
            ),
        ),
        Misconception(
            id="best-from-the-end",
            name="The best epoch is taken to be patience epochs before the end.",
            hint="And where the curve ends before the patience does?",
            wrong=_stop_misreported(lambda losses, patience, end, best: (end, end - patience)),
        ),
        Misconception(
            id="beyond-the-last",
            name="If nothing stops it, it ends at len(val_losses): there is no such epoch.",
            hint="Epochs count from 0. What is the number of the last of four?",
            wrong=_stop_misreported(
                lambda losses, patience, end, best: (
                    (end, best) if end - best >= patience else (len(losses), best)
                )
            ),
        ),
        Misconception(
            id="last-of-equals",
            name="Of several epochs with the lowest loss it takes the last one.",
            hint="The prompt says which one of several to take.",
            wrong=_stop_misreported(
                lambda losses, patience, end, best: (
                    end,
                    end - int(np.argmin(losses[end::-1])),
                )
            ),
        ),
        Misconception(
            id="counted-from-1",
            name="Epochs are counted from 1.",
            hint="The first loss, val_losses[0], is that of epoch 0.",
            wrong=_stop_misreported(lambda losses, patience, end, best: (end + 1, best + 1)),
        ),
        Misconception(
            id="order-swapped",
            name="The best epoch comes first, the end second.",
            hint="In which order does the prompt name the two?",
            wrong=_stop_misreported(lambda losses, patience, end, best: (best, end)),
        ),
        Misconception(
            id="loss-for-epoch",
            name="The lowest loss is returned where its epoch should be.",
            hint="Returns two ints.",
            wrong=_stop_misreported(lambda losses, patience, end, best: (end, float(losses[best]))),
        ),
    ),
    hints=(
        "Keep the epoch of the lowest loss so far, and go through the epochs in order.",
        "How many epochs in a row had no new lowest loss? Epoch and best epoch tell.",
        "If the loop ends without a stop, the last epoch is len(val_losses) - 1.",
    ),
)
