"""The error that tells a student why a model cannot be judged."""


class ModelError(ValueError):
    """A model that cannot be judged; the text says why, to the student."""

    def __init__(self, text: str):
        super().__init__(printable(text, 400))


def printable(text: str, most: int) -> str:
    """The text's beginning, without what steers a terminal: names in a model can be anything."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text[:most])
