"""What stands in a sandbox for students' code: the files, the program, its environment."""

from course_utils.grading.sandbox.kit import PACKAGE, Kit
from course_utils.grading.sandbox.packages import KERAS, keras_files, numpy_files
from course_utils.grading.sandbox.program import Program

SERVER = "course_utils.grading.sandbox.inside.server"
STARTING, KERAS_STARTING = 30.0, 240.0  # seconds, on a busy machine
# All of the folder `inside`, and what that imports from elsewhere.
INSIDE = (
    *(
        path.relative_to(PACKAGE).as_posix()
        for path in sorted((PACKAGE / "grading/sandbox/inside").glob("*.py"))
    ),
    "exercises/model_answers/data.py",
    "exercises/running.py",
    "grading/wire/messages.py",
)
# What builds the models that answers are given.
INSIDE_WITH_KERAS = tuple(
    f"exercises/model_answers/{name}.py"
    for name in ("description", "layers", "model_error", "rebuilding", "settings", "wiring")
)
KERAS_ENVIRONMENT = {
    "KERAS_BACKEND": "tensorflow",
    # Not with the settings of whoever grades; and no folder can be made there.
    "KERAS_HOME": "/dev/null/keras",
    "TF_NUM_INTRAOP_THREADS": "1",  # the other processors are for other workers
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
}
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",  # sets are iterated over in the same order again
    "PYTHONDONTWRITEBYTECODE": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "LC_ALL": "C.UTF-8",
    **KERAS_ENVIRONMENT,
}


def student_kit(*, keras: bool) -> Kit:
    """A new kit with numpy, or with Keras too; MissingPackagesError if Keras is not installed."""
    if not keras:
        return Kit(INSIDE, numpy_files(), ("numpy",))
    return Kit(INSIDE + INSIDE_WITH_KERAS, keras_files(), KERAS, tensorflow=True)


def student_program(*, keras: bool) -> Program:
    """The server, which runs each submission in a process of its own."""
    starting = KERAS_STARTING if keras else STARTING
    return Program(SERVER, ENVIRONMENT, starting, {"keras": keras})
