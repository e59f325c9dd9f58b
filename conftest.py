"""What every test run shares, the chapters' notebooks included."""

import os
import signal

# A shell that runs this in the background may have it ignore Ctrl-C, and so all that it starts.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Before any test or notebook kernel starts: the small data that ship with the
# package, and no log lines from TensorFlow in a cell's output.
os.environ.setdefault("COURSE_PROFILE", "quick")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

pytest_plugins = ["tests.browser"]


def pytest_collection_modifyitems(items):
    # What takes longest comes first, so that no worker is left alone with it at the end.
    items.sort(key=lambda item: "test_solutions.py" not in item.nodeid)
    for item in items:
        if hasattr(item, "output_timeout"):
            item.output_timeout = 60  # for a cell's last message: nbval's five seconds can be short
