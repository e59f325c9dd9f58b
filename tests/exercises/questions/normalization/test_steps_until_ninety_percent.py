"""What the solution of "How long a moving mean takes" gives."""

from course_utils.exercises import get


def test_the_moving_mean_gets_there_at_that_step_and_not_before():
    mean, steps = 0.0, 0
    while mean < 9:
        mean, steps = 0.999 * mean + 0.001 * 10, steps + 1
    assert get("steps_until_ninety_percent").reference() == steps == 2302
