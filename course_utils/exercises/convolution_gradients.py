"""Exercises of chapter 4: what a convolution's kernel and its image get of the gradient."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception


def kernel_gradient(image, dy):
    kernel_h = image.shape[0] - dy.shape[0] + 1
    kernel_w = image.shape[1] - dy.shape[1] + 1
    dw = np.zeros((kernel_h, kernel_w))
    for i in range(kernel_h):
        for j in range(kernel_w):
            # the pixels that weight (i, j) was multiplied by, one for each output
            met = image[i : i + dy.shape[0], j : j + dy.shape[1]]
            dw[i, j] = np.sum(met * dy)
    return dw


def kernel_gradient_inputs(rng):
    yield {
        "image": np.array([[1.0, 0, 2, 3], [4, 1, 0, 2], [0, 5, 1, 0]]),
        "dy": np.array([[1.0, 0, 2], [0, -1, 0]]),
    }
    yield {"image": np.arange(1.0, 7.0).reshape(2, 3), "dy": np.array([[1.0, 2.0]])}
    yield {"image": np.array([[1.0, 2, 3], [4, 5, 6]]), "dy": np.array([[2.0]])}
    for image, dy in [((5, 6), (3, 4)), ((7, 4), (3, 3)), ((6, 6), (5, 4)), ((4, 9), (4, 7))]:
        yield {"image": rng.normal(size=image), "dy": rng.normal(size=dy)}


def _kernel_gradient_by_windows(put):
    """`kernel_gradient` as a loop over outputs, each of which changes dw by `put`."""

    def wrong(image, dy):
        kernel_h = image.shape[0] - dy.shape[0] + 1
        kernel_w = image.shape[1] - dy.shape[1] + 1
        dw = np.zeros((kernel_h, kernel_w))
        for r in range(dy.shape[0]):
            for c in range(dy.shape[1]):
                put(dw, dy[r, c], image[r : r + kernel_h, c : c + kernel_w])
        return dw

    return wrong


def _overwrite(dw, slope, patch):
    dw[...] = slope * patch


def _forget_the_slope(dw, slope, patch):
    dw += patch


def image_gradient(dy, kernel):
    kernel_h, kernel_w = kernel.shape
    dx = np.zeros((dy.shape[0] + kernel_h - 1, dy.shape[1] + kernel_w - 1))
    for r in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            # output (r, c) saw these pixels, each times its weight
            dx[r : r + kernel_h, c : c + kernel_w] += dy[r, c] * kernel
    return dx


def image_gradient_inputs(rng):
    yield {"dy": np.array([[1.0, 0], [0, 2]]), "kernel": np.array([[1.0, 2, 0], [3, 0, -1]])}
    yield {"dy": np.array([[1.0, 3, 2]]), "kernel": np.array([[1.0, 2]])}
    yield {"dy": np.array([[2.0]]), "kernel": np.array([[1.0, 2], [3, 4]])}
    for dy, kernel in [((3, 4), (2, 3)), ((2, 5), (3, 3)), ((4, 4), (3, 2)), ((5, 3), (1, 4))]:
        yield {"dy": rng.normal(size=dy), "kernel": rng.normal(size=kernel)}


def _full_correlation(dy, kernel):
    reach_h, reach_w = kernel.shape[0] - 1, kernel.shape[1] - 1
    padded = np.pad(dy, ((reach_h, reach_h), (reach_w, reach_w)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, kernel.shape)
    return np.einsum("rcij,ij->rc", windows, kernel)


def _pasted_over(dy, kernel):
    kernel_h, kernel_w = kernel.shape
    dx = np.zeros((dy.shape[0] + kernel_h - 1, dy.shape[1] + kernel_w - 1))
    for r in range(dy.shape[0]):
        for c in range(dy.shape[1]):
            dx[r : r + kernel_h, c : c + kernel_w] = dy[r, c] * kernel
    return dx


def _only_whole_windows(dy, kernel):
    # Raises where the kernel is larger than dy, as a correlation without padding does.
    windows = np.lib.stride_tricks.sliding_window_view(dy, kernel.shape)
    return np.einsum("rcij,ij->rc", windows, kernel[::-1, ::-1])


def layer_gradients(dy, x, w, stride):
    kernel_h, kernel_w = w.shape[:2]
    rows, columns = dy.shape[1:3]
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for i in range(kernel_h):
        for j in range(kernel_w):
            # the pixels that kernel entry (i, j) met, one for each output
            met = np.s_[:, i : i + rows * stride : stride, j : j + columns * stride : stride]
            dw[i, j] = np.einsum("nrcd,nrcf->df", x[met], dy)
            dx[met] += dy @ w[i, j].T
    return dx, dw, dy.sum(axis=(0, 1, 2))


def layer_gradients_inputs(rng):
    yield {
        "dy": np.array([[1.0, 2.0], [0.0, -1.0]]).reshape(1, 2, 2, 1),
        "x": np.array([[1.0, 0, 2, 1, 3], [0, 1, 0, 2, 0], [2, 0, 1, 0, 1], [0, 3, 0, 1, 2]])[
            np.newaxis, :, :, np.newaxis
        ],
        "w": np.array([[1.0, 0, 2], [3, -1, 0]]).reshape(2, 3, 1, 1),
        "stride": 2,
    }
    yield {
        "dy": np.array([[1.0, 3.0]]).reshape(1, 1, 2, 1),
        "x": np.array([[1.0, 2, 0], [0, 1, 3]]).reshape(1, 2, 3, 1),
        "w": np.array([[1.0, 2], [0, -1]]).reshape(2, 2, 1, 1),
        "stride": 1,
    }
    for n, (height, width), channels, (kernel_h, kernel_w), filters, stride in [
        (2, (5, 6), 1, (2, 3), 2, 1),
        (1, (6, 7), 3, (3, 2), 2, 2),
        (3, (8, 5), 2, (3, 3), 4, 2),
        (2, (7, 8), 2, (2, 2), 3, 3),
    ]:
        rows, columns = (height - kernel_h) // stride + 1, (width - kernel_w) // stride + 1
        yield {
            "dy": rng.normal(size=(n, rows, columns, filters)),
            "x": rng.normal(size=(n, height, width, channels)),
            "w": rng.normal(size=(kernel_h, kernel_w, channels, filters)),
            "stride": stride,
        }


def _layer_with(dx=None, dw=None, db=None):
    """`layer_gradients` with a mistake in one gradient: a function of dy, x, w and stride."""

    def wrong(dy, x, w, stride):
        right = layer_gradients(dy, x, w, stride)
        mistaken = (f and f(dy, x, w, stride) for f in (dx, dw, db))
        return tuple(a if m is None else m for m, a in zip(mistaken, right, strict=True))

    return wrong


def _dx_with_stride_one(dy, x, w, stride):
    dx = np.zeros(x.shape)
    for i, j in np.ndindex(w.shape[:2]):
        dx[:, i : i + dy.shape[1], j : j + dy.shape[2]] += dy @ w[i, j].T
    return dx


def _dx_pasted_over(dy, x, w, stride):
    dx = np.zeros(x.shape)
    for r, c in np.ndindex(dy.shape[1:3]):
        window = np.s_[:, r * stride : r * stride + len(w), c * stride : c * stride + w.shape[1]]
        dx[window] = np.einsum("nf,ijdf->nijd", dy[:, r, c], w)
    return dx


def _dx_of_last_entries(dy, x, w, stride):
    dx = np.zeros(x.shape)
    rows, columns = dy.shape[1:3]
    for i, j in np.ndindex(w.shape[:2]):
        met = np.s_[:, i : i + rows * stride : stride, j : j + columns * stride : stride]
        dx[met] = dy @ w[i, j].T
    return dx


def _dw_of_the_last_window(dy, x, w, stride):
    top, left = ((n - 1) * stride for n in dy.shape[1:3])
    window = x[-1, top : top + w.shape[0], left : left + w.shape[1]]
    return window[..., np.newaxis] * dy[-1, -1, -1]


def _dx_cut_off(dy, x, w, stride):
    reached = [(n - 1) * stride + k for n, k in zip(dy.shape[1:3], w.shape[:2], strict=True)]
    return layer_gradients(dy, x, w, stride)[0][:, : reached[0], : reached[1]]


def _dw_with_stride_one(dy, x, w, stride):
    dw = np.zeros(w.shape)
    for i, j in np.ndindex(w.shape[:2]):
        met = x[:, i : i + dy.shape[1], j : j + dy.shape[2]]
        dw[i, j] = np.einsum("nrcd,nrcf->df", met, dy)
    return dw


def _dw_of_summed_channels(dy, x, w, stride):
    summed = np.broadcast_to(x.sum(axis=3, keepdims=True), x.shape)
    return layer_gradients(dy, summed, w, stride)[1]


EXERCISES = (
    Exercise(
        chapter=4,
        title="The gradient of a kernel",
        prompt="""Gradient of the loss with respect to the kernel of a convolution.

        The convolution slid a kernel over the image: stride 1, no padding, kernel
        not flipped.
        image : (H, W) array
        dy : (H - kh + 1, W - kw + 1) array, gradient of the loss with respect to
        the feature map
        Returns dw, a (kh, kw) array. kh and kw follow from the two shapes.
        """,
        reference=kernel_gradient,
        inputs=kernel_gradient_inputs,
        misconceptions=(
            Misconception(
                id="gradient-flipped",
                name="dy is turned by 180° before it slides over the image.",
                hint="Which pixels did the first weight meet? Which output took the first of them?",
                wrong=lambda image, dy: kernel_gradient(image, dy[::-1, ::-1]),
            ),
            Misconception(
                id="result-flipped",
                name="The numbers are right, but dw is turned by 180°.",
                hint="The first weight met the pixels at the upper left. Where do you put its sum?",
                wrong=lambda image, dy: kernel_gradient(image, dy)[::-1, ::-1],
            ),
            Misconception(
                id="averaged",
                name="The mean over the outputs is taken, not the sum.",
                hint="A weight that is used nine times changes the loss in nine ways at once.",
                wrong=lambda image, dy: kernel_gradient(image, dy) / dy.size,
            ),
            Misconception(
                id="last-window-only",
                name="Each window overwrites what the windows before it gave.",
                hint="All windows share the kernel. What happens to shares of the same weight?",
                wrong=_kernel_gradient_by_windows(_overwrite),
            ),
            Misconception(
                id="dy-forgotten",
                name="The pixels are added up as if every entry of dy were 1.",
                hint="How much an output matters for the loss stands in dy.",
                wrong=_kernel_gradient_by_windows(_forget_the_slope),
            ),
        ),
        hints=(
            "Size first: dy has H - kh + 1 rows, so kh = H - (rows of dy) + 1.",
            "Weight (i, j) met the pixel (r + i, c + j) at output (r, c).",
            "dw[i, j] is the sum of image[i : i + rows, j : j + columns] times dy.",
        ),
        points=2.0,
    ),
    Exercise(
        chapter=4,
        title="The gradient of an image",
        prompt="""Gradient of the loss with respect to the image that was convolved.

        The convolution slid the kernel over the image: stride 1, no padding,
        kernel not flipped.
        dy : (rows, columns) array, gradient of the loss with respect to the
        feature map
        kernel : (kh, kw) array
        Returns dx, of the image's shape: (rows + kh - 1, columns + kw - 1).
        """,
        reference=image_gradient,
        inputs=image_gradient_inputs,
        misconceptions=(
            Misconception(
                id="kernel-not-flipped",
                name="The kernel is the wrong way round, by 180°.",
                hint="Does a pixel collect? A window to its left saw it with a weight on its right "
                "side, so the kernel is turned. Does an output give? Then nothing is turned.",
                wrong=_full_correlation,
            ),
            Misconception(
                id="half-turned",
                name="The kernel's rows change places, but not its columns.",
                hint="kernel[::-1] turns one axis. Windows lie above a pixel and to its left.",
                wrong=lambda dy, kernel: _full_correlation(dy, kernel[::-1]),
            ),
            Misconception(
                id="kernel-transposed",
                name="Rows and columns of the kernel are exchanged, as by .T.",
                hint="What must be transposed is the matrix of the whole convolution, not the "
                "kernel. Which windows saw the pixel at the upper left?",
                wrong=lambda dy, kernel: image_gradient(dy, kernel.T),
            ),
            Misconception(
                id="overwritten",
                name="Where windows overlap, the later one overwrites the earlier one.",
                hint="A pixel that several windows saw changes the loss through each of them.",
                wrong=_pasted_over,
            ),
            Misconception(
                id="border-lost",
                name="The kernel slides over dy without a border of zeros, so pixels are missing.",
                hint="A corner pixel was seen by one window. It must have a gradient too.",
                wrong=_only_whole_windows,
            ),
            Misconception(
                id="result-flipped",
                name="The numbers are right, but dx is turned by 180°.",
                hint="dy and the image have the same upper left corner.",
                wrong=lambda dy, kernel: image_gradient(dy, kernel)[::-1, ::-1],
            ),
        ),
        hints=(
            "Either each output gives to the pixels it saw, or each pixel collects. Giving is "
            "easier to write.",
            "Output (r, c) saw the window that starts at pixel (r, c).",
            "Start with zeros, and add dy[r, c] * kernel to each window.",
        ),
        points=2.0,
    ),
    Exercise(
        chapter=4,
        title="Backward through a convolutional layer",
        prompt="""Gradients of a convolutional layer with stride, without padding.

        dy : (N, rows, columns, F) array, gradient of the loss with respect to the
        output
        x : (N, H, W, C) array, the layer's input
        w : (kh, kw, C, F) array, not flipped in the forward pass
        stride : int, in both directions; rows = (H - kh) // stride + 1, likewise
        columns
        Returns dx, dw and db: of x's shape, of w's shape, and (F,).
        """,
        reference=layer_gradients,
        inputs=layer_gradients_inputs,
        misconceptions=(
            Misconception(
                id="stride-forgotten-in-dw",
                name="dw pairs dy with neighboring pixels, as if the stride were 1.",
                hint="Which pixels did weight (0, 0) meet? With stride 2, not pixels 0 and 1.",
                wrong=_layer_with(dw=_dw_with_stride_one),
            ),
            Misconception(
                id="stride-forgotten-in-dx",
                name="In dx the windows of neighboring outputs are one pixel apart.",
                hint="Where did the window of output (1, 1) start?",
                wrong=_layer_with(dx=_dx_with_stride_one),
            ),
            Misconception(
                id="windows-overwritten",
                name="Where windows overlap, dx keeps the last one alone.",
                hint="A pixel adds up what it gets from every window that saw it.",
                wrong=_layer_with(dx=_dx_pasted_over),
            ),
            Misconception(
                id="shares-overwritten",
                name="In dx the share of a kernel entry replaces that of the entries before it.",
                hint="A pixel met several entries of the kernel, and gets a share from each.",
                wrong=_layer_with(dx=_dx_of_last_entries),
            ),
            Misconception(
                id="last-window-only",
                name="Each window overwrites what the windows before it gave to dw.",
                hint="All windows of all images share the kernel. Their shares add up.",
                wrong=_layer_with(dw=_dw_of_the_last_window),
            ),
            Misconception(
                id="kernel-turned",
                name="In dx the kernel is the wrong way round, by 180°.",
                hint="Turn the kernel when a pixel collects. When an output gives, nothing turns.",
                wrong=_layer_with(
                    dx=lambda dy, x, w, stride: layer_gradients(dy, x, w[::-1, ::-1], stride)[0]
                ),
            ),
            Misconception(
                id="unseen-pixels-missing",
                name="dx ends where the last window ends.",
                hint="dx has x's shape. What is the gradient of a pixel that no window saw?",
                wrong=_layer_with(dx=_dx_cut_off),
            ),
            Misconception(
                id="channels-mixed",
                name="In dw all input channels get the same.",
                hint="w[i, j, c, f] met channel c alone.",
                wrong=_layer_with(dw=_dw_of_summed_channels),
            ),
            Misconception(
                id="averaged-over-the-batch",
                name="dw and db are averaged over the images.",
                hint="The mean over the images is in the loss, and so in dy already.",
                wrong=_layer_with(
                    dw=lambda dy, x, w, stride: layer_gradients(dy, x, w, stride)[1] / len(x),
                    db=lambda dy, x, w, stride: dy.sum(axis=(1, 2)).mean(axis=0),
                ),
            ),
            Misconception(
                id="bias-for-each-image",
                name="db still has a row for each image.",
                hint="A filter has one bias. Who uses it? Over all of these is the sum.",
                wrong=_layer_with(db=lambda dy, x, w, stride: dy.sum(axis=(1, 2))),
            ),
        ),
        hints=(
            "db is the easiest: add up dy over everything but the filters.",
            "Loop over i and j. Kernel entry (i, j) met the pixels x[:, i::stride, j::stride], as "
            "many of them as there are outputs.",
            "Call them met, of shape (N, rows, columns, C): dw[i, j] sums met times dy over the "
            "first three axes, and the pixels' share of dx grows by dy @ w[i, j].T.",
        ),
        points=3.0,
    ),
)
