"""A cell of a submission, as it is graded."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """A code cell of a submission, without its magics and shell lines.

    `number` counts all cells of the file from 1, as a reader of the notebook does.
    """

    file: str
    number: int
    source: str
