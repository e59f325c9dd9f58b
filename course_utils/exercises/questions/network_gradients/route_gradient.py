"""The exercise "Backward through max pooling"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.network_gradients import CHAPTER
from course_utils.exercises.slip import Slip


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


def inputs(rng):
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
            # small whole numbers, as many of them zero as after a ReLU: ties
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


def _route_with(share):
    """`route_gradient` with another rule: `share(window)` of dy goes to each pixel of a window."""

    def wrong(dy, feature_map, size, stride):
        dx = np.zeros(feature_map.shape)
        for row in range(dy.shape[0]):
            for column in range(dy.shape[1]):
                top, left = row * stride, column * stride
                at = np.s_[top : top + size, left : left + size]
                dx[at] += dy[row, column] * share(feature_map[at])
        return dx

    return wrong


def _where_won(window):
    return (window == window.max()).astype(float)


EXERCISE = Exercise(
    chapter=CHAPTER,
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
    inputs=inputs,
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
            wrong=Slip(
                route_gradient,
                "int(np.argmax(window))",
                "window.size - 1 - int(np.argmax(window[::-1, ::-1]))",
            ),
        ),
        Misconception(
            id="overwritten",
            name="A pixel that wins several windows keeps the gradient of only one of them.",
            hint="With stride 1, one pixel can be the maximum of four windows.",
            wrong=Slip(route_gradient, "+= dy[row, column]", "= dy[row, column]"),
        ),
        Misconception(
            id="stride-forgotten",
            name="The windows start one pixel apart, whatever the stride is.",
            hint="Where does the window of dy[0, 1] start?",
            wrong=lambda dy, feature_map, size, stride: route_gradient(dy, feature_map, size, 1),
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
            wrong=Slip(route_gradient, "dy[row, column]", "dy[row, column] * window.max()"),
        ),
    ),
    hints=(
        "For each window: where is its largest value? That pixel gets dy[row, column].",
        "np.argmax(window) counts through the window row by row and gives the first maximum.",
        "divmod(argmax, size) is its row and column in the window; add the window's corner.",
    ),
    points=2.0,
)
