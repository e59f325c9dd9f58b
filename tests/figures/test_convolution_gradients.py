"""Figures of gradients through convolution and pooling: the numbers drawn are the gradients."""

import matplotlib.text
import numpy as np

from course_utils import figures, reference
from course_utils.figures.convolution_gradients import pasted_kernels, wires

IMAGE = np.array([[1, 0, 2, 1], [3, 1, 0, 2], [0, 2, 1, 0], [1, 0, 3, 1]])
DY = np.array([[1, 0, -1], [2, 1, 0], [0, 3, 1]])
KERNEL = np.array([[1, 2], [0, -1]])


def texts(drawing):
    return [text.get_text() for text in drawing.findobj(matplotlib.text.Text) if text.get_text()]


def gradients(dy, image, kernel):
    dx, dw, _ = reference.conv2d_backward(
        np.asarray(dy)[None, :, :, None], image[None, :, :, None], kernel[:, :, None, None]
    )
    return dx[0, :, :, 0], dw[:, :, 0, 0]


def ends(animation):
    """What each frame's alt text says comes out, as numbers."""
    words = [frame.alt.rstrip(".").replace("\N{MINUS SIGN}", "-") for frame in animation.frames]
    return [float(text.replace(", its gradient", "").split()[-1]) for text in words]


def test_the_steps_of_the_kernel_gradient_end_in_it():
    animation = figures.kernel_gradient_steps(IMAGE, DY)
    _, dw = gradients(DY, IMAGE, KERNEL)
    assert ends(animation) == dw.ravel().tolist()
    assert "met the pixels 0 2 1; 1 0 2; 2 1 0" in animation.frames[1].alt
    assert "   0·1 + 2·0 + 1·(−1)" in texts(animation.frames[1])


def test_the_steps_of_the_pixels_end_in_their_gradients():
    animation = figures.pixel_gradient_steps(KERNEL, DY[:2, :2])
    dx, _ = gradients(DY[:2, :2], np.zeros((3, 3)), KERNEL)
    assert ends(animation) == dx.ravel().tolist()
    users = [frame.alt.count("window") for frame in animation.frames]
    assert users == [1, 2, 1, 2, 4, 2, 1, 2, 1]


def test_a_pixel_is_seen_by_the_right_weight():
    # The window that begins a pixel to the left saw the pixel with its right column.
    frame = figures.pixel_gradient_steps(KERNEL, DY[:2, :2]).frames[1]
    assert "window 0, 0 by weight 2, dy 1; window 0, 1 by weight 1, dy 0" in frame.alt


def test_pasted_kernels_add_up_to_the_gradient_of_the_image():
    drawing = pasted_kernels(KERNEL, [[1, 3], [-2, 1]])
    dx, _ = gradients([[1, 3], [-2, 1]], np.zeros((3, 3)), KERNEL)
    assert dx.tolist() == [[1, 5, 6], [-2, -4, -1], [0, 2, -1]]
    assert "is dx: 1 5 6; −2 −4 −1; 0 2 −1." in drawing.alt
    assert texts(drawing)[-9:] == ["1", "5", "6", "−2", "−4", "−1", "0", "2", "−1"]


def test_wires_of_an_output_and_of_a_pixel():
    drawing = wires(pixels=5, kernel=3, output=1, pixel=2)
    assert "y1 = a·x1 + b·x2 + c·x3" in texts(drawing)
    assert "dx2 = c·dy0 + b·dy1 + a·dy2" in texts(drawing)
    assert "dx0 = a·dy0" in texts(wires(pixels=4, kernel=2, output=0, pixel=0))


def test_the_stride_puts_zeros_between():
    drawing = figures.spread_gradient([[1, 3], [-2, 1]], stride=3)
    assert "1 0 0 3; 0 0 0 0; 0 0 0 0; −2 0 0 1" in drawing.alt


def test_pooling_sends_back_what_came():
    feature_map = np.array([[1, 3, 2, 2], [5, 4, 2, 0], [0, 1, 7, 6], [1, 1, 5, 8]])
    drawing = figures.pooling_gradients(feature_map, [[8, 4], [-4, 12]])
    assert "Max pooling sends back 0 0 4 0; 8 0 0 0; 0 −4 0 0; 0 0 0 12;" in drawing.alt
    assert "average pooling sends back 2 2 1 1; 2 2 1 1; −1 −1 3 3; −1 −1 3 3." in drawing.alt
    frames = [patch for patch in drawing.axes[0].patches if not patch.get_fill()]
    places = [(round(p.get_y() - 1.06), round(p.get_x() - 0.56)) for p in frames]
    assert places == [(0, 2), (1, 0), (2, 1), (3, 3)], "the first maximum of each window"
