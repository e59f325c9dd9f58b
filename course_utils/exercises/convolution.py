"""Exercises of chapter 2: a kernel on one channel."""

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


# ---- Misconceptions: shared pieces ----


def _rotated(kernel):
    return kernel[::-1, ::-1]


def _padded_to_same(image, kernel_shape):
    before = [(side - 1) // 2 for side in kernel_shape]
    after = [side - 1 - first for side, first in zip(kernel_shape, before)]
    return np.pad(image, list(zip(before, after)))


# ---- The exercises ----

EXERCISES = (
    Exercise(
        chapter=2,
        title="One window",
        prompt="""What a kernel answers at one place: one number.

        patch : array (kh, kw), the pixels under the kernel
        kernel : array (kh, kw)

        Multiply each pixel by the kernel entry that lies on it, and add up the
        products.
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

        The kernel moves one pixel at a time and never leaves the image. Entry
        [r, c] of the feature map belongs to the window whose top left pixel is
        image[r, c]. The kernel is not flipped.
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

        As in slide_kernel, one pixel at a time and within the image, but with
        the kernel flipped top to bottom and left to right.
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

        A place where the kernel would hang over the end does not count.
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

        Returns the feature map. The kernel is not flipped, and places where it
        does not fit are left out.
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
                id="stride-in-the-size-only",
                name="The map has the right size, but neighboring windows are one pixel apart.",
                hint="You use the stride to count the places. Where does the second window start?",
                wrong=lambda image, kernel, stride, padding: slide_padded(
                    image, kernel, 1, padding
                )[
                    : feature_map_size(image.shape[0], kernel.shape[0], stride, padding),
                    : feature_map_size(image.shape[1], kernel.shape[1], stride, padding),
                ],
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
        prompt="""Zeros before and after one axis: TensorFlow's "same" padding.

        n : int, pixels along the axis
        kernel : int
        stride : int

        Returns (before, after). There shall be n / stride outputs, rounded up,
        with as few zeros as that takes (at least none). An odd zero goes after
        the image.
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
        dilation : int, distance of neighboring entries; 1 changes nothing

        Entry [i, j] of the kernel lands at [i * dilation, j * dilation]. The
        result starts and ends with a kernel entry, along both axes.
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
)
