"""Exercises of chapter 21: what a lab with color photographs needs around its networks."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def standardize_channels(train, images):
    mean = train.mean(axis=(0, 1, 2))
    deviation = train.std(axis=(0, 1, 2))
    return (images - mean) / deviation


def standardize_channels_inputs(rng):
    pair = np.array([[[10, 100], [30, 100]], [[10, 140], [30, 140]]], np.uint8)
    yield {"train": pair[np.newaxis], "images": np.array([[[[20, 160], [40, 100]]]], np.uint8)}
    for n, new, height, width, channels in [
        (4, 2, 3, 5, 3),
        (3, 1, 4, 4, 3),
        (5, 6, 6, 4, 4),
        (20, 3, 8, 8, 3),
        (6, 2, 5, 7, 1),
    ]:
        lightest = rng.integers(80, 256, size=channels)
        yield {
            "train": rng.integers(0, lightest, size=(n, height, width, channels), dtype=np.uint8),
            "images": rng.integers(0, 256, size=(new, height, width, channels), dtype=np.uint8),
        }


def _standardized_with(statistics_of, axes=(0, 1, 2), spread=np.std):
    """`standardize_channels` with statistics of other images, axes or another spread."""

    def wrong(train, images):
        source = statistics_of(train, images).astype(np.float64)
        mean = source.mean(axis=axes, keepdims=True)
        return (images - mean) / spread(source, axis=axes, keepdims=True)

    return wrong


def _of_train(train, images):
    return train


def network_costs(side, channels, filters, units, classes):
    parameters, multiplications = 0, 0
    for position, maps in enumerate(filters):
        if position > 0:
            side //= 2
        parameters += (9 * channels + 1) * maps
        multiplications += side * side * 9 * channels * maps
        channels = maps
    values = side * side * channels
    parameters += (values + 1) * units + (units + 1) * classes
    multiplications += values * units + units * classes
    return parameters, multiplications


def network_costs_inputs(rng):
    yield {"side": 4, "channels": 1, "filters": (2,), "units": 3, "classes": 2}
    yield {"side": 6, "channels": 2, "filters": (3, 4), "units": 5, "classes": 3}
    yield {"side": 32, "channels": 3, "filters": (32, 64, 128), "units": 128, "classes": 10}
    for blocks in (2, 3, 3):
        yield {
            "side": int(rng.integers(24, 60)),
            "channels": int(rng.integers(1, 5)),
            "filters": tuple(int(maps) for maps in rng.integers(4, 40, size=blocks)),
            "units": int(rng.integers(10, 100)),
            "classes": int(rng.integers(2, 20)),
        }


def _costs(shrink=0, bias=1, pool_last=False, depth_counts=True, everywhere=True):
    """`network_costs` with one thing counted differently."""

    def wrong(side, channels, filters, units, classes):
        parameters, multiplications = 0, 0
        for position, maps in enumerate(filters):
            if position > 0:
                side //= 2
            side -= shrink
            depth = channels if depth_counts else 1
            parameters += (9 * depth + bias) * maps
            multiplications += (side * side if everywhere else 1) * 9 * depth * maps
            channels = maps
        if pool_last:
            side //= 2
        values = side * side * channels
        parameters += (values + bias) * units + (units + bias) * classes
        return parameters, multiplications + values * units + units * classes

    return wrong


def _costs_without_pooling(side, channels, filters, units, classes):
    parameters, _ = network_costs(side, channels, filters, units, classes)
    depths = (channels, *filters)
    wide = sum(side * side * 9 * a * b for a, b in zip(depths, filters, strict=False))
    values = (side // 2 ** (len(filters) - 1)) ** 2 * filters[-1]
    return parameters, wide + values * units + units * classes


def held_out_by_class(labels, order, per_class):
    train, validation = [], []
    taken = np.zeros(labels.max() + 1, dtype=np.int64)
    for place in order:
        label = labels[place]
        if taken[label] < per_class:
            taken[label] += 1
            validation.append(place)
        else:
            train.append(place)
    return np.array(train), np.array(validation)


def held_out_by_class_inputs(rng):
    yield {
        "labels": np.array([0, 0, 0, 1, 1, 0], np.int64),
        "order": np.array([5, 3, 0, 4, 2, 1], np.int64),
        "per_class": 1,
    }
    for n, classes, per_class in [(12, 3, 2), (20, 2, 5), (40, 4, 3), (60, 10, 2), (30, 3, 4)]:
        spare = rng.integers(0, classes, size=n, dtype=np.int64)
        labels = np.concatenate([np.repeat(np.arange(classes), per_class), spare])
        yield {
            "labels": rng.permutation(labels).astype(np.int64),
            "order": rng.permutation(len(labels)).astype(np.int64),
            "per_class": per_class,
        }


def _first_of_all(labels, order, per_class):
    count = per_class * len(np.unique(labels))
    return order[count:], order[:count]


def _train_keeps_everything(labels, order, per_class):
    return order.copy(), held_out_by_class(labels, order, per_class)[1]


def _parts_swapped(labels, order, per_class):
    return held_out_by_class(labels, order, per_class)[::-1]


def _order_ignored(labels, order, per_class):
    return held_out_by_class(labels, np.arange(len(labels)), per_class)


def _last_of_each_class(labels, order, per_class):
    train, validation = held_out_by_class(labels, order[::-1], per_class)
    return train[::-1], validation[::-1]


def _places_in_the_order(labels, order, per_class):
    return held_out_by_class(labels[order], np.arange(len(order)), per_class)


def gain_and_error(first, second):
    variances = [np.var(scores, ddof=1) / len(scores) for scores in (first, second)]
    return np.mean(second) - np.mean(first), np.sqrt(sum(variances))


def gain_and_error_inputs(rng):
    yield {"first": np.array([0.70, 0.74]), "second": np.array([0.76, 0.80])}
    yield {"first": np.array([0.5, 0.5, 0.5]), "second": np.array([0.25, 0.75])}
    for starts, others in [(3, 3), (2, 5), (6, 3), (4, 10)]:
        yield {
            "first": rng.normal(0.7, 0.02, size=starts).round(4),
            "second": rng.normal(0.68, 0.04, size=others).round(4),
        }


def _gain_and_error_with(gain=None, error=None):
    """`gain_and_error` with another gain, or another error."""

    def wrong(first, second):
        right_gain, right_error = gain_and_error(first, second)
        return (
            gain(first, second) if gain else right_gain,
            error(first, second) if error else right_error,
        )

    return wrong


def _error_of_mean(scores):
    return np.std(scores, ddof=1) / np.sqrt(len(scores))


def _error_of_pairs(first, second):
    pairs = min(len(first), len(second))
    return _error_of_mean(second[:pairs] - first[:pairs])


def top_k_accuracy(probabilities, labels, k):
    best = np.argsort(-probabilities, axis=1)[:, :k]
    return (best == labels[:, np.newaxis]).any(axis=1).mean()


def top_k_accuracy_inputs(rng):
    yield {
        "probabilities": np.array([[0.5, 0.3, 0.2], [0.1, 0.3, 0.6], [0.2, 0.1, 0.7]]),
        "labels": np.array([1, 2, 1], np.int64),
        "k": 2,
    }
    yield {
        "probabilities": np.array([[0.5, 0.3, 0.2], [0.1, 0.3, 0.6], [0.2, 0.1, 0.7]]),
        "labels": np.array([1, 2, 0], np.int64),
        "k": 1,
    }
    for n, classes, k in [(16, 4, 2), (40, 10, 3), (25, 5, 4), (50, 10, 5)]:
        scores = rng.normal(size=(n, classes))
        labels = rng.integers(0, classes, size=n, dtype=np.int64)
        scores[np.arange(n), labels] += 1  # better than a guess
        powers = np.exp(scores)
        yield {
            "probabilities": powers / powers.sum(axis=1, keepdims=True),
            "labels": labels,
            "k": k,
        }


def _hits(picked, labels):
    return (picked == labels[:, np.newaxis]).any(axis=1)


def square_thumbnail(photo, side):
    height, width, channels = photo.shape
    block = min(height, width) // side
    size = block * side
    top, left = (height - size) // 2, (width - size) // 2
    square = photo[top : top + size, left : left + size].astype(np.float64)
    return square.reshape(side, block, side, block, channels).mean(axis=(1, 3))


def square_thumbnail_inputs(rng):
    small = np.array([[9, 0, 4, 8, 9, 9], [9, 2, 6, 0, 2, 9]], np.uint8)
    yield {"photo": small[:, :, np.newaxis], "side": 1}
    yield {"photo": rng.integers(0, 256, size=(4, 8, 3), dtype=np.uint8), "side": 2}
    for height, width, side in [(13, 9, 4), (11, 20, 3), (24, 24, 8), (30, 45, 5)]:
        yield {
            "photo": rng.integers(0, 256, size=(height, width, 3), dtype=np.uint8),
            "side": side,
        }


def _thumbnail(reduce, corner=False):
    """`square_thumbnail` with another way to make one pixel of a block."""

    def wrong(photo, side):
        height, width, channels = photo.shape
        block = min(height, width) // side
        size = block * side
        top, left = (0, 0) if corner else ((height - size) // 2, (width - size) // 2)
        square = photo[top : top + size, left : left + size]
        return reduce(square.reshape(side, block, side, block, channels))

    return wrong


def _block_means(blocks):
    return blocks.mean(axis=(1, 3))


def _block_sums_in_bytes(blocks):
    return blocks.sum(axis=(1, 3), dtype=np.uint8) / (blocks.shape[1] * blocks.shape[3])


def _squashed(photo, side):
    height, width, channels = photo.shape
    rows, columns = height // side, width // side
    top, left = (height - rows * side) // 2, (width - columns * side) // 2
    middle = photo[top : top + rows * side, left : left + columns * side]
    return middle.reshape(side, rows, side, columns, channels).mean(axis=(1, 3))


def _blocks_interleaved(photo, side):
    height, width, channels = photo.shape
    block = min(height, width) // side
    size = block * side
    top, left = (height - size) // 2, (width - size) // 2
    square = photo[top : top + size, left : left + size]
    return square.reshape(block, side, block, side, channels).mean(axis=(0, 2))


EXERCISES = (
    Exercise(
        chapter=21,
        title="Hold out the same number of each class",
        prompt="""Cut a data set in two: of each class, the same number is held out for validation.

        labels : (N,), integers from 0 up; every class has at least per_class examples
        order : (N,), every number from 0 to N - 1 once, a random order
        per_class : int
        The validation part gets, of each class, the per_class examples that come first in the
        order; all others are for training.
        Returns two 1-D arrays of places in labels, training and validation, each of them in
        the order given.
        """,
        reference=held_out_by_class,
        inputs=held_out_by_class_inputs,
        misconceptions=(
            Misconception(
                id="classes-ignored",
                name="The first examples of the order are held out, whatever their class.",
                hint="Count the classes of your validation part.",
                wrong=_first_of_all,
            ),
            Misconception(
                id="still-in-training",
                name="The validation examples are in the training part too.",
                hint="Whoever has trained on an example knows it by heart. The two parts must "
                "have none in common.",
                wrong=_train_keeps_everything,
            ),
            Misconception(
                id="swapped",
                name="The two parts are returned in the wrong order.",
                hint="First the training part, then the validation part.",
                wrong=_parts_swapped,
            ),
            Misconception(
                id="order-ignored",
                name="The examples are taken as they lie, and the order is not used.",
                hint="A data set may be sorted. What is the random order for?",
                wrong=_order_ignored,
            ),
            Misconception(
                id="last-ones",
                name="The last examples of each class are held out, not the first ones.",
                hint="Read again which of a class come into the validation part.",
                wrong=_last_of_each_class,
            ),
            Misconception(
                id="places-in-the-order",
                name="The numbers are places in the order, not in labels.",
                hint="order[0] is the place of the example that comes first.",
                wrong=_places_in_the_order,
            ),
        ),
        hints=(
            "Go through the order once, and count for each class how many you have held out.",
            "labels[place] is the class; if its count is still below per_class, hold it out.",
        ),
    ),
    Exercise(
        chapter=21,
        title="Standardize by channel",
        prompt="""Standardize color images with the training images' mean and deviation.

        train : (N, H, W, C) uint8, the training images; images : (M, H, W, C) uint8, any images
        Each channel has one mean and one standard deviation (divided by the number of values),
        over all training images, rows and columns.
        Returns (images - mean) / deviation, floats of the shape of images.
        """,
        reference=standardize_channels,
        inputs=standardize_channels_inputs,
        misconceptions=(
            Misconception(
                id="own-statistics",
                name="The images are standardized with their own mean and deviation.",
                hint="One new photo alone must come out as it would among others. Whose mean "
                "can it use?",
                wrong=_standardized_with(lambda train, images: images),
            ),
            Misconception(
                id="peeked",
                name="The statistics are those of the training images and the new ones together.",
                hint="The new images may be test images. What may be computed from them?",
                wrong=_standardized_with(lambda train, images: np.concatenate([train, images])),
            ),
            Misconception(
                id="one-for-all-channels",
                name="All channels share one mean and one deviation.",
                hint="Red, green and blue are brighter or darker on average. Which axes stay?",
                wrong=_standardized_with(_of_train, axes=(0, 1, 2, 3)),
            ),
            Misconception(
                id="one-for-each-pixel",
                name="Each pixel has its own mean and deviation.",
                hint="The convolution treats all pixels alike: average over rows and columns too.",
                # Pixels that are alike in all training images would be divided by 0.
                wrong=_standardized_with(
                    _of_train, axes=0, spread=lambda *a, **k: np.std(*a, **k) + 1e-3
                ),
            ),
            Misconception(
                id="divided-by-the-variance",
                name="The images are divided by the variance.",
                hint="The variance is a square. What has the unit of a pixel?",
                wrong=_standardized_with(_of_train, spread=np.var),
            ),
            Misconception(
                id="mean-not-taken-away",
                name="The images are divided by the deviation, but the mean is still in them.",
                hint="What is the mean of your standardized training images? It should be 0.",
                wrong=lambda train, images: images / train.std(axis=(0, 1, 2)),
            ),
        ),
        hints=(
            "Which of the two arrays may the mean and the deviation come from?",
            "Both are arrays of shape (C,): average over the axes 0, 1 and 2.",
        ),
    ),
    Exercise(
        chapter=21,
        title="What a network costs",
        prompt="""Parameters and multiplications of a network like the first of the two.

        side, channels : int, the input is side x side x channels
        filters : tuple of int, filters of each convolution; all are 3x3 with same padding, and
        between two of them is a 2x2 max pooling with stride 2 that drops an odd last row or
        column. Then come Flatten, a dense layer with `units` units and one with `classes`.
        All layers have biases. Multiplications are those of one image; adding a bias is none.
        Returns two ints: parameters, multiplications.
        """,
        reference=network_costs,
        inputs=network_costs_inputs,
        misconceptions=(
            Misconception(
                id="biases-forgotten",
                name="The biases are not counted among the parameters.",
                hint="Each filter and each unit adds one number of its own.",
                wrong=_costs(bias=0),
            ),
            Misconception(
                id="valid-padding",
                name="The convolutions are taken to lose a pixel on each side.",
                hint="With same padding 32 pixels stay 32.",
                wrong=_costs(shrink=2),
            ),
            Misconception(
                id="pooled-at-the-end",
                name="A pooling is counted after the last convolution; there is none.",
                hint="The poolings stand between two convolutions. How many are that?",
                wrong=_costs(pool_last=True),
            ),
            Misconception(
                id="channels-forgotten",
                name="A filter is taken to have 9 weights, however many channels it reads.",
                hint="A filter spans all maps of the layer before.",
                wrong=_costs(depth_counts=False),
            ),
            Misconception(
                id="each-weight-once",
                name="A filter's weights are taken to multiply once for each image.",
                hint="A filter has few weights and uses them in many places. In how many?",
                wrong=_costs(everywhere=False),
            ),
            Misconception(
                id="never-smaller",
                name="All convolutions are counted at the full size of the input.",
                hint="A pooling leaves a quarter of the positions for the next convolution.",
                wrong=_costs_without_pooling,
            ),
        ),
        hints=(
            "Go from layer to layer with two numbers, the side and the channels.",
            "A convolution: (9 C + 1) F parameters and side * side * 9 C F multiplications.",
            "A dense layer uses each weight once: n_in * n_out multiplications.",
        ),
        points=2.0,
    ),
    Exercise(
        chapter=21,
        title="A gain and its error",
        prompt="""How much better a second network is than a first, and how far chance moves that.

        first : (n,), accuracies of the first network, one for each start; n is at least 2
        second : (m,), those of the second network, from starts of its own; m is at least 2
        The gain is how far the mean of the second lies above that of the first. The variance of
        n starts is the sum of their squared distances from their mean, divided by n - 1; that of
        their mean is n times smaller. Variances of the two means add up to that of the gain, and
        its root is the gain's standard error.
        Returns two numbers: gain, standard error.
        """,
        reference=gain_and_error,
        inputs=gain_and_error_inputs,
        misconceptions=(
            Misconception(
                id="first-minus-second",
                name="The gain is negative where the second network is better.",
                hint="Which of the two is taken away from which?",
                wrong=_gain_and_error_with(
                    gain=lambda first, second: np.mean(first) - np.mean(second)
                ),
            ),
            Misconception(
                id="best-starts",
                name="The best start of one network is compared with the best of the other.",
                hint="Who has more starts has a better best one. What does not grow with them?",
                wrong=_gain_and_error_with(
                    gain=lambda first, second: np.max(second) - np.max(first)
                ),
            ),
            Misconception(
                id="divided-by-n",
                name="The variance of the starts is divided by n, not by n - 1.",
                hint="Your starts lie nearer to their own mean than to the true one. np.var has "
                "an argument for it.",
                wrong=_gain_and_error_with(
                    error=lambda first, second: np.sqrt(
                        np.var(first) / len(first) + np.var(second) / len(second)
                    )
                ),
            ),
            Misconception(
                id="spread-of-one-start",
                name="The error is that of single starts; it does not shrink with their number.",
                hint="With four times as many starts, how much less does their mean move?",
                wrong=_gain_and_error_with(
                    error=lambda first, second: np.sqrt(
                        np.var(first, ddof=1) + np.var(second, ddof=1)
                    )
                ),
            ),
            Misconception(
                id="errors-added",
                name="The errors of the two means are added, not their squares.",
                hint="Chance seldom moves both means apart at the same time. What adds up?",
                wrong=_gain_and_error_with(
                    error=lambda first, second: _error_of_mean(first) + _error_of_mean(second)
                ),
            ),
            Misconception(
                id="variance-not-error",
                name="It is the variance of the gain, not its standard error.",
                hint="An error has the unit of an accuracy, and not of its square.",
                wrong=_gain_and_error_with(
                    error=lambda first, second: gain_and_error(first, second)[1] ** 2
                ),
            ),
            Misconception(
                id="in-pairs",
                name="The starts are compared in pairs.",
                hint="Start 3 of one network has nothing to do with start 3 of the other, and "
                "there may be more of one than of the other.",
                wrong=_gain_and_error_with(error=_error_of_pairs),
            ),
            Misconception(
                id="all-together",
                name="The starts of both networks are taken for starts of one.",
                hint="If the second network is far better, should the error grow? Take each "
                "network's spread around its own mean.",
                wrong=_gain_and_error_with(
                    error=lambda first, second: _error_of_mean(np.concatenate([first, second]))
                ),
            ),
        ),
        hints=(
            "np.var(first, ddof=1) is the variance of the first network's starts.",
            "Divide each variance by its number of starts, add the two, and take the root.",
        ),
    ),
    Exercise(
        chapter=21,
        title="Right among the first k",
        prompt="""Share of images whose label is among the k classes with the highest probability.

        probabilities : (N, K), no two equal in a row; labels : (N,), integers from 0 to K - 1
        k : int from 1 to K; k = 1 is the ordinary accuracy
        Returns a number from 0 to 1.
        """,
        reference=top_k_accuracy,
        inputs=top_k_accuracy_inputs,
        misconceptions=(
            Misconception(
                id="lowest",
                name="The k classes with the lowest probability are taken.",
                hint="np.argsort puts the smallest first.",
                wrong=lambda probabilities, labels, k: _hits(
                    np.argsort(probabilities, axis=1)[:, :k], labels
                ).mean(),
            ),
            Misconception(
                id="only-the-first",
                name="Only the most probable class counts, whatever k is.",
                hint="A label in second place is a hit as soon as k is 2.",
                wrong=lambda probabilities, labels, k: (
                    probabilities.argmax(axis=1) == labels
                ).mean(),
            ),
            Misconception(
                id="only-the-kth",
                name="Only the class in place k counts.",
                hint="With k = 2, is an image a hit whose label comes first?",
                wrong=lambda probabilities, labels, k: (
                    np.argsort(-probabilities, axis=1)[:, k - 1] == labels
                ).mean(),
            ),
            Misconception(
                id="divided-by-k",
                name="Each image is counted k times: the hits are divided by N times k.",
                hint="Is the label among the k classes or not? That is one yes or no an image.",
                wrong=lambda probabilities, labels, k: top_k_accuracy(probabilities, labels, k) / k,
            ),
            Misconception(
                id="hits-not-share",
                name="It is the number of hits, not their share.",
                hint="Which number would a perfect network get?",
                wrong=lambda probabilities, labels, k: (
                    top_k_accuracy(probabilities, labels, k) * len(labels)
                ),
            ),
        ),
        hints=(
            "np.argsort(-probabilities, axis=1) ranks the classes of each image, best first.",
            "Compare the first k columns with labels[:, np.newaxis], then any(axis=1).",
        ),
    ),
    Exercise(
        chapter=21,
        title="A photo becomes a square of 32",
        prompt="""The middle square of a photo, shrunk so that no pixel of it is skipped.

        photo : (H, W, C) uint8; side : int, at most H and W
        Cut a square out of the middle, as large as its side can be as a multiple of `side`; where
        an odd number of pixels is left over, the extra one goes to the bottom or the right. Cut
        the square into side x side blocks. Each pixel of the result is the mean of one block.
        Returns a (side, side, C) array of floats from 0 to 255, not rounded.
        """,
        reference=square_thumbnail,
        inputs=square_thumbnail_inputs,
        misconceptions=(
            Misconception(
                id="subsampled",
                name="One pixel of each block is kept and the others are thrown away.",
                hint="Fine stripes become coarse ones this way: that is aliasing. All pixels of a "
                "block count.",
                wrong=_thumbnail(lambda blocks: blocks[:, 0, :, 0].astype(np.float64)),
            ),
            Misconception(
                id="from-the-corner",
                name="The square is cut from the upper left corner.",
                hint="As much must be left over above as below, and left as right.",
                wrong=_thumbnail(_block_means, corner=True),
            ),
            Misconception(
                id="squashed",
                name="The whole photo is squeezed into a square.",
                hint="A circle in the photo must stay a circle. What has to be cut off?",
                wrong=_squashed,
            ),
            Misconception(
                id="bytes-overflow",
                name="The blocks are added up in 8 bits, where 255 + 1 is 0.",
                hint="Turn the pixels into floats before you add.",
                wrong=_thumbnail(_block_sums_in_bytes),
            ),
            Misconception(
                id="rounded",
                name="The means are cut off to whole numbers.",
                hint="The network takes floats. Keep the fractions.",
                wrong=_thumbnail(lambda blocks: np.floor(_block_means(blocks))),
            ),
            Misconception(
                id="blocks-interleaved",
                name="A block is made of pixels that lie far apart.",
                hint="reshape splits an axis into (which block, which pixel of it), in this order.",
                wrong=_blocks_interleaved,
            ),
        ),
        hints=(
            "First the side of a block, then that of the square, then how much to cut off.",
            "block = min(H, W) // side; the square has block * side pixels.",
            "square.reshape(side, block, side, block, C): which two axes does the mean go over?",
        ),
        points=2.0,
    ),
)
