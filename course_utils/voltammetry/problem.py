"""What keeps a file from being read, raised where it is found; the path is added later."""


class Problem(Exception):
    def __init__(self, reason: str, line: int | None = None):
        super().__init__(reason)
        self.reason = reason
        self.line = line  # counted from 1, or None where no line is to blame


def shown(text: str) -> str:
    """Quote a piece of an untrusted file for a message, on one line and not too long."""
    return repr(text if len(text) <= 40 else text[:37] + "...")
