"""What grading takes where the answer is a Keras model: a second sandbox, and one to judge."""

from course_utils.grading.judging.model_judge import ModelJudge
from course_utils.grading.sandbox.opening import SandboxUnavailableError, open_sandbox
from course_utils.grading.sandbox.sandbox import Sandbox


class KerasSupport:
    """A second sandbox, of the same kind, and the process that tries models out.

    Attributes
    ----------
    sandbox : Sandbox
    model_judge : ModelJudge
    """

    def __init__(self, sandbox: Sandbox):
        self._unavailable = ""
        self.model_judge = ModelJudge()
        self._sandbox: Sandbox | None = None
        try:
            self._sandbox = open_sandbox(sandbox.kind, sandbox.limits, keras=True)
        except SandboxUnavailableError as error:
            self._unavailable = str(error)

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox; raises SandboxUnavailableError, each time, if there is none."""
        if self._sandbox is None:
            raise SandboxUnavailableError(self._unavailable)
        return self._sandbox

    def close(self) -> None:
        """End both."""
        self.model_judge.stop()
        if self._sandbox is not None:
            self._sandbox.close()


def keras_support(sandbox: Sandbox) -> KerasSupport:
    """What stands beside a sandbox for exercises with Keras, opened when it is first asked for."""
    if sandbox.beside is None:
        sandbox.beside = KerasSupport(sandbox)
    return sandbox.beside
