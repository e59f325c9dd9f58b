"""Figures of normalization: what is drawn is what was computed, and the text says it."""

import matplotlib.text
import numpy as np
import pytest

from course_utils import figures, reference

X, DY = [3.0, 9, 11, 17], [1.0, 0, 0, 0]


def texts(drawing):
    return [text.get_text() for text in drawing.findobj(matplotlib.text.Text) if text.get_text()]


def numbers(drawing):
    found = (text.replace("\N{MINUS SIGN}", "-") for text in texts(drawing))
    return [float(text) for text in found if text.replace(".", "").lstrip("-").isdigit()]


def test_the_flow_ends_with_batch_norms_output():
    drawing = figures.batch_norm_flow(X, 2, 3)
    assert "Minus their mean 10: −7, −1, 1, 7." in drawing.alt
    y, _, _ = reference.batch_norm(np.array(X)[:, None], [2], [3], epsilon=1e-9)
    np.testing.assert_allclose(numbers(drawing)[-4:], y.ravel(), atol=1e-6)
    assert "mean 3\ndev. 2" in texts(drawing)


def test_the_paths_add_up_to_the_gradient():
    drawing = figures.batch_norm_paths(X, DY, 2)
    columns = np.array(numbers(drawing)).reshape(5, 4)
    dx, _, _ = reference.batch_norm_backward(
        np.array(DY)[:, None], np.array(X)[:, None], [2], epsilon=1e-9
    )
    np.testing.assert_allclose(columns[0], DY)
    np.testing.assert_allclose(columns[1:4].sum(axis=0), columns[4], atol=1e-12)
    np.testing.assert_allclose(columns[4], dx.ravel(), atol=1e-6)
    assert "dx 0.104, −0.128, −0.072, 0.096" in drawing.alt


def test_histograms_say_mean_and_deviation():
    rng = np.random.default_rng(0)
    before = rng.normal([0, 3], [1, 0.5], size=(50, 4, 4, 2))
    after = reference.batch_norm(before, np.ones(2), np.zeros(2))[0]
    drawing = figures.channel_histograms(before, after, names=["edges", "blobs"])
    assert f"blobs: mean {before[..., 1].mean():.2f} and deviation" in drawing.alt
    assert "0.00 and 1.00 after" in drawing.alt
    assert [len(axes.patches) for axes in drawing.axes] == [2, 2]


def test_the_colored_blocks_are_those_that_share_a_mean():
    drawing = figures.normalization_axes(examples=3, channels=4, groups=2)
    colored = []
    for axes in drawing.axes:
        blocks = [patch.get_facecolor()[:3] != (1, 1, 1) for patch in axes.patches][::4]
        colored.append(np.array(blocks).reshape(3, 4))
    batch, layer, instance, group = colored
    for blocks, shared in (
        (batch, np.s_[:, 0]),
        (layer, np.s_[0, :]),
        (instance, np.s_[0, 0]),
        (group, np.s_[0, :2]),
    ):
        expected = np.zeros((3, 4), bool)
        expected[shared] = True
        np.testing.assert_array_equal(blocks, expected)


@pytest.mark.parametrize(("momentum", "steps"), [(0.9, 22), (0.99, 230)])
def test_moving_means_mark_nine_tenths(momentum, steps):
    curve = 10 * (1 - momentum ** np.arange(300))
    drawing = figures.moving_means({f"momentum {momentum}": curve}, 10)
    assert f"after {steps} steps with momentum {momentum}" in drawing.alt
    assert f"90% after {steps}" in texts(drawing)


def test_runs_are_drawn_as_mean_and_range():
    runs = np.array([[3.0, 1], [5, 2]])
    drawing = figures.runs_with_spread(
        {"rate 1": {"plain": runs, "other": 2 * runs}, "rate 2": {"plain": runs * np.nan}},
        xlabel="epoch",
        ylabel="loss",
        spacing=5,
    )
    assert "rate 1: plain 1.50 (1.00 to 2.00), other 3.00 (2.00 to 4.00)" in drawing.alt
    assert "rate 2: plain not finite" in drawing.alt
    axes = drawing.axes[0]
    assert axes.lines[0].get_xdata().tolist() == [5, 10]
    assert axes.lines[0].get_ydata().tolist() == [4, 1.5]
    band = axes.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (1, 5)
