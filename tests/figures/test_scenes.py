"""The figure of scenes shows every garment where it is, and says so in words."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from course_utils.datasets import FASHION_MNIST_CLASSES, compose_scenes
from course_utils.figures import scenes_with_truth

SCENES = compose_scenes(4, size="small", count=(2, 4), occlusion=0.6, seed=2)


def test_every_garment_has_its_boxes_and_its_class():
    drawing = scenes_with_truth(SCENES, FASHION_MNIST_CLASSES)
    marked = [axes for axes in drawing.axes if axes.texts]
    assert len(marked) == len(SCENES)
    for scene, axes in zip(SCENES, marked):
        drawn = {"-": [], "--": []}
        for patch in axes.patches:
            assert isinstance(patch, Rectangle)
            (x, y), width, height = patch.get_xy(), patch.get_width(), patch.get_height()
            drawn[patch.get_linestyle()].append([x, y, x + width, y + height])
        # Pixel 0 is drawn around 0.
        np.testing.assert_allclose(drawn["-"], scene.boxes - 0.5)
        hidden = scene.hidden > 0
        np.testing.assert_allclose(np.reshape(drawn["--"], (-1, 4)), scene.full_boxes[hidden] - 0.5)
        names = [FASHION_MNIST_CLASSES[label] for label in scene.labels]
        assert [text.get_text() for text in axes.texts] == names
        picture = axes.images[0].get_array()
        for i, mask in enumerate(scene.masks):
            color = to_rgb(axes.texts[i].get_bbox_patch().get_facecolor())
            tinted = 0.55 * scene.image[mask] / 255 + 0.45 * np.array(color)
            np.testing.assert_allclose(picture[mask], tinted)
        nothing = ~scene.masks.any(axis=0)
        np.testing.assert_array_equal(picture[nothing], np.repeat(scene.image[nothing] / 255, 3, 1))


def test_the_alternative_text_names_what_there_is():
    alt = scenes_with_truth(SCENES, FASHION_MNIST_CLASSES).alt
    for scene in SCENES:
        for label, share in zip(scene.labels, scene.hidden):
            name = FASHION_MNIST_CLASSES[label]
            assert (f"{name} ({share:.0%} hidden)" if share > 0 else name) in alt
    assert any(scene.hidden.any() for scene in SCENES)


def test_panels_are_as_many_as_needed():
    drawing = scenes_with_truth(SCENES, FASHION_MNIST_CLASSES, columns=3)
    assert len(drawing.axes) == 12
    assert len(scenes_with_truth(SCENES[:1], FASHION_MNIST_CLASSES).axes) == 2
    with pytest.raises(ValueError, match="at least one"):
        scenes_with_truth([], FASHION_MNIST_CLASSES)
