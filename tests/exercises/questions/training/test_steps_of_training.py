"""What the solution of "How many steps?" gives."""

from course_utils.exercises import get


def test_steps_of_training_by_counting_them():
    starts = [start for _ in range(10) for start in range(0, 55_000, 64)]
    assert get("steps_of_training").reference() == len(starts)
