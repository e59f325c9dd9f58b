"""LeNet-5, as published in 1998 and as it is built today."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from course_utils.models.architectures.arguments import image_input

# Which maps of S2 each of C3's sixteen maps looks at: table I of the paper, column by column.
C3_TABLE = (
    (0, 1, 2),
    (1, 2, 3),
    (2, 3, 4),
    (3, 4, 5),
    (0, 4, 5),
    (0, 1, 5),
    (0, 1, 2, 3),
    (1, 2, 3, 4),
    (2, 3, 4, 5),
    (0, 3, 4, 5),
    (0, 1, 4, 5),
    (0, 1, 2, 5),
    (0, 1, 3, 4),
    (1, 2, 4, 5),
    (0, 2, 3, 5),
    (0, 1, 2, 3, 4, 5),
)

# The digits of figure 3, 7 x 12 pixels each, as public reimplementations have read them off it.
BITMAPS = """
.#####. ...##.. .#####. ####### .#####. .#####. ..####. ####### .#####. .#####.
....... ..###.. ....... .....## ....... ....... .##.... .....## ##...## ##..###
..###.. .####.. .#####. ....##. ....... ####### ##..... .....## ##...## ##...##
.##.##. ...##.. ##...## ...##.. .##..## ##..... ##..... ....##. ##...## ##...##
##...## ...##.. #....## ..####. .##..## ##..... ######. ...##.. .#####. ##..###
##...## ...##.. ....##. .....## ###..## .####.. ###..## ...##.. ##...## .######
##...## ...##.. ..###.. .....## ##...## ..####. ##...## ..##... ##...## .....##
##...## ...##.. .##.... .....## ##...## .....## ##...## ..##... ##...## .....##
.##.##. ...##.. ##..... ##...## ##..### ##...## ###..## ..##... ##...## ....##.
..###.. .###### ####### .#####. .###### .#####. .#####. ..##... .#####. .####..
....... ....... ....... ....... .....## ....... ....... ....... ....... .......
....... ....... ....... ....... .....## ....... ....... ....... ....... .......
"""


def lenet5(classes: int = 10, input_shape: tuple[int, int, int] = (32, 32, 1)) -> keras.Model:
    """LeNet-5 as it is built today: ReLU, max pooling, softmax. 61,706 parameters, all trainable.

    Every one of C3's maps looks at all six maps before it, which gives 2,416 parameters there
    instead of 1,516; pooling has none; the ten outputs have 850. `lenet5_1998` is the original.

    Parameters
    ----------
    classes : int
    input_shape : tuple
        (height, width, channels), at least 16 x 16 pixels. The paper sets MNIST's 28 x 28 images
        in the middle of 32 x 32.

    Returns
    -------
    keras.Model
        From images (n, height, width, channels) to probabilities (n, classes); not compiled.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """
    image = image_input("lenet5", classes, input_shape, least=16)
    x = layers.Conv2D(6, 5, activation="relu", name="C1")(image)
    x = layers.MaxPooling2D(2, name="S2")(x)
    x = layers.Conv2D(16, 5, activation="relu", name="C3")(x)
    x = layers.MaxPooling2D(2, name="S4")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(120, activation="relu", name="C5")(x)
    x = layers.Dense(84, activation="relu", name="F6")(x)
    x = layers.Dense(classes, activation="softmax", name="output")(x)
    return keras.Model(image, x, name="lenet5")


def lenet5_1998() -> keras.Model:
    """LeNet-5 as published: exactly 60,000 trainable parameters.

    They are 156 in C1, 12 in S2, 1,516 in C3, 32 in S4, 48,120 in C5 and 10,164 in F6. The 840
    pixels of the output's bitmaps are fixed: `count_params` counts them, the paper does not. LeCun,
    Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition", 1998,
    section II.B and appendix A, https://doi.org/10.1109/5.726791.

    An output is the squared distance to a digit's bitmap, so the smallest is the answer; train it
    with a softmax cross-entropy of the outputs' negatives (equation 9 without its constant). Pixels
    go from -0.1, white, to 1.175, black.

    Returns
    -------
    keras.Model
        From images (n, 32, 32, 1) to penalties (n, 10); not compiled.
    """
    image = keras.Input((32, 32, 1))
    x = layers.Conv2D(6, 5, activation=squash, kernel_initializer=small(25), name="C1")(image)
    x = Subsampling(name="S2")(x)
    x = TableConv2D(C3_TABLE, 5, activation=squash, name="C3")(x)
    x = Subsampling(name="S4")(x)
    # A convolution, of a kernel as large as the maps: on larger images it would slide.
    x = layers.Conv2D(120, 5, activation=squash, kernel_initializer=small(400), name="C5")(x)
    x = layers.Flatten()(x)
    x = layers.Dense(84, activation=squash, kernel_initializer=small(120), name="F6")(x)
    x = DistanceToBitmaps(name="output")(x)
    return keras.Model(image, x, name="lenet5_1998")


def bitmaps() -> np.ndarray:
    """The ten digits that the output compares with: float array (10, 84) of -1 and 1."""
    rows = [row.split() for row in BITMAPS.split("\n") if row]
    digits = ["".join(column) for column in zip(*rows)]
    return np.array([[1.0 if pixel == "#" else -1.0 for pixel in digit] for digit in digits])


def small(inputs: int) -> keras.initializers.Initializer:
    """Start weights between -2.4 and 2.4 over the number of inputs of a unit (appendix A)."""
    return keras.initializers.RandomUniform(-2.4 / inputs, 2.4 / inputs)


@keras.saving.register_keras_serializable("course_utils")
def squash(a: keras.KerasTensor) -> keras.KerasTensor:
    """1.7159 tanh(2a / 3), which is 1 at 1 and -1 at -1 (equation 6 and appendix A)."""
    return 1.7159 * ops.tanh(2 / 3 * a)


@keras.saving.register_keras_serializable("course_utils")
class Subsampling(layers.Layer):
    """Sum 2x2 values, multiply by a coefficient, add a bias, squash; (n, H, W, C) to half the size.

    One coefficient and one bias for each channel, both trained.
    """

    pool_size = strides = (2, 2)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        channels = (input_shape[-1],)
        self.coefficient = self.add_weight(shape=channels, initializer=small(4), name="coefficient")
        self.bias = self.add_weight(shape=channels, initializer="zeros", name="bias")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        total = 4 * ops.average_pool(x, self.pool_size, self.strides)
        return squash(self.coefficient * total + self.bias)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        n, height, width, channels = input_shape
        return n, height // 2, width // 2, channels


@keras.saving.register_keras_serializable("course_utils")
class TableConv2D(layers.Layer):
    """A convolution without padding whose output maps each look at some of the input maps.

    Parameters
    ----------
    table : sequence of sequences of int
        For each output map, the input maps that it looks at.
    kernel_size : int
    activation : callable, optional

    (n, H, W, C) goes in, (n, H - k + 1, W - k + 1, len(table)) comes out. There is one k x k slice
    for each pair of maps in the table, so that no weight stands for a connection that is not there.
    """

    strides = dilation_rate = (1, 1)

    def __init__(
        self,
        table: Sequence[Sequence[int]],
        kernel_size: int,
        activation: Callable | str | dict | None = None,
        **kwargs: Any,
    ):
        super().__init__(**kwargs)
        self.table = tuple(tuple(maps) for maps in table)
        self.side = kernel_size
        self.kernel_size = (kernel_size, kernel_size)
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        channels, filters = input_shape[-1], len(self.table)
        pairs = [(c, f) for f, maps in enumerate(self.table) for c in maps]
        # Row p is where slice p belongs in a kernel between all maps.
        self.places = np.zeros((len(pairs), channels * filters), np.float32)
        self.places[range(len(pairs)), [c * filters + f for c, f in pairs]] = 1
        limits = 2.4 / np.array([self.side**2 * len(self.table[f]) for c, f in pairs])

        def initializer(shape, dtype=None):
            return keras.random.uniform(shape, -1, 1, dtype) * ops.cast(limits, dtype)

        self.slices = self.add_weight(
            shape=(*self.kernel_size, len(pairs)), initializer=initializer, name="slices"
        )
        self.bias = self.add_weight(shape=(filters,), initializer="zeros", name="bias")

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        kernel = ops.matmul(self.slices, ops.cast(self.places, x.dtype))
        kernel = ops.reshape(kernel, (*self.kernel_size, x.shape[-1], len(self.table)))
        return self.activation(ops.conv(x, kernel, padding="valid") + self.bias)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        n, height, width, _ = input_shape
        return n, height - self.side + 1, width - self.side + 1, len(self.table)

    def multiply_adds(self, output_shape: tuple[int, int, int]) -> int:
        """For one image; output_shape without the batch."""
        height, width, _ = output_shape
        return self.side**2 * sum(map(len, self.table)) * height * width

    def get_config(self) -> dict[str, Any]:
        own = dict(
            table=self.table,
            kernel_size=self.side,
            activation=keras.activations.serialize(self.activation),
        )
        return super().get_config() | own


@keras.saving.register_keras_serializable("course_utils")
class DistanceToBitmaps(layers.Layer):
    """Squared distance of the 84 values of F6 to each digit's bitmap: (n, 84) -> (n, 10).

    The paper calls these units Euclidean radial basis functions (equation 7).
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        self.bitmaps = self.add_weight(
            shape=(10, 84), initializer=_as_bitmaps, trainable=False, name="bitmaps"
        )

    def call(self, x: keras.KerasTensor) -> keras.KerasTensor:
        return ops.sum(ops.square(ops.expand_dims(x, 1) - self.bitmaps), axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        return input_shape[0], 10

    def multiply_adds(self, output_shape: tuple[int]) -> int:
        """For one image: a subtraction, a multiplication and an addition a pixel count as one."""
        return 840


def _as_bitmaps(shape, dtype=None):
    return ops.cast(ops.reshape(bitmaps(), shape), dtype)
