"""The voltammetry lab's networks: document 1's as its listing has it, the others alike in size."""

import numpy as np
import pytest

from course_utils import models
from course_utils.models.voltammograms import template_accuracy


def test_document_1_is_its_listing():
    network = models.document_1_voltammograms()
    dense = (12 * 12 * 64 + 1) * 64
    assert network.count_params() == 160 + 4_640 + 18_496 + dense + 130
    assert [layer.rate for layer in network.layers if hasattr(layer, "rate")] == [0.3]


@pytest.mark.parametrize(
    ("build", "shape", "parameters"),
    [
        (models.curve_mlp, (600,), 601 * 48 + 49 * 32 + 66),
        # 600 points, pooled three times by 4: 150, 37, 9.
        (models.curve_cnn, (600, 1), 160 + 4_640 + 9_248 + (9 * 32 + 1) * 32 + 66),
        # 96 pixels, pooled four times by 2: 48, 24, 12, 6.
        (
            models.picture_cnn,
            (96, 96, 1),
            80 + 1_168 + 4_640 + 9_248 + (6 * 6 * 32 + 1) * 32 + 66,
        ),
    ],
)
def test_networks_to_compare(build, shape, parameters):
    network = build()
    assert network.count_params() == parameters
    assert 20_000 < parameters < 60_000
    probabilities = network(np.ones((3, *shape), np.float32)).numpy()
    assert probabilities.shape == (3, 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


def test_other_sizes():
    assert models.curve_mlp(100).input_shape == (None, 100)
    assert models.curve_cnn(128).input_shape == (None, 128, 1)
    assert models.picture_cnn(48, channels=2).input_shape == (None, 48, 48, 2)


def test_the_nearest_template_by_hand():
    # The means are (1, 0) and (5, 5); (3, 2) is nearer to the first: 8 against 13.
    train = np.array([[0.0, 0.0], [2.0, 0.0], [5.0, 5.0]])
    test = np.array([[1.0, 1.0], [4.0, 4.0], [3.0, 2.0], [6.0, 5.0]])
    labels = np.array([0, 1, 1, 1])
    assert template_accuracy(train, np.array([0, 0, 1]), test, labels) == 0.75
