"""The exercise "Shifts that pooling does not notice"."""

from course_utils.exercises.exercise import Exercise, Misconception
from course_utils.exercises.questions.activation_and_pooling import CHAPTER


def shifts_that_survive():
    # Row 5 shares its window with row 4, column 5 with column 4.
    rows_that_keep_the_window = 2
    columns_that_keep_the_window = 2
    return rows_that_keep_the_window * columns_that_keep_the_window


EXERCISE = Exercise(
    chapter=CHAPTER,
    title="Shifts that pooling does not notice",
    prompt="""In how many of nine cases does a pooled map stay exactly the same?

    A large map is 0 except for a single 1 at row 5, column 5 (counted from 0). The 1 moves by
    -1, 0 or 1 rows and by -1, 0 or 1 columns: nine cases, the unmoved one among them.
    Each map goes through 2x2 max pooling with stride 2.
    """,
    reference=shifts_that_survive,
    misconceptions=(
        Misconception(
            id="invariant",
            name="Pooling is taken to be invariant to every shift by one pixel.",
            hint="The windows start at rows 0, 2, 4, 6. Which one holds row 6?",
            wrong=lambda: 9,
        ),
        Misconception(
            id="every-shift-noticed",
            name="Only the unmoved 1 is counted; but some shifts stay inside the window.",
            hint="Which four pixels share a window with row 5, column 5?",
            wrong=lambda: 1,
        ),
        Misconception(
            id="one-direction",
            name="Only shifts along one direction are counted.",
            hint="The 1 may also move in both directions at once.",
            wrong=lambda: 2,
        ),
        Misconception(
            id="unmoved-forgotten",
            name="The unmoved case is not counted.",
            hint="A shift by 0 rows and 0 columns is one of the nine.",
            wrong=lambda: 3,
        ),
    ),
    hints=(
        "Draw rows 4 to 7 and columns 4 to 7, and the windows in them.",
        "The pooled map stays the same as long as the 1 stays in its window.",
    ),
)
