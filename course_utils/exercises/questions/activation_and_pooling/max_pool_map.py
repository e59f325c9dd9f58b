"""The exercise "Max pooling"."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.activation_and_pooling import CHAPTER
from course_utils.exercises.slip import Slip


def max_pool_map(feature_map, size, stride):
    height, width = feature_map.shape
    pooled = np.empty(((height - size) // stride + 1, (width - size) // stride + 1))
    for row in range(pooled.shape[0]):
        for column in range(pooled.shape[1]):
            top, left = row * stride, column * stride
            pooled[row, column] = feature_map[top : top + size, left : left + size].max()
    return pooled


def inputs(rng):
    yield {"feature_map": np.array([[1.0, 3, 2], [5, 7, 6]]), "size": 2, "stride": 1}
    yield {
        "feature_map": np.array([[1.0, 3, 2, 4], [5, 7, 6, 8], [9, 11, 10, 12], [13, 15, 14, 16]]),
        "size": 2,
        "stride": 2,
    }
    yield {"feature_map": -np.arange(1.0, 16.0).reshape(3, 5), "size": 2, "stride": 2}
    for shape, size, stride in [((5, 8), 3, 2), ((9, 7), 2, 3), ((6, 10), 3, 1), ((4, 5), 4, 1)]:
        yield {"feature_map": rng.normal(size=shape), "size": size, "stride": stride}


def _windows_that_hang_over(feature_map, size, stride):
    tops, lefts = (range(0, side, stride) for side in feature_map.shape)
    return np.array(
        [
            [feature_map[top : top + size, left : left + size].max() for left in lefts]
            for top in tops
        ]
    )


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Max pooling",
    prompt="""Max pooling of one feature map, without padding.

    feature_map : (H, W) array, also negative numbers
    size : int, side of the square window; at most H and W
    stride : int, pixels from one window to the next, in both directions
    Returns an array (rows, columns) of the maxima. Windows that do not fit are left out.
    """,
    reference=max_pool_map,
    inputs=inputs,
    misconceptions=(
        Misconception(
            id="stride-ignored",
            name="The windows lie side by side whatever the stride is.",
            hint="One number says how large the windows are, the other how far apart.",
            wrong=lambda feature_map, size, stride: max_pool_map(feature_map, size, size),
        ),
        Misconception(
            id="stride-one",
            name="The window moves by one pixel whatever the stride is.",
            hint="Output row i starts at input row i times something. Times what?",
            wrong=lambda feature_map, size, stride: max_pool_map(feature_map, size, 1),
        ),
        Misconception(
            id="stride-in-the-size-only",
            name="The map has the right size, but neighboring windows are one pixel apart.",
            hint="You use the stride to count the windows. Where does window (1, 1) start?",
            wrong=Slip(max_pool_map, "row * stride, column * stride", "row, column"),
        ),
        Misconception(
            id="average",
            name="It takes the mean of each window.",
            hint="Max pooling reports the largest value and ignores the others.",
            wrong=Slip(max_pool_map, ".max()", ".mean()"),
        ),
        Misconception(
            id="zero-wins",
            name="Windows of negative numbers give 0.",
            hint="What does your search for the maximum start from? 0 beats every negative number.",
            wrong=Slip(max_pool_map, ".max()", ".max(initial=0)"),
        ),
        Misconception(
            id="incomplete-windows",
            name="Windows that hang over the right or lower border are counted.",
            hint="A window fits if its last row is inside: top + size <= H.",
            wrong=_windows_that_hang_over,
        ),
        Misconception(
            id="corner-taken",
            name="It takes the upper left value of each window: plain subsampling.",
            hint="feature_map[::stride, ::stride] skips pixels without looking at them.",
            wrong=Slip(
                max_pool_map,
                "feature_map[top : top + size, left : left + size].max()",
                "feature_map[top, left]",
            ),
        ),
    ),
    hints=(
        "How many windows fit along each side? It is the size formula of chapter 2.",
        "(H - size) // stride + 1 rows; the same with W for the columns.",
        "Window (i, j) is feature_map[i * stride : i * stride + size, ...]; take its max().",
    ),
    points=2.0,
)
