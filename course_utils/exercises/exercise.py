"""What an exercise is: a question, a model solution, inputs to try, and known mistakes."""

import inspect
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from course_utils.exercises.judging import judge_values
from course_utils.exercises.report import Report
from course_utils.exercises.running import Outcome, plain
from course_utils.exercises.trial import Trial

if TYPE_CHECKING:
    from course_utils.exercises.model_answers.workshop import Workshop

LINE_LENGTH = 79  # of a starter: a longer line scrolls sideways in the book


@dataclass(frozen=True, kw_only=True)
class Misconception:
    """A wrong solution with a name.

    Parameters
    ----------
    id : str
        Short and stable, such as ``"flipped-kernel"``; reports and class statistics use it.
    name : str
        One sentence that tells students what their code does: "The kernel is turned by 180°."
    hint : str
        What to look at next. It must not give the solution away.
    wrong : callable
        The mistake as code, with the exercise's signature: a function, or a `Slip` where it is
        the model solution with one piece changed. An answer that returns what `wrong` returns on
        every input is diagnosed as this misconception.
    """

    id: str
    name: str
    hint: str
    wrong: Callable


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One question whose answer is a function.

    A numeric answer is a function without arguments that returns the number.

    Parameters
    ----------
    chapter : int
        Number of the chapter that asks it.
    title : str
    prompt : str
        What the function must do, with shapes and units: the docstring of the starter cell.
    reference : callable
        The model solution. Its name is the exercise's id, its signature is the starter's. It uses
        ``np`` and nothing else from outside itself, so that its source can stand in the notebook.
    inputs : callable
        ``inputs(rng)`` gives the inputs to try, each a dict from argument name to value. The first
        ones are small enough to follow by hand, since a failing one is shown to the student.
        An exercise without arguments leaves it out.
    misconceptions : tuple of Misconception
    hints : tuple of str
        From a nudge to nearly there; `hint` shows one more at each call.
    points : float
    rtol, atol : float
        An entry is right when it is within ``atol + rtol * |largest expected entry|``. The default
        accepts float32 arithmetic. Where whole numbers are expected, rtol counts as 0.
    time_limit : float
        Seconds that `check` and the grader give one evaluation, all inputs together.
    """

    chapter: int
    title: str
    prompt: str
    reference: Callable
    inputs: Callable[[np.random.Generator], Iterable[dict]] | None = None
    misconceptions: tuple[Misconception, ...]
    hints: tuple[str, ...]
    points: float = 1.0
    rtol: float = 1e-4
    atol: float = 1e-6
    time_limit: float = 10.0

    returns_model: ClassVar[bool] = False  # a Keras model, that is
    to_data = staticmethod(plain)  # what becomes of a returned value before anything looks at it

    @property
    def tries_out(self) -> bool:
        """Whether judging a right answer takes its time, as training a model does."""
        return False

    def judge(
        self, trial: Trial, outcomes: list[Outcome], workshop: "Workshop | None" = None
    ) -> Report:
        """The report on an answer with these outcomes; see `judging.judge`, which calls this."""
        return judge_values(trial, outcomes)

    @property
    def id(self) -> str:
        """The name of the function that answers the exercise."""
        return self.reference.__name__

    @property
    def signature(self) -> inspect.Signature:
        """The signature of the starter and of the reference."""
        return inspect.signature(self.reference)

    @property
    def starter(self) -> str:
        """Source of the starter cell: the signature, the prompt as docstring, and ``...``."""
        paragraphs = inspect.cleandoc(self.prompt).split("\n")
        docstring = "\n".join(f"    {line}" if line else "" for line in paragraphs).strip()
        closing = '"""' if len(paragraphs) == 1 else '\n    """'
        head = f"def {self.id}{self.signature}:"
        if len(head) > LINE_LENGTH:
            head = head.replace("(", "(\n    ", 1).removesuffix("):") + ",\n):"
        return f'{head}\n    """{docstring}{closing}\n    ...'

    def draw_inputs(self, seed: int = 0) -> list[dict]:
        """The inputs of one evaluation; the same seed draws the same ones on every machine."""
        if self.inputs is None:
            return [{}]
        rng = np.random.default_rng([seed, zlib.crc32(self.id.encode())])
        return list(self.inputs(rng))
