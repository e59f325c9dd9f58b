"""Exercises of the lab on cyclic voltammograms: reading a curve, and preparing it for a network."""

import numpy as np

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.model_answers import ModelExercise, ModelMisconception, keras
from course_utils.exercises.model_answers import requirements as need


def _cycle(rng, up, down, noise=0.0):
    """A made-up voltammogram with so many points on the way up and on the way down."""
    potential = np.concatenate([np.linspace(-0.5, 0.5, up), np.linspace(0.5, -0.5, down + 1)[1:]])
    center = rng.uniform(-0.15, 0.15)
    height, width = rng.uniform(0.6, 1.4, 2), rng.uniform(0.08, 0.14, 2)
    peaks = [
        h * np.exp(-0.5 * ((potential - center - side) / w) ** 2)
        for h, w, side in zip(height, width, (0.06, -0.06), strict=True)
    ]
    current = np.where(np.arange(up + down) < up, peaks[0], -peaks[1])
    return potential, current + noise * rng.standard_normal(up + down)


def peak_separation(potential, current):
    turn = np.argmax(potential)
    anodic = np.argmax(current[: turn + 1])
    cathodic = turn + np.argmin(current[turn:])
    return 1000 * (potential[anodic] - potential[cathodic])


def peak_separation_inputs(rng):
    yield {
        "potential": np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.3, 0.2, 0.1, 0.0]),
        "current": np.array([0.0, 1, 5, 3, 2, 0, -2, -4, -1]),
    }
    yield {
        "potential": np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.2, 0.0]),
        "current": np.array([0.0, 1, 2, 6, 3, -4, -1]),
    }
    # The lowest current of all is on the way up, the highest on the way down.
    yield {
        "potential": np.array([-0.2, -0.1, 0.0, 0.1, 0.2, 0.1, 0.0, -0.1, -0.2]),
        "current": np.array([-7.0, 0, 2, 4, 3, 6, -3, -1, 0]),
    }
    for up, down in ((30, 30), (40, 25), (21, 50)):
        potential, current = _cycle(rng, up, down, noise=0.02)
        yield {"potential": potential, "current": 1e-5 * current}


def _separation_of(anodic, cathodic):
    return lambda potential, current: (
        1000 * (potential[anodic(potential, current)] - potential[cathodic(potential, current)])
    )


def _anodic(potential, current):
    return np.argmax(current[: np.argmax(potential) + 1])


def _cathodic(potential, current):
    turn = np.argmax(potential)
    return turn + np.argmin(current[turn:])


def sweeps_on_a_grid(potential, current, grid):
    turn = np.argmax(potential)
    up = np.interp(grid, potential[: turn + 1], current[: turn + 1])
    down = np.interp(grid, potential[turn:][::-1], current[turn:][::-1])
    return np.stack([up, down], axis=1)


def sweeps_on_a_grid_inputs(rng):
    yield {
        "potential": np.array([0.0, 0.2, 0.4, 0.3, 0.2, 0.1, 0.0]),
        "current": np.array([1.0, 5.0, 3.0, 0.0, -4.0, -2.0, -1.0]),
        "grid": np.array([0.1, 0.2, 0.3]),
    }
    for up, down, points in ((6, 6, 4), (30, 20, 8), (25, 40, 16), (50, 50, 12)):
        potential, current = _cycle(rng, up, down)
        yield {
            "potential": potential,
            "current": current,
            "grid": np.linspace(-0.4, 0.4, points),
        }


def _on_a_grid(potential, current, grid, turn, backwards):
    parts = (
        (potential[: turn + 1], current[: turn + 1]),
        backwards(potential[turn:], current[turn:]),
    )
    return np.stack([np.interp(grid, *part) for part in parts], axis=1)


def _nearest_points(potential, current, grid):
    turn = np.argmax(potential)
    sweeps = slice(0, turn + 1), slice(turn, None)
    nearest = [np.abs(potential[s] - grid[:, None]).argmin(axis=1) for s in sweeps]
    return np.stack([current[s][k] for s, k in zip(sweeps, nearest, strict=True)], axis=1)


def curve_to_pixels(potential, current, frame, size):
    left, right, bottom, top = frame
    columns = np.floor((potential - left) / (right - left) * size)
    rows = np.floor((top - current) / (top - bottom) * size)
    columns = np.minimum(columns, size - 1)
    rows = np.minimum(rows, size - 1)
    return rows.astype(np.int64), columns.astype(np.int64)


def curve_to_pixels_inputs(rng):
    # Sixteenths, so that no point lies on a pixel's edge by rounding.
    yield {
        "potential": np.array([0.0, 0.3125, 1.0]),
        "current": np.array([0.0, 1.875, 0.625]),
        "frame": (0.0, 1.0, 0.0, 2.0),
        "size": 4,
    }
    yield {
        "potential": np.array([-0.75, 0.9375, 0.125, -1.0]),
        "current": np.array([-0.4375, 1.5, 1.0625, 0.3125]),
        "frame": (-1.0, 1.0, -0.5, 1.5),
        "size": 8,
    }
    for size, frame in (
        (10, (-1.0, 1.0, -2.0, 2.0)),
        (24, (0.0, 3.0, -1.0, 1.0)),
        (96, (-0.85, 0.85, -1.2, 1.2)),
    ):
        left, right, bottom, top = frame
        pixel = rng.integers(0, size, (2, 12), dtype=np.int64) + rng.uniform(0.05, 0.95, (2, 12))
        yield {
            "potential": left + (right - left) * pixel[0] / size,
            "current": bottom + (top - bottom) * pixel[1] / size,
            "frame": frame,
            "size": size,
        }


def _pixels(potential, current, frame, size, *, cut=np.floor, steps=0, flipped=True):
    left, right, bottom, top = frame
    height = (top - current) if flipped else (current - bottom)
    columns = cut((potential - left) / (right - left) * (size - steps))
    rows = cut(height / (top - bottom) * (size - steps))
    return tuple(np.minimum(z, size - 1).astype(np.int64) for z in (rows, columns))


def subtract_baseline(potential, current, start, stop):
    flat = (potential >= start) & (potential <= stop)
    slope, intercept = np.polyfit(potential[flat], current[flat], 1)
    return current - (slope * potential + intercept)


def subtract_baseline_inputs(rng):
    yield {
        "potential": np.array([0.0, 1.0, 2.0, 3.0, 4.0]),
        "current": np.array([1.0, 3.0, 5.0, 17.0, 10.0]),
        "start": 0.0,
        "stop": 2.0,
    }
    yield {
        "potential": np.array([0.0, 0.1, 0.2, 0.3, 0.4, 0.5]),
        "current": np.array([1.0, 1.3, 1.0, 1.2, 4.0, 2.0]),
        "start": 0.0,
        "stop": 0.3,
    }
    for points, start, stop in ((30, -0.5, -0.2), (41, 0.2, 0.5), (25, -0.45, -0.15)):
        potential = np.linspace(-0.5, 0.5, points)
        peak = np.exp(-0.5 * ((potential - rng.uniform(-0.05, 0.05)) / 0.08) ** 2)
        line = rng.uniform(0.5, 2) * potential + rng.uniform(0.5, 1)
        yield {
            "potential": potential,
            "current": peak + line + 0.03 * rng.standard_normal(points),
            "start": start,
            "stop": stop,
        }


def _minus_line(potential, current, points, *, slope_only=False):
    slope, intercept = np.polyfit(potential[points], current[points], 1)
    return current - slope * potential - intercept * (not slope_only)


def _flat(potential, start, stop):
    return (potential >= start) & (potential <= stop)


def nearest_template(train, labels, curves):
    templates = np.stack([train[labels == k].mean(axis=0) for k in range(labels.max() + 1)])
    distances = ((curves[:, np.newaxis] - templates) ** 2).sum(axis=2)
    return distances.argmin(axis=1)


def nearest_template_inputs(rng):
    yield {
        "train": np.array([[0.0, 0.0], [2.0, 0.0], [4.0, 4.0], [5.0, 7.0]]),
        "labels": np.array([0, 0, 1, 1], np.int64),
        "curves": np.array([[1.0, 1.0], [5.0, 5.0], [3.0, 2.5], [2.0, 3.5]]),
    }
    # Classes of unequal size, not in order; one with a single curve that is far out.
    yield {
        "train": np.array([[3.0, 0, 1], [0, 1, 0], [4, 1, 0], [0, 2, 9], [5, -1, 2], [0, 3, 0]]),
        "labels": np.array([1, 0, 1, 2, 1, 0], np.int64),
        "curves": np.array([[0.0, 2, 0], [4, 0, 1], [0, 0, 5], [2.2, 1, 0.5], [9, -6, 3]]),
    }
    for classes, count, points in ((2, 12, 6), (3, 20, 5), (4, 40, 8)):
        labels = np.concatenate([np.arange(classes), rng.integers(0, classes, count - classes)])
        labels = rng.permutation(labels.astype(np.int64))
        centers = rng.normal(1, 2, (classes, points))
        others = rng.integers(0, classes, 30, dtype=np.int64)
        yield {
            "train": centers[labels] + rng.normal(0, 2.5, (count, points)),
            "labels": labels,
            "curves": centers[others] + rng.normal(0, 2.5, (30, points)),
        }


def _by_template(train, labels, curves, *, score, template=lambda of_class: of_class.mean(axis=0)):
    """A wrong `nearest_template`: the class of the highest score of a curve with a template."""
    templates = [template(train[labels == k]) for k in range(labels.max() + 1)]
    return np.argmax([score(curves, one) for one in templates], axis=0)


def _closeness(curves, template):
    return -((curves - template) ** 2).sum(axis=1)


def _nearest_neighbor(train, labels, curves):
    return labels[((curves[:, np.newaxis] - train) ** 2).sum(axis=2).argmin(axis=1)]


def _shifted_curves(rng):
    """The lab's hardest task: 800 curves to train on and 400 to test, normalized."""
    from course_utils.voltammetry import generate_curves

    task = {
        **{"separation": 0.1, "noise": 0.1, "drift": 0.1, "potential_spread": 0.1},
        **{"height_spread": 0.1, "width_spread": 0.05},
    }
    sets = []
    for of_each_class in (400, 200):
        _, curves, labels = generate_curves(of_each_class, seed=rng, **task)
        sets.append((curves[..., np.newaxis].astype(np.float32), labels))
    (train, _), (test, _) = sets
    center, spread = train.mean(), train.std()
    return tuple(((curves - center) / spread, labels) for curves, labels in sets)


def curve_network():
    model = keras.Sequential(
        [
            keras.Input((600, 1)),
            keras.layers.Conv1D(16, 9, activation="relu"),
            keras.layers.MaxPooling1D(4),
            keras.layers.Conv1D(32, 9, activation="relu"),
            keras.layers.MaxPooling1D(4),
            keras.layers.Conv1D(32, 9, activation="relu"),
            keras.layers.MaxPooling1D(4),
            keras.layers.Flatten(),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def _head(*layers):
    """A compiled model of these layers and a softmax over two classes."""
    model = keras.Sequential([*layers, keras.layers.Dense(2, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
    return model


def _points_as_channels():
    layers = keras.layers
    return _head(
        keras.Input((1, 600)),
        layers.Conv1D(16, 1, activation="relu"),
        layers.Conv1D(32, 1, activation="relu"),
        layers.Flatten(),
    )


def _without_pooling():
    layers = keras.layers
    return _head(
        keras.Input((600, 1)),
        layers.Conv1D(16, 9, activation="relu"),
        layers.Conv1D(32, 9, activation="relu"),
        layers.Flatten(),
        layers.Dense(32, activation="relu"),
    )


def _without_convolution():
    layers = keras.layers
    return _head(
        keras.Input((600, 1)),
        layers.Flatten(),
        layers.Dense(40, activation="relu"),
    )


def _softmax_twice():
    model = curve_network()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss)
    return model


def _one_layer_only():
    layers = keras.layers
    return _head(
        keras.Input((600, 1)),
        layers.Conv1D(16, 9, activation="relu"),
        layers.MaxPooling1D(4),
        layers.Flatten(),
        layers.Dense(10, activation="relu"),
    )


EXERCISES = (
    Exercise(
        chapter=22,
        title="How far apart are the peaks?",
        prompt="""Peak separation of a cyclic voltammogram, E_pa - E_pc, in millivolts.

        potential : (n,), in volts; rises to its highest value, then falls. The two sweeps need
            not have the same number of points.
        current : (n,), oxidation positive
        The anodic peak is the largest current on the way up, the cathodic peak the smallest one
        on the way down; the highest potential belongs to both sweeps.
        Returns a number.
        """,
        reference=peak_separation,
        inputs=peak_separation_inputs,
        misconceptions=(
            Misconception(
                id="in-volts",
                name="The answer is in volts.",
                hint="1 V is 1000 mV.",
                wrong=lambda potential, current: peak_separation(potential, current) / 1000,
            ),
            Misconception(
                id="sign-turned",
                name="The cathodic peak's potential comes first: the sign is turned.",
                hint="E_pa - E_pc: which of the two is subtracted?",
                wrong=lambda potential, current: -peak_separation(potential, current),
            ),
            Misconception(
                id="whole-curve",
                name="Both peaks are looked for in the whole curve.",
                hint="A large current on the way down is no anodic peak. Where is the turn?",
                wrong=_separation_of(lambda e, i: np.argmax(i), lambda e, i: np.argmin(i)),
            ),
            Misconception(
                id="place-counted-from-the-turn",
                name="The place of the cathodic peak is counted from the turn, not from the start.",
                hint="np.argmin of a slice counts from the slice's start. What is there to add?",
                wrong=_separation_of(_anodic, lambda e, i: np.argmin(i[np.argmax(e) :])),
            ),
            Misconception(
                id="cut-in-the-middle",
                name="The curve is cut in the middle, not where the potential turns.",
                hint="The sweep that falls may have fewer points. Where is the highest potential?",
                wrong=_separation_of(
                    lambda e, i: np.argmax(i[: len(i) // 2]),
                    lambda e, i: len(i) // 2 + np.argmin(i[len(i) // 2 :]),
                ),
            ),
            Misconception(
                id="difference-of-currents",
                name="It is the difference of the peaks' currents, not of their potentials.",
                hint="A maximum has a height and a place. np.argmax gives the place.",
                wrong=lambda potential, current: (
                    1000
                    * (
                        current[_anodic(potential, current)]
                        - current[_cathodic(potential, current)]
                    )
                ),
            ),
        ),
        hints=(
            "Three steps: where the potential turns, the peak before it, the peak after it.",
            "np.argmax(potential) is the turn; np.argmax and np.argmin of slices are the peaks.",
            "The place in current[turn:] is turn smaller than the place in current.",
        ),
    ),
    Exercise(
        chapter=22,
        title="The nearer template decides",
        prompt="""The class of the template that each curve is nearest to.

        train : (n, points), training curves; labels : (n,), integers from 0 to K - 1, each of
            them at least once
        curves : (m, points), the curves to classify
        The template of a class is the mean of its training curves. Near means a small Euclidean
        distance: the root of the sum of the squared differences, point by point.
        Returns the classes, (m,) integers.
        """,
        reference=nearest_template,
        inputs=nearest_template_inputs,
        misconceptions=(
            Misconception(
                id="farthest",
                name="The template that is farthest away decides.",
                hint="A small distance means alike: argmin or argmax?",
                wrong=lambda train, labels, curves: _by_template(
                    train, labels, curves, score=lambda c, t: -_closeness(c, t)
                ),
            ),
            Misconception(
                id="largest-product",
                name="The largest product of curve and template decides, not the distance.",
                hint="A template with large currents has large products with every curve.",
                wrong=lambda train, labels, curves: _by_template(
                    train, labels, curves, score=lambda c, t: c @ t
                ),
            ),
            Misconception(
                id="first-curve",
                name="The first training curve of each class is taken for its template.",
                hint="One curve has its own noise. What is the mean over all of the class?",
                wrong=lambda train, labels, curves: _by_template(
                    train, labels, curves, score=_closeness, template=lambda of_class: of_class[0]
                ),
            ),
            Misconception(
                id="nearest-curve",
                name="The nearest of all training curves decides, not the nearest template.",
                hint="That is another method, nearest neighbor. There is one template a class.",
                wrong=_nearest_neighbor,
            ),
            Misconception(
                id="absolute-differences",
                name="The differences are added up without squares.",
                hint="Euclidean: square, add up (the root changes no order).",
                wrong=lambda train, labels, curves: _by_template(
                    train, labels, curves, score=lambda c, t: -np.abs(c - t).sum(axis=1)
                ),
            ),
            Misconception(
                id="signed-differences",
                name="The differences are added up with their signs, and cancel.",
                hint="A difference of +1 here and of -1 there is not zero distance.",
                wrong=lambda train, labels, curves: _by_template(
                    train, labels, curves, score=lambda c, t: -np.abs((c - t).sum(axis=1))
                ),
            ),
        ),
        hints=(
            "Two steps: a mean curve for each class, then the distances to all of them.",
            "train[labels == k].mean(axis=0) is the template of class k.",
            "curves[:, np.newaxis] - templates has shape (m, K, points). Which axes are left?",
        ),
    ),
    Exercise(
        chapter=22,
        title="From volts and currents to rows and columns",
        prompt="""The pixel in which each point of a curve lies.

        potential, current : (n,)
        frame : (left, right, bottom, top), what the picture's edges stand for. All points lie
            within it.
        size : int, the picture has size x size pixels
        Column 0 is at the left, row 0 at the top. Pixel 0 reaches from the edge to 1/size of
        the width or height, and so on. A point exactly between two pixels belongs to the one
        with the larger number, one on the last edge to the last pixel.
        Returns rows and columns, two arrays (n,) of whole numbers.
        """,
        reference=curve_to_pixels,
        inputs=curve_to_pixels_inputs,
        misconceptions=(
            Misconception(
                id="upside-down",
                name="The picture is upside down: row 0 is at the bottom.",
                hint="Currents count upwards, rows downwards. Which current lies in row 0?",
                wrong=lambda potential, current, frame, size: _pixels(
                    potential, current, frame, size, flipped=False
                ),
            ),
            Misconception(
                id="columns-first",
                name="Columns are returned first.",
                hint="An image is indexed as image[row, column].",
                wrong=lambda potential, current, frame, size: curve_to_pixels(
                    potential, current, frame, size
                )[::-1],
            ),
            Misconception(
                id="rounded",
                name="The places are rounded to the nearest whole number.",
                hint="A point at 0.7 of the first pixel is still in pixel 0.",
                wrong=lambda potential, current, frame, size: _pixels(
                    potential, current, frame, size, cut=np.round
                ),
            ),
            Misconception(
                id="one-pixel-too-few",
                name="The frame is divided into size - 1 parts.",
                hint="How wide is a pixel if there are `size` of them?",
                wrong=lambda potential, current, frame, size: _pixels(
                    potential, current, frame, size, steps=1
                ),
            ),
            Misconception(
                id="frame-of-the-curve",
                name="The curve's own smallest and largest values are taken for the frame.",
                hint="Then every curve fills its picture. What do the four numbers of frame say?",
                wrong=lambda potential, current, frame, size: _pixels(
                    potential,
                    current,
                    (potential.min(), potential.max(), current.min(), current.max()),
                    size,
                ),
            ),
        ),
        hints=(
            "First the part of the width or height that lies before the point, from 0 to 1.",
            "Then times size, cut off to a whole number: np.floor.",
            "For the rows measure from the top: (top - current) / (top - bottom).",
        ),
    ),
    Exercise(
        chapter=22,
        title="Forward and reverse, side by side",
        prompt="""The two sweeps of a voltammogram on the same potentials, as two channels.

        potential : (n,), rises to its highest value, then falls. The two sweeps need not have
            the same number of points.
        current : (n,)
        grid : (m,), rising potentials inside the range of both sweeps
        The highest potential belongs to both sweeps. Between two points the current goes
        straight.
        Returns an array (m, 2): column 0 the current of the rising sweep at the grid's
        potentials, column 1 that of the falling sweep.
        """,
        reference=sweeps_on_a_grid,
        inputs=sweeps_on_a_grid_inputs,
        misconceptions=(
            Misconception(
                id="falling-potentials",
                name="np.interp was given the falling sweep as it is, with falling potentials.",
                hint="np.interp expects its second argument to rise, and does not complain.",
                wrong=lambda potential, current, grid: _on_a_grid(
                    potential, current, grid, np.argmax(potential), lambda e, i: (e, i)
                ),
            ),
            Misconception(
                id="only-potentials-turned-around",
                name="The falling sweep's potentials are turned around, its currents are not.",
                hint="Each current belongs to a potential. Turn the two around together.",
                wrong=lambda potential, current, grid: _on_a_grid(
                    potential, current, grid, np.argmax(potential), lambda e, i: (e[::-1], i)
                ),
            ),
            Misconception(
                id="cut-in-the-middle",
                name="The curve is cut in the middle, not where the potential turns.",
                hint="In the first input the rising sweep has three points. Where is the turn?",
                wrong=lambda potential, current, grid: _on_a_grid(
                    potential,
                    current,
                    grid,
                    len(potential) // 2,
                    lambda e, i: (e[::-1], i[::-1]),
                ),
            ),
            Misconception(
                id="channels-swapped",
                name="The falling sweep comes first.",
                hint="Column 0 is the rising sweep.",
                wrong=lambda potential, current, grid: sweeps_on_a_grid(potential, current, grid)[
                    :, ::-1
                ],
            ),
            Misconception(
                id="channels-first",
                name="The sweeps are rows: the shape is (2, m).",
                hint="Channels come last in this course. np.stack has an axis.",
                wrong=lambda potential, current, grid: sweeps_on_a_grid(potential, current, grid).T,
            ),
            Misconception(
                id="nearest-point",
                name="It takes the nearest measured point instead of going straight between two.",
                hint="Halfway between two points the current is the mean of theirs: np.interp.",
                wrong=_nearest_points,
            ),
        ),
        hints=(
            "Two steps: cut the curve where the potential turns, then read each sweep at the "
            "grid's potentials.",
            "The turn is np.argmax(potential) and belongs to both sweeps. np.interp needs rising "
            "x; [::-1] turns an array around.",
            "Which axis do channels lie on? np.stack has one.",
        ),
    ),
    ModelExercise(
        chapter=22,
        title="A network along the curve",
        prompt="""A compiled Keras model: a 1-D CNN that classifies voltammograms.

        Its input is one curve, 600 currents in one channel, normalized. It returns the
        probabilities of the two classes; labels are the integers 0 and 1. Use at least two
        Conv1D layers and at most 30,000 parameters in all. It will be trained for 10 epochs on
        800 curves of the lab's last task, and must then be right on 80% of 400 others.
        """,
        reference=curve_network,
        requirements=(
            need.input_shape(600, 1),
            need.output_shape(2),
            need.uses("Conv1D", at_least=2),
            need.parameters(at_most=30_000),
            need.loss_fits(labels="integers"),
            need.accuracy_after_training(0.8, _shifted_curves, epochs=10, batch_size=32),
        ),
        misconceptions=(
            ModelMisconception(
                id="points-as-channels",
                name="The 600 points are taken for 600 channels of a single point.",
                hint="Channels come last. Along which axis is the kernel to slide?",
                wrong=_points_as_channels,
                seen_in=lambda model: model.input_shapes == ((1, 600),),
            ),
            ModelMisconception(
                id="without-pooling",
                name="Nothing makes the curve shorter, so the dense layer has too many weights.",
                hint="The dense layer has a weight for every value it is given. Pool before it.",
                wrong=_without_pooling,
            ),
            ModelMisconception(
                id="without-convolution",
                name="The curve goes into a Dense layer as it is: that is an MLP.",
                hint="Which layer slides a kernel along one axis?",
                wrong=_without_convolution,
            ),
            ModelMisconception(
                id="one-convolution",
                name="There is one convolution; two were asked for.",
                hint="What does a second convolution see, behind a pooling?",
                wrong=_one_layer_only,
            ),
            ModelMisconception(
                id="softmax-twice",
                name="Softmax is taken twice: by the last layer and by the loss.",
                hint="What does from_logits=True say about what the loss is given?",
                wrong=_softmax_twice,
                seen_in=lambda model: (
                    model.compiled is not None
                    and bool(model.compiled.from_logits)
                    and "softmax" in model.last_activations
                ),
            ),
        ),
        hints=(
            "keras.Input((600, 1)), then Conv1D and MaxPooling1D in turn.",
            "Kernels of about 9 points, padding='same', and pooling by 4: 600, 150, 37, 9 points "
            "are left. Without the padding a few less, which is as good.",
            "Then Flatten, a small Dense layer, and Dense(2, activation='softmax').",
        ),
    ),
    Exercise(
        chapter=22,
        title="The line under the peak",
        prompt="""One sweep without its baseline.

        potential, current : (n,), one sweep
        start, stop : the part of the sweep without a peak, start <= potential <= stop
        The baseline is the straight line that fits the points of that part best (least
        squares), continued under the peak.
        Returns the current minus the baseline, (n,).
        """,
        reference=subtract_baseline,
        inputs=subtract_baseline_inputs,
        misconceptions=(
            Misconception(
                id="fitted-to-all",
                name="The line is fitted to the whole sweep, peak included.",
                hint="The peak pulls the line up. Which points may it look at?",
                wrong=lambda potential, current, start, stop: _minus_line(
                    potential, current, slice(None)
                ),
            ),
            Misconception(
                id="mean-only",
                name="The mean of the flat part is subtracted: a level, not a line.",
                hint="The baseline may rise. np.polyfit with degree 1 gives slope and intercept.",
                wrong=lambda potential, current, start, stop: (
                    current - current[_flat(potential, start, stop)].mean()
                ),
            ),
            Misconception(
                id="slope-only",
                name="Only slope times potential is subtracted; the intercept is left.",
                hint="What is the line's value at 0 V?",
                wrong=lambda potential, current, start, stop: _minus_line(
                    potential, current, _flat(potential, start, stop), slope_only=True
                ),
            ),
            Misconception(
                id="two-points",
                name="The line goes through the first and the last point of the part.",
                hint="Two noisy points make a noisy line. Least squares uses all of them.",
                wrong=lambda potential, current, start, stop: _minus_line(
                    potential, current, np.flatnonzero(_flat(potential, start, stop))[[0, -1]]
                ),
            ),
            Misconception(
                id="baseline-returned",
                name="It returns the baseline, not what is left of the current.",
                hint="The peak is wanted: the current minus the line.",
                wrong=lambda potential, current, start, stop: (
                    current - subtract_baseline(potential, current, start, stop)
                ),
            ),
            Misconception(
                id="part-only",
                name="Only the part without a peak is returned.",
                hint="The line is continued: evaluate it at every potential.",
                wrong=lambda potential, current, start, stop: subtract_baseline(
                    potential, current, start, stop
                )[_flat(potential, start, stop)],
            ),
        ),
        hints=(
            "Three steps: pick the points before the peak, fit a line to them, evaluate it at "
            "every potential.",
            "Two comparisons joined by & pick the points; np.polyfit with degree 1 fits them.",
        ),
    ),
)
