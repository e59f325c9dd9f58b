"""One cycle of the learning rate."""

import pytest

from course_utils.models import one_cycle


def rates(steps, **options):
    schedule = one_cycle(steps, **options)
    return [float(schedule(step)) for step in range(steps + 1)]


def test_up_in_a_line_and_down_in_a_cosine():
    found = rates(100, peak=0.01, share_up=0.2)
    assert found[0] == 0
    assert found[10] == pytest.approx(0.005)
    assert found[20] == pytest.approx(0.01)
    assert found[60] == pytest.approx(0.005)  # half of the way down
    assert found[40] == pytest.approx(0.01 * (1 + 2**-0.5) / 2)  # a quarter: no line
    assert found[100] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_training_of_a_few_steps(steps):
    assert max(rates(steps, peak=0.01)) == pytest.approx(0.01)
