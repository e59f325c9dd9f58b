"""What grading takes where the answer is a Keras model: sandboxes to run it and to judge it."""

from course_utils.grading.judging.model_judge import ModelJudge
from course_utils.grading.sandbox.opening import SandboxUnavailableError, open_sandbox
from course_utils.grading.sandbox.sandbox import Sandbox


class KerasSupport:
    """Two more sandboxes of the same kind.

    Attributes
    ----------
    sandbox : Sandbox
        Runs answers.
    judge : ModelJudge
        Tries out the models that these return.
    """

    def __init__(self, sandbox: Sandbox):
        self._unavailable = ""
        self.judge = ModelJudge(sandbox.kind)
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
        self.judge.stop()
        if self._sandbox is not None:
            self._sandbox.close()


def keras_support(sandbox: Sandbox) -> KerasSupport:
    """What stands beside a sandbox for exercises with Keras, opened when it is first asked for."""
    if sandbox.beside is None:
        sandbox.beside = KerasSupport(sandbox)
    return sandbox.beside
