"""What keeps a file from being read, told where it is found; `read_voltammogram` adds the path."""


class Problem(Exception):
    def __init__(self, reason: str, line: int | None = None):
        super().__init__(reason)
        self.reason = reason
        self.line = line  # counted from 1, or None where no line is to blame


def shown(text: str) -> str:
    """A piece of an untrusted file for a message: quoted, on one line, not too long."""
    return repr(text if len(text) <= 40 else text[:37] + "...")
