"""The documents' networks are those of their listings."""

import pytest

from course_utils import models


@pytest.mark.parametrize(
    ("build", "parameters"),
    [
        # Document 4 prints its summary; the other two are added up by hand.
        (models.document_4, 225_034),
        (models.document_1, 896 + 18_496 + 73_856 + (8 * 8 * 128 + 1) * 128 + 1_290),
        (models.document_2, 896 + 18_496 + 36_928 + (4 * 4 * 64 + 1) * 64 + 650),
    ],
)
def test_parameters(build, parameters):
    assert build().count_params() == parameters


def test_dropout_only_where_the_listing_has_it():
    def rates(build):
        return [layer.rate for layer in build().layers if hasattr(layer, "rate")]

    assert rates(models.document_1) == rates(models.document_4) == [0.3]
    assert rates(models.document_2) == []
