"""How a program enters a sandbox: it takes its channel and gives up what its wall tells it to.

Every program does this first, before it reads anything that a student wrote.
"""

import os
from dataclasses import dataclass

from course_utils.grading.sandbox.inside import confinement, landlock
from course_utils.grading.wire.messages import decode, encode, read_frame, write_frame


@dataclass(frozen=True)
class Entered:
    """What a program has once it is inside.

    Parameters
    ----------
    requests, replies : int
        File descriptors of its channel to the grader.
    settings : dict
        "walled": whether to put students' processes under a filter of system calls; "memory": bytes
        of address space; and what its `Program` says.
    rules : int or None
        Landlock's, already in force; a child that applies them again is kept from its parent.
    variables : list of str
        Names of its environment variables.
    """

    requests: int
    replies: int
    settings: dict
    rules: int | None
    variables: list[str]

    def ready(self) -> None:
        """Tell the grader that it may begin."""
        write_frame(self.replies, b"r", encode(self.variables))


def enter() -> Entered:
    """Take the channel, read the first message, and give up what it says."""
    variables = sorted(name for name, value in os.environ.items() if value)
    # The channel moves away from 0 and 1, so that no code that reads or prints can touch it.
    nothing = os.open(os.devnull, os.O_RDWR)
    requests, replies = os.dup(0), os.dup(1)
    for fd in (0, 1):
        os.dup2(nothing, fd)
    _, payload = read_frame(requests)
    settings = decode(payload)
    confinement.hide_memory()
    rules = None
    readable = settings.pop("readable")
    if readable:
        confinement.gain_no_rights()
        confinement.drop_capabilities()
        rules = landlock.rules(readable)
        landlock.restrict(rules)
    return Entered(requests, replies, settings, rules, variables)
