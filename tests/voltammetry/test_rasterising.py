"""The pictures against those that matplotlib draws in the same frame with the same line."""

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from course_utils.voltammetry import generate_curves, rasterise, rasterising, simulate

FRAME = (-0.85, 0.85, -1.2, 1.2)


def drawn_by_matplotlib(potential, currents, size=96, frame=FRAME, linewidth=2 * 40 / 72):
    """Pictures (n, size, size) of the curves: black on white turned around, so that ink is 1."""
    with mpl.rc_context(mpl.rcParamsDefault):
        figure = Figure(figsize=(size / 72, size / 72), dpi=72, facecolor="white")
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(*frame[:2])
        axes.set_ylim(*frame[2:])
        (line,) = axes.plot([], [], color="black", linewidth=linewidth, snap=False)
        pictures = []
        for current in currents:
            line.set_data(potential, current)
            canvas.draw()
            pictures.append(1 - np.asarray(canvas.buffer_rgba())[..., 0] / 255)
    return np.array(pictures)


def overlap(ours, theirs):
    """Soft intersection over union of each picture: sum of minima over sum of maxima."""
    minima, maxima = np.minimum(ours, theirs), np.maximum(ours, theirs)
    return minima.sum(axis=(-2, -1)) / maxima.sum(axis=(-2, -1))


def assert_alike(potential, currents, least=0.9, **settings):
    currents = np.atleast_2d(currents)
    found = overlap(
        rasterise(potential, currents, **settings),
        drawn_by_matplotlib(potential, currents, **settings),
    )
    assert found.min() >= least, f"overlaps from {found.min():.3f}, mean {found.mean():.3f}"


@pytest.mark.parametrize("noise", [0, 0.003, 0.005, 0.01, 0.015, 0.03, 0.1, 0.5])
def test_generated_curves(noise):
    potential, currents, _ = generate_curves(12, seed=2, noise=noise, drift=0.1, width_spread=0.3)
    assert_alike(potential, currents)


def test_simulated_curves():
    potential, currents = simulate(rate_constant=[1, 1e-3, 1e-5], capacitance=2e-5)
    assert_alike(potential, currents * 1e6, frame=(-0.9, 0.9, -20, 25))


@pytest.mark.parametrize("size", [32, 64, 96, 200])
@pytest.mark.parametrize(("linewidth", "least"), [(0.5, 0.9), (1.0, 0.9), (2.0, 0.9), (5.0, 0.85)])
def test_sizes_and_line_widths(size, linewidth, least):
    potential, currents, _ = generate_curves(1, seed=4)
    assert_alike(potential, currents, least, size=size, linewidth=linewidth)


def test_curves_that_leave_the_frame_are_cut_off():
    potential, currents, _ = generate_curves(3, seed=1)
    assert_alike(potential, 2.5 * currents)
    assert_alike(potential, currents, frame=(0.0, 0.4, 0.2, 0.9))
    assert_alike([-0.5, 0.1, 50, 0.3], [-0.5, 1e4, 1e3, -0.3])
    assert_alike([-1e6, 1e6], [-1e6, 1e6 + 0.1])
    assert rasterise([2.0, 3.0], [0.0, 0.0]).sum() == 0
    assert rasterise([0.0, 0.5], [7.0, 7.0]).sum() == 0


def test_a_frame_may_run_from_right_to_left():
    potential, currents, _ = generate_curves(1, seed=1)
    assert_alike(potential, currents, frame=(0.85, -0.85, -1.2, 1.2))
    ours = rasterise(potential, currents)
    np.testing.assert_allclose(
        rasterise(potential, currents, frame=(0.85, -0.85, -1.2, 1.2)), ours[..., ::-1], atol=0.02
    )


def test_gaps():
    potential, currents, _ = generate_curves(1, seed=1)
    currents[:, 100:120] = np.nan
    currents[:, [300, 302]] = np.inf  # 301 is alone between two gaps
    currents[:, 400] = np.nan
    assert_alike(potential, currents)


def test_straight_and_vertical_segments():
    assert_alike([-0.5, -0.5, 0.2, 0.2], [-1, 1, 1, -0.3])
    for angle in np.linspace(0, np.pi, 13):
        assert_alike(np.cos(angle) * np.array([-0.6, 0.6]), np.sin(angle) * np.array([-0.9, 0.9]))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(st.floats(-0.84, 0.84), st.floats(-1.19, 1.19)),
        min_size=3,
        max_size=12,
    )
)
def test_any_polyline(points):
    x, y = np.array(points, dtype=float).T
    if np.hypot(np.diff(x / 1.7), np.diff(y / 2.4)).sum() > 0.3:  # a dot is all rounding
        assert_alike(x, y)


def test_row_zero_is_the_top_and_column_zero_the_left():
    picture = rasterise([-0.6, -0.5], [1.0, 1.1])
    rows, columns = np.nonzero(picture)
    assert rows.max() < 12
    assert columns.max() < 24


def test_a_line_holds_its_width_and_passing_twice_adds_up():
    # Horizontal, from edge to edge, not on a pixel's edge: each column holds the line's width.
    once = rasterise([-1.0, 1.0], [0.013, 0.013])
    np.testing.assert_allclose(once.sum(axis=0), 2 * 40 / 72, rtol=1e-5)
    twice = rasterise([-1.0, 1.0, 1.0001, -1.0], [0.013, 0.013, 0.013, 0.013])
    np.testing.assert_allclose(twice, np.minimum(2 * once, 1), atol=1e-3)


def test_ends_are_longer_by_half_the_width_also_beside_a_gap():
    x = np.array([-0.6, -0.3, np.nan, 0.2, 0.5])
    picture = rasterise(x, np.full(5, 0.013), linewidth=3.0)
    for half in (picture[:, :48], picture[:, 48:]):
        assert half.sum() == pytest.approx(3 * (0.3 / 1.7 * 96 + 3), rel=1e-4)


def test_a_line_along_each_edge_is_in_the_picture():
    for edge in range(4):
        across = [-0.85, 0.85] if edge < 2 else [(-0.845, 0.845)[edge - 2]] * 2
        up = [(-1.19, 1.19)[edge]] * 2 if edge < 2 else [-1.2, 1.2]
        assert_alike(across, up, least=0.98)


def test_sharp_corners_of_thick_lines():
    assert_alike([-0.7, 0.0, 0.1, 0.6, 0.3], [-1.0, 1.0, -0.9, 0.8, -0.5], 0.95, linewidth=6.0)


def test_each_curve_is_what_it_is_alone():
    potential, currents, _ = generate_curves(70, points_per_sweep=100)
    currents[3, 5] = np.nan
    together = rasterise(potential, currents)
    assert together.shape == (140, 96, 96)
    assert together.dtype == np.float32
    assert together.min() == 0
    assert together.max() == 1
    assert len(currents) * len(potential) > rasterising.BATCH  # so there is more than one batch
    for index in (0, 3, 80, 81, 139):
        alone = rasterise(potential, currents[index])
        assert alone.shape == (96, 96)
        np.testing.assert_allclose(together[index], alone, atol=1e-6)
    potentials = np.broadcast_to(potential, currents.shape)
    np.testing.assert_array_equal(rasterise(potentials, currents), together)


@pytest.mark.parametrize(
    ("potential", "current"),
    [
        ([0.1], [0.1]),
        ([0.1, 0.1], [0.2, 0.2]),
        ([0.1, np.nan, 0.3], [0.1, 0.1, 0.1]),
        ([], []),
        ([np.nan] * 4, [0.0] * 4),
    ],
)
def test_points_that_make_no_line_draw_nothing(potential, current):
    picture = rasterise(np.array(potential, float), np.array(current, float))
    assert picture.shape == (96, 96)
    assert not picture.any()


def test_no_curves_give_no_pictures():
    assert rasterise(np.zeros(5), np.zeros((0, 5)), size=20).shape == (0, 20, 20)


def test_memory_does_not_grow_with_the_number_of_curves():
    import tracemalloc

    potential, currents, _ = generate_curves(300)

    def beyond_the_result(n):
        tracemalloc.start()
        pictures = rasterise(potential, currents[:n], size=32)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak - pictures.nbytes

    assert beyond_the_result(600) < 1.3 * beyond_the_result(60)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (dict(potential=np.zeros(4)), r"got current \(2, 5\) and potential \(4,\)"),
        (dict(current=np.zeros((1, 1, 5))), "n_curves, n_points"),
        (dict(current=0.0), "n_curves, n_points"),
        (dict(current=["a"] * 5), "current must hold real numbers"),
        (dict(size=0), "size must be an integer of at least 1, got 0"),
        (dict(size=9.5), "got 9.5"),
        (dict(linewidth=0), "linewidth must be a number above 0 and at most "),
        (dict(frame=(0, 1, 2)), "four numbers"),
        (dict(frame=3), "four numbers"),
        (dict(frame=(0, 1, 2, np.nan)), "four numbers"),
        (dict(frame=(1, 1, 0, 1)), "a width and a height"),
    ],
)
def test_errors(change, message):
    arguments = dict(potential=np.zeros(5), current=np.zeros((2, 5))) | change
    with pytest.raises(ValueError, match=message):
        rasterise(arguments.pop("potential"), arguments.pop("current"), **arguments)
