"""How long grading a submission takes, sandbox included, as against starting Python with numpy."""

import inspect
import subprocess
import sys

from benchmarks.timing import ratio, rounds, spread
from course_utils.exercises import catalog
from course_utils.grading import grade_submission, open_sandbox

EXERCISES = 10
ROUNDS = 15


def tables():
    """Submissions of ten answers, all right or all wrong, through one sandbox, one at a time."""
    asked = [exercise for exercise in catalog() if exercise.inputs][:EXERCISES]
    right = ["import numpy as np\n"] + [inspect.getsource(one.reference) for one in asked]
    wrong = [f"def {one.id}{one.signature}:\n    return 0" for one in asked]
    with open_sandbox() as sandbox:

        def grade(cells):
            return lambda: grade_submission(cells, asked, seed=0, sandbox=sandbox)

        seconds = rounds(
            {
                "numpy": lambda: subprocess.run([sys.executable, "-c", "import numpy"], check=True),
                "right": grade(right),
                "wrong": grade(wrong),
            },
            ROUNDS,
        )
    numpy = seconds["numpy"]
    rows = [["submission", "ms", "python -c 'import numpy', ms", "ratio to it"]]
    for name in ("right", "wrong"):
        mine = seconds[name]
        times = [spread(mine, 1e-3, 0), spread(numpy, 1e-3, 0), ratio(mine, to=numpy)]
        rows.append([f"{EXERCISES} answers, {name}", *times])
    yield f"Grading ({sandbox.description})", rows
