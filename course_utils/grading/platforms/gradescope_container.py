"""Grade one submission in Gradescope's container; its ``run_autograder`` starts this.

The container is no sandbox: its root may read the model solutions and write the results. Within it,
students' code runs in bubblewrap or Landlock or not at all, unless the zip was made with
``--trust``. Every submission gets its own inputs, so that what a student learns from one report is
of no use in the next attempt.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from course_utils.grading.exports.choices import Choices
from course_utils.grading.exports.documents import gradescope_results
from course_utils.grading.records.storage import read_records, read_run, write_atomically

STUDENT = "submission"
FAILED = {
    "output_format": "text",
    "visibility": "visible",
    "stdout_visibility": "hidden",
    "output": "The grader could not grade this. That is no fault of your code, and no zero. "
    "Tell your instructor, who finds the reason in the autograder's own output.",
}


def main(root: Path, *, trust: bool) -> None:
    """Read ``root/submission`` and write ``root/results/results.json``."""
    with tempfile.TemporaryDirectory() as folder:
        handed, out = Path(folder) / "submissions", Path(folder) / "out"
        # Links stay links: the reader does not follow them.
        shutil.copytree(root / "submission", handed / STUDENT, symlinks=True)
        command = [sys.executable, "-m", "course_utils.grading.commands.main", "run", str(handed)]
        command += ["--assignment", str(root / "source" / "assignment.toml"), "--out", str(out)]
        subprocess.run(command + ["--trust"] * trust, stdin=subprocess.DEVNULL, check=False)
        try:
            run, (record,) = read_run(out), read_records(out)
        except (OSError, ValueError) as error:  # no sandbox, or no run at all
            print(f"There is no result: {error}", file=sys.stderr)
            results = FAILED
        else:
            results = gradescope_results(run, record, Choices())
    data = json.dumps(results, indent=2, allow_nan=False).encode()
    write_atomically(root / "results" / "results.json", data)


if __name__ == "__main__":
    main(Path(sys.argv[1]), trust="--trust" in sys.argv[2:])
