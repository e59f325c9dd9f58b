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


def drop_units(x, rate, draws, training):
    if not training:
        return x
    return np.where(draws >= rate, x / (1 - rate), 0)


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


def _adam(w, g, m, v, step, learning_rate, *, correct=True):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    m_hat, v_hat = (m / (1 - 0.9**step), v / (1 - 0.999**step)) if correct else (m, v)
    return w - learning_rate * m_hat / (np.sqrt(v_hat) + 1e-7), m, v


def _adam_and_decay(w, g, m, v, step, learning_rate, shrink, *, after=False, correct=True):
    moved, m, v = _adam(w, g, m, v, step, learning_rate, correct=correct)
    return moved - shrink * (moved if after else w), m, v


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
        prompt="""The epoch at which early stopping ends the training, and the best one so far.

        val_losses : (epochs,) array, the validation loss after each epoch, counted from 0
        patience : int, at least 1
        Training ends at the first epoch that is the patience-th in a row without a loss below
        the lowest so far (the same loss again is not below), or else at the last epoch.
        Returns two ints: the epoch at which it ends, and the epoch with the lowest loss until
        then, the first one if several have it.
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
        ),
        hints=(
            "Keep the epoch of the lowest loss so far, and go through the epochs in order.",
            "How many epochs in a row had no new lowest loss? It is epoch - best.",
            "If the loop ends without a stop, the last epoch is len(val_losses) - 1.",
        ),
    ),
    Exercise(
        chapter=6,
        title="Dropout",
        prompt="""Inverted dropout with given random numbers.

        x : float array of any shape; rate : float, at least 0 and below 1
        draws : array of x's shape, uniform random numbers from 0 to 1, one for each entry
        training : True or False
        In training, entries whose draw is below rate become 0, and the others are scaled so
        that the expected value of every entry stays as it was. At inference x stays as it is.
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
        ),
        hints=(
            "What does the function do first when training is False?",
            "np.where(draws >= rate, something, 0).",
            "An entry stays with probability 1 - rate; what must it be divided by?",
        ),
    ),
    Exercise(
        chapter=6,
        title="One step of AdamW",
        prompt="""One step of Adam with decoupled weight decay.

        w, g, m, v : arrays of one shape: weights, their gradient, and the moving averages of
        the gradient and of its square; step : int, 1 at the first step
        m becomes 0.9 m + 0.1 g, v becomes 0.999 v + 0.001 g squared, and
        w becomes w - learning_rate * (m_hat / (sqrt(v_hat) + 1e-7) + weight_decay * w)
        with m_hat = m / (1 - 0.9**step), v_hat = v / (1 - 0.999**step).
        Returns the new w, m and v; the arrays that came in stay as they are.
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
                wrong=lambda w, g, m, v, step, learning_rate, weight_decay: _adam_and_decay(
                    w, g, m, v, step, learning_rate, learning_rate * weight_decay, correct=False
                ),
            ),
            Misconception(
                id="decay-after-the-step",
                name="The decay is taken from the weights after the gradient's step.",
                hint="The w in weight_decay * w is the old one, as everywhere on the right side.",
                wrong=lambda w, g, m, v, step, learning_rate, weight_decay: _adam_and_decay(
                    w, g, m, v, step, learning_rate, learning_rate * weight_decay, after=True
                ),
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

        images : (N, H, W, C) float array; flip : (N,) array of bool, which ones to mirror
        shifts : (N, 2) array of int, how many pixels each image moves down and right after
        that; negative numbers move it up and left
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
