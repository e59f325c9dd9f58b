"""What every test run shares, the chapters' notebooks included."""

import os

# Before any test or notebook kernel starts: the small data that ship with the
# package, and no log lines from TensorFlow in a cell's output.
os.environ.setdefault("COURSE_PROFILE", "quick")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def pytest_collection_modifyitems(items):
    """Give the last message of a notebook cell a minute, not nbval's five seconds."""
    for item in items:
        if hasattr(item, "output_timeout"):
            item.output_timeout = 60
