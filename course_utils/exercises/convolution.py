"""Exercises of chapter 2: convolution."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def correlate_patch(patch, kernel):
    return np.sum(patch * kernel)


def slide_kernel(image, kernel):
    height, width = image.shape
    kernel_height, kernel_width = kernel.shape
    output = np.zeros((height - kernel_height + 1, width - kernel_width + 1))
    for row in range(output.shape[0]):
        for column in range(output.shape[1]):
            window = image[row : row + kernel_height, column : column + kernel_width]
            output[row, column] = np.sum(window * kernel)
    return output


def true_convolution(image, kernel):
    flipped = kernel[::-1, ::-1]
    height, width = image.shape
    kernel_height, kernel_width = kernel.shape
    output = np.zeros((height - kernel_height + 1, width - kernel_width + 1))
    for row in range(output.shape[0]):
        for column in range(output.shape[1]):
            window = image[row : row + kernel_height, column : column + kernel_width]
            output[row, column] = np.sum(window * flipped)
    return output


def feature_map_size(n, kernel, stride, padding):
    return (n + 2 * padding - kernel) // stride + 1


def slide_padded(image, kernel, stride, padding):
    padded = np.pad(image, padding)
    kernel_height, kernel_width = kernel.shape
    output_height = (padded.shape[0] - kernel_height) // stride + 1
    output_width = (padded.shape[1] - kernel_width) // stride + 1
    output = np.zeros((output_height, output_width))
    for row in range(output_height):
        for column in range(output_width):
            top, left = row * stride, column * stride
            window = padded[top : top + kernel_height, left : left + kernel_width]
            output[row, column] = np.sum(window * kernel)
    return output


def same_padding(n, kernel, stride):
    outputs = -(-n // stride)  # n / stride, rounded up
    total = max((outputs - 1) * stride + kernel - n, 0)
    return total // 2, total - total // 2


def dilate_kernel(kernel, dilation):
    height, width = kernel.shape
    dilated = np.zeros(((height - 1) * dilation + 1, (width - 1) * dilation + 1))
    dilated[::dilation, ::dilation] = kernel
    return dilated


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


def _patches(rng):
    yield {"patch": np.array([[1, 2], [3, 4]]), "kernel": np.array([[1, 0], [5, -1]])}
    yield {"patch": np.array([[1, 0, 2], [0, 3, 1]]), "kernel": np.array([[0, 1, 1], [2, 0, -1]])}
    for shape in ((3, 3), (5, 5), (2, 4)):
        yield {"patch": rng.normal(size=shape), "kernel": rng.normal(size=shape)}


def _images_and_kernels(rng):
    yield {"image": np.array([[1, 2, 0], [0, 1, 3]]), "kernel": np.array([[1, 2]])}
    yield {
        "image": np.array([[1, 0, 2, 1], [0, 1, 0, 1], [1, 0, 3, 0]]),
        "kernel": np.array([[1, 2], [0, -1]]),
    }
    for image_shape, kernel_shape in (((5, 5), (3, 3)), ((7, 5), (3, 2)), ((6, 9), (2, 4))):
        yield {"image": rng.normal(size=image_shape), "kernel": rng.normal(size=kernel_shape)}


def _sizes(rng):
    yield {"n": 5, "kernel": 3, "stride": 1, "padding": 0}
    yield {"n": 5, "kernel": 3, "stride": 2, "padding": 1}
    yield {"n": 6, "kernel": 3, "stride": 2, "padding": 0}
    yield {"n": 7, "kernel": 2, "stride": 3, "padding": 1}
    for _ in range(6):
        yield {
            "n": int(rng.integers(20, 225)),
            "kernel": int(rng.integers(1, 12)),
            "stride": int(rng.integers(1, 5)),
            "padding": int(rng.integers(0, 6)),
        }


def _strided_and_padded(rng):
    yield {
        "image": np.array([[1, 2], [3, 4]]),
        "kernel": np.array([[1, 2]]),
        "stride": 1,
        "padding": 1,
    }
    yield {
        "image": np.array([[1, 0, 2, 1, 5], [0, 1, 0, 3, 1], [1, 2, 3, 0, 4]]),
        "kernel": np.array([[1, 2], [0, -1]]),
        "stride": 2,
        "padding": 0,
    }
    for image_shape, kernel_shape, stride, padding in (
        ((5, 5), (3, 3), 2, 1),
        ((7, 6), (3, 2), 3, 2),
        ((6, 9), (2, 4), 2, 1),
    ):
        image, kernel = rng.normal(size=image_shape), rng.normal(size=kernel_shape)
        yield {"image": image, "kernel": kernel, "stride": stride, "padding": padding}


def _same_sizes(rng):
    for n, kernel, stride in ((5, 3, 1), (5, 2, 1), (6, 3, 2), (5, 3, 2), (6, 1, 2), (224, 7, 2)):
        yield {"n": n, "kernel": kernel, "stride": stride}
    for _ in range(6):
        n, kernel, stride = (int(value) for value in rng.integers([9, 1, 1], [100, 8, 5]))
        yield {"n": n, "kernel": kernel, "stride": stride}


def _kernels_to_dilate(rng):
    yield {"kernel": np.array([[1, 2]]), "dilation": 2}
    yield {"kernel": np.array([[1, 2], [3, 4], [5, 6]]), "dilation": 2}
    yield {"kernel": rng.normal(size=(3, 3)), "dilation": 1}
    yield {"kernel": rng.normal(size=(2, 4)), "dilation": 3}
    yield {"kernel": rng.normal(size=(5, 3)), "dilation": 4}


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


def _padded_to_same(image, kernel_shape):
    before = [(side - 1) // 2 for side in kernel_shape]
    after = [side - 1 - first for side, first in zip(kernel_shape, before)]
    return np.pad(image, list(zip(before, after)))


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
        title="One window",
        prompt="""What a kernel answers at one place: one number.

        patch : array (kh, kw), the pixels under the kernel
        kernel : array (kh, kw)

        Multiply each pixel by the kernel entry that lies on it, and add up the products.
        """,
        reference=correlate_patch,
        inputs=_patches,
        misconceptions=(
            Misconception(
                id="matrix-product",
                name="Patch and kernel are multiplied as matrices.",
                hint="`@` mixes rows with columns. Here each pixel meets one kernel entry only.",
                wrong=lambda patch, kernel: np.sum(patch @ kernel),
            ),
            Misconception(
                id="not-summed",
                name="The products are not added up.",
                hint="A window gives one number, not one for each pixel.",
                wrong=lambda patch, kernel: patch * kernel,
            ),
            Misconception(
                id="averaged",
                name="The products are averaged instead of added up.",
                hint="Nothing is divided by the number of pixels here.",
                wrong=lambda patch, kernel: np.mean(patch * kernel),
            ),
            Misconception(
                id="flipped-kernel",
                name="The kernel is turned by 180 degrees before it is laid on the patch.",
                hint="The kernel's top left entry belongs on the patch's top left pixel.",
                wrong=lambda patch, kernel: np.sum(patch * _rotated(kernel)),
            ),
            Misconception(
                id="values-added",
                name="Pixels and kernel entries are added instead of multiplied.",
                hint="A kernel entry of 0 must make its pixel irrelevant. Does it?",
                wrong=lambda patch, kernel: np.sum(patch + kernel),
            ),
        ),
        hints=(
            "Do the first one on paper: four products, then their sum.",
            "In numpy, `*` between two arrays of the same shape works entry by entry.",
            "`np.sum` of an array adds up all its entries.",
        ),
    ),
    Exercise(
        chapter=2,
        title="Slide the kernel",
        prompt="""Slide a kernel over an image; the feature map.

        image : array (H, W)
        kernel : array (kh, kw), not larger than the image

        The kernel moves one pixel at a time and never leaves the image. Entry [r, c] of the
        feature map belongs to the window whose top left pixel is image[r, c]. The kernel is
        not flipped.
        """,
        reference=slide_kernel,
        inputs=_images_and_kernels,
        points=2.0,
        misconceptions=(
            Misconception(
                id="flipped-kernel",
                name="The kernel is turned by 180 degrees.",
                hint="Lay the kernel on the window as it is: corner on corner.",
                wrong=lambda image, kernel: slide_kernel(image, _rotated(kernel)),
            ),
            Misconception(
                id="size-off-by-one",
                name="The last position in each direction is missing.",
                hint="How many places are there for a kernel of width 2 on 3 pixels? List them.",
                wrong=lambda image, kernel: slide_kernel(image, kernel)[:-1, :-1],
            ),
            Misconception(
                id="rows-and-columns-swapped",
                name="Rows and columns of the feature map are swapped.",
                hint="The first index counts rows, downwards; `shape` is (height, width).",
                wrong=lambda image, kernel: slide_kernel(image, kernel).T,
            ),
            Misconception(
                id="same-for-valid",
                name="The image is padded with zeros, so that the map is as large as the image.",
                hint="The kernel must not leave the image: there are fewer places than pixels.",
                wrong=lambda image, kernel: slide_kernel(
                    _padded_to_same(image, kernel.shape), kernel
                ),
            ),
            Misconception(
                id="windows-do-not-overlap",
                name="The kernel moves by its own size, so that windows do not overlap.",
                hint="How far does the kernel move from one place to the next?",
                wrong=lambda image, kernel: slide_kernel(image, kernel)[
                    :: kernel.shape[0], :: kernel.shape[1]
                ],
            ),
        ),
        hints=(
            "How many places are there for the kernel downwards? And across?",
            "Start with `np.zeros((H - kh + 1, W - kw + 1))` and fill it in two nested loops.",
            "The window at [r, c] is `image[r : r + kh, c : c + kw]`.",
        ),
    ),
    Exercise(
        chapter=2,
        title="Convolution as mathematics has it",
        prompt="""Slide the kernel turned by 180 degrees: convolution, not correlation.

        image : array (H, W)
        kernel : array (kh, kw), not larger than the image

        As in slide_kernel, one pixel at a time and within the image, but with the kernel
        flipped top to bottom and left to right.
        """,
        reference=true_convolution,
        inputs=_images_and_kernels,
        misconceptions=(
            Misconception(
                id="not-flipped",
                name="The kernel is not flipped: this is correlation.",
                hint="Which kernel entry meets the top left pixel of a window?",
                wrong=slide_kernel,
            ),
            Misconception(
                id="rows-flipped-only",
                name="The kernel is flipped top to bottom, but not left to right.",
                hint="A turn by 180 degrees reverses both axes.",
                wrong=lambda image, kernel: slide_kernel(image, kernel[::-1]),
            ),
            Misconception(
                id="columns-flipped-only",
                name="The kernel is flipped left to right, but not top to bottom.",
                hint="A turn by 180 degrees reverses both axes.",
                wrong=lambda image, kernel: slide_kernel(image, kernel[:, ::-1]),
            ),
            Misconception(
                id="image-flipped",
                name="The image is flipped instead of the kernel.",
                hint="Now the feature map stands on its head. What should have been turned?",
                wrong=lambda image, kernel: slide_kernel(_rotated(image), kernel),
            ),
            Misconception(
                id="transposed-kernel",
                name="The kernel is transposed instead of turned.",
                hint="`.T` swaps rows with columns. Turned by 180 degrees, [[1, 2]] is [[2, 1]].",
                wrong=lambda image, kernel: slide_kernel(image, kernel.T),
            ),
        ),
        hints=(
            "Everything but the kernel stays as in slide_kernel.",
            "An array is reversed by the slice `[::-1]`; each axis takes a slice of its own.",
            "The turned kernel is `kernel[::-1, ::-1]`.",
        ),
    ),
    Exercise(
        chapter=2,
        title="Output size",
        prompt="""Number of places for a kernel along one axis.

        n : int, pixels of the image along this axis
        kernel : int, pixels of the kernel, at most n + 2 * padding
        stride : int, pixels from one place to the next
        padding : int, zeros added at each of the two ends
        """,
        reference=feature_map_size,
        inputs=_sizes,
        misconceptions=(
            Misconception(
                id="size-off-by-one",
                name="The starting place is not counted.",
                hint="The division counts moves. The kernel stands somewhere before it moves.",
                wrong=lambda n, kernel, stride, padding: (n + 2 * padding - kernel) // stride,
            ),
            Misconception(
                id="padding-counted-once",
                name="The padding is counted at one end only.",
                hint="Zeros come before the first pixel and after the last one.",
                wrong=lambda n, kernel, stride, padding: (n + padding - kernel) // stride + 1,
            ),
            Misconception(
                id="rounded-up",
                name="A last place is counted where the kernel hangs over the end.",
                hint="With 6 pixels, kernel 3 and stride 2: where does the kernel stand, and fit?",
                wrong=lambda n, kernel, stride, padding: (
                    -(-(n + 2 * padding - kernel) // stride) + 1
                ),
            ),
            Misconception(
                id="stride-ignored",
                name="The stride is ignored.",
                hint="With stride 2 there is a place at every second pixel only.",
                wrong=lambda n, kernel, stride, padding: n + 2 * padding - kernel + 1,
            ),
            Misconception(
                id="not-rounded",
                name="The result is not a whole number when the stride does not fit.",
                hint="Half a place is no place. Which way must it be rounded?",
                wrong=lambda n, kernel, stride, padding: (n + 2 * padding - kernel) / stride + 1,
            ),
        ),
        hints=(
            "Draw 7 pixels and a kernel of 3. Mark the left end of each place.",
            "How many pixels is the kernel free to move? How many strides fit into that?",
            "Whole strides only: `//` rounds down. And the starting place counts too.",
        ),
    ),
    Exercise(
        chapter=2,
        title="Stride and padding",
        prompt="""Slide a kernel with a stride over an image with a border of zeros.

        image : array (H, W)
        kernel : array (kh, kw), not larger than the padded image
        stride : int, pixels from one place to the next, downwards and across
        padding : int, rows and columns of zeros added on each of the four sides
        """,
        reference=slide_padded,
        inputs=_strided_and_padded,
        points=2.0,
        misconceptions=(
            Misconception(
                id="stride-ignored",
                name="The stride is ignored.",
                hint="Where is the top left pixel of the window for entry [1, 1] of the map?",
                wrong=lambda image, kernel, stride, padding: slide_padded(
                    image, kernel, 1, padding
                ),
            ),
            Misconception(
                id="padding-ignored",
                name="The padding is ignored.",
                hint="Before anything slides, the image must grow on all four sides.",
                wrong=lambda image, kernel, stride, padding: slide_padded(image, kernel, stride, 0),
            ),
            Misconception(
                id="padding-on-one-side",
                name="The zeros are added at the top and left only.",
                hint="By how many rows must the image grow in all?",
                wrong=lambda image, kernel, stride, padding: slide_padded(
                    np.pad(image, ((padding, 0), (padding, 0))), kernel, stride, 0
                ),
            ),
            Misconception(
                id="padding-after-only",
                name="The zeros are added at the bottom and right only.",
                hint="By how many rows must the image grow in all?",
                wrong=lambda image, kernel, stride, padding: slide_padded(
                    np.pad(image, ((0, padding), (0, padding))), kernel, stride, 0
                ),
            ),
            Misconception(
                id="border-repeated",
                name="The border repeats the outer pixels instead of being zero.",
                hint="Which values does the prompt ask for outside the image?",
                wrong=lambda image, kernel, stride, padding: slide_padded(
                    np.pad(image, padding, mode="edge"), kernel, stride, 0
                ),
            ),
            Misconception(
                id="stride-downwards-only",
                name="The stride is used downwards, but not across.",
                hint="Both indices of the window's corner depend on the stride.",
                wrong=lambda image, kernel, stride, padding: slide_padded(
                    image, kernel, 1, padding
                )[::stride],
            ),
            Misconception(
                id="flipped-kernel",
                name="The kernel is turned by 180 degrees.",
                hint="Lay the kernel on the window as it is: corner on corner.",
                wrong=lambda image, kernel, stride, padding: slide_padded(
                    image, _rotated(kernel), stride, padding
                ),
            ),
        ),
        hints=(
            "Two separate things: grow the image first, then slide over the larger image.",
            "`np.pad(image, padding)` adds zeros on all sides. Your output size has a formula now.",
            "The window for [r, c] starts at row `r * stride` and column `c * stride`.",
        ),
    ),
    Exercise(
        chapter=2,
        title="Same padding",
        prompt="""Zeros before and after one axis for padding "same", as TensorFlow does it.

        n : int, pixels along the axis
        kernel : int
        stride : int

        Returns (before, after). There shall be n / stride outputs, rounded up, with as few
        zeros as that takes (at least none). An odd zero goes after the image.
        """,
        reference=same_padding,
        inputs=_same_sizes,
        points=2.0,
        misconceptions=(
            Misconception(
                id="odd-pixel-before",
                name="The odd zero is put before the image.",
                hint="The two numbers are right, their order is not.",
                wrong=lambda n, kernel, stride: same_padding(n, kernel, stride)[::-1],
            ),
            Misconception(
                id="stride-ignored",
                name="The padding is worked out as if the stride were 1.",
                hint="With stride 2 the last place may end before the image does. What then?",
                wrong=lambda n, kernel, stride: same_padding(n, kernel, 1),
            ),
            Misconception(
                id="equal-on-both-sides",
                name="Both sides get kernel // 2 zeros.",
                hint="Try 6 pixels, kernel 3 and stride 2: are that many zeros needed?",
                wrong=lambda n, kernel, stride: (kernel // 2, kernel // 2),
            ),
            Misconception(
                id="negative-padding",
                name="The number of zeros can be negative.",
                hint="A kernel of 1 with stride 2 needs no zeros. What do you return for it?",
                wrong=lambda n, kernel, stride: (
                    ((-(-n // stride) - 1) * stride + kernel - n) // 2,
                    -(-((-(-n // stride) - 1) * stride + kernel - n) // 2),
                ),
            ),
        ),
        hints=(
            "First the number of outputs: n / stride, rounded up. Where does the last one end?",
            "From the start of the first window to the end of the last one it is "
            "`(outputs - 1) * stride + kernel` pixels.",
            "What is missing to n is the total. Half of it, rounded down, goes before.",
        ),
    ),
    Exercise(
        chapter=2,
        title="A kernel with holes",
        prompt="""Write a dilated kernel as a larger kernel with zeros in the holes.

        kernel : array (kh, kw)
        dilation : int, distance between neighboring entries; 1 leaves the kernel as it is

        Entry [i, j] of the kernel lands at [i * dilation, j * dilation]. The result starts and
        ends with a kernel entry, along both axes.
        """,
        reference=dilate_kernel,
        inputs=_kernels_to_dilate,
        misconceptions=(
            Misconception(
                id="zeros-at-the-end",
                name="There are zeros after the last entry, too.",
                hint="Between kh entries there are kh - 1 gaps. How many do you make?",
                wrong=lambda kernel, dilation: np.kron(
                    kernel, np.eye(dilation)[:1].T @ np.eye(dilation)[:1]
                ),
            ),
            Misconception(
                id="one-zero-too-many",
                name="There are `dilation` zeros between neighbors instead of `dilation - 1`.",
                hint="With dilation 1 the kernel must stay as it is.",
                wrong=lambda kernel, dilation: dilate_kernel(kernel, dilation + 1),
            ),
            Misconception(
                id="rows-only",
                name="Only the rows are spread out.",
                hint="The entries move apart in both directions.",
                wrong=lambda kernel, dilation: dilate_kernel(kernel, dilation)[:, ::dilation],
            ),
            Misconception(
                id="columns-only",
                name="Only the columns are spread out.",
                hint="The entries move apart in both directions.",
                wrong=lambda kernel, dilation: dilate_kernel(kernel, dilation)[::dilation],
            ),
            Misconception(
                id="entries-repeated",
                name="The holes are filled with copies of the entries.",
                hint="A dilated kernel has no more weights than before: the holes are zero.",
                wrong=lambda kernel, dilation: np.kron(kernel, np.ones((dilation, dilation))),
            ),
        ),
        hints=(
            "Write the result for [[1, 2]] and dilation 2 on paper. How wide is it?",
            "Between kh entries lie kh - 1 gaps, so the height is (kh - 1) * dilation + 1.",
            "Start with zeros, then assign to every `dilation`-th row and column with a slice.",
        ),
    ),
    Exercise(
        chapter=2,
        title="A layer: channels, filters, bias",
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
        prompt="""Number of parameters of the second convolution layer, biases included.

        64 feature maps of 112 x 112 pixels come in, 128 go out; the kernels are 3 x 3.
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

        The padding is "same": height / stride rows come out, rounded up, and as many columns
        for the width. Products with the zeros of the border count like all others.
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
        prompt="""Filter each channel with a kernel of its own, without padding, stride 1.

        x : array (H, W, C)
        w : array (kh, kw, C), one kernel for each channel

        Returns an array (H - kh + 1, W - kw + 1, C).
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

        layers : list of (kernel, stride), first layer first; pooling layers are in it, too
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

        Returns an array (places, kernel_height * kernel_width). The places go row by row,
        as a text is read; so do the pixels within a window. Windows overlap: stride 1.
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
