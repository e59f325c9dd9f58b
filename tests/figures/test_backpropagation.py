"""Figures of chapter 4: what is drawn is what was computed, and the alternative text says it."""

import matplotlib.text
import numpy as np

from course_utils import figures


def texts(drawing):
    return [text.get_text() for text in drawing.findobj(matplotlib.text.Text) if text.get_text()]


def test_slopes_along_a_chain_are_multiplied_from_the_loss_back():
    drawing = figures.chain_of_slopes({"w1": 1, "z": 3, "h": 3, "y": 5, "loss": 4}, [2, 1, 2, 4])
    assert "with respect to each: w1 16, z 8, h 8, y 4, loss 1." in drawing.alt
    numbers = [text for text in texts(drawing) if text.isdigit()]
    assert numbers == ["1", "16", "3", "8", "3", "8", "5", "4", "4", "1"]


def test_difference_errors_says_where_each_curve_is_lowest():
    steps = [1e-1, 1e-3, 1e-5]
    errors = {"central": [1e-2, 1e-8, 1e-6], "one-sided": [1e-1, 1e-3, 1e-4]}
    drawing = figures.difference_errors(steps, errors)
    assert "central: 1e-08 at step 1e-03; one-sided: 1e-04 at step 1e-05." in drawing.alt
    curves = [line.get_ydata() for line in drawing.axes[0].lines if len(line.get_ydata()) == 3]
    assert [list(curve) for curve in curves] == list(errors.values())


def test_a_curve_may_end_early():
    drawing = figures.difference_errors([1e-1, 1e-3], {"float32": [1e-2, np.nan]})
    assert "float32: 1e-02 at step 1e-01." in drawing.alt


def test_the_gradient_is_the_probabilities_less_1_at_the_right_class():
    drawing = figures.probabilities_and_gradient([2, 1, 0], label=1)
    left, right = ([bar.get_height() for bar in axes.patches] for axes in drawing.axes)
    np.testing.assert_allclose(left, [0.665241, 0.244728, 0.090031], atol=1e-6)
    np.testing.assert_allclose(np.subtract(left, right), [0, 1, 0], atol=1e-12)
    assert "0.665, -0.755, 0.090" in drawing.alt


def test_the_backward_pass_names_every_gradient():
    drawing = figures.backward_pass([("image", "28×28", ""), ("dense", "10", "dw 784×10")])
    assert "image 28×28; dense 10, dw 784×10." in drawing.alt
    assert texts(drawing).count("28×28") == 2, "the value, and its gradient of the same shape"
    assert "dw 784×10" in texts(drawing)


def test_gradients_by_layer_are_relative_to_the_output():
    drawing = figures.gradients_by_layer({"a": [1, 10, 100], "b": [4, 2, 2]})
    assert "0.01 with a, 2 with b" in drawing.alt
    assert [list(line.get_ydata()) for line in drawing.axes[0].lines] == [[0.01, 0.1, 1], [2, 1, 1]]


def test_saliency_says_how_much_lies_on_the_garment():
    image = np.zeros((1, 4, 4))
    image[0, :2] = 0.5
    gradient = np.ones((1, 4, 4))
    gradient[0, 2:] = 3
    drawing = figures.saliency_maps(image, {"trained": gradient, "flat": gradient**0}, ["Bag"])
    assert "trained: 25% of it lies on pixels of the garment; flat: 50%" in drawing.alt
    np.testing.assert_array_equal(drawing.axes[1].images[0].get_array(), gradient[0])


def test_kernels_share_a_scale_within_their_row():
    kernels = np.arange(-6.0, 12).reshape(3, 3, 2)
    drawing = figures.kernels_and_gradients({"before": kernels, "gradient": kernels / 10})
    limits = [axes.images[0].get_clim() for part in drawing.subfigs for axes in part.axes]
    np.testing.assert_allclose(limits, [(-11, 11)] * 2 + [(-1.1, 1.1)] * 2)
    assert "before: up to 11, gradient: up to 1.1" in drawing.alt
