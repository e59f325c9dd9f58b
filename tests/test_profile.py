import pytest

from course_utils.profile import profile


@pytest.mark.parametrize("value", ["quick", "full"])
def test_profile_is_what_the_variable_says(monkeypatch, value):
    monkeypatch.setenv("COURSE_PROFILE", value)
    assert profile() == value


def test_profile_is_full_by_default(monkeypatch):
    monkeypatch.delenv("COURSE_PROFILE", raising=False)
    assert profile() == "full"


@pytest.mark.parametrize("value", ["fast", "", "Quick"])
def test_any_other_value_is_quoted_in_the_error(monkeypatch, value):
    monkeypatch.setenv("COURSE_PROFILE", value)
    with pytest.raises(
        ValueError, match=f'COURSE_PROFILE is {value!r}; expected "quick" or "full"'
    ):
        profile()
