"""Exercises of chapter 3: activations and pooling."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def collapse_dense(w1, b1, w2, b2):
    # (x @ w1 + b1) @ w2 + b2, multiplied out
    return w1 @ w2, b1 @ w2 + b2


def collapse_dense_inputs(rng):
    yield {
        "w1": np.array([[1.0, 2.0], [0.0, 1.0]]),
        "b1": np.array([1.0, 0.0]),
        "w2": np.array([[1.0, 0.0], [3.0, 1.0]]),
        "b2": np.array([0.0, 5.0]),
    }
    for n_in, n_hidden, n_out in [(2, 3, 3), (4, 2, 3), (5, 1, 3), (3, 8, 4)]:
        yield {
            "w1": rng.normal(size=(n_in, n_hidden)),
            "b1": rng.normal(size=n_hidden),
            "w2": rng.normal(size=(n_hidden, n_out)),
            "b2": rng.normal(size=n_out),
        }


def leaky(x, slope):
    return np.where(x > 0, x, slope * x)


def leaky_inputs(rng):
    yield {"x": np.array([-2.0, -1.0, 0.0, 1.0, 2.0]), "slope": 0.5}
    yield {"x": np.array([[3.0, -4.0, 1.0], [-0.1, 0.0, -10.0]]), "slope": 0.1}
    for shape, slope in [((7,), 0.01), ((3, 4), 0.3), ((2, 5, 4, 3), 0.2), ((2, 3), 0.0)]:
        yield {"x": rng.normal(scale=3, size=shape), "slope": slope}


def slope_after_ten_sigmoids():
    # One sigmoid is steepest at 0: sigmoid(0) * (1 - sigmoid(0)) = 1/4.
    return 0.25**10


def max_pool_map(feature_map, size, stride):
    height, width = feature_map.shape
    pooled = np.empty(((height - size) // stride + 1, (width - size) // stride + 1))
    for row in range(pooled.shape[0]):
        for column in range(pooled.shape[1]):
            top, left = row * stride, column * stride
            pooled[row, column] = feature_map[top : top + size, left : left + size].max()
    return pooled


def max_pool_map_inputs(rng):
    yield {"feature_map": np.array([[1.0, 3, 2], [5, 7, 6]]), "size": 2, "stride": 1}
    yield {
        "feature_map": np.array([[1.0, 3, 2, 4], [5, 7, 6, 8], [9, 11, 10, 12], [13, 15, 14, 16]]),
        "size": 2,
        "stride": 2,
    }
    yield {"feature_map": -np.arange(1.0, 16.0).reshape(3, 5), "size": 2, "stride": 2}
    for shape, size, stride in [((5, 8), 3, 2), ((9, 7), 2, 3), ((6, 10), 3, 1), ((4, 5), 4, 1)]:
        yield {"feature_map": rng.normal(size=shape), "size": size, "stride": stride}


def _pool_wrongly(feature_map, size, stride, summary=np.max, round_up=False):
    starts = []
    for side in feature_map.shape:
        last = side - 1 if round_up else side - size
        starts.append(range(0, last + 1, stride))
    return np.array(
        [
            [summary(feature_map[top : top + size, left : left + size]) for left in starts[1]]
            for top in starts[0]
        ]
    )


def average_with_border(feature_map, size):
    height, width = feature_map.shape
    reach = size // 2
    averages = np.empty((height, width))
    for row in range(height):
        for column in range(width):
            top, left = max(row - reach, 0), max(column - reach, 0)
            window = feature_map[top : row + reach + 1, left : column + reach + 1]
            averages[row, column] = window.mean()
    return averages


def average_with_border_inputs(rng):
    yield {"feature_map": np.array([[4.0, 8, 6, 2], [0, 4, 2, 6], [2, 6, 4, 0]]), "size": 3}
    yield {"feature_map": np.full((3, 4), 6.0), "size": 3}
    for shape, size in [((5, 7), 3), ((6, 5), 5), ((8, 9), 7), ((4, 3), 1)]:
        yield {"feature_map": rng.normal(size=shape), "size": size}


def _average_padded(feature_map, size, **padding):
    padded = np.pad(feature_map, size // 2, **padding)
    return np.lib.stride_tricks.sliding_window_view(padded, (size, size)).mean(axis=(2, 3))


def _average_negative_index(feature_map, size):
    height, width = feature_map.shape
    reach = size // 2
    averages = np.full((height, width), np.nan)
    for row in range(height):
        for column in range(width):
            window = feature_map[row - reach : row + reach + 1, column - reach : column + reach + 1]
            if window.size:  # the mean of nothing is nan, with a warning
                averages[row, column] = window.mean()
    return averages


def shifts_that_survive():
    # Row 5 shares its window with row 4, column 5 with column 4.
    rows_that_keep_the_window = 2
    columns_that_keep_the_window = 2
    return rows_that_keep_the_window * columns_that_keep_the_window


EXERCISES = (
    Exercise(
        chapter=3,
        title="Two dense layers as one",
        prompt="""One dense layer that gives what two in a row give, without an activation between.

        The two compute (x @ w1 + b1) @ w2 + b2 for rows x of n_in numbers.
        w1 : (n_in, n_hidden), b1 : (n_hidden,), w2 : (n_hidden, n_out), b2 : (n_out,)
        Returns w of shape (n_in, n_out) and b of shape (n_out,), so that x @ w + b is the same.
        """,
        reference=collapse_dense,
        inputs=collapse_dense_inputs,
        misconceptions=(
            Misconception(
                id="wrong-order",
                name="The matrices are multiplied in the order for column vectors, w2 @ w1.",
                hint="Here x is a row and stands on the left: which matrix does it meet first?",
                wrong=lambda w1, b1, w2, b2: (w2 @ w1, w2 @ b1 + b2),
            ),
            Misconception(
                id="first-bias-lost",
                name="The first layer's bias does not reach the result.",
                hint="Put x = 0 into both layers. What comes out?",
                wrong=lambda w1, b1, w2, b2: (w1 @ w2, b2),
            ),
            Misconception(
                id="first-bias-not-transformed",
                name="The first bias is added as it is; it does not go through the second layer.",
                hint="b1 is added before w2 is multiplied. What does w2 do to it?",
                wrong=lambda w1, b1, w2, b2: (w1 @ w2, b1 + b2),
            ),
            Misconception(
                id="entrywise-product",
                name="The matrices are multiplied entry by entry.",
                hint="In numpy * multiplies entries, @ multiplies matrices.",
                wrong=lambda w1, b1, w2, b2: (w1 * w2, b1 @ w2 + b2),
            ),
        ),
        hints=(
            "Multiply the brackets out: (x @ w1 + b1) @ w2 is a sum of two terms.",
            "The terms are x @ w1 @ w2 and b1 @ w2. Which of them has x in it?",
            "w is what x is multiplied by; b is everything without x, b2 included.",
        ),
    ),
    Exercise(
        chapter=3,
        title="Leaky ReLU",
        prompt="""Leaky ReLU: positive entries stay, the others are multiplied by slope.

        x : float array of any shape
        slope : float from 0 to 1
        Returns an array of x's shape; x itself stays as it is.
        """,
        reference=leaky,
        inputs=leaky_inputs,
        misconceptions=(
            Misconception(
                id="plain-relu",
                name="Negative entries become 0: that is ReLU, without the leak.",
                hint="What should -2 become when slope is 0.5?",
                wrong=lambda x, slope: np.maximum(x, 0),
            ),
            Misconception(
                id="slope-everywhere",
                name="Positive entries are multiplied by the slope too.",
                hint="Only one side leaks. What should 2 become?",
                wrong=lambda x, slope: slope * x,
            ),
            Misconception(
                id="sides-swapped",
                name="The slope is applied to the positive side, and negative entries stay.",
                hint="Which side of zero does ReLU leave alone?",
                wrong=lambda x, slope: np.where(x > 0, slope * x, x),
            ),
            Misconception(
                id="sign-lost",
                name="Negative entries come out positive.",
                hint="The slope is positive, so a negative number times it stays negative.",
                wrong=lambda x, slope: np.where(x > 0, x, -slope * x),
            ),
            Misconception(
                id="slope-as-floor",
                name="Entries below the slope are raised to it, as by max(slope, x).",
                hint="The slope multiplies x; it is not a smallest value.",
                wrong=lambda x, slope: np.maximum(slope, x),
            ),
        ),
        hints=(
            "Two cases, chosen entry by entry: np.where(condition, one, other).",
            "The condition is x > 0; the first case is x itself.",
        ),
    ),
    Exercise(
        chapter=3,
        title="Ten sigmoids in a row",
        prompt="""A bound on the slope of ten sigmoids in a row, s(s(s(...s(x)...))).

        By the chain rule that slope is a product of ten slopes. Return the largest value that the
        product could have if each of the ten were as steep as a sigmoid can be.
        """,
        reference=slope_after_ten_sigmoids,
        misconceptions=(
            Misconception(
                id="value-for-slope",
                name="0.5 is the sigmoid's value at 0, not its slope there.",
                hint="The slope at x is s(x) (1 - s(x)).",
                wrong=lambda: 0.5**10,
            ),
            Misconception(
                id="slopes-added",
                name="The slopes are added.",
                hint="If one function stretches by 2 and the next by 3, both stretch by 6.",
                wrong=lambda: 10 * 0.25,
            ),
            Misconception(
                id="one-sigmoid",
                name="That is the largest slope of a single sigmoid.",
                hint="Each of the ten multiplies by its own slope.",
                wrong=lambda: 0.25,
            ),
            Misconception(
                id="slope-one",
                name="A slope of 1 is that of tanh at 0 or of ReLU, not of the sigmoid.",
                hint="The slope at x is s(x) (1 - s(x)); s(0) = 0.5.",
                wrong=lambda: 1.0,
            ),
        ),
        hints=(
            "Where is the sigmoid steepest? Look at the figure above.",
            "The slope at 0 is s(0) (1 - s(0)).",
            "Ten factors, each at most 1/4.",
        ),
        rtol=1e-2,
        atol=0.0,  # the number itself is smaller than the usual tolerance
    ),
    Exercise(
        chapter=3,
        title="Max pooling",
        prompt="""Max pooling of one feature map, without padding.

        feature_map : (H, W) array, also negative numbers
        size : int, side of the square window; at most H and W
        stride : int, pixels from one window to the next, in both directions
        Returns an array (rows, columns) of the maxima. Windows that do not fit are left out.
        """,
        reference=max_pool_map,
        inputs=max_pool_map_inputs,
        misconceptions=(
            Misconception(
                id="stride-ignored",
                name="The windows lie side by side whatever the stride is.",
                hint="One number says how large the windows are, the other how far apart.",
                wrong=lambda feature_map, size, stride: _pool_wrongly(feature_map, size, size),
            ),
            Misconception(
                id="stride-one",
                name="The window moves by one pixel whatever the stride is.",
                hint="Output row i starts at input row i times something. Times what?",
                wrong=lambda feature_map, size, stride: _pool_wrongly(feature_map, size, 1),
            ),
            Misconception(
                id="stride-in-the-size-only",
                name="The map has the right size, but neighboring windows are one pixel apart.",
                hint="You use the stride to count the windows. Where does window (1, 1) start?",
                wrong=lambda feature_map, size, stride: max_pool_map(feature_map, size, 1)[
                    : (feature_map.shape[0] - size) // stride + 1,
                    : (feature_map.shape[1] - size) // stride + 1,
                ],
            ),
            Misconception(
                id="average",
                name="It takes the mean of each window.",
                hint="Max pooling reports the strongest value, and nothing of the others.",
                wrong=lambda feature_map, size, stride: _pool_wrongly(
                    feature_map, size, stride, np.mean
                ),
            ),
            Misconception(
                id="zero-wins",
                name="Windows of negative numbers give 0.",
                hint="What does your search for the maximum start from? 0 beats every negative.",
                wrong=lambda feature_map, size, stride: _pool_wrongly(
                    feature_map, size, stride, lambda window: max(window.max(), 0)
                ),
            ),
            Misconception(
                id="incomplete-windows",
                name="Windows that hang over the right or lower border are counted.",
                hint="A window fits if its last row is inside: top + size <= H.",
                wrong=lambda feature_map, size, stride: _pool_wrongly(
                    feature_map, size, stride, round_up=True
                ),
            ),
            Misconception(
                id="corner-taken",
                name="It takes the upper left value of each window: plain subsampling.",
                hint="feature_map[::stride, ::stride] skips pixels without looking at them.",
                wrong=lambda feature_map, size, stride: _pool_wrongly(
                    feature_map, size, stride, lambda window: window[0, 0]
                ),
            ),
        ),
        hints=(
            "How many windows fit along each side? It is the size formula of chapter 2.",
            "(H - size) // stride + 1 rows; the same with W for the columns.",
            "Window (i, j) is feature_map[i * stride : i * stride + size, ...]; take its max().",
        ),
        points=2.0,
    ),
    Exercise(
        chapter=3,
        title="An average that knows its border",
        prompt="""Average pooling with stride 1 that keeps the size; padding is not counted.

        feature_map : (H, W) array
        size : odd int, side of the square window, which is centered on each pixel in turn
        Returns an (H, W) array: the mean of those pixels of each window that lie in the map.
        """,
        reference=average_with_border,
        inputs=average_with_border_inputs,
        misconceptions=(
            Misconception(
                id="padding-counted",
                name="The zeros around the map are counted, so the border comes out too small.",
                hint="The mean of a constant map must be that constant, at the corners too.",
                wrong=lambda feature_map, size: _average_padded(feature_map, size),
            ),
            Misconception(
                id="border-repeated",
                name="The border pixels are repeated outside, so they count more than once.",
                hint="At a corner, a 3x3 window holds 4 real pixels. Each counts once.",
                wrong=lambda feature_map, size: _average_padded(feature_map, size, mode="edge"),
            ),
            Misconception(
                id="border-dropped",
                name="Only windows that lie inside the map are averaged, so the map shrinks.",
                hint="The result has one entry for each pixel, those at the border included.",
                wrong=lambda feature_map, size: _pool_wrongly(feature_map, size, 1, np.mean),
            ),
            Misconception(
                id="negative-index",
                name="A slice starts at a negative index, which numpy counts from the other end.",
                hint="feature_map[-1:2] is not the first two rows. Where must the slice start?",
                wrong=_average_negative_index,
            ),
        ),
        hints=(
            "How many pixels does the window around a corner really hold?",
            "Cut the window off at the border, then take the mean of what is left.",
            "max(row - size // 2, 0) is where it starts. A slice may end beyond the map.",
        ),
        points=2.0,
    ),
    Exercise(
        chapter=3,
        title="Shifts that pooling does not notice",
        prompt="""In how many of nine cases does a pooled map stay exactly the same?

        A large map is 0 but for a single 1 at row 5, column 5 (counted from 0). The 1 moves by
        -1, 0 or 1 rows and by -1, 0 or 1 columns: nine cases, the unmoved one among them.
        Each map goes through 2x2 max pooling with stride 2.
        """,
        reference=shifts_that_survive,
        misconceptions=(
            Misconception(
                id="invariant",
                name="Pooling is taken to be invariant to every shift by one pixel.",
                hint="The windows start at rows 0, 2, 4, 6. Which one holds row 6?",
                wrong=lambda: 9,
            ),
            Misconception(
                id="every-shift-noticed",
                name="Only the unmoved 1 is counted; but some shifts stay inside the window.",
                hint="Which four pixels share a window with row 5, column 5?",
                wrong=lambda: 1,
            ),
            Misconception(
                id="one-direction",
                name="Only shifts along one direction are counted.",
                hint="The 1 may also move in both directions at once.",
                wrong=lambda: 2,
            ),
            Misconception(
                id="unmoved-forgotten",
                name="The unmoved case is not counted.",
                hint="A shift by 0 rows and 0 columns is one of the nine.",
                wrong=lambda: 3,
            ),
        ),
        hints=(
            "Draw rows 4 to 7 and columns 4 to 7, and the windows in them.",
            "The pooled map stays the same as long as the 1 stays in its window.",
        ),
    ),
)
