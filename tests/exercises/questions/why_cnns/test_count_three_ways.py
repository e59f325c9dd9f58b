"""Right answers to "The same outputs, three ways", and what its solution gives."""

import numpy as np
import pytest

from course_utils import reference
from course_utils.exercises import get
from tests.exercises.right_answers import assert_passes, each_of, inputs_of


def counts_by_shapes(height, width, kernel, filters):
    rows = reference_free_output_size(height, kernel)
    columns = reference_free_output_size(width, kernel)
    dense = np.zeros((height * width, rows * columns * filters), bool).size
    local = np.zeros((rows, columns, filters, kernel, kernel), bool).size
    biases = rows * columns * filters
    return dense + biases, local + biases, np.zeros((kernel, kernel, filters)).size + filters


def reference_free_output_size(n, kernel):
    return len(range(0, n - kernel + 1))


def counts_as_array(height, width, kernel, filters):
    outputs = (height - kernel + 1) * (width - kernel + 1) * filters
    return np.array([outputs, outputs, filters]) * (
        np.array([height * width, kernel**2, kernel**2]) + 1
    )


def counts_as_list(height, width, kernel, filters):
    outputs = sum(filters for _ in range(height - kernel + 1) for _ in range(width - kernel + 1))
    return [(height * width + 1) * outputs, (kernel**2 + 1) * outputs, (kernel**2 + 1) * filters]


def counts_as_floats(height, width, kernel, filters):
    return tuple(float(count) for count in counts_as_list(height, width, kernel, filters))


RIGHT_ANSWERS = (
    counts_by_shapes,
    counts_as_array,
    counts_as_list,
    counts_as_floats,
)


@each_of(RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_passes(answer):
    assert_passes("count_three_ways", answer)


def test_the_same_outputs_three_ways():
    assert get("count_three_ways").reference(28, 28, 3, 32) == (16_981_120, 216_320, 320)


@pytest.mark.parametrize("arguments", inputs_of("count_three_ways"))
def test_counts_are_the_reference(arguments):
    height, width, kernel, filters = arguments.values()
    places = reference.output_size(height, kernel) * reference.output_size(width, kernel)
    dense, local, shared = get("count_three_ways").reference(height, width, kernel, filters)
    assert dense == reference.parameter_count((height * width, places * filters))
    assert local == places * reference.parameter_count((kernel * kernel, filters))
    assert shared == reference.parameter_count((kernel, kernel, 1, filters))
