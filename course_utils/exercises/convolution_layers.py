"""Exercises of chapter 2: layers with channels, what they cost, and what they see."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def convolve_channels(x, w, b):
    height, width, _ = x.shape
    kernel_height, kernel_width, _, filters = w.shape
    y = np.zeros((height - kernel_height + 1, width - kernel_width + 1, filters))
    for row in range(y.shape[0]):
        for column in range(y.shape[1]):
            window = x[row : row + kernel_height, column : column + kernel_width, :]
            for f in range(filters):
                y[row, column, f] = np.sum(window * w[:, :, :, f]) + b[f]
    return y


def second_layer_parameters():
    return 3 * 3 * 64 * 128 + 128


def multiply_adds(height, width, channels, filters, kernel, stride):
    output_height = -(-height // stride)  # rounded up
    output_width = -(-width // stride)
    return output_height * output_width * filters * kernel * kernel * channels


def filter_each_channel(x, w):
    height, width, channels = x.shape
    kernel_height, kernel_width, _ = w.shape
    y = np.zeros((height - kernel_height + 1, width - kernel_width + 1, channels))
    for row in range(y.shape[0]):
        for column in range(y.shape[1]):
            window = x[row : row + kernel_height, column : column + kernel_width, :]
            y[row, column] = np.sum(window * w, axis=(0, 1))
    return y


def receptive_side(layers):
    side, step = 1, 1
    for kernel, stride in layers:
        side += (kernel - 1) * step
        step *= stride
    return side


def patch_matrix(image, kernel_height, kernel_width):
    height, width = image.shape
    patches = []
    for row in range(height - kernel_height + 1):
        for column in range(width - kernel_width + 1):
            window = image[row : row + kernel_height, column : column + kernel_width]
            patches.append(window.ravel())
    return np.array(patches)


# ---- Inputs: the first ones are for doing by hand, and no two sides are alike ----


def _layers_of_filters(rng):
    yield {
        "x": np.array([[[1, 2], [0, 1], [3, 0]]]),
        "w": np.array([[[[1], [2]], [[0], [-1]]]]),
        "b": np.array([10]),
    }
    for x_shape, w_shape in (
        ((4, 5, 3), (3, 2, 3, 2)),
        ((6, 5, 4), (3, 3, 4, 3)),
        ((5, 4, 1), (2, 2, 1, 2)),
    ):
        yield {
            "x": rng.normal(size=x_shape),
            "w": rng.normal(size=w_shape),
            "b": rng.normal(size=w_shape[3]),
        }
    x, w = rng.integers(-3, 4, (4, 3, 2)), rng.integers(-3, 4, (2, 2, 2, 3))
    yield {"x": x, "w": w, "b": np.array([1, -2, 3])}


def _layer_costs(rng):
    for height, width, channels, filters, kernel, stride in (
        (4, 6, 1, 1, 3, 1),
        (4, 6, 2, 3, 3, 2),
        (5, 7, 2, 3, 1, 2),
        (112, 112, 64, 128, 3, 1),
        (225, 150, 3, 64, 7, 2),
        tuple(int(value) for value in rng.integers([10, 20, 2, 5, 2, 3], [20, 30, 5, 9, 6, 6])),
    ):
        yield {
            "height": height,
            "width": width,
            "channels": channels,
            "filters": filters,
            "kernel": kernel,
            "stride": stride,
        }


def _channels_to_filter(rng):
    yield {"x": np.array([[[1, 2], [0, 1], [3, 0]]]), "w": np.array([[[1, 2], [0, -1]]])}
    for x_shape, w_shape in (
        ((4, 5, 3), (3, 2, 3)),
        ((6, 5, 4), (3, 3, 4)),
        ((5, 4, 2), (1, 3, 2)),
        ((5, 5, 3), (2, 2, 3)),
    ):
        yield {"x": rng.normal(size=x_shape), "w": rng.normal(size=w_shape)}


def _stacks(rng):
    yield {"layers": [(3, 1)]}
    yield {"layers": [(3, 1), (3, 1), (3, 1)]}
    yield {"layers": [(3, 1), (3, 1), (3, 1), (2, 2)]}
    yield {"layers": [(3, 1), (2, 2), (3, 1)]}
    yield {"layers": [(7, 2), (3, 2), (3, 1), (5, 2), (1, 1)]}
    for _ in range(3):
        layers = rng.integers([1, 1], [8, 4], size=(int(rng.integers(3, 7)), 2))
        yield {"layers": [(int(kernel), int(stride)) for kernel, stride in layers]}


def _images_to_unfold(rng):
    yield {"image": np.array([[1, 2, 3], [4, 5, 6]]), "kernel_height": 1, "kernel_width": 2}
    yield {
        "image": np.array([[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]),
        "kernel_height": 2,
        "kernel_width": 3,
    }
    yield {"image": rng.normal(size=(5, 4)), "kernel_height": 2, "kernel_width": 2}
    yield {"image": rng.normal(size=(6, 8)), "kernel_height": 3, "kernel_width": 2}
    yield {"image": rng.normal(size=(5, 9)), "kernel_height": 2, "kernel_width": 5}


# ---- Misconceptions: shared pieces ----


def _rotated(kernel):
    return kernel[::-1, ::-1]


def _kernels_side_by_side(x, w, b):
    """One map for each pair of channel and filter."""
    maps = [filter_each_channel(x, w[..., f]) + b[f] for f in range(w.shape[3])]
    return np.stack(maps, axis=-1)


def _field(layers, grow):
    side, step = 1, 1
    for kernel, stride in layers:
        side, step = grow(side, step, kernel, stride)
    return side


def _unfold(image, kernel_height, kernel_width, order="C", columns_first=False, apart=False):
    height, width = image.shape
    rows = range(0, height - kernel_height + 1, kernel_height if apart else 1)
    columns = range(0, width - kernel_width + 1, kernel_width if apart else 1)
    places = [(r, c) for r in rows for c in columns]
    if columns_first:
        places = [(r, c) for c in columns for r in rows]
    windows = [image[r : r + kernel_height, c : c + kernel_width] for r, c in places]
    return np.array([window.ravel(order) for window in windows])


# ---- The exercises ----

EXERCISES = (
    Exercise(
        chapter=2,
        title="A layer with channels, filters and biases",
        prompt="""A convolution layer on one image, without padding, stride 1.

        x : array (H, W, C)
        w : array (kh, kw, C, F), F filters that each span all C channels
        b : array (F,), one bias for each filter

        Returns the F feature maps as an array (H - kh + 1, W - kw + 1, F).
        """,
        reference=convolve_channels,
        inputs=_layers_of_filters,
        points=3.0,
        misconceptions=(
            Misconception(
                id="channels-not-summed",
                name="Each channel gets a map of its own: the channels are not summed.",
                hint="A filter spans all channels and gives one number at each place.",
                wrong=_kernels_side_by_side,
            ),
            Misconception(
                id="first-channel-only",
                name="Only the first channel is looked at.",
                hint="Change a value in the last channel: the feature maps have to change.",
                wrong=lambda x, w, b: convolve_channels(x[:, :, :1], w[:, :, :1], b),
            ),
            Misconception(
                id="last-channel-only",
                name="Only the last channel is left over in the result.",
                hint="If you loop over channels: does each one add to the map, or replace it?",
                wrong=lambda x, w, b: convolve_channels(x[:, :, -1:], w[:, :, -1:], b),
            ),
            Misconception(
                id="channels-averaged",
                name="The channels are averaged instead of summed.",
                hint="Nothing is divided by the number of channels.",
                wrong=lambda x, w, b: convolve_channels(x, w / w.shape[2], b),
            ),
            Misconception(
                id="bias-forgotten",
                name="The bias is not added.",
                hint="What comes out for an image of zeros?",
                wrong=lambda x, w, b: convolve_channels(x, w, 0 * b),
            ),
            Misconception(
                id="bias-for-each-channel",
                name="The bias is added once for each input channel.",
                hint="What comes out for an image of zeros? It has to be b, whatever C is.",
                wrong=lambda x, w, b: convolve_channels(x, w, x.shape[2] * b),
            ),
            Misconception(
                id="flipped-kernel",
                name="The kernels are turned by 180 degrees.",
                hint="Lay the kernel on the window as it is: corner on corner.",
                wrong=lambda x, w, b: convolve_channels(x, _rotated(w), b),
            ),
            Misconception(
                id="rows-and-columns-swapped",
                name="Rows and columns of the feature maps are swapped.",
                hint="The first axis counts rows, the second columns, as in the image.",
                wrong=lambda x, w, b: convolve_channels(x, w, b).transpose(1, 0, 2),
            ),
        ),
        hints=(
            "One filter first: its window is a block (kh, kw, C), and so is the filter.",
            "The answer at one place is the sum of kh * kw * C products, plus one bias.",
            "Loop over rows, columns and filters: "
            "`np.sum(x[r : r + kh, c : c + kw, :] * w[:, :, :, f]) + b[f]`.",
        ),
    ),
    Exercise(
        chapter=2,
        title="Parameters of a layer",
        prompt="""Number of parameters of the second layer, biases included.

        64 feature maps of 112 x 112 pixels come in, 128 go out. The kernels are
        3 x 3.
        """,
        reference=second_layer_parameters,
        misconceptions=(
            Misconception(
                id="biases-forgotten",
                name="The biases are not counted.",
                hint="Each filter has one number more than its weights.",
                wrong=lambda: 3 * 3 * 64 * 128,
            ),
            Misconception(
                id="channels-forgotten",
                name="Each filter is counted as a single 3 x 3 kernel.",
                hint="How many channels does one filter look at?",
                wrong=lambda: 3 * 3 * 128 + 128,
            ),
            Misconception(
                id="pixels-counted",
                name="The weights are counted again at each place.",
                hint="The same weights are used at all places. That is the point of it.",
                wrong=lambda: (3 * 3 * 64 * 128 + 128) * 112 * 112,
            ),
            Misconception(
                id="bias-for-each-channel",
                name="There is a bias for each pair of channel and filter.",
                hint="How often is a bias added to one output value?",
                wrong=lambda: (3 * 3 + 1) * 64 * 128,
            ),
        ),
        hints=(
            "Count the weights of one filter: it spans all 64 channels.",
            "Then 128 such filters, and one bias each.",
        ),
    ),
    Exercise(
        chapter=2,
        title="What a layer costs",
        prompt="""Number of multiplications of one convolution layer for one image.

        height, width : int, pixels of the input
        channels, filters : int, maps that come in and go out
        kernel : int, side of the square kernels
        stride : int, in both directions

        The padding is "same": height / stride rows come out, rounded up, and as
        many columns for the width. Products with the zeros of the border count
        like all others.
        """,
        reference=multiply_adds,
        inputs=_layer_costs,
        misconceptions=(
            Misconception(
                id="stride-ignored",
                name="The stride is ignored.",
                hint="How many places are there with stride 2?",
                wrong=lambda height, width, channels, filters, kernel, stride: multiply_adds(
                    height, width, channels, filters, kernel, 1
                ),
            ),
            Misconception(
                id="channels-forgotten",
                name="The input channels are forgotten.",
                hint="How many products make one output value?",
                wrong=lambda height, width, channels, filters, kernel, stride: multiply_adds(
                    height, width, 1, filters, kernel, stride
                ),
            ),
            Misconception(
                id="stride-once",
                name="The stride shrinks one direction only.",
                hint="Both the rows and the columns of the output get fewer.",
                wrong=lambda height, width, channels, filters, kernel, stride: (
                    multiply_adds(height, 1, channels, filters, kernel, stride) * width
                ),
            ),
            Misconception(
                id="rounded-down",
                name="The number of places is rounded down when the stride does not fit.",
                hint='Five pixels and stride 2: with "same" padding there are three places.',
                wrong=lambda height, width, channels, filters, kernel, stride: multiply_adds(
                    height // stride, width // stride, channels, filters, kernel, 1
                ),
            ),
            Misconception(
                id="valid-for-same",
                name='The places are counted as for padding "valid".',
                hint="The border is padded: with stride 1 there is a place for each pixel.",
                wrong=lambda height, width, channels, filters, kernel, stride: (
                    ((height - kernel) // stride + 1)
                    * ((width - kernel) // stride + 1)
                    * (filters * kernel * kernel * channels)
                ),
            ),
            Misconception(
                id="places-forgotten",
                name="The weights are counted, not the multiplications.",
                hint="Each weight is used again at each place.",
                wrong=lambda height, width, channels, filters, kernel, stride: (
                    filters * kernel * kernel * channels
                ),
            ),
            Misconception(
                id="additions-counted",
                name="A multiplication and its addition are counted as two.",
                hint="That gives FLOPs. The prompt asks for multiplications.",
                wrong=lambda height, width, channels, filters, kernel, stride: (
                    2 * multiply_adds(height, width, channels, filters, kernel, stride)
                ),
            ),
        ),
        hints=(
            "Cost = (products for one output value) x (number of output values).",
            "One output value takes kernel * kernel * channels products.",
            "Rounding up in whole numbers: `-(-height // stride)`.",
        ),
    ),
    Exercise(
        chapter=2,
        title="Depthwise convolution",
        prompt="""Filter each channel with a kernel of its own.

        x : array (H, W, C)
        w : array (kh, kw, C), one kernel for each channel

        There is no padding, and the stride is 1. Returns an array
        (H - kh + 1, W - kw + 1, C).
        """,
        reference=filter_each_channel,
        inputs=_channels_to_filter,
        points=2.0,
        misconceptions=(
            Misconception(
                id="channels-summed",
                name="The channels are summed into one map.",
                hint="Depthwise, the channels never meet. How many maps come out?",
                wrong=lambda x, w: filter_each_channel(x, w).sum(axis=2),
            ),
            Misconception(
                id="channels-summed-and-repeated",
                name="The channels are summed, and each map gets the sum.",
                hint="Map c depends on channel c alone.",
                wrong=lambda x, w: (
                    filter_each_channel(x, w).sum(axis=2, keepdims=True) + np.zeros(x.shape[2])
                ),
            ),
            Misconception(
                id="one-kernel-for-all",
                name="All channels are filtered with the first kernel.",
                hint="Channel c has the kernel w[:, :, c].",
                wrong=lambda x, w: filter_each_channel(x, w[:, :, :1] + np.zeros(x.shape[2])),
            ),
            Misconception(
                id="flipped-kernel",
                name="The kernels are turned by 180 degrees.",
                hint="Lay the kernel on the window as it is: corner on corner.",
                wrong=lambda x, w: filter_each_channel(x, _rotated(w)),
            ),
        ),
        hints=(
            "It is slide_kernel, done once for each channel.",
            "`x[:, :, c]` is an image and `w[:, :, c]` its kernel.",
            "Or in one go: multiply window and w, and sum over the first two axes only.",
        ),
    ),
    Exercise(
        chapter=2,
        title="Receptive field",
        prompt="""Side of the receptive field of a stack of layers, in input pixels.

        layers : list of (kernel, stride), first layer first, pooling included
        """,
        reference=receptive_side,
        inputs=_stacks,
        points=2.0,
        misconceptions=(
            Misconception(
                id="stride-doubles-the-field",
                name="A layer with a stride multiplies the field by it.",
                hint="Which input pixels does one 2 x 2 window see? Draw it in one dimension.",
                wrong=lambda layers: _field(
                    layers,
                    lambda side, step, kernel, stride: (
                        (side * stride if stride > 1 else side + kernel - 1),
                        step,
                    ),
                ),
            ),
            Misconception(
                id="strides-ignored",
                name="The strides are ignored.",
                hint="After a layer with stride 2, neighboring values lie two input pixels apart.",
                wrong=lambda layers: _field(
                    layers, lambda side, step, kernel, stride: (side + kernel - 1, step)
                ),
            ),
            Misconception(
                id="own-stride-counted",
                name="A layer's own stride widens its own window.",
                hint="A stride tells how far apart windows are, not how large one is.",
                wrong=lambda layers: _field(
                    layers,
                    lambda side, step, kernel, stride: (
                        side + (kernel - 1) * step * stride,
                        step * stride,
                    ),
                ),
            ),
            Misconception(
                id="last-stride-only",
                name="Only the stride of the layer before is used, not those of all before.",
                hint="Two layers with stride 2: how many input pixels are two neighbors apart?",
                wrong=lambda layers: _field(
                    layers,
                    lambda side, step, kernel, stride: (side + (kernel - 1) * step, stride),
                ),
            ),
            Misconception(
                id="kernels-added",
                name="The kernel sizes are added up.",
                hint="Two 3 x 3 layers see 5 x 5 pixels, not 6 x 6. What do windows share?",
                wrong=lambda layers: (
                    _field(
                        layers,
                        lambda side, step, kernel, stride: (side + kernel * step, step * stride),
                    )
                    - 1
                ),
            ),
            Misconception(
                id="last-layer-first",
                name="The layers are taken from the last to the first, as if that were the first.",
                hint="Which strides widen a layer's step: those before it or those after it?",
                wrong=lambda layers: receptive_side(layers[::-1]),
            ),
        ),
        hints=(
            "Start with one pixel. By how much does the first layer widen it?",
            "Keep a second number: how many input pixels apart neighboring values are.",
            "Each layer adds (kernel - 1) steps; after that, its stride multiplies the step.",
        ),
    ),
    Exercise(
        chapter=2,
        title="Patches as rows",
        prompt="""All windows of an image, each as one row of a matrix.

        image : array (H, W)
        kernel_height, kernel_width : int

        Returns an array (places, kernel_height * kernel_width). The places go
        row by row, as a text is read; so do the pixels within a window. Windows
        overlap: stride 1.
        """,
        reference=patch_matrix,
        inputs=_images_to_unfold,
        points=2.0,
        misconceptions=(
            Misconception(
                id="patches-as-columns",
                name="Each patch is a column, not a row.",
                hint="How many rows does the matrix have: places, or pixels of a window?",
                wrong=lambda image, kernel_height, kernel_width: (
                    patch_matrix(image, kernel_height, kernel_width).T
                ),
            ),
            Misconception(
                id="windows-do-not-overlap",
                name="The windows do not overlap.",
                hint="The next window starts one pixel further, not one window further.",
                wrong=lambda image, kernel_height, kernel_width: _unfold(
                    image, kernel_height, kernel_width, apart=True
                ),
            ),
            Misconception(
                id="places-column-by-column",
                name="The places go down first, then across.",
                hint="Which loop is the outer one?",
                wrong=lambda image, kernel_height, kernel_width: _unfold(
                    image, kernel_height, kernel_width, columns_first=True
                ),
            ),
            Misconception(
                id="pixels-column-by-column",
                name="The pixels of a window are read down first, then across.",
                hint="`ravel()` reads row by row unless it is told otherwise. Was it?",
                wrong=lambda image, kernel_height, kernel_width: _unfold(
                    image, kernel_height, kernel_width, order="F"
                ),
            ),
            Misconception(
                id="rows-and-columns-swapped",
                name="The window's height and width are swapped.",
                hint="The first slice of `image[..., ...]` takes rows.",
                wrong=lambda image, kernel_height, kernel_width: patch_matrix(
                    image, kernel_width, kernel_height
                ),
            ),
        ),
        hints=(
            "The loops of slide_kernel visit the windows in the right order.",
            "`window.ravel()` writes a window as one row.",
            "Collect the rows in a list and return `np.array` of it.",
        ),
    ),
)
