"""Reports show any input and any result, as text and as HTML."""

from html.parser import HTMLParser

import numpy as np
import pytest

from course_utils.exercises import Counterexample, Report, evaluate


def report_with(expected, got=None, where=None, **inputs):
    example = Counterexample(
        inputs=inputs, expected=expected, got=got, returned=got is not None, where=where
    )
    return Report("x", "Title", "failed", 0, 1, "Message.", counterexample=example)


class Balance(HTMLParser):
    """Complains about tags that are not closed in order."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attributes):
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize(
    "value",
    [
        np.arange(3.0),
        np.zeros(0),
        np.zeros((0, 3)),
        np.zeros((2, 3, 0)),
        np.zeros((0, 3, 4, 5)),
        np.zeros((2, 3, 4, 5)),
        np.zeros((1, 2, 3, 4, 5)),
        np.zeros((300, 400)),
        np.array([[True, False]]),
        np.array([["<b>", "&"]]),
        np.array([[np.nan, np.inf, -0.0, 1e300, 1 / 3]]),
        np.array([1 + 2j]),
        (np.zeros((2, 2)), [1, (2, "<b>")]),
        [0] * 10**6,
        "<b>" * 300,
        None,
        True,
    ],
    ids=lambda value: f"{type(value).__name__} {getattr(value, 'shape', '')}",
)
def test_every_value_can_be_shown(value):
    where = np.ones(value.shape, bool) if isinstance(value, np.ndarray) else None
    report = report_with(value, value, where, x=value, w=value)
    lines = str(report).split("\n")
    assert max(map(len, lines)) <= 110
    assert len(lines) < 120
    html = report._repr_html_()
    assert "<b>" not in html.replace("<b>≠", "")
    assert len(html) < 50_000
    parser = Balance()
    parser.feed(html)
    assert parser.open == []


def test_every_channel_of_a_small_input_is_shown():
    image = np.arange(12).reshape(2, 2, 3)
    text = str(report_with(0, x=image))
    assert "x[:, :, 0], shape (2, 2, 3), int64:\n    0  3\n    6  9\n" in text
    assert "x[:, :, 2], shape (2, 2, 3), int64:\n     2   5\n     8  11\n" in text


def test_planes_of_kernels_are_rows_and_columns_as_those_of_images_are():
    values = np.arange(2 * 3 * 4 * 5).reshape(2, 3, 4, 5)
    text = str(report_with(0, w=values, x=values))
    kernel, image = text.split("w[:, :, 0, 0], shape")[1], text.split("x[0, :, :, 0], shape")[1]
    assert kernel.split("\n")[1].split() == ["0", "20", "40"]
    assert image.split("\n")[1].split() == ["0", "5", "10", "15"]


def test_the_plane_with_the_first_wrong_entry_is_shown():
    expected = np.zeros((2, 3, 4, 2))
    got = expected.copy()
    got[1, 2, 3, 1] = 7
    text = str(report_with(expected, got, got != expected))
    assert "got[1, :, :, 1], shape (2, 3, 4, 2)" in text
    assert text.count("*") == 2
    assert "7*" in text


def test_the_gradient_of_a_kernel_is_shown_by_rows_and_columns():
    w = np.zeros((2, 3, 4, 5))
    got = w.copy()
    got[1, 2, 3, 4] = 7
    text = str(report_with(w, got, got != w, x=np.zeros((1, 6, 6, 4)), w=w))
    assert "got[:, :, 3, 4], shape (2, 3, 4, 5)" in text
    assert text.split("got[:")[1].split("\n")[2].split() == ["0", "0", "7*"]


def test_a_result_of_an_images_shape_is_an_image():
    x = np.zeros((2, 3, 4, 5))
    got = x.copy()
    got[1, 2, 3, 4] = 7
    text = str(report_with(x, got, got != x, x=x, w=x))
    assert "got[1, :, :, 4], shape (2, 3, 4, 5)" in text


def test_a_result_of_another_shape_is_shown_by_its_first_plane():
    text = str(report_with(np.zeros((2, 3, 4, 5)), np.ones((3, 4, 5)), w=np.zeros((2, 3, 4, 5))))
    assert "expected[:, :, 0, 0], shape (2, 3, 4, 5)" in text
    assert "got[:, :, 0], shape (3, 4, 5)" in text


def test_of_a_tuple_the_wrong_item_is_shown():
    example = evaluate("collapse_dense", lambda w1, b1, w2, b2: (w1 @ w2, b2)).counterexample
    assert example.got.shape == example.expected.shape == example.inputs["b2"].shape
    np.testing.assert_array_equal(example.got, example.inputs["b2"])
    assert example.where.shape == example.got.shape
