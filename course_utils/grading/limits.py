"""The time, memory and output that one exercise of one submission may take."""

from dataclasses import dataclass, replace

# Keras with TensorFlow takes 1.5 GB of address space before anything is built, and 2.5 GB once it
# has trained. Getting it ready takes half a second in each process.
KERAS_MEMORY, KERAS_SECONDS = 3 * 2**30, 10.0
KERAS_THREADS = 200  # it starts two to build a model, and two or three more at each training


@dataclass(frozen=True)
class Limits:
    """Bounds on a student's process; the time for the calls is the exercise's own `time_limit`.

    Times are wall-clock times. If the machine is busy and a process has had less than its time on a
    processor, it goes on until it has had it, for three times as long at most.

    Parameters
    ----------
    cells : float
        Seconds for the code outside of functions, up to the cell that defines the answer.
    memory : int
        Bytes of address space. The interpreter with numpy takes about 200 MB.
    reply : int
        Bytes that it may send back.
    output : int
        How many characters of its printed output are kept.
    skipped : int
        How many statements may be left out of one submission. A statement outside of functions that
        does not end, or that ends the process, is left out, and the exercise is run again.
    threads : int
        How many threads a process may start, including those that have ended.
    """

    cells: float = 10.0
    memory: int = 1536 * 2**20
    reply: int = 8 * 2**20
    output: int = 4000
    skipped: int = 3
    threads: int = 0

    def with_keras(self) -> "Limits":
        """The same, plus what Keras itself needs."""
        return replace(
            self,
            cells=self.cells + KERAS_SECONDS,
            memory=self.memory + KERAS_MEMORY,
            threads=KERAS_THREADS,
        )
