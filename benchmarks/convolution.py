"""`conv2d` and its gradients against the machine's matmul rate, TensorFlow, im2col and loops."""

from typing import NamedTuple

import numpy as np

from benchmarks.peers import im2col_backward, im2col_forward
from benchmarks.timing import ratio, rounds, spread
from course_utils.reference import conv2d, conv2d_backward, conv2d_loops, flop_count

ROUNDS = 11
SIDE = 2048  # of the square matrices whose product gives the machine's rate


class Layer(NamedTuple):
    name: str
    images: tuple[int, int, int, int]
    kernel: tuple[int, int, int, int]
    padding: str


LAYERS = [
    Layer("32 channels to 64", (32, 32, 32, 32), (3, 3, 32, 64), "same"),
    Layer("document 4, first", (64, 28, 28, 1), (3, 3, 1, 32), "valid"),
    Layer("document 4, second", (64, 13, 13, 32), (3, 3, 32, 64), "valid"),
    Layer("CS231n, first", (50, 32, 32, 3), (7, 7, 3, 32), "same"),
]
# The nested loops would take minutes for those.
SMALL_LAYERS = [
    Layer("one channel", (1, 28, 28, 1), (3, 3, 1, 8), "same"),
    Layer("8 channels", (1, 16, 16, 8), (3, 3, 8, 16), "same"),
]


def tables(layers=LAYERS, small_layers=SMALL_LAYERS, count=ROUNDS, side=SIDE):
    """(title, rows), the first row being the head."""
    columns = ["matmul rate, share", "TensorFlow, ms", "ratio to TensorFlow", "im2col, ratio to us"]
    for title, contest, passes in (
        ("conv2d", _forward, 1),
        ("conv2d_backward (dx, dw and db)", _backward, 2),
    ):
        head = ["layer", "images", "kernel", "ours, ms", *columns]
        yield (
            f"{title} against a matrix product, TensorFlow and im2col (float32)",
            [head, *(_row(layer, contest, passes, count, side) for layer in layers)],
        )
    head = ["layer", "images", "kernel", "ours, ms", "loops, ms", "loops, ratio to us"]
    yield (
        "conv2d against the documents' nested loops (float32)",
        [head, *(_against_loops(layer, count) for layer in small_layers)],
    )


def _draw(*shapes):
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape, dtype=np.float32) for shape in shapes]


def _forward(layer):
    import tensorflow as tf

    x, w, b = _draw(layer.images, layer.kernel, layer.kernel[3])
    tensors = [tf.constant(array) for array in (x, w, b)]
    border = _border(layer)

    @tf.function
    def convolve(x, w, b):
        return tf.nn.bias_add(tf.nn.conv2d(x, w, 1, layer.padding.upper()), b)

    return {
        "ours": lambda: conv2d(x, w, b, padding=layer.padding),
        # As an array, so that nothing is left to be computed later.
        "TensorFlow": lambda: convolve(*tensors).numpy(),
        "im2col": lambda: im2col_forward(x, w, b, border),
    }


def _backward(layer):
    import tensorflow as tf

    x, w, b = _draw(layer.images, layer.kernel, layer.kernel[3])
    border = _border(layer)
    y, columns = im2col_forward(x, w, b, border)
    (dy,) = _draw(y.shape)
    tensors = [tf.constant(array) for array in (dy, x, w)]

    @tf.function
    def gradients(dy, x, w):
        options = {"strides": [1, 1, 1, 1], "padding": layer.padding.upper()}
        dx = tf.raw_ops.Conv2DBackpropInput(
            input_sizes=x.shape, filter=w, out_backprop=dy, **options
        )
        dw = tf.raw_ops.Conv2DBackpropFilter(
            input=x, filter_sizes=w.shape, out_backprop=dy, **options
        )
        return dx, dw, tf.reduce_sum(dy, [0, 1, 2])

    return {
        "ours": lambda: conv2d_backward(dy, x, w, padding=layer.padding),
        "TensorFlow": lambda: [gradient.numpy() for gradient in gradients(*tensors)],
        "im2col": lambda: im2col_backward(dy, columns, x.shape, w, border),
    }


def _border(layer):
    return layer.kernel[0] // 2 if layer.padding == "same" else 0


def _row(layer, contest, passes, count, side):
    a, b = _draw((side, side), (side, side))
    seconds = rounds(contest(layer) | {"matmul": lambda: a @ b}, count, warm_up=True)
    flops = layer.images[0] * flop_count(layer.images[1:], layer.kernel, padding=layer.padding)
    rate = [passes * flops / time for time in seconds["ours"]]
    return [
        layer.name,
        str(layer.images),
        str(layer.kernel),
        spread(seconds["ours"], 1e-3),
        ratio(rate, to=[2 * side**3 / time for time in seconds["matmul"]]),
        spread(seconds["TensorFlow"], 1e-3),
        ratio(seconds["ours"], to=seconds["TensorFlow"]),
        ratio(seconds["im2col"], to=seconds["ours"]),
    ]


def _against_loops(layer, count):
    x, w, b = _draw(layer.images, layer.kernel, layer.kernel[3])
    seconds = rounds(
        {
            "ours": lambda: conv2d(x, w, b, padding=layer.padding),
            "loops": lambda: conv2d_loops(x, w, b, padding=layer.padding),
        },
        count,
        warm_up=True,
    )
    return [
        layer.name,
        str(layer.images),
        str(layer.kernel),
        spread(seconds["ours"], 1e-3),
        spread(seconds["loops"], 1e-3, 0),
        ratio(seconds["loops"], to=seconds["ours"]),
    ]
