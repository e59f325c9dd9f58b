"""Exercises of chapter 1: why convolutional networks."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def numbers_in_batch():
    return 32 * 64 * 48 * 3


def flatten_index(row, column, channel, shape):
    _, width, channels = shape
    pixels_before = row * width + column
    return pixels_before * channels + channel


def _flatten_index_inputs(rng):
    yield {"row": 1, "column": 2, "channel": 0, "shape": (2, 4, 1)}
    yield {"row": 1, "column": 2, "channel": 1, "shape": (2, 4, 3)}
    yield {"row": 0, "column": 0, "channel": 0, "shape": (2, 4, 3)}
    for _ in range(6):
        shape = tuple(int(n) for n in rng.integers([5, 11, 2], [10, 30, 5]))
        row, column, channel = (int(i) for i in rng.integers(0, shape))
        yield {"row": row, "column": column, "channel": channel, "shape": shape}


def dense_layer(image, weights, biases):
    pixels = image.reshape(-1)
    return pixels @ weights + biases


def _dense_layer_inputs(rng):
    yield {
        "image": np.array([[[1], [2], [3]], [[4], [5], [6]]]),
        "weights": np.array([[1, 0], [0, 1], [0, 0], [0, 0], [1, 0], [0, -1]]),
        "biases": np.array([10, 20]),
    }
    for shape, outputs in (((2, 2, 3), 1), ((3, 5, 2), 4), ((4, 1, 4), 3), ((6, 4, 3), 10)):
        yield {
            "image": rng.normal(size=shape),
            "weights": rng.normal(size=(np.prod(shape), outputs)),
            "biases": rng.normal(size=outputs),
        }


def mlp_parameters():
    inputs = 64 * 64 * 3
    hidden = inputs * 200 + 200
    output = 200 * 10 + 10
    return hidden + output


def permute_weights(weights, order):
    return weights[order]


def _permute_weights_inputs(rng):
    yield {"weights": np.array([[1, 0, 2], [3, 4, 0], [0, 5, 6]]), "order": np.array([1, 2, 0])}
    yield {"weights": np.arange(16).reshape(4, 4), "order": np.array([2, 0, 3, 1])}
    for pixels, outputs in ((7, 2), (9, 4), (12, 10)):
        yield {"weights": rng.normal(size=(pixels, outputs)), "order": rng.permutation(pixels)}


def band_matrix(weights, n):
    k = len(weights)
    matrix = np.zeros((n, n - k + 1))
    for output in range(n - k + 1):
        matrix[output : output + k, output] = weights
    return matrix


def _wrapped_band_matrix(weights, n):
    column = np.zeros(n)
    column[: len(weights)] = weights
    return np.stack([np.roll(column, output) for output in range(n)], axis=1)


def _padded_band_matrix(weights, n):
    before = (len(weights) - 1) // 2
    return band_matrix(weights, n + len(weights) - 1)[before : before + n]


def _blocks_side_by_side(weights, n):
    k = len(weights)
    matrix = np.zeros((n, n // k))
    for output in range(n // k):
        matrix[output * k : (output + 1) * k, output] = weights
    return matrix


def _band_matrix_inputs(rng):
    yield {"weights": np.array([1, 2]), "n": 4}
    yield {"weights": np.array([1, 0, -1]), "n": 5}
    yield {"weights": np.array([3]), "n": 5}
    for k, n in ((3, 3), (4, 9), (5, 12)):
        yield {"weights": rng.normal(size=k), "n": n}


def count_three_ways(height, width, kernel, filters):
    places = (height - kernel + 1) * (width - kernel + 1)
    outputs = places * filters
    dense = height * width * outputs + outputs
    local = kernel * kernel * outputs + outputs
    shared = kernel * kernel * filters + filters
    return dense, local, shared


def _count_with(places, height, width, kernel, filters):
    outputs = places * filters
    return (
        height * width * outputs + outputs,
        kernel * kernel * outputs + outputs,
        kernel * kernel * filters + filters,
    )


def _count_without_biases(height, width, kernel, filters):
    outputs = (height - kernel + 1) * (width - kernel + 1) * filters
    patch = kernel * kernel
    return height * width * outputs, patch * outputs, patch * filters


def _count_a_bias_a_place(height, width, kernel, filters):
    dense, local, shared = count_three_ways(height, width, kernel, filters)
    places = (height - kernel + 1) * (width - kernel + 1)
    return dense, local, shared - filters + places * filters


def _count_three_ways_inputs(rng):
    yield {"height": 3, "width": 4, "kernel": 2, "filters": 1}
    yield {"height": 5, "width": 4, "kernel": 3, "filters": 2}
    for _ in range(4):
        height, width, kernel, filters = (
            int(n) for n in rng.integers([8, 20, 2, 3], [20, 30, 6, 40])
        )
        yield {"height": height, "width": width, "kernel": kernel, "filters": filters}


def shift_image(image, down, right):
    height, width = image.shape
    canvas = np.zeros((3 * height, 3 * width), image.dtype)
    top, left = height + down, width + right
    canvas[top : top + height, left : left + width] = image
    return canvas[height : 2 * height, width : 2 * width]


def _shift_repeating_the_edge(image, down, right):
    height, width = image.shape
    rows = np.clip(np.arange(height) - down, 0, height - 1)
    columns = np.clip(np.arange(width) - right, 0, width - 1)
    return image[rows][:, columns]


def _shift_inputs(rng):
    image = np.arange(1, 13).reshape(3, 4)
    yield {"image": image, "down": 1, "right": 2}
    yield {"image": image, "down": 0, "right": 1}
    yield {"image": image, "down": 0, "right": 0}
    yield {"image": image, "down": -1, "right": -2}
    for shape, down, right in (((6, 5), 3, -2), ((7, 9), -4, 6), ((8, 5), 5, 4)):
        yield {"image": rng.normal(size=shape), "down": down, "right": right}


EXERCISES = (
    Exercise(
        chapter=1,
        title="How many numbers are in a batch?",
        prompt="""How many numbers a batch holds.

        32 color images, each 64 pixels high and 48 pixels wide.
        """,
        reference=numbers_in_batch,
        misconceptions=(
            Misconception(
                id="channels-forgotten",
                name="Each pixel is counted as one number.",
                hint="These images are in color. How many numbers describe one pixel?",
                wrong=lambda: 32 * 64 * 48,
            ),
            Misconception(
                id="batch-forgotten",
                name="The numbers of one image are counted, not those of the batch.",
                hint="A batch is an array with one more axis, in front.",
                wrong=lambda: 64 * 48 * 3,
            ),
        ),
        hints=(
            "Write down the shape of one image: (height, width, channels).",
            "The batch has shape (32, 64, 48, channels). Multiply the sides.",
        ),
    ),
    Exercise(
        chapter=1,
        title="Where a number lands",
        prompt="""Place of one number of an image in the flattened image.

        row, column, channel : int, each counted from 0
        shape : (height, width, channels) of the image
        Returns an int, counted from 0, such that
        image.reshape(-1)[result] is image[row, column, channel].
        """,
        reference=flatten_index,
        inputs=_flatten_index_inputs,
        misconceptions=(
            Misconception(
                id="columns-first",
                name="The image is read column by column.",
                hint="reshape(-1) walks along the first row before it starts the second one.",
                wrong=lambda row, column, channel, shape: (
                    (column * shape[0] + row) * shape[2] + channel
                ),
            ),
            Misconception(
                id="height-for-width",
                name="A row is taken to be as long as the image is high.",
                hint="How many pixels does one full row hold: the height or the width?",
                wrong=lambda row, column, channel, shape: (
                    (row * shape[0] + column) * shape[2] + channel
                ),
            ),
            Misconception(
                id="channels-forgotten",
                name="The position is counted in pixels, not in numbers.",
                hint="Each pixel before yours takes up one place for each channel.",
                wrong=lambda row, column, channel, shape: row * shape[1] + column,
            ),
            Misconception(
                id="channels-first",
                name="The whole first channel is read before the second one begins.",
                hint="In an array (height, width, channels) the last axis changes fastest: "
                "which numbers come right after image[0, 0, 0]?",
                wrong=lambda row, column, channel, shape: (
                    (channel * shape[0] + row) * shape[1] + column
                ),
            ),
            Misconception(
                id="counted-from-one",
                name="Positions are counted from 1.",
                hint="The number at row 0, column 0, channel 0 has position 0.",
                wrong=lambda row, column, channel, shape: (
                    (row * shape[1] + column) * shape[2] + channel + 1
                ),
            ),
        ),
        hints=(
            "Begin with one channel: how many pixels lie in the full rows above yours?",
            "Add the pixels to the left of yours in its own row.",
            "Each of these pixels takes up `channels` places; then come the channels of your own.",
        ),
    ),
    Exercise(
        chapter=1,
        title="A dense layer on an image",
        prompt="""Outputs of a dense layer that reads a whole image.

        image : array (height, width, channels)
        weights : array (height * width * channels, outputs)
        biases : array (outputs,)
        Returns an array (outputs,).
        """,
        reference=dense_layer,
        inputs=_dense_layer_inputs,
        misconceptions=(
            Misconception(
                id="biases-forgotten",
                name="The biases are not added.",
                hint="Every output has one number of its own that does not depend on the image.",
                wrong=lambda image, weights, biases: image.reshape(-1) @ weights,
            ),
            Misconception(
                id="columns-first",
                name="The image is flattened column by column.",
                hint="The weights expect the order of reshape(-1): row by row.",
                wrong=lambda image, weights, biases: (
                    image.transpose(1, 0, 2).reshape(-1) @ weights + biases
                ),
            ),
            Misconception(
                id="channels-first",
                name="The image is flattened one channel after the other.",
                hint="The weights expect the order of reshape(-1): all channels of the first "
                "pixel, then all channels of the next one.",
                wrong=lambda image, weights, biases: (
                    image.transpose(2, 0, 1).reshape(-1) @ weights + biases
                ),
            ),
        ),
        hints=(
            "First make a vector of the image, as long as `weights` has rows.",
            "A vector times a matrix, then plus a vector: two lines in all.",
        ),
    ),
    Exercise(
        chapter=1,
        title="Parameters of a multilayer perceptron",
        prompt="""Number of parameters, biases included, of a multilayer perceptron.

        It reads color images of 64 x 64 pixels, has one hidden layer
        of 200 units, and 10 outputs.
        """,
        reference=mlp_parameters,
        misconceptions=(
            Misconception(
                id="biases-forgotten",
                name="The biases are not counted.",
                hint="Each hidden unit and each output adds one number of its own.",
                wrong=lambda: 12288 * 200 + 200 * 10,
            ),
            Misconception(
                id="channels-forgotten",
                name="Each pixel is counted as one input.",
                hint="The images are in color: how long is the flattened image?",
                wrong=lambda: 4096 * 200 + 200 + 200 * 10 + 10,
            ),
            Misconception(
                id="output-layer-forgotten",
                name="The layer from the hidden units to the outputs is not counted.",
                hint="Two layers have weights. What does the second one connect?",
                wrong=lambda: 12288 * 200 + 200,
            ),
        ),
        hints=(
            "A dense layer from n inputs to m outputs has n * m weights and m biases.",
            "There are two such layers: image to hidden, and hidden to output.",
        ),
    ),
    Exercise(
        chapter=1,
        title="Undo a shuffle",
        prompt="""Weights with which a dense layer does not notice a shuffle.

        weights : array (pixels, outputs), for images in their usual order
        order : array (pixels,), a permutation of the pixels;
            a flattened image becomes image[order] when it is shuffled
        Returns an array (pixels, outputs) such that for every image
        image[order] @ result equals image @ weights.
        """,
        reference=permute_weights,
        inputs=_permute_weights_inputs,
        misconceptions=(
            Misconception(
                id="inverse-order",
                name="The rows are moved by the inverse shuffle.",
                hint="Entry i of the shuffled image is pixel order[i] of the usual one. "
                "Which row of the old weights does that pixel need?",
                wrong=lambda weights, order: weights[np.argsort(order)],
            ),
            Misconception(
                id="outputs-shuffled",
                name="The columns are shuffled: that reorders the outputs, not the pixels.",
                hint="Which axis of `weights` belongs to the pixels?",
                wrong=lambda weights, order: weights[:, order],
            ),
            Misconception(
                id="unchanged",
                name="The weights are returned as they came.",
                hint="With the old weights, each pixel would meet the weight of another one.",
                wrong=lambda weights, order: weights.copy(),
            ),
        ),
        hints=(
            "Take three pixels and one output, and write both sums out.",
            "Every pixel must meet the weight it met before: move the rows as the pixels moved.",
            "numpy can take rows of a matrix in the order that an index array says.",
        ),
    ),
    Exercise(
        chapter=1,
        title="Sliding as a matrix product",
        prompt="""The matrix that slides a few weights along a signal.

        weights : array (k,)
        n : int, length of the signal, at least k
        Returns an array (n, n - k + 1): entry i of signal @ result is
        weights[0] * signal[i] + weights[1] * signal[i + 1] + ...,
        with k terms.
        """,
        reference=band_matrix,
        inputs=_band_matrix_inputs,
        misconceptions=(
            Misconception(
                id="transposed",
                name="Rows and columns are swapped.",
                hint="The signal stands on the left of the product: each column makes one output.",
                wrong=lambda weights, n: band_matrix(weights, n).T,
            ),
            Misconception(
                id="weights-flipped",
                name="The weights run backward along the signal.",
                hint="Output 0 multiplies signal[0] by weights[0], not by the last weight.",
                wrong=lambda weights, n: band_matrix(weights[::-1], n),
            ),
            Misconception(
                id="wraps-around",
                name="At the end of the signal the weights come in again at its beginning.",
                hint="Stop at the last place where all k weights still lie on the signal.",
                wrong=_wrapped_band_matrix,
            ),
            Misconception(
                id="padded",
                name="The weights also stop at places where they hang over the ends.",
                hint="Output 0 starts with all k weights on the signal. How many places are there?",
                wrong=_padded_band_matrix,
            ),
            Misconception(
                id="side-by-side",
                name="From one output to the next the weights move k places, not one.",
                hint="Output 1 begins at signal[1].",
                wrong=_blocks_side_by_side,
            ),
        ),
        hints=(
            "Write the matrix for n = 4 and two weights on paper: it has three columns.",
            "Start from zeros. Column i holds the weights, and they begin at row i.",
            "matrix[i : i + k, i] is where the weights of output i belong.",
        ),
        points=2,
    ),
    Exercise(
        chapter=1,
        title="The same outputs, three ways",
        prompt="""Parameters, biases included, of three layers with the same outputs.

        A gray image of height x width pixels becomes `filters` maps. A map
        has one output for each place where a window of kernel x kernel
        pixels fits entirely on the image.
        Returns (dense, local, shared), three ints:
        dense: every output has a weight for every pixel, and a bias
        local: every output has a weight for each pixel of its window,
            and a bias
        shared: as local, but the outputs of one map share their weights
            and their bias
        """,
        reference=count_three_ways,
        inputs=_count_three_ways_inputs,
        misconceptions=(
            Misconception(
                id="biases-forgotten",
                name="The biases are not counted.",
                hint="One bias for each output; where outputs share their weights, "
                "they share the bias too.",
                wrong=_count_without_biases,
            ),
            Misconception(
                id="one-output-a-filter",
                name="Each filter is counted as one output.",
                hint="A filter makes a whole map: one output for each place of its window.",
                wrong=lambda height, width, kernel, filters: _count_with(
                    1, height, width, kernel, filters
                ),
            ),
            Misconception(
                id="padded",
                name="Each filter is given one output for every pixel.",
                hint="A window that hangs over the border has no output here. "
                "At how many rows can the window begin?",
                wrong=lambda height, width, kernel, filters: _count_with(
                    height * width, height, width, kernel, filters
                ),
            ),
            Misconception(
                id="size-off-by-one",
                name="There is one place too few in each direction.",
                hint="A window of 3 fits into a row of 4 at two places: columns 0 and 1.",
                wrong=lambda height, width, kernel, filters: _count_with(
                    (height - kernel) * (width - kernel), height, width, kernel, filters
                ),
            ),
            Misconception(
                id="bias-not-shared",
                name="In the shared layer every place has a bias of its own.",
                hint="All outputs of one map share the bias as well: one bias for each filter.",
                wrong=_count_a_bias_a_place,
            ),
        ),
        hints=(
            "First count the places: a window of `kernel` fits into a row of `width` pixels at "
            "width - kernel + 1 places.",
            "The number of outputs is places x filters. It is the same for all three layers.",
            "dense: (height * width + 1) parameters an output. local: (kernel * kernel + 1) an "
            "output. shared: (kernel * kernel + 1) a filter.",
        ),
        points=2,
    ),
    Exercise(
        chapter=1,
        title="Shift an image",
        prompt="""The image, moved down and to the right; what comes in is 0.

        image : array (height, width)
        down, right : int, in pixels; negative ones move up and to the left.
            Neither reaches the height or the width.
        Returns a new array (height, width). What leaves the frame is lost.
        """,
        reference=shift_image,
        inputs=_shift_inputs,
        misconceptions=(
            Misconception(
                id="wraps-around",
                name="What leaves the frame on one side comes in on the other.",
                hint="np.roll wraps around. The rows and columns that come in must be 0.",
                wrong=lambda image, down, right: np.roll(image, (down, right), (0, 1)),
            ),
            Misconception(
                id="wrong-direction",
                name="The image moves up and to the left.",
                hint="Moved down by 1, the old row 0 is the new row 1.",
                wrong=lambda image, down, right: shift_image(image, -down, -right),
            ),
            Misconception(
                id="axes-swapped",
                name="Down and right are mixed up.",
                hint="Axis 0 counts rows, from top to bottom; axis 1 counts columns.",
                wrong=lambda image, down, right: shift_image(image.T, down, right).T,
            ),
            Misconception(
                id="edge-repeated",
                name="The rows and columns that come in repeat the edge.",
                hint="What was outside the frame is taken to be 0.",
                wrong=_shift_repeating_the_edge,
            ),
        ),
        hints=(
            "Start from zeros of the same shape and dtype, and copy a part of the image into it.",
            "Moved down by 1: rows 1, 2, ... of the result are rows 0, 1, ... of the image.",
            "To treat both signs alike, put the image into the middle of zeros three times as "
            "high and wide, off center by (down, right), and cut the middle out.",
        ),
        points=2,
    ),
)
