"""What the sandbox puts in the place of packages that it does not hold.

A submission is a whole notebook: it draws figures, loads data, calls `check`. Imports of what the
course installs must work, so that the answer below them in the same cell is reached; using what was
imported raises. `check` and `hint` do nothing. Runs inside the sandbox.
"""

import importlib.abc
import importlib.machinery
import sys
import types

from course_utils.exercises.running import REFERENCE_FOLDER

# What a chapter or a student's notebook may import besides numpy and the standard library.
PACKAGES = (
    *("IPython", "google", "ipywidgets", "tqdm", "pooch", "pandas", "scipy", "sklearn"),
    *("matplotlib", "mpl_toolkits", "seaborn", "plotly", "PIL", "cv2", "skimage"),
    *("tensorflow", "keras", "torch", "torchvision"),
)


class NotInSandboxError(ImportError):
    """Raised where an answer uses what it was told to do without."""


class _Module(types.ModuleType):
    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Thing(f"{self.__name__}.{name}")


class _Thing:
    """Stands for a function, class or module: it can be named and passed on, not used."""

    def __init__(self, name: str):
        self.__name = name

    def __call__(self, *args, **kwargs):
        module, _, name = self.__name.rpartition(".")
        if module.startswith("course_utils.reference"):
            _call_reference(name, self.__name)
        raise _not_here(self.__name)

    def __getattr__(self, name: str):
        if name.startswith("__"):
            raise AttributeError(name)
        return _Thing(f"{self.__name}.{name}")


def _not_here(name: str) -> NotInSandboxError:
    return NotInSandboxError(f"{name} is not there when answers are graded")


def _raise(error: Exception):
    raise error


def _call_reference(name: str, full: str) -> None:
    """Raise from a function that bears the reference's name and path.

    That is how `running` sees that an answer called the reference, here and on a student's machine.
    """
    code = _raise.__code__.replace(co_name=name, co_filename=f"{REFERENCE_FOLDER}/stand_ins.py")
    types.FunctionType(code, {})(_not_here(full))


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname, path=None, target=None):
        top = fullname.partition(".")[0]
        if top in PACKAGES or top == "course_utils":
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec):
        return _Module(spec.name)

    def exec_module(self, module):
        pass


def install() -> None:
    """Let imports of absent packages succeed; what the sandbox does hold is found before them."""
    sys.meta_path.append(_Finder())
    package = sys.modules["course_utils"]
    package.check = package.hint = lambda *args, **kwargs: None
    package.profile = lambda: "quick"
    # `from course_utils import figures` asks the package first.
    for name in ("course_utils", "course_utils.exercises", "course_utils.grading"):
        sys.modules[name].__getattr__ = _Module(name).__getattr__
