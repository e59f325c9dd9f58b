"""A mistake written as what it changes in the model solution."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

_source_of = functools.cache(inspect.getsource)


@dataclass(frozen=True)
class Slip:
    """The model solution with one piece of its text changed; call it like the solution.

    ``Slip(slide_kernel, "window * kernel", "window * kernel[::-1, ::-1]")`` is `slide_kernel` with
    its kernel flipped. The changed text is compiled at the first call.

    Parameters
    ----------
    solution : function
        The model solution. Its source must be at hand, as it is for a function in a file.
    old, new : str
        `old` stands exactly once in the solution's source, `new` takes its place.

    Raises
    ------
    ValueError
        When it is called, or its `source` is read, and `old` is not there exactly once.
    """

    solution: Callable
    old: str
    new: str

    @functools.cached_property
    def source(self) -> str:
        """The mistaken function, as a student would have typed it."""
        source = _source_of(self.solution)
        count = source.count(self.old)
        if count != 1:
            raise ValueError(
                f"{self.old!r} stands {count} times in {self.solution.__name__}; "
                "expected once, so that it is clear what the slip changes"
            )
        return source.replace(self.old, self.new)

    @functools.cached_property
    def _function(self) -> Callable:
        names = {"np": np, **self.solution.__globals__}
        exec(self.source, names)
        return names[self.solution.__name__]

    def __call__(self, *arguments: object, **options: object) -> object:
        # A mistake may overflow or divide by 0; numpy's warnings would reach the student.
        with np.errstate(all="ignore"):
            return self._function(*arguments, **options)
