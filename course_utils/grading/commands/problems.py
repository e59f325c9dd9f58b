"""Problems, told in a sentence instead of a traceback."""

import contextlib
from collections.abc import Iterator

import typer
from rich.console import Console


@contextlib.contextmanager
def problems_told(*problems: type[Exception]) -> Iterator[None]:
    """Turn errors of these kinds, and of the system's, into a sentence and the exit code 2."""
    try:
        yield
    except (*problems, OSError) as error:
        console = Console(stderr=True)
        console.print(f"course-grade: {error}", style="bold red", markup=False, highlight=False)
        raise typer.Exit(2) from None
