"""`conv2d` against Keras, against its own nested loops, and against the machine's matmul rate."""

import keras
import numpy as np

from benchmarks.timing import ratio, rounds, spread
from course_utils.reference import conv2d, conv2d_loops, flop_count

ROUNDS = 15
# Images (N, H, W, C) and filters: first and middle layers of the course's networks.
LAYERS = [
    ((64, 28, 28, 1), 32),
    ((64, 32, 32, 3), 32),
    ((64, 16, 16, 32), 64),
    ((64, 8, 8, 128), 128),
]
# The nested loops would take minutes for those.
SMALL_LAYERS = [((1, 28, 28, 1), 8), ((1, 16, 16, 8), 16)]
SIDE = 1024  # of the square matrices whose product gives the machine's rate


def tables():
    """(title, rows), the first row being the head."""
    rng = np.random.default_rng(0)
    head = [
        "images",
        "filters",
        "conv2d, ms",
        "Keras, ms",
        "ratio to Keras",
        "share of matmul rate",
    ]
    yield (
        "conv2d against Keras and a matrix product (float32, 3x3 kernels, padding same)",
        [head, *(_against_keras(rng, *layer) for layer in LAYERS)],
    )
    head = ["images", "filters", "conv2d, ms", "loops, ms", "loops as a multiple of conv2d"]
    yield (
        "conv2d against the nested loops that the book shows",
        [head, *(_against_loops(rng, *layer) for layer in SMALL_LAYERS)],
    )


def _draw(rng: np.random.Generator, shape: tuple[int, ...], filters: int):
    x = rng.standard_normal(shape, dtype=np.float32)
    return x, rng.standard_normal((3, 3, shape[-1], filters), dtype=np.float32)


def _against_keras(rng: np.random.Generator, shape: tuple[int, ...], filters: int) -> list[str]:
    x, w = _draw(rng, shape, filters)
    x_keras, w_keras = keras.ops.convert_to_tensor(x), keras.ops.convert_to_tensor(w)
    a, b = rng.standard_normal((2, SIDE, SIDE), dtype=np.float32)
    seconds = rounds(
        {
            "ours": lambda: conv2d(x, w, padding="same"),
            # As an array, so that nothing is left to be computed later.
            "Keras": lambda: np.asarray(keras.ops.conv(x_keras, w_keras, padding="same")),
            "matmul": lambda: a @ b,
        },
        ROUNDS,
    )
    flops = shape[0] * flop_count(shape[1:], w.shape, padding="same")
    rate = [flops / time for time in seconds["ours"]]
    matmul_rate = [2 * SIDE**3 / time for time in seconds["matmul"]]
    return [
        str(shape),
        str(filters),
        spread(seconds["ours"], 1e-3),
        spread(seconds["Keras"], 1e-3),
        ratio(seconds["ours"], to=seconds["Keras"]),
        ratio(rate, to=matmul_rate),
    ]


def _against_loops(rng: np.random.Generator, shape: tuple[int, ...], filters: int) -> list[str]:
    x, w = _draw(rng, shape, filters)
    seconds = rounds(
        {
            "ours": lambda: conv2d(x, w, padding="same"),
            "loops": lambda: conv2d_loops(x, w, padding="same"),
        },
        ROUNDS,
    )
    return [
        str(shape),
        str(filters),
        spread(seconds["ours"], 1e-3),
        spread(seconds["loops"], 1e-3, 0),
        ratio(seconds["loops"], to=seconds["ours"]),
    ]
