"""Pooling and its gradients against TensorFlow, the reshape trick and loops."""

import numpy as np

from benchmarks.peers import reshape_avg_pool, reshape_max_pool, reshape_max_pool_backward
from benchmarks.timing import ratio, rounds, spread
from course_utils.reference import (
    avg_pool2d,
    avg_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
    max_pool2d_loops,
)

ROUNDS = 11
IMAGES = [(64, 26, 26, 32), (50, 32, 32, 32)]
SMALL = (1, 26, 26, 8)  # for the loops
OPTIONS = {"ksize": [1, 2, 2, 1], "strides": [1, 2, 2, 1], "padding": "VALID"}


def tables(shapes=IMAGES, small=SMALL, count=ROUNDS):
    """(title, rows), the first row being the head."""
    head = [
        "operation",
        "images",
        "ours, ms",
        "TensorFlow, ms",
        "ratio to TensorFlow",
        "reshape trick, ratio to us",
    ]
    rows = [
        _row(name, shape, contestants, count)
        for shape in shapes
        for name, contestants in _contests(shape)
    ]
    yield "Pooling with windows of 2x2 against TensorFlow and a reshape (float32)", [head, *rows]
    x = _draw(small)
    seconds = rounds(
        {"ours": lambda: max_pool2d(x), "loops": lambda: max_pool2d_loops(x)}, count, warm_up=True
    )
    row = [str(small), spread(seconds["ours"], 1e-3), spread(seconds["loops"], 1e-3)]
    yield (
        "max_pool2d against the documents' nested loops (float32)",
        [
            ["images", "ours, ms", "loops, ms", "loops, ratio to us"],
            [*row, ratio(seconds["loops"], to=seconds["ours"])],
        ],
    )


def _contests(shape):
    """Yield (operation, contestants)."""
    import tensorflow as tf

    x = _draw(shape)
    y = max_pool2d(x)
    dy = _draw(y.shape)
    x_tf, y_tf, dy_tf = (tf.constant(array) for array in (x, y, dy))
    yield (
        "max_pool2d",
        {
            "ours": lambda: max_pool2d(x),
            "TensorFlow": lambda: tf.raw_ops.MaxPool(input=x_tf, **OPTIONS).numpy(),
            "reshape": lambda: reshape_max_pool(x),
        },
    )
    yield (
        "max_pool2d_backward",
        {
            "ours": lambda: max_pool2d_backward(dy, x, y=y),
            "TensorFlow": lambda: tf.raw_ops.MaxPoolGrad(
                orig_input=x_tf, orig_output=y_tf, grad=dy_tf, **OPTIONS
            ).numpy(),
            "reshape": lambda: reshape_max_pool_backward(dy, x, y),
        },
    )
    yield (
        "avg_pool2d",
        {
            "ours": lambda: avg_pool2d(x),
            "TensorFlow": lambda: tf.raw_ops.AvgPool(value=x_tf, **OPTIONS).numpy(),
            "reshape": lambda: reshape_avg_pool(x),
        },
    )
    yield (
        "avg_pool2d_backward",
        {
            "ours": lambda: avg_pool2d_backward(dy, x),
            "TensorFlow": lambda: tf.raw_ops.AvgPoolGrad(
                orig_input_shape=x.shape, grad=dy_tf, **OPTIONS
            ).numpy(),
        },
    )


def _draw(shape):
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def _row(name, shape, contestants, count):
    seconds = rounds(contestants, count, warm_up=True)
    trick = seconds.get("reshape")
    return [
        name,
        str(shape),
        spread(seconds["ours"], 1e-3),
        spread(seconds["TensorFlow"], 1e-3),
        ratio(seconds["ours"], to=seconds["TensorFlow"]),
        ratio(trick, to=seconds["ours"]) if trick else "",
    ]
