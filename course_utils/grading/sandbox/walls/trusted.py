"""No wall at all, only separate processes with limits: for code that you trust."""

from course_utils.grading.sandbox.kit import Kit
from course_utils.grading.sandbox.program import Program
from course_utils.grading.sandbox.walls.wall import Wall, this_interpreter


class Trusted(Wall):
    """Never chosen unless it is asked for."""

    kind = "trust"
    words = "none: the submissions were trusted"
    confines = False

    @classmethod
    def option(cls) -> str:
        """An option of its own, so that nobody takes it for a sandbox."""
        return "--trust"

    @classmethod
    def why_not(cls) -> str:
        """It needs nothing."""
        return ""

    def prepare(self, kit: Kit) -> None:
        """Link the packages."""
        kit.link_packages()

    def command(self, kit: Kit, program: Program) -> list[str]:
        """The interpreter itself."""
        return this_interpreter(kit, program)
