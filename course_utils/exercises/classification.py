"""Exercises of chapter 3: from feature maps to probabilities, and a whole network."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def flatten_length(height, width, filters):
    for _ in filters:
        height, width = (height - 2) // 2, (width - 2) // 2
    return height * width * filters[-1]


def flatten_length_inputs(rng):
    yield {"height": 6, "width": 9, "filters": (3,)}
    yield {"height": 28, "width": 28, "filters": (8,)}
    yield {"height": 28, "width": 28, "filters": (32, 64)}
    yield {"height": 32, "width": 47, "filters": (16, 32, 8)}
    for blocks in (1, 2, 2, 3):
        height, width = rng.integers(24, 80, size=2)
        filters = tuple(int(f) for f in rng.integers(2, 40, size=blocks))
        yield {"height": int(height), "width": int(width), "filters": filters}


def _flatten_length(side, last=lambda filters: filters[-1]):
    """`flatten_length` with another rule for one side, or for the number of channels."""

    def wrong(height, width, filters):
        for _ in filters:
            height, width = side(height), side(width)
        return height * width * last(filters)

    return wrong


def dense_head_parameters():
    # 32 -> 30 -> 15 -> 13 -> 6 -> 4, so 4 * 4 * 64 = 1024 values reach each of the 64 units.
    return 4 * 4 * 64 * 64 + 64


def stable_softmax(scores):
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def stable_softmax_inputs(rng):
    yield {"scores": np.array([[2.0, 1.0, 0.0]])}
    yield {"scores": np.array([[0.0, 1.0, 3.0], [2.0, 2.0, 1.0]])}
    yield {"scores": np.array([[1000.0, 1001.0, 999.0]])}
    yield {"scores": np.array([[0.0, 1.0], [-2000.0, -2002.0]])}
    yield {"scores": np.array([[0.0, 1502.0, 1500.0]])}
    yield {"scores": rng.normal(scale=5, size=(4, 10))}
    yield {"scores": rng.normal(scale=5, size=(7, 3))}


def _softmax_along(scores, axis):
    exponentials = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exponentials / exponentials.sum(axis=axis, keepdims=True)


def _softmax_overflowing(scores):
    with np.errstate(over="ignore", invalid="ignore"):
        exponentials = np.exp(scores)
        return exponentials / exponentials.sum(axis=1, keepdims=True)


def _softmax_one_maximum(scores):
    with np.errstate(invalid="ignore"):
        exponentials = np.exp(scores - scores.max())
        return exponentials / exponentials.sum(axis=1, keepdims=True)


def _sigmoid(scores):
    small = np.exp(-np.abs(scores))
    return np.where(scores >= 0, 1, small) / (1 + small)


def cnn_scores(images, w_conv, b_conv, w_dense, b_dense):
    windows = np.lib.stride_tricks.sliding_window_view(images, w_conv.shape[:2], axis=(1, 2))
    maps = np.einsum("nhwcij,ijcf->nhwf", windows, w_conv) + b_conv
    maps = np.maximum(maps, 0)
    n, height, width, filters = maps.shape
    rows, columns = height // 2, width // 2
    blocks = maps[:, : 2 * rows, : 2 * columns].reshape(n, rows, 2, columns, 2, filters)
    pooled = blocks.max(axis=(2, 4))
    return pooled.reshape(n, -1) @ w_dense + b_dense


def cnn_scores_inputs(rng):
    image = np.array([[3.0, 0, 1, 0, 2], [0, 1, 4, 0, 1], [1, 2, 0, 0, 0]])
    yield {
        "images": image.reshape(1, 3, 5, 1),
        "w_conv": np.array([[0.0, -1], [-1, 1]]).reshape(2, 2, 1, 1),
        "b_conv": np.array([-1.0]),
        "w_dense": np.array([[1.0, 0], [2, -1]]),
        "b_dense": np.array([-1.0, 1]),
    }
    for n, (height, width), channels, (kernel_h, kernel_w), filters, classes in [
        (2, (6, 8), 1, (3, 3), 2, 3),
        (1, (7, 9), 3, (3, 3), 4, 5),
        (3, (9, 6), 2, (2, 3), 3, 10),
        (2, (5, 4), 1, (1, 1), 2, 2),
    ]:
        rows, columns = (height - kernel_h + 1) // 2, (width - kernel_w + 1) // 2
        fan_in = kernel_h * kernel_w * channels
        yield {
            "images": rng.normal(size=(n, height, width, channels)),
            "w_conv": rng.normal(size=(kernel_h, kernel_w, channels, filters)) / fan_in**0.5,
            # Mostly negative, so that many windows hold nothing but negative values.
            "b_conv": rng.normal(size=filters) - 1,
            "w_dense": rng.normal(size=(rows * columns * filters, classes)),
            "b_dense": rng.normal(size=classes),
        }


def _cnn_with(activation=lambda maps: np.maximum(maps, 0), pool=np.max, last=lambda s: s, axes=""):
    """`cnn_scores` with another activation, pooling, last step or order of the axes."""

    def wrong(images, w_conv, b_conv, w_dense, b_dense):
        windows = np.lib.stride_tricks.sliding_window_view(images, w_conv.shape[:2], axis=(1, 2))
        maps = activation(np.einsum("nhwcij,ijcf->nhwf", windows, w_conv) + b_conv)
        n, height, width, filters = maps.shape
        rows, columns = height // 2, width // 2
        blocks = maps[:, : 2 * rows, : 2 * columns].reshape(n, rows, 2, columns, 2, filters)
        pooled = pool(blocks, axis=(2, 4))
        if axes == "channels first":
            pooled = pooled.transpose(0, 3, 1, 2)
        return last(pooled.reshape(n, -1) @ w_dense + b_dense)

    return wrong


EXERCISES = (
    Exercise(
        chapter=3,
        title="How long is the flattened vector?",
        prompt="""Length of the vector that Flatten makes after blocks of convolution and pooling.

        height, width : int, sides of the image
        filters : tuple of int, number of filters of each block, first block first
        Each block is a 3x3 convolution (stride 1, no padding), then 2x2 max pooling (stride 2, no
        padding: an odd row or column at the end is dropped).
        """,
        reference=flatten_length,
        inputs=flatten_length_inputs,
        misconceptions=(
            Misconception(
                id="same-padding",
                name="The convolution is taken to keep the size.",
                hint="Without padding, how many positions has a window of 3 in 28 pixels?",
                wrong=_flatten_length(lambda side: side // 2),
            ),
            Misconception(
                id="pooling-forgotten",
                name="The pooling is forgotten: the vector is as long as without it.",
                hint="This is the slip of the 8*26*26 listing. What does each 2x2 window become?",
                wrong=_flatten_length(lambda side: side - 2),
            ),
            Misconception(
                id="rounded-up",
                name="An odd row or column at the end is kept.",
                hint="A 2x2 window does not fit over a single row: 11 becomes 5.",
                wrong=_flatten_length(lambda side: -(-(side - 2) // 2)),
            ),
            Misconception(
                id="kernel-subtracted",
                name="The convolution is taken to cost 3 pixels a side.",
                hint="28 pixels hold 26 windows of 3: the formula adds 1.",
                wrong=_flatten_length(lambda side: (side - 3) // 2),
            ),
            Misconception(
                id="filters-multiplied",
                name="The numbers of filters of all blocks are multiplied.",
                hint="A filter sums over all its input maps. How many maps leave the last block?",
                wrong=_flatten_length(
                    lambda side: (side - 2) // 2,
                    lambda filters: int(np.prod(filters)),
                ),
            ),
            Misconception(
                id="channels-forgotten",
                name="Only one of the last block's maps is counted.",
                hint="The last block gives one map for each of its filters.",
                wrong=_flatten_length(lambda side: (side - 2) // 2, lambda filters: 1),
            ),
        ),
        hints=(
            "Follow one side of a 28 pixel image through one block first.",
            "28 becomes 26, then 13. What happens to 13?",
            "One block: side -> (side - 2) // 2. At the end: height * width * last filters.",
        ),
        points=2.0,
    ),
    Exercise(
        chapter=3,
        title="The parameters behind Flatten",
        prompt="""Number of parameters, biases included, of the first dense layer of this network.

        Input 32x32x3; Conv 32 filters 3x3; MaxPool 2x2; Conv 64 filters 3x3; MaxPool 2x2;
        Conv 64 filters 3x3; Flatten; Dense 64; Dense 10. No padding anywhere, pooling stride 2.
        """,
        reference=dense_head_parameters,
        misconceptions=(
            Misconception(
                id="biases-forgotten",
                name="The biases are not counted.",
                hint="Each of the 64 units adds one number of its own.",
                wrong=lambda: 65_536,
            ),
            Misconception(
                id="same-padding",
                name="The convolutions are taken to keep the size, which leaves 8x8 pixels.",
                hint="Without padding a 3x3 convolution takes 2 pixels off each side's length.",
                wrong=lambda: 8 * 8 * 64 * 64 + 64,
            ),
            Misconception(
                id="third-pooling",
                name="A pooling is counted after the third convolution; there is none.",
                hint="Read the list again: what follows the last convolution?",
                wrong=lambda: 2 * 2 * 64 * 64 + 64,
            ),
            Misconception(
                id="rounded-up",
                name="13 pixels are taken to become 7 in pooling.",
                hint="A 2x2 window does not fit over the last single row.",
                wrong=lambda: 5 * 5 * 64 * 64 + 64,
            ),
            Misconception(
                id="channels-forgotten",
                name="Only one of the 64 feature maps is flattened.",
                hint="Flatten writes all maps into the vector.",
                wrong=lambda: 4 * 4 * 64 + 64,
            ),
        ),
        hints=(
            "Write down the side length after each layer, from 32 on.",
            "32, 30, 15, 13, 6, 4. How many values is that with 64 maps?",
            "Each of the 64 units has one weight for each value, and one bias.",
        ),
    ),
    Exercise(
        chapter=3,
        title="A softmax that does not overflow",
        prompt="""Softmax of each row: exp(score) divided by the sum of the row's exp(score).

        scores : (N, K) float array, one row for each image; also 1000 or -2000
        Returns an (N, K) array of probabilities; every row adds up to 1.
        """,
        reference=stable_softmax,
        inputs=stable_softmax_inputs,
        misconceptions=(
            Misconception(
                id="overflow",
                name="exp of a large score is inf, and inf / inf is nan; so is 0 / 0.",
                hint="Adding the same number to a row's scores changes nothing in the result.",
                wrong=_softmax_overflowing,
            ),
            Misconception(
                id="whole-array",
                name="All rows together add up to 1, not each of them.",
                hint="sum() without an axis adds everything.",
                wrong=lambda scores: _softmax_along(scores, None),
            ),
            Misconception(
                id="wrong-axis",
                name="The columns add up to 1, not the rows.",
                hint="The scores of one image lie along axis 1.",
                wrong=lambda scores: _softmax_along(scores, 0),
            ),
            Misconception(
                id="one-maximum",
                name="The largest score of all rows is subtracted, so a low row gives 0 / 0.",
                hint="Each row needs its own maximum.",
                wrong=_softmax_one_maximum,
            ),
            Misconception(
                id="not-divided",
                name="The powers are not divided by their sum, so rows do not add up to 1.",
                hint="Add up the entries of one row of your result.",
                wrong=lambda scores: np.exp(scores - scores.max(axis=1, keepdims=True)),
            ),
            Misconception(
                id="sigmoid",
                name="Each score goes through a sigmoid on its own, so rows do not add up to 1.",
                hint="A softmax compares the scores of one row with each other.",
                wrong=_sigmoid,
            ),
        ),
        hints=(
            "Which number can you subtract from a row so that no exponent is above 0?",
            "scores.max(axis=1, keepdims=True) has shape (N, 1) and broadcasts.",
            "The sum too needs axis=1 and keepdims=True.",
        ),
        points=2.0,
    ),
    Exercise(
        chapter=3,
        title="A whole network",
        prompt="""Scores of a small CNN: convolution, ReLU, 2x2 max pooling, flatten, dense.

        images : (N, H, W, C); w_conv : (kh, kw, C, F); b_conv : (F,)
        The convolution has stride 1 and no padding, the kernel is not flipped; the pooling has
        stride 2 and drops an odd row or column at the end; Flatten is row-major, channels last.
        w_dense : (length of the flattened maps, K); b_dense : (K,)
        Returns the scores, an (N, K) array, without softmax.
        """,
        reference=cnn_scores,
        inputs=cnn_scores_inputs,
        misconceptions=(
            Misconception(
                id="no-relu",
                name="There is no ReLU between convolution and pooling.",
                hint="Can a pooled value be negative in your network? It must not be.",
                wrong=_cnn_with(activation=lambda maps: maps),
            ),
            Misconception(
                id="average-pooling",
                name="The windows are averaged.",
                hint="The exercise asks for max pooling.",
                wrong=_cnn_with(pool=np.mean),
            ),
            Misconception(
                id="channels-first",
                name="The maps are flattened one after the other: channels first.",
                hint="In the flattened vector the F values of one pixel stand side by side.",
                wrong=_cnn_with(axes="channels first"),
            ),
            Misconception(
                id="flipped-kernel",
                name="The kernel is turned by 180 degrees.",
                hint="CNN layers correlate: w_conv[0, 0] meets the window's upper left pixel.",
                wrong=lambda images, w_conv, b_conv, w_dense, b_dense: cnn_scores(
                    images, w_conv[::-1, ::-1], b_conv, w_dense, b_dense
                ),
            ),
            Misconception(
                id="convolution-bias-forgotten",
                name="The convolution's bias is not added.",
                hint="Each of the F maps gets its own b_conv before the ReLU.",
                wrong=lambda images, w_conv, b_conv, w_dense, b_dense: cnn_scores(
                    images, w_conv, 0 * b_conv, w_dense, b_dense
                ),
            ),
            Misconception(
                id="relu-on-scores",
                name="The scores go through a ReLU, so negative ones are lost.",
                hint="The last layer's scores may be negative; softmax needs them as they are.",
                wrong=_cnn_with(last=lambda scores: np.maximum(scores, 0)),
            ),
            Misconception(
                id="softmax-included",
                name="The scores have gone through softmax already.",
                hint="Return what the dense layer gives.",
                wrong=_cnn_with(last=lambda scores: _softmax_along(scores, 1)),
            ),
        ),
        hints=(
            "Write one function for each step, and look at the shapes in between.",
            "np.lib.stride_tricks.sliding_window_view(images, (kh, kw), axis=(1, 2)) gives all "
            "windows, with shape (N, H', W', C, kh, kw).",
            "np.einsum('nhwcij,ijcf->nhwf', windows, w_conv) is the convolution, without bias.",
            "To pool, reshape to (N, rows, 2, columns, 2, F) and take the max over axes 2 and 4.",
        ),
        points=3.0,
    ),
)
