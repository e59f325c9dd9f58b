"""The table of a model's layers shows the layer that the message is about."""

import keras
import pytest
from keras import layers

from course_utils.exercises.model_answers import describe
from course_utils.exercises.model_answers import requirements as need
from course_utils.exercises.model_answers.table import HEAD, layer_table


def described(model):
    return describe(model.to_json())


def deep(count):
    return keras.Sequential([keras.Input((4,)), *(layers.Dense(4) for _ in range(count))])


def test_marked_cells_carry_a_sign_in_text_and_in_html():
    finding = need.Finding("", frozenset({(2, "parameters"), (0, "output")}), {2: "Dense(<5>)"})
    table = layer_table(described(deep(3)), finding)
    assert table.lines() == [
        "    #  layer     output shape  parameters  expected",
        "       input     (4,)*",
        "    1  Dense(4)  (4,)          20",
        "    2  Dense(4)  (4,)          20*         Dense(<5>)",
        "    3  Dense(4)  (4,)          20",
        "       in all                  60",
        "    (* marks what the message is about)",
    ]
    page = table.html()
    assert page.count("<b>≠ ") == 2
    assert "<b>≠ 20</b>" in page
    assert "Dense(&lt;5&gt;)" in page


def test_a_branch_says_what_it_works_on():
    given = keras.Input((4,))
    x = layers.Dense(4)(given)
    x = layers.Add()([layers.Dense(4)(x), given])
    rows = layer_table(described(keras.Model(given, x)), need.Finding("")).rows
    assert [row[1] for row in rows[1:-1]] == ["Dense(4)", "Dense(4)", "Add of 2 and input"]


@pytest.mark.parametrize(
    ("count", "marked", "part"),
    [
        (40, 40, ""),
        (41, 1, "layers 1 to 40 of 41"),
        (100, 50, "layers 31 to 70 of 100"),
        (100, 100, "layers 61 to 100 of 100"),
    ],
)
def test_of_a_deep_model_the_part_around_the_mark_is_shown(count, marked, part):
    finding = need.Finding("", frozenset({(marked, "layer")}))
    table = layer_table(described(deep(count)), finding)
    ((row, column),) = table.marks
    assert table.rows[row][0] == str(marked)
    assert HEAD[column] == "layer"
    assert table.part == part
    assert len(table.rows) == 42
    assert part in "\n".join(table.lines())
    assert part in table.html()
