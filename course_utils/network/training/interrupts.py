"""Holding back Ctrl-C until the right moment."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread


@contextmanager
def interrupts_wait() -> Iterator[None]:
    """Hold back Ctrl-C until the block has ended, so that nothing is left half done."""
    handler = signal.getsignal(signal.SIGINT)
    # Only the main thread gets signals. Without a handler in Python there is nothing to hold back.
    if current_thread() is not main_thread() or not callable(handler):
        yield
        return
    waiting = []
    signal.signal(signal.SIGINT, lambda *signal_and_frame: waiting.append(signal_and_frame))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
    if waiting:
        handler(*waiting[0])
