"""Exercises of chapter 6: early stopping, dropout, weight decay and augmentation."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def stopping_epoch(val_losses, patience):
    best = 0
    for epoch in range(1, len(val_losses)):
        if val_losses[epoch] < val_losses[best]:
            best = epoch
        elif epoch - best >= patience:
            return epoch, best
    return len(val_losses) - 1, best


def stopping_epoch_inputs(rng):
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


def _stop(val_losses, patience, *, better=np.less, late=0, reset=True, to_previous=False):
    best, waited = 0, 0
    for epoch in range(1, len(val_losses)):
        yardstick = epoch - 1 if to_previous else best
        if better(val_losses[epoch], val_losses[yardstick]):
            best, waited = epoch, waited * (not reset)
        else:
            waited += 1
            if waited >= patience + late:
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


def drop_units(x, rate, draws, training):
    if not training:
        return x
    return np.where(draws >= rate, x / (1 - rate), 0)


def _divided_by_rate(x, rate, draws, training):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(draws >= rate, x / rate, 0) if training else x


def drop_units_inputs(rng):
    yield {
        "x": np.array([1.0, 2, 3, 4]),
        "rate": 0.5,
        "draws": np.array([0.7, 0.1, 0.5, 0.4]),
        "training": True,
    }
    yield {
        "x": np.array([1.0, 2, 3, 4]),
        "rate": 0.5,
        "draws": np.array([0.7, 0.1, 0.5, 0.4]),
        "training": False,
    }
    yield {
        "x": np.array([[3.0, -6, 9], [12, 3, -3]]),
        "rate": 0.25,
        "draws": np.array([[0.9, 0.3, 0.2], [0.1, 0.8, 0.6]]),
        "training": True,
    }
    for shape, rate, training in [
        ((3, 8), 0.3, True),
        ((2, 3, 4, 5), 0.8, True),
        ((4, 3), 0.6, False),
    ]:
        yield {
            "x": rng.normal(size=shape),
            "rate": rate,
            "draws": rng.random(shape),
            "training": training,
        }
    yield {"x": rng.normal(size=(2, 3)), "rate": 0.0, "draws": rng.random((2, 3)), "training": True}


def adamw_step(w, g, m, v, step, learning_rate, weight_decay):
    m = 0.9 * m + 0.1 * g
    v = 0.999 * v + 0.001 * g**2
    m_hat = m / (1 - 0.9**step)
    v_hat = v / (1 - 0.999**step)
    change = m_hat / (np.sqrt(v_hat) + 1e-7) + weight_decay * w
    return w - learning_rate * change, m, v


def adamw_step_inputs(rng):
    yield {
        "w": np.array([10.0, 10.0, -1.0]),
        "g": np.array([0.5, -4.0, 2.0]),
        "m": np.zeros(3),
        "v": np.zeros(3),
        "step": 1,
        "learning_rate": 0.1,
        "weight_decay": 0.2,
    }
    yield {  # small gradients tell where epsilon stands, and a 0 whether it is there
        "w": np.array([0.5, -2.0, 1.0]),
        "g": np.array([0.002, -0.004, 0.0]),
        "m": np.zeros(3),
        "v": np.zeros(3),
        "step": 1,
        "learning_rate": 0.05,
        "weight_decay": 0.5,
    }
    yield {
        "w": np.array([10.0, -5.0]),
        "g": np.array([2.0, 2.0]),
        "m": np.array([1.0, -1.0]),
        "v": np.array([0.5, 0.5]),
        "step": 2,
        "learning_rate": 0.5,
        "weight_decay": 0.0,
    }
    for shape, step, learning_rate, weight_decay in [
        ((4,), 3, 0.5, 0.1),
        ((2, 3), 10, 0.2, 0.5),
        ((3, 3, 2, 4), 100, 0.1, 1.0),
    ]:
        yield {
            "w": rng.normal(scale=2, size=shape),
            "g": rng.normal(size=shape),
            "m": rng.normal(scale=0.3, size=shape),
            "v": rng.uniform(0.05, 0.5, size=shape),
            "step": step,
            "learning_rate": learning_rate,
            "weight_decay": weight_decay,
        }


def _adam(
    w, g, m, v, step, learning_rate, *, correct=True, root=np.sqrt, square=np.square, betas=None
):
    beta_1, beta_2 = betas or (0.9, 0.999)
    m, v = beta_1 * m + (1 - beta_1) * g, beta_2 * v + (1 - beta_2) * square(g)
    m_hat, v_hat = (m / (1 - beta_1**step), v / (1 - beta_2**step)) if correct else (m, v)
    with np.errstate(invalid="ignore"):  # the root of a negative v
        return w - learning_rate * m_hat / (root(v_hat) + 1e-7), m, v


def _adam_and_decay(w, g, m, v, step, learning_rate, shrink, *, after=False, **changed):
    moved, m, v = _adam(w, g, m, v, step, learning_rate, **changed)
    return moved - shrink * (moved if after else w), m, v


def _adamw_with(**changed):
    def wrong(w, g, m, v, step, learning_rate, weight_decay):
        shrink = learning_rate * weight_decay
        return _adam_and_decay(w, g, m, v, step, learning_rate, shrink, **changed)

    return wrong


def _adamw_told(change):
    """The right step, told wrongly: change(step, old, new) of the three arrays is returned."""

    def wrong(w, g, m, v, step, learning_rate, weight_decay):
        new = adamw_step(w, g, m, v, step, learning_rate, weight_decay)
        return change(step, (w, m, v), new)

    return wrong


def _decay_divided(w, g, m, v, step, learning_rate, weight_decay):
    _, m, v = _adam(w, g, m, v, step, learning_rate)
    change = m / (1 - 0.9**step) + weight_decay * w
    return w - learning_rate * change / (np.sqrt(v / (1 - 0.999**step)) + 1e-7), m, v


def _correction_without_the_power(w, g, m, v, step, learning_rate, weight_decay):
    _, m, v = _adam(w, g, m, v, step, learning_rate)
    change = (m / 0.1) / (np.sqrt(v / 0.001) + 1e-7) + weight_decay * w
    return w - learning_rate * change, m, v


def _old_averages(w, g, m, v, step, learning_rate, weight_decay):
    _, new_m, new_v = _adam(w, g, m, v, step, learning_rate)
    change = m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-7)
    return w - learning_rate * (change + weight_decay * w), new_m, new_v


def flip_and_shift(images, flip, shifts):
    result = np.zeros_like(images)
    height, width = images.shape[1:3]
    for i in range(len(images)):
        image = images[i, :, ::-1] if flip[i] else images[i]
        down, right = shifts[i]
        for row in range(height):
            for column in range(width):
                if 0 <= row - down < height and 0 <= column - right < width:
                    result[i, row, column] = image[row - down, column - right]
    return result


def flip_and_shift_inputs(rng):
    small = np.array([[1.0, 2, 3, 4], [5, 6, 7, 8]])
    yield {
        "images": small[np.newaxis, :, :, np.newaxis],
        "flip": np.array([True]),
        "shifts": np.array([[0, 1]], np.int64),
    }
    yield {
        "images": np.stack([small, 10 * small])[..., np.newaxis],
        "flip": np.array([False, True]),
        "shifts": np.array([[1, 0], [-1, -2]], np.int64),
    }
    yield {
        "images": rng.random((3, 3, 4, 2)),
        "flip": np.array([True, False, False]),
        "shifts": np.array([[0, 0], [0, 2], [0, 0]], np.int64),
    }
    for shape in [(4, 5, 3, 1), (5, 4, 6, 3)]:
        yield {
            "images": rng.random(shape),
            "flip": rng.random(shape[0]) < 0.5,
            "shifts": rng.integers(-2, 3, size=(shape[0], 2), dtype=np.int64),
        }


def _moved(image, down, right, **padding):
    """The image moved down and right; what moves in is taken from np.pad."""
    height, width = image.shape[:2]
    reach = max(height, width)
    padded = np.pad(image, ((reach, reach), (reach, reach), (0, 0)), **padding)
    top, left = reach - down, reach - right
    return padded[top : top + height, left : left + width]


def _moved_to_negative_indices(image, down, right):
    """Each pixel is written to its new place, which numpy finds for negative indices too."""
    moved = np.zeros_like(image)
    height, width = image.shape[:2]
    for row, column in np.ndindex(height, width):
        if row + down < height and column + right < width:
            moved[row + down, column + right] = image[row, column]
    return moved


def _moved_from_negative_indices(image, down, right):
    """Each pixel is read from its old place, which numpy finds for negative indices too."""
    moved = np.zeros_like(image)
    height, width = image.shape[:2]
    for row, column in np.ndindex(height, width):
        if row - down < height and column - right < width:
            moved[row, column] = image[row - down, column - right]
    return moved


def _augment(images, flip, shifts, mirror=lambda image: image[:, ::-1], move=_moved):
    return np.array(
        [
            move(mirror(image) if flipped else image, *shift)
            for image, flipped, shift in zip(images, flip, shifts, strict=True)
        ]
    )


EXERCISES = (
    Exercise(
        chapter=6,
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
        inputs=stopping_epoch_inputs,
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
                wrong=lambda val_losses, patience: _stop(val_losses, patience, late=1),
            ),
            Misconception(
                id="compared-with-the-previous",
                name="Each loss is compared with the one before, not with the lowest so far.",
                hint="0.5, 0.6, 0.55: is the third one a new lowest?",
                wrong=lambda val_losses, patience: _stop(val_losses, patience, to_previous=True),
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
                wrong=lambda val_losses, patience: _stop(val_losses, patience, reset=False),
            ),
            Misconception(
                id="tie-is-progress",
                name="The same loss again counts as progress.",
                hint="Below the lowest so far means smaller than it, not equal.",
                wrong=lambda val_losses, patience: _stop(
                    val_losses, patience, better=np.less_equal
                ),
            ),
            Misconception(
                id="first-rise",
                name="It stops at the first epoch that is no progress, whatever the patience is.",
                hint="Validation losses are noisy. How many bad epochs in a row are allowed?",
                wrong=lambda val_losses, patience: _stop(val_losses, 1),
            ),
            Misconception(
                id="one-epoch-early",
                name="It stops one epoch before the patience is used up.",
                hint="With a patience of 2, one bad epoch may follow the best one. And two?",
                wrong=lambda val_losses, patience: _stop(val_losses, patience, late=-1),
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
                wrong=_stop_misreported(
                    lambda losses, patience, end, best: (end, float(losses[best]))
                ),
            ),
        ),
        hints=(
            "Keep the epoch of the lowest loss so far, and go through the epochs in order.",
            "How many epochs in a row had no new lowest loss? Epoch and best epoch tell.",
            "If the loop ends without a stop, the last epoch is len(val_losses) - 1.",
        ),
    ),
    Exercise(
        chapter=6,
        title="Dropout",
        prompt="""Inverted dropout with given random numbers.

        x : float array of any shape
        rate : float, at least 0 and below 1
        draws : array of x's shape, uniform random numbers from 0 to 1
        training : True or False
        In training, entries whose draw is below rate become 0, and the others
        are scaled so that the expected value of every entry stays as it was.
        At inference x stays as it is.
        Returns an array of x's shape.
        """,
        reference=drop_units,
        inputs=drop_units_inputs,
        misconceptions=(
            Misconception(
                id="not-scaled",
                name="The entries that stay are not scaled.",
                hint="With rate 0.5 half of them are gone. What keeps the sum the same on average?",
                wrong=lambda x, rate, draws, training: (
                    np.where(draws >= rate, x, 0) if training else x
                ),
            ),
            Misconception(
                id="scaled-at-inference",
                name="The scaling is done at inference, as the first dropout paper did it.",
                hint="Inverted means: scale up in training, and leave inference alone.",
                wrong=lambda x, rate, draws, training: (
                    np.where(draws >= rate, x, 0) if training else x * (1 - rate)
                ),
            ),
            Misconception(
                id="drops-at-inference",
                name="Entries are dropped at inference too.",
                hint="A prediction should not depend on chance. What does training tell you?",
                wrong=lambda x, rate, draws, training: np.where(draws >= rate, x / (1 - rate), 0),
            ),
            Misconception(
                id="rate-is-kept",
                name="rate is taken as the share that stays.",
                hint="rate is the share that is dropped: with rate 0 nothing is.",
                wrong=lambda x, rate, draws, training: (
                    np.where(draws < rate, x / max(rate, 1e-12), 0) if training else x
                ),
            ),
            Misconception(
                id="scaled-down",
                name="The entries that stay are multiplied by 1 - rate.",
                hint="Something was lost, so the rest must become larger.",
                wrong=lambda x, rate, draws, training: (
                    np.where(draws >= rate, x * (1 - rate), 0) if training else x
                ),
            ),
            Misconception(
                id="keeps-the-wrong-ones",
                name="Entries whose draw is below rate are kept, the others dropped.",
                hint="Draws are below 0.1 in one case out of ten: those go when the rate is 0.1.",
                wrong=lambda x, rate, draws, training: (
                    np.where(draws < rate, x / (1 - rate), 0) if training else x
                ),
            ),
            Misconception(
                id="keeps-the-low-draws",
                name="Entries are kept if their draw is below 1 - rate: the right share, others.",
                hint="The prompt says which draws mean that an entry becomes 0.",
                wrong=lambda x, rate, draws, training: (
                    np.where(draws < 1 - rate, x / (1 - rate), 0) if training else x
                ),
            ),
            Misconception(
                id="equal-is-dropped",
                name="Entries whose draw is exactly rate are dropped too.",
                hint="Below rate means smaller than it, not equal.",
                wrong=lambda x, rate, draws, training: (
                    np.where(draws > rate, x / (1 - rate), 0) if training else x
                ),
            ),
            Misconception(
                id="divided-by-rate",
                name="The entries that stay are divided by rate.",
                hint="With a rate of 0.1 little is missing. How much larger must the rest become?",
                wrong=_divided_by_rate,
            ),
            Misconception(
                id="scaled-by-the-actual-share",
                name="The entries that stay are divided by the share that stayed this time.",
                hint="The scale makes up for the average share, which rate says.",
                wrong=lambda x, rate, draws, training: (
                    np.where(draws >= rate, x / max((draws >= rate).mean(), 1e-12), 0)
                    if training
                    else x
                ),
            ),
            Misconception(
                id="scaled-twice",
                name="The scaling is done in training and at inference once more.",
                hint="One of the two is enough. Which one makes dropout inverted?",
                wrong=lambda x, rate, draws, training: (
                    np.where(draws >= rate, x / (1 - rate), 0) if training else x * (1 - rate)
                ),
            ),
            Misconception(
                id="training-reversed",
                name="Entries are dropped at inference and not in training.",
                hint="Which branch is for training=True?",
                wrong=lambda x, rate, draws, training: (
                    x if training else np.where(draws >= rate, x / (1 - rate), 0)
                ),
            ),
            Misconception(
                id="returns-the-mask",
                name="The scaled mask is returned, not x with the mask applied.",
                hint="What becomes of x?",
                wrong=lambda x, rate, draws, training: (
                    (draws >= rate) / (1 - rate) if training else np.ones_like(x)
                ),
            ),
        ),
        hints=(
            "What does the function do first when training is False?",
            "np.where(condition, a, b) takes a where the condition holds, and b elsewhere.",
            "An entry stays with probability 1 - rate; what must it be divided by?",
        ),
    ),
    Exercise(
        chapter=6,
        title="One step of AdamW",
        prompt="""One step of Adam with decoupled weight decay.

        w, g, m, v : arrays of one shape: weights, their gradient, and the moving
        averages of the gradient and of its square
        step : int, 1 at the first step
        m becomes 0.9 m + 0.1 g, v becomes 0.999 v + 0.001 g squared. With
        m_hat = m / (1 - 0.9**step) and v_hat = v / (1 - 0.999**step) of the new
        m and v, w becomes
        w - learning_rate * (m_hat / (sqrt(v_hat) + 1e-7) + weight_decay * w).
        Returns the new w, m and v (not the hats); the arrays that came in stay
        as they are.
        """,
        reference=adamw_step,
        inputs=adamw_step_inputs,
        misconceptions=(
            Misconception(
                id="decay-in-the-gradient",
                name="The decay is added to the gradient: that is Adam with an L2 penalty.",
                hint="Whatever goes into m and v is divided by sqrt(v_hat). Decay must stay out.",
                wrong=lambda w, g, m, v, step, learning_rate, weight_decay: _adam(
                    w, g + weight_decay * w, m, v, step, learning_rate
                ),
            ),
            Misconception(
                id="decay-without-learning-rate",
                name="The weights decay by weight_decay * w, without the learning rate.",
                hint="Which terms stand in the brackets that learning_rate multiplies?",
                wrong=lambda w, g, m, v, step, learning_rate, weight_decay: _adam_and_decay(
                    w, g, m, v, step, learning_rate, weight_decay
                ),
            ),
            Misconception(
                id="no-bias-correction",
                name="m and v are used as they are, without the correction for the first steps.",
                hint="m starts at 0, so after one step it is a tenth of g. What makes it g again?",
                wrong=_adamw_with(correct=False),
            ),
            Misconception(
                id="decay-after-the-step",
                name="The decay is taken from the weights after the gradient's step.",
                hint="The w in weight_decay * w is the old one, as everywhere on the right side.",
                wrong=_adamw_with(after=True),
            ),
            Misconception(
                id="weights-grow",
                name="The decay has the wrong sign: the weights grow.",
                hint="With g = 0, should w come closer to 0 or move away from it?",
                wrong=lambda w, g, m, v, step, learning_rate, weight_decay: _adam_and_decay(
                    w, g, m, v, step, learning_rate, -learning_rate * weight_decay
                ),
            ),
            Misconception(
                id="no-decay",
                name="That is plain Adam: nothing decays.",
                hint="One term of the formula is not in your code.",
                wrong=lambda w, g, m, v, step, learning_rate, weight_decay: _adam(
                    w, g, m, v, step, learning_rate
                ),
            ),
            Misconception(
                id="decay-divided-too",
                name="weight_decay * w is divided by sqrt(v_hat) as well.",
                hint="Which brackets close before + weight_decay * w?",
                wrong=_decay_divided,
            ),
            Misconception(
                id="decay-twice",
                name="The decay is in the gradient and in the last line too.",
                hint="Decoupled means that the gradient knows nothing of it.",
                wrong=lambda w, g, m, v, step, learning_rate, weight_decay: _adam_and_decay(
                    w, g + weight_decay * w, m, v, step, learning_rate, learning_rate * weight_decay
                ),
            ),
            Misconception(
                id="old-averages",
                name="The step is made with the m and v that came in, not with the new ones.",
                hint="At step 1 they are 0. Which line must come first?",
                wrong=_old_averages,
            ),
            Misconception(
                id="returns-the-hats",
                name="m_hat and v_hat are returned where m and v should be.",
                hint="What does the next step need: averages with or without the correction?",
                wrong=_adamw_told(
                    lambda step, old, new: (
                        new[0],
                        new[1] / (1 - 0.9**step),
                        new[2] / (1 - 0.999**step),
                    )
                ),
            ),
            Misconception(
                id="averages-not-returned-new",
                name="The m and v that came in are returned.",
                hint="The next step must know this gradient too.",
                wrong=_adamw_told(lambda step, old, new: (new[0], old[1], old[2])),
            ),
            Misconception(
                id="correction-without-the-power",
                name="The correction divides by 1 - 0.9 and 1 - 0.999 at every step.",
                hint="At step 100 the start is forgotten. By what should m be divided then?",
                wrong=_correction_without_the_power,
            ),
            Misconception(
                id="step-counted-from-0",
                name="The correction counts one step too many.",
                hint="step is 1 at the first step: it needs no + 1.",
                wrong=lambda w, g, m, v, step, learning_rate, weight_decay: adamw_step(
                    w, g, m, v, step + 1, learning_rate, weight_decay
                ),
            ),
            Misconception(
                id="weights-of-the-average-swapped",
                name="The new gradient weighs 0.9 and 0.999, the old averages the rest.",
                hint="An average that changes slowly keeps most of what it was.",
                wrong=_adamw_with(betas=(0.1, 0.001)),
            ),
            Misconception(
                id="square-root-missing",
                name="It divides by v_hat; the square root is missing.",
                hint="At step 1 the first term should be the sign of g. What is it in your code?",
                wrong=_adamw_with(root=lambda v: v),
            ),
            Misconception(
                id="square-missing",
                name="v averages the gradient, not its square.",
                hint="Can the v of your code be negative? Its root is taken.",
                wrong=_adamw_with(square=lambda g: g),
            ),
            Misconception(
                id="epsilon-in-the-root",
                name="1e-7 is added under the root.",
                hint="Where does the bracket of sqrt close in the prompt?",
                wrong=_adamw_with(root=lambda v: np.sqrt(v + 1e-7) - 1e-7),
            ),
            Misconception(
                id="uphill",
                name="The whole step has the wrong sign: it goes up the gradient.",
                hint="With w = 0 and g > 0, should w grow or shrink?",
                wrong=lambda w, g, m, v, step, learning_rate, weight_decay: adamw_step(
                    w, g, m, v, step, -learning_rate, weight_decay
                ),
            ),
        ),
        hints=(
            "Four lines, in the order of the prompt: m, v, the two hats, then w.",
            "At step 1, m_hat is g and v_hat is g squared, so the first term is the sign of g.",
            "The gradient alone goes into m and v; weight_decay * w is added in the last line.",
        ),
        points=2.0,
    ),
    Exercise(
        chapter=6,
        title="Flip and shift",
        prompt="""Mirror some images left to right, then shift each of them.

        images : (N, H, W, C) float array
        flip : (N,) array of bool, which images to mirror
        shifts : (N, 2) array of int, how many pixels each image moves down and
        right after that; negative numbers move it up and left
        Pixels that move out are lost, and zeros move in.
        Returns an array of the same shape; images itself stays as it is.
        """,
        reference=flip_and_shift,
        inputs=flip_and_shift_inputs,
        misconceptions=(
            Misconception(
                id="wraps-around",
                name="What leaves on one side comes back on the other, as with np.roll.",
                hint="Behind the border there is black. Which pixels must be set to 0?",
                wrong=lambda images, flip, shifts: _augment(
                    images, flip, shifts, move=lambda i, *by: np.roll(i, by, axis=(0, 1))
                ),
            ),
            Misconception(
                id="upside-down",
                name="Images are mirrored top to bottom.",
                hint="Rows come before columns. Which axis of one image runs from left to right?",
                wrong=lambda images, flip, shifts: _augment(
                    images, flip, shifts, mirror=lambda image: image[::-1]
                ),
            ),
            Misconception(
                id="channels-reversed",
                name="The channels are reversed, not the columns.",
                hint="[..., ::-1] reverses the last axis, which holds the channels.",
                wrong=lambda images, flip, shifts: _augment(
                    images, flip, shifts, mirror=lambda image: image[..., ::-1]
                ),
            ),
            Misconception(
                id="all-flipped",
                name="Every image is mirrored, whatever flip says.",
                hint="flip has one True or False for each image.",
                wrong=lambda images, flip, shifts: _augment(
                    images, np.ones(len(images), bool), shifts
                ),
            ),
            Misconception(
                id="none-flipped",
                name="No image is mirrored.",
                hint="Which images does flip name?",
                wrong=lambda images, flip, shifts: _augment(
                    images, np.zeros(len(images), bool), shifts
                ),
            ),
            Misconception(
                id="the-others-flipped",
                name="The images are mirrored where flip is False.",
                hint="flip is True for those that change.",
                wrong=lambda images, flip, shifts: _augment(images, ~flip, shifts),
            ),
            Misconception(
                id="all-axes-flipped",
                name="Rows, columns and channels are all reversed.",
                hint="np.flip without an axis reverses every one. Which axis should it be?",
                wrong=lambda images, flip, shifts: _augment(images, flip, shifts, mirror=np.flip),
            ),
            Misconception(
                id="not-shifted",
                name="No image is shifted.",
                hint="shifts has two numbers for each image.",
                wrong=lambda images, flip, shifts: _augment(images, flip, np.zeros_like(shifts)),
            ),
            Misconception(
                id="shifted-sideways-only",
                name="Images move right, but not down.",
                hint="The first of the two numbers counts rows.",
                wrong=lambda images, flip, shifts: _augment(images, flip, shifts * [0, 1]),
            ),
            Misconception(
                id="negative-as-positive",
                name="Negative shifts move the image down and right, as positive ones do.",
                hint="Follow one pixel for a shift of -1.",
                wrong=lambda images, flip, shifts: _augment(images, flip, np.abs(shifts)),
            ),
            Misconception(
                id="negative-ignored",
                name="Negative shifts do nothing.",
                hint="image[:-1] moves one way. Which slices move the other way?",
                wrong=lambda images, flip, shifts: _augment(images, flip, np.maximum(shifts, 0)),
            ),
            Misconception(
                id="negative-index",
                name="What leaves on the left or at the top comes back on the other side.",
                hint="numpy counts negative indices from the end. Which does your code use?",
                wrong=lambda images, flip, shifts: _augment(
                    images, flip, shifts, move=_moved_to_negative_indices
                ),
            ),
            Misconception(
                id="negative-index-read",
                name="Where zeros should move in, pixels from the far side appear.",
                hint="numpy counts negative indices from the end. Which does your code use?",
                wrong=lambda images, flip, shifts: _augment(
                    images, flip, shifts, move=_moved_from_negative_indices
                ),
            ),
            Misconception(
                id="shifted-first",
                name="Images are shifted first and mirrored afterwards.",
                hint="A mirror turns right into left, so the order matters. Which comes first?",
                wrong=lambda images, flip, shifts: _augment(
                    _augment(images, np.zeros(len(images), bool), shifts),
                    flip,
                    np.zeros_like(shifts),
                ),
            ),
            Misconception(
                id="opposite-direction",
                name="The images move up and left where they should move down and right.",
                hint="After a shift by 1 to the right, what stands in column 1? The old column 0.",
                wrong=lambda images, flip, shifts: _augment(images, flip, -shifts),
            ),
            Misconception(
                id="axes-swapped",
                name="The first number moves the image right, the second one down.",
                hint="shifts[i] is (down, right).",
                wrong=lambda images, flip, shifts: _augment(images, flip, shifts[:, ::-1]),
            ),
            Misconception(
                id="border-repeated",
                name="The border pixels are repeated where zeros should move in.",
                hint="Zeros move in; in np.pad that is mode='constant'.",
                wrong=lambda images, flip, shifts: _augment(
                    images, flip, shifts, move=lambda i, *by: _moved(i, *by, mode="edge")
                ),
            ),
        ),
        hints=(
            "Go through the images one by one; image[:, ::-1] is the mirror image of one.",
            "Start from zeros. Output pixel (row, column) shows (row - down, column - right).",
            "Copy it only if that pixel lies inside the image; otherwise the 0 stays.",
        ),
        points=2.0,
    ),
)
