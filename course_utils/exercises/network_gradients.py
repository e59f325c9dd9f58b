"""Exercises of chapter 4: gradients through max pooling, and through a whole network."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def route_gradient(dy, feature_map, size, stride):
    dx = np.zeros(feature_map.shape)
    for row in range(dy.shape[0]):
        for column in range(dy.shape[1]):
            top, left = row * stride, column * stride
            window = feature_map[top : top + size, left : left + size]
            # argmax gives the first of several maxima
            down, right = divmod(int(np.argmax(window)), size)
            dx[top + down, left + right] += dy[row, column]
    return dx


def route_gradient_inputs(rng):
    yield {
        "dy": np.array([[10.0, 20.0]]),
        "feature_map": np.array([[1.0, 3, 2, 8], [5, 7, 6, 4]]),
        "size": 2,
        "stride": 2,
    }
    yield {
        "dy": np.array([[6.0]]),
        "feature_map": np.array([[1.0, 3], [3, 3]]),
        "size": 2,
        "stride": 2,
    }
    yield {
        "dy": np.array([[1.0, 2], [3, 4]]),
        "feature_map": np.array([[1.0, 2, 0], [3, 9, 4], [0, 5, 6]]),
        "size": 2,
        "stride": 1,
    }
    for (height, width), size, stride in [((5, 7), 2, 2), ((7, 6), 3, 2), ((6, 9), 3, 3)]:
        rows, columns = (height - size) // stride + 1, (width - size) // stride + 1
        yield {
            "dy": rng.normal(size=(rows, columns)),
            # small whole numbers, as many of them zero as behind a ReLU: ties
            "feature_map": np.maximum(rng.integers(-3, 4, size=(height, width)), 0).astype(float),
            "size": size,
            "stride": stride,
        }
    yield {
        "dy": rng.normal(size=(3, 2)),
        "feature_map": rng.normal(size=(6, 5)),
        "size": 2,
        "stride": 2,
    }


def _route_with(share, put=np.add):
    """`route_gradient` with another rule: `share(window)` of dy goes to each pixel of a window."""

    def wrong(dy, feature_map, size, stride):
        dx = np.zeros(feature_map.shape)
        for row in range(dy.shape[0]):
            for column in range(dy.shape[1]):
                top, left = row * stride, column * stride
                at = np.s_[top : top + size, left : left + size]
                dx[at] = put(dx[at], dy[row, column] * share(feature_map[at]))
        return dx

    return wrong


def _stride_forgotten(dy, feature_map, size, stride):
    return route_gradient(dy, feature_map, size, 1)


def _first_maximum(window):
    share = np.zeros(window.shape)
    share.flat[np.argmax(window)] = 1
    return share


def _last_maximum(window):
    return _first_maximum(window[::-1, ::-1])[::-1, ::-1]


def _where_won(window):
    return (window == window.max()).astype(float)


def cnn_gradients(images, labels, w_conv, b_conv, w_dense, b_dense):
    # forward
    windows = np.lib.stride_tricks.sliding_window_view(images, w_conv.shape[:2], axis=(1, 2))
    maps = np.einsum("nrcdij,ijdf->nrcf", windows, w_conv) + b_conv
    rows = np.maximum(maps, 0).reshape(len(images), -1)
    scores = rows @ w_dense + b_dense
    exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
    # backward
    dscores = exponentials / exponentials.sum(axis=1, keepdims=True)
    dscores[np.arange(len(labels)), labels] -= 1
    dscores /= len(labels)
    drows = dscores @ w_dense.T
    dmaps = drows.reshape(maps.shape) * (maps > 0)
    dw_conv = np.einsum("nrcdij,nrcf->ijdf", windows, dmaps)
    return dw_conv, dmaps.sum(axis=(0, 1, 2)), rows.T @ dscores, dscores.sum(axis=0)


def cnn_gradients_inputs(rng):
    image = np.array([[3.0, 0, 1, 0], [0, 1, 4, 0], [1, 2, 0, 0]])
    yield {
        "images": image.reshape(1, 3, 4, 1),
        "labels": np.array([1], np.int64),
        "w_conv": np.array([[0.0, -1], [-1, 1]]).reshape(2, 2, 1, 1),
        "b_conv": np.array([0.5]),
        "w_dense": np.array([[1.0, 0], [0, -1], [1, 0], [0, 1], [0, 2], [-1, 0]]),
        "b_dense": np.array([0.0, 1.0]),
    }
    for n, (height, width), channels, (kernel_h, kernel_w), filters, classes in [
        (2, (3, 4), 1, (2, 2), 2, 3),
        (1, (5, 4), 3, (3, 3), 2, 4),
        (4, (4, 6), 2, (2, 3), 3, 10),
        (3, (5, 5), 1, (3, 2), 4, 3),
    ]:
        positions = (height - kernel_h + 1) * (width - kernel_w + 1)
        fan_in = kernel_h * kernel_w * channels
        yield {
            "images": rng.normal(size=(n, height, width, channels)),
            "labels": rng.integers(classes, size=n, dtype=np.int64),
            "w_conv": rng.normal(size=(kernel_h, kernel_w, channels, filters)) / fan_in**0.5,
            "b_conv": rng.normal(scale=0.3, size=filters),
            "w_dense": rng.normal(scale=0.3, size=(positions * filters, classes)),
            "b_dense": rng.normal(size=classes),
        }


def _cnn_gradients_with(gate="maps", unflatten="last", mean=True, seen="relu"):
    """`cnn_gradients` with another gate, order of axes, loss or input of the dense layer."""

    def wrong(images, labels, w_conv, b_conv, w_dense, b_dense):
        windows = np.lib.stride_tricks.sliding_window_view(images, w_conv.shape[:2], axis=(1, 2))
        maps = np.einsum("nrcdij,ijdf->nrcf", windows, w_conv) + b_conv
        rows = np.maximum(maps, 0).reshape(len(images), -1)
        scores = rows @ w_dense + b_dense
        exponentials = np.exp(scores - scores.max(axis=1, keepdims=True))
        dscores = exponentials / exponentials.sum(axis=1, keepdims=True)
        dscores[np.arange(len(labels)), labels] -= 1
        dscores /= len(labels) if mean else 1
        drows = dscores @ w_dense.T
        if unflatten == "last":
            drelu = drows.reshape(maps.shape)
        else:
            n, height, width, filters = maps.shape
            drelu = drows.reshape(n, filters, height, width).transpose(0, 2, 3, 1)
        open_gate = {"maps": maps > 0, "gradient": drelu > 0, "none": 1.0}[gate]
        dmaps = drelu * open_gate
        if seen == "maps":
            rows = maps.reshape(len(images), -1)
        dw_conv = np.einsum("nrcdij,nrcf->ijdf", windows, dmaps)
        return dw_conv, dmaps.sum(axis=(0, 1, 2)), rows.T @ dscores, dscores.sum(axis=0)

    return wrong


EXERCISES = (
    Exercise(
        chapter=4,
        title="Backward through max pooling",
        prompt="""Gradient of the loss with respect to the input of a max pooling.

        dy : (rows, columns) array, gradient of the loss with respect to the pooled
        map
        feature_map : (H, W) array, what was pooled
        size, stride : int, side of the window and pixels from one window to the
        next
        Returns dx, an (H, W) array. Of several equal maxima the first one, row by
        row, gets all.
        """,
        reference=route_gradient,
        inputs=route_gradient_inputs,
        misconceptions=(
            Misconception(
                id="all-maxima",
                name="In a tie, each of the maxima gets the whole gradient.",
                hint="The gradients of a window must add up to its dy. Do they, if two get it all?",
                wrong=_route_with(_where_won),
            ),
            Misconception(
                id="tie-split",
                name="In a tie, the maxima share the gradient.",
                hint="That is a fair rule, but not the one asked: the first maximum gets all.",
                wrong=_route_with(lambda window: _where_won(window) / _where_won(window).sum()),
            ),
            Misconception(
                id="last-maximum",
                name="In a tie, the last maximum gets the gradient.",
                hint="Compare with > or >=? Only one of them keeps the first.",
                wrong=_route_with(_last_maximum),
            ),
            Misconception(
                id="overwritten",
                name="A pixel that wins several windows keeps the gradient of one of them only.",
                hint="With stride 1, one pixel can be the maximum of four windows.",
                wrong=_route_with(
                    _first_maximum, put=lambda before, gift: np.where(gift, gift, before)
                ),
            ),
            Misconception(
                id="stride-forgotten",
                name="The windows start one pixel apart, whatever the stride is.",
                hint="Where does the window of dy[0, 1] start?",
                wrong=_stride_forgotten,
            ),
            Misconception(
                id="spread-evenly",
                name="Every pixel of a window gets an equal part.",
                hint="That is average pooling. Nudge a pixel that lost: does the maximum change?",
                wrong=_route_with(lambda window: np.full(window.shape, 1 / window.size)),
            ),
            Misconception(
                id="copied-to-all",
                name="Every pixel of a window gets the whole gradient.",
                hint="Nudge a pixel that lost: does the maximum change?",
                wrong=_route_with(np.ones_like),
            ),
            Misconception(
                id="times-the-value",
                name="The gradient is multiplied by the maximum.",
                hint="If the largest pixel grows by 0.1, by how much does the maximum grow?",
                wrong=_route_with(lambda window: _first_maximum(window) * window.max()),
            ),
        ),
        hints=(
            "For each window: where is its largest value? That pixel gets dy[row, column].",
            "np.argmax(window) counts through the window row by row and gives the first maximum.",
            "divmod(argmax, size) is its row and column in the window; add the window's corner.",
        ),
        points=2.0,
    ),
    Exercise(
        chapter=4,
        title="Backward through a network",
        prompt="""Gradients of the mean cross-entropy for all weights of a small CNN.

        The network: convolution (stride 1, no padding, kernel not flipped), ReLU,
        flatten (row-major, channels last), dense, softmax.
        images : (N, H, W, C); labels : (N,) integers
        w_conv : (kh, kw, C, F); b_conv : (F,)
        w_dense : (length of the flattened maps, K); b_dense : (K,)
        Returns dw_conv, db_conv, dw_dense, db_dense, each of the shape of its
        weights.
        """,
        reference=cnn_gradients,
        inputs=cnn_gradients_inputs,
        misconceptions=(
            Misconception(
                id="gate-forgotten",
                name="The gradient passes ReLU as if it were not there.",
                hint="Where ReLU gave 0, a small change of its input changes nothing.",
                wrong=_cnn_gradients_with(gate="none"),
            ),
            Misconception(
                id="gate-on-the-gradient",
                name="ReLU is applied to the gradient: its negative entries become 0.",
                hint="Whether the gate is open was decided in the forward pass, by its input.",
                wrong=_cnn_gradients_with(gate="gradient"),
            ),
            Misconception(
                id="missing-mean",
                name="The gradients are those of the sum over the images, not of the mean.",
                hint="With two images, is the loss their sum?",
                wrong=_cnn_gradients_with(mean=False),
            ),
            Misconception(
                id="unflattened-channels-first",
                name="On the way back the rows are cut into maps with the channels first.",
                hint="Flatten wrote pixel after pixel, each with all its channels.",
                wrong=_cnn_gradients_with(unflatten="first"),
            ),
            Misconception(
                id="input-before-relu",
                name="dw_dense is computed from the maps before ReLU.",
                hint="What did the dense layer multiply its weights by?",
                wrong=_cnn_gradients_with(seen="maps"),
            ),
        ),
        hints=(
            "Forward first, and keep what backward needs: the maps before and after ReLU.",
            "Then back, one step at a time: scores, dense, flatten (a reshape), ReLU, convolution.",
            "dscores is (softmax - one-hot) / N. After the reshape: multiply by (maps > 0).",
        ),
        points=3.0,
    ),
)
