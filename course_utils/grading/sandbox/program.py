"""What runs in a sandbox: a module from the kit, and what it is started with."""

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

    The first message that it gets is a dict: `settings` and what the wall and the limits add; see
    `inside/entering.py`. Its first answer says that it is ready.

    Parameters
    ----------
    module : str
    environment : dict
        All its environment variables.
    starting : float
        Seconds that it may take to be ready, on a busy machine.
    settings : dict
        What it is told at the start.
    """

    module: str
    environment: dict[str, str]
    starting: float
    settings: Mapping[str, object] = field(default_factory=dict)

    def arguments(self, kit: str) -> list[str]:
        """The interpreter's arguments, for a kit that lies in this folder."""
        return ["-c", MAIN, self.module, kit]
