"""Block diagrams show the boxes, the arrows and the words of a wiring."""

from dataclasses import replace

import keras
import matplotlib.text
import pytest
from matplotlib.patches import FancyBboxPatch

from course_utils import figures, models
from course_utils.figures.block_diagram import _columns, _rows
from course_utils.models.architectures.densenet import dense_block
from course_utils.models.architectures.efficientnet import mbconv
from course_utils.models.architectures.googlenet import inception_block
from course_utils.models.architectures.resnet import bottleneck


def block(build, shape=(8, 8, 16), **settings):
    image = keras.Input(shape)
    return models.wiring(keras.Model(image, build(image, **settings)))


def texts(drawing):
    return [text.get_text() for text in drawing.findobj(matplotlib.text.Text) if text.get_text()]


def test_every_layer_is_a_box_with_its_shape():
    boxes = block(bottleneck, filters=4)
    drawing = figures.block_diagram(boxes)
    assert len(drawing.findobj(FancyBboxPatch)) == len(boxes)
    written = texts(drawing)
    assert [text for text in written if text == "Conv2D"] == ["Conv2D"] * 3
    assert {"1×1, 4 filters", "3×3, 4 filters", "1×1, 16 filters"} <= set(written)
    assert written.count("8×8×4") == 6
    named = figures.block_diagram([replace(box, name="its own") for box in boxes], names=True)
    assert texts(named).count("its own") == len(boxes)


def test_an_identity_is_a_line_around_the_boxes_and_a_projection_a_column():
    identity = block(bottleneck, filters=4)
    assert set(_columns(identity)) == {0}
    curves = figures.block_diagram(identity).axes[0].lines
    assert [len(line.get_xdata()) for line in curves].count(3) == 1
    projected = block(bottleneck, filters=4, stride=2)
    kinds = {box.kind for box, column in zip(projected, _columns(projected)) if column == 1}
    assert kinds == {"Conv2D", "BatchNormalization"}


def test_a_skip_within_a_skip_has_a_line_of_its_own():
    boxes = block(mbconv, filters=16)  # squeeze-and-excitation in a residual block
    lines = figures.block_diagram(boxes).axes[0].lines
    skips = [line.get_xdata() for line in lines if len(line.get_xdata()) == 3]
    assert len({float(max(x)) for x in skips}) == len(skips) == 2


def test_a_skip_begins_apart_from_where_the_one_before_ends():
    boxes = block(dense_block, depth=2)
    lines = figures.block_diagram(boxes).axes[0].lines
    first, second = (line.get_ydata() for line in lines if len(line.get_xdata()) == 3)
    assert first[-1] < second[0]


def test_branches_do_not_lie_on_each_other():
    boxes = block(inception_block, ones=1, threes=(2, 3), fives=(4, 5), pooled=6)
    places = list(zip(_rows(boxes), _columns(boxes)))
    assert len(set(places)) == len(boxes)
    assert max(_columns(boxes)) == 3
    for box, (row, _) in zip(boxes, places):
        assert all(places[j][0] < row for j in box.inputs)


def test_the_words_say_what_goes_where():
    alt = figures.block_diagram(block(bottleneck, filters=4)).alt
    assert "1 Input: 8×8×16; 2 Conv2D 1×1, 4 filters: 8×8×4" in alt
    assert "10 Add from 1 and 9: 8×8×16; 11 ReLU: 8×8×16." in alt


def test_what_cannot_be_drawn():
    with pytest.raises(ValueError, match="takes 1 to 60 boxes, got 65"):
        figures.block_diagram(models.wiring(models.cifar_resnet(20, shortcut="A"))[:65])
    with pytest.raises(ValueError, match="got 0"):
        figures.block_diagram([])
