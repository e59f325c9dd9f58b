"""The version of what judges: it changes with all that decides a result."""

from course_utils.grading.records.versions import JUDGING, judging_files, versions
from tests.grading.imports import PACKAGE, reached


def test_what_is_hashed_is_what_the_judge_imports():
    """The worker is where a submission becomes a score; all that it leads to is hashed."""
    found = reached([PACKAGE / "grading/running/worker.py"])
    names = {path.relative_to(PACKAGE).as_posix() for path in found}
    # The walk goes through functions, programs named in texts, and imports by computed names.
    assert {
        "datasets/loaders.py",  # imported by an exercise when it is drawn
        "grading/sandbox/inside/server.py",  # started as a program
        "exercises/model_answers/measuring.py",
        "reference/convolution.py",
    } <= names
    assert len(names) > 70
    hashed = set(judging_files())
    assert sorted(found - hashed) == []
    for place in JUDGING:
        whole = PACKAGE / place
        assert any(path == whole or path.is_relative_to(whole) for path in found), place
    assert {path.name for path in hashed} >= {"fashion_mnist.npz", "cifar10.npz"}


def test_a_change_of_any_of_it_is_another_version(monkeypatch):
    def code():
        versions.cache_clear()
        return versions()["code"]

    before = code()
    assert code() == before
    changed = PACKAGE / "datasets/data/fashion_mnist.npz"
    read_bytes = type(changed).read_bytes
    with monkeypatch.context() as patched:
        patched.setattr(
            type(changed),
            "read_bytes",
            lambda path: read_bytes(path) + b"x" * (path == changed),
        )
        assert code() != before
    assert code() == before
