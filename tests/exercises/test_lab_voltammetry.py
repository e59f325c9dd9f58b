"""The voltammetry lab's exercises: right answers in several styles, numbers by hand."""

import numpy as np
import pytest

from course_utils.exercises import catalog, evaluate, get, lab_voltammetry
from course_utils.exercises.model_answers import keras
from course_utils.voltammetry import rasterise, simulate
from tests.exercises.right_answers import assert_complete, assert_passes, each_of


def separation_in_loops(potential, current):
    turn = list(potential).index(max(potential))
    anodic = max(range(turn + 1), key=lambda k: current[k])
    cathodic = min(range(turn, len(current)), key=lambda k: current[k])
    return (potential[anodic] - potential[cathodic]) * 1e3


def separation_by_slices(potential, current):
    turn = int(potential.argmax())
    up, down = slice(turn + 1), slice(turn, None)
    return 1000 * (
        potential[up][current[up].argmax()] - potential[down][current[down].argmin()]
    ).astype(np.float32)


def separation_by_differences(potential, current):
    rising = np.concatenate([[True], np.diff(potential) > 0])
    falling = np.concatenate([np.diff(potential) < 0, [True]])
    anodic = np.where(rising, current, -np.inf).argmax()
    cathodic = np.where(falling, current, np.inf).argmin()
    return np.float64(1000 * potential[anodic] - 1000 * potential[cathodic])


def separation_by_sorting(potential, current):
    turn = np.flatnonzero(potential == potential.max())[0]
    anodic = np.argsort(-current[: turn + 1], kind="stable")[0]
    cathodic = np.argsort(current[turn:], kind="stable")[0] + turn
    return np.diff(potential[[cathodic, anodic]])[0] * 1000


def sweeps_in_loops(potential, current, grid):
    turn = int(np.argmax(potential))
    result = np.zeros((len(grid), 2))
    for row, at in enumerate(grid):
        for k in range(len(potential) - 1):
            low, high = sorted(potential[[k, k + 1]])
            if low <= at <= high:
                part = (at - potential[k]) / (potential[k + 1] - potential[k])
                result[row, int(k >= turn)] = current[k] + part * (current[k + 1] - current[k])
    return result


def sweeps_by_negated_potentials(potential, current, grid):
    turn = potential.argmax()
    result = np.empty((grid.size, 2), np.float32)
    result[:, 0] = np.interp(grid, potential[: turn + 1], current[: turn + 1])
    result[:, 1] = np.interp(-grid, -potential[turn:], current[turn:])
    return result


def sweeps_by_searching(potential, current, grid):
    turn = np.argmax(potential)

    def along(x, y):
        k = np.clip(np.searchsorted(x, grid), 1, len(x) - 1)
        part = (grid - x[k - 1]) / (x[k] - x[k - 1])
        return (1 - part) * y[k - 1] + part * y[k]

    down = slice(None, turn - 1 if turn else None, -1)
    return np.column_stack(
        [along(potential[: turn + 1], current[: turn + 1]), along(potential[down], current[down])]
    )


def sweeps_by_sorting(potential, current, grid):
    turn = np.argmax(potential)
    parts = []
    for x, y in ((potential[: turn + 1], current[: turn + 1]), (potential[turn:], current[turn:])):
        order = np.argsort(x)
        parts.append(np.interp(grid, x[order], y[order]))
    return np.array(parts).T


def pixels_in_loops(potential, current, frame, size):
    left, right, bottom, top = frame
    rows, columns = [], []
    for e, i in zip(potential, current, strict=True):
        columns.append(min(int((e - left) / (right - left) * size), size - 1))
        rows.append(min(int((top - i) / (top - bottom) * size), size - 1))
    return np.array(rows), np.array(columns)


def pixels_by_floor_division(potential, current, frame, size):
    left, right, bottom, top = frame
    columns = (potential - left) // ((right - left) / size)
    rows = (top - current) // ((top - bottom) / size)
    return np.minimum(rows, size - 1), np.minimum(columns, size - 1)


def pixels_by_searching(potential, current, frame, size):
    left, right, bottom, top = frame
    columns = np.searchsorted(np.linspace(left, right, size + 1)[1:-1], potential, side="right")
    rows = np.searchsorted(np.linspace(-top, -bottom, size + 1)[1:-1], -current, side="right")
    return rows.astype(np.int32), columns.astype(np.int32)


def pixels_stacked(potential, current, frame, size):
    corner = np.array([frame[3], frame[0]])
    extent = np.array([frame[2] - frame[3], frame[1] - frame[0]])
    places = np.stack([current, potential], axis=-1)
    return ((places - corner) / extent * size).astype(np.int64).clip(0, size - 1).T


def baseline_by_least_squares(potential, current, start, stop):
    design = np.stack([potential, np.ones_like(potential)], axis=1)
    flat = np.logical_and(potential >= start, potential <= stop)
    line, *_ = np.linalg.lstsq(design[flat], current[flat], rcond=None)
    return current - design @ line


def baseline_by_moments(potential, current, start, stop):
    flat = (start <= potential) & (potential <= stop)
    x, y = potential[flat], current[flat]
    slope = ((x - x.mean()) * (y - y.mean())).sum() / ((x - x.mean()) ** 2).sum()
    return current - (y.mean() + slope * (potential - x.mean()))


def baseline_in_loops(potential, current, start, stop):
    points = [(e, i) for e, i in zip(potential, current, strict=True) if start <= e <= stop]
    n, sx, sy = len(points), sum(e for e, _ in points), sum(i for _, i in points)
    sxx, sxy = sum(e * e for e, _ in points), sum(e * i for e, i in points)
    slope = (n * sxy - sx * sy) / (n * sxx - sx * sx)
    level = (sy - slope * sx) / n
    return np.array([i - level - slope * e for e, i in zip(potential, current, strict=True)])


def baseline_as_a_polynomial(potential, current, start, stop):
    flat = np.flatnonzero((potential >= start) & (potential <= stop))
    line = np.polynomial.Polynomial.fit(potential[flat], current[flat], 1)
    return (current - line(potential)).astype(np.float32)


def template_in_loops(train, labels, curves):
    answers = []
    for curve in curves:
        best, nearest = None, np.inf
        for k in sorted(set(labels.tolist())):
            rows = [row for row, label in zip(train, labels, strict=True) if label == k]
            mean = sum(rows) / len(rows)
            distance = sum((a - b) ** 2 for a, b in zip(curve, mean, strict=True)) ** 0.5
            if distance < nearest:
                best, nearest = k, distance
        answers.append(best)
    return np.array(answers)


def template_by_norms(train, labels, curves):
    means = np.array([train[labels == k].mean(0) for k in np.unique(labels)], np.float32)
    away = np.linalg.norm(curves.astype(np.float32)[:, None, :] - means[None], axis=-1)
    return np.argmin(away, axis=-1).astype(np.int32)


def template_by_products(train, labels, curves):
    which = np.eye(labels.max() + 1)[labels]
    means = which.T @ train / which.sum(axis=0)[:, None]
    # |c - t|^2 = |c|^2 - 2 c t + |t|^2, and |c|^2 is the same for all templates.
    return (np.einsum("kp,kp->k", means, means) - 2 * curves @ means.T).argmin(axis=1)


def template_by_sorting(train, labels, curves):
    classes = range(max(labels) + 1)
    means = {k: np.average(train[labels == k], axis=0) for k in classes}
    return np.array([sorted(classes, key=lambda k: np.sum((c - means[k]) ** 2))[0] for c in curves])


def network_functional():
    x = inputs = keras.Input((600, 1))
    for filters in (16, 32):
        x = keras.layers.Conv1D(filters, 11, padding="same", use_bias=False)(x)
        x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.9)(x))
        x = keras.layers.MaxPooling1D(4)(x)
    x = keras.layers.Dense(16, activation="relu")(keras.layers.Flatten()(x))
    model = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def network_with_strides_and_logits():
    model = keras.Sequential([keras.Input((600, 1))])
    for filters, kernel in ((16, 9), (24, 9), (32, 5)):
        model.add(keras.layers.Conv1D(filters, kernel, strides=3, activation="relu"))
    model.add(keras.layers.Flatten())
    model.add(keras.layers.Dense(16, "relu"))
    model.add(keras.layers.Dense(2))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.003), loss, metrics=["accuracy"])
    return model


def network_with_average_pooling():
    layers = [keras.Input((600, 1))]
    for filters in (16, 32, 48):
        layers.append(keras.layers.Conv1D(filters, 7, padding="same"))
        layers += [keras.layers.Activation("relu"), keras.layers.AveragePooling1D(3)]
    layers += [keras.layers.Flatten(), keras.layers.Dense(2), keras.layers.Softmax()]
    model = keras.Sequential(layers)
    model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy")
    return model


def network_reduced_first():
    model = keras.Sequential(
        [
            keras.layers.Input((600, 1)),
            keras.layers.AveragePooling1D(4),
            keras.layers.Conv1D(24, 7, activation="relu"),
            keras.layers.MaxPool1D(2),
            keras.layers.Conv1D(24, 7, activation="relu"),
            keras.layers.MaxPool1D(2),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.1),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Nadam(0.002), keras.losses.SparseCategoricalCrossentropy())
    return model


RIGHT_ANSWERS = {
    "peak_separation": [
        separation_in_loops,
        separation_by_slices,
        separation_by_differences,
        separation_by_sorting,
    ],
    "sweeps_on_a_grid": [
        sweeps_in_loops,
        sweeps_by_negated_potentials,
        sweeps_by_searching,
        sweeps_by_sorting,
    ],
    "curve_to_pixels": [
        pixels_in_loops,
        pixels_by_floor_division,
        pixels_by_searching,
        pixels_stacked,
    ],
    "curve_network": [
        network_functional,
        network_with_strides_and_logits,
        network_with_average_pooling,
        network_reduced_first,
    ],
    "subtract_baseline": [
        baseline_by_least_squares,
        baseline_by_moments,
        baseline_in_loops,
        baseline_as_a_polynomial,
    ],
    "nearest_template": [
        template_in_loops,
        template_by_norms,
        template_by_products,
        template_by_sorting,
    ],
}


@each_of(RIGHT_ANSWERS)
def test_right_answers_pass(id, answer):
    assert_passes(id, answer)


def test_every_coding_exercise_has_four_right_answers():
    assert_complete(RIGHT_ANSWERS, lab_voltammetry.EXERCISES)


def test_all_are_in_the_catalog():
    assert {exercise.id for exercise in lab_voltammetry.EXERCISES} <= {e.id for e in catalog()}


NETWORK = get("curve_network")


@pytest.mark.parametrize("misconception", NETWORK.misconceptions, ids=lambda m: m.id)
def test_mistakes_in_a_network_are_named(misconception):
    report = evaluate(NETWORK.id, misconception.wrong)
    assert (report.passed, report.misconception) == (False, misconception.id), report


def test_the_model_solution_learns_the_shapes():
    report = evaluate(NETWORK.id, NETWORK.reference, seed=3)
    assert report.passed, report


def test_a_simulated_reversible_couple_has_its_peak_separation():
    potential, current = simulate(rate_constant=1e3, start=-0.4, turn=0.4, points_per_sweep=801)
    # 57 mV (2.2 RT/F) without a turn, a little more with one 0.4 V behind the formal potential.
    separation = get("peak_separation").reference(potential, current[0])
    assert separation == pytest.approx(57.5, abs=1.5)


def test_the_rasterised_line_passes_through_the_pixels_of_the_points():
    potential, current = simulate()
    current = current[0] / np.abs(current).max()
    frame = (-0.85, 0.85, -1.2, 1.2)
    rows, columns = get("curve_to_pixels").reference(potential, current, frame, 96)
    assert (rasterise(potential, current, frame=frame)[rows, columns] > 0.05).all()


def test_a_line_is_a_baseline():
    potential = np.linspace(-1, 1, 21)
    left = get("subtract_baseline").reference(potential, 3 * potential - 2, -1.0, 0.0)
    np.testing.assert_allclose(left, 0, atol=1e-12)
