"""What the solution of "The parameters behind Flatten" gives."""

from course_utils import reference
from course_utils.exercises import get


def test_the_documents_number():
    assert get("dense_head_parameters").reference() == 65_600
    assert get("dense_head_parameters").reference() == reference.parameter_count((1024, 64))
