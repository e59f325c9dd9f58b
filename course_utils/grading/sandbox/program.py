"""What runs in a sandbox: a module of the kit's, and what it is started with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

MAIN = """
import importlib, sys
sys.path[0] = sys.argv.pop()
importlib.import_module(sys.argv.pop()).main()
"""


@dataclass(frozen=True)
class Program:
    """A module whose `main` talks through standard input and output.

    The first message it gets is a dict: `settings`, and what the wall and the limits add; see
    `inside/entering.py`. Its first answer says that it is ready.

    Parameters
    ----------
    module : str
    environment : dict
        All variables of its environment.
    starting : float
        Seconds that it may take until it is ready, on a busy machine.
    settings : dict
        What it is told when it starts.
    """

    module: str
    environment: dict[str, str]
    starting: float
    settings: Mapping[str, object] = field(default_factory=dict)

    def arguments(self, kit: str) -> list[str]:
        """What the interpreter is given, if the kit lies there."""
        return ["-c", MAIN, self.module, kit]
