"""What the sandbox puts in place of packages that it does not have.

A submission is a whole notebook: it draws figures, loads data, calls `check`. Imports of what the
course installs must work, so that the answer below them in the same cell is reached; using what was
imported raises. Code that is ready for a missing package (``try: import tqdm``, and an ``except``
for it) is told at once that it is missing. `check` and `hint` do nothing. Runs inside the sandbox.
"""

import builtins
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types

from course_utils.exercises.running import REFERENCE_FOLDER

# What a chapter or a student's notebook may import besides numpy and the standard library.
PACKAGES = (
    *("IPython", "google", "ipywidgets", "tqdm", "pooch", "pandas", "scipy", "sklearn"),
    *("matplotlib", "mpl_toolkits", "seaborn", "plotly", "PIL", "cv2", "skimage"),
    *("tensorflow", "keras", "torch", "torchvision"),
)


# Name of a cell's code: first and last lines of the blocks that can do without what they import.
_ready_for_failure: dict[str, list[tuple[int, int]]] = {}


class NotInSandboxError(ImportError):
    """Raised where an answer uses something that the sandbox does not have."""


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
    return NotInSandboxError(f"{name} is not available when answers are graded")


def _raise(error: Exception):
    raise error


def _call_reference(name: str, full: str) -> None:
    """Raise from a function that has the reference's name and path.

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


def expect_failure(blocks: dict[str, list[tuple[int, int]]]) -> None:
    """Make imports of absent packages fail in these blocks of these cells; see `Cells.guarded`."""
    _ready_for_failure.update(blocks)


def _is_stand_in(module: object) -> bool:
    """Whether it stands for a package that is not there; the course itself is always there."""
    return type(module) is _Module and not module.__name__.startswith("course_utils")


def _failure_is_expected() -> bool:
    """Whether a cell's code is in a block that is ready for a missing package."""
    frame = sys._getframe(2) if _ready_for_failure else None
    while frame is not None:
        for first, last in _ready_for_failure.get(frame.f_code.co_filename, ()):
            if first <= frame.f_lineno <= last:
                return True
        frame = frame.f_back
    return False


def _refuse(before: set[str], names: list[str]) -> None:
    """Raise as if a package were missing if one of these modules is a stand-in."""
    absent = [name for name in names if _is_stand_in(sys.modules.get(name))]
    if absent:
        for name in sys.modules.keys() - before:
            if _is_stand_in(sys.modules[name]):
                del sys.modules[name]
        raise ModuleNotFoundError(f"No module named {absent[0]!r}", name=absent[0])


def _refuse_where_expected() -> None:
    """Wrap Python's own functions that import, and those that ask which packages there are."""
    plain_import, import_module = builtins.__import__, importlib.import_module
    find_spec = importlib.util.find_spec

    def import_or_refuse(name, globals=None, locals=None, fromlist=(), level=0):
        if not _failure_is_expected():
            return plain_import(name, globals, locals, fromlist, level)
        before = set(sys.modules)
        module = plain_import(name, globals, locals, fromlist, level)
        if not level:
            _refuse(before, [name, *(f"{name}.{one}" for one in fromlist or ())])
        return module

    def import_module_or_refuse(name, package=None):
        expected, before = _failure_is_expected(), set(sys.modules)
        module = import_module(name, package)
        if expected:
            _refuse(before, [name])
        return module

    def find_what_is_there(name, package=None):
        spec = find_spec(name, package)
        stands_in = spec is not None and type(spec.loader) is _Finder
        return None if stands_in and not name.startswith("course_utils") else spec

    builtins.__import__ = import_or_refuse
    importlib.import_module = import_module_or_refuse
    importlib.util.find_spec = find_what_is_there


def install() -> None:
    """Let imports of absent packages succeed; packages that the sandbox has are found first."""
    sys.meta_path.append(_Finder())
    _refuse_where_expected()
    package = sys.modules["course_utils"]
    package.check = package.hint = lambda *args, **kwargs: None
    package.profile = lambda: "quick"
    # `from course_utils import figures` asks the package first.
    for name in ("course_utils", "course_utils.exercises", "course_utils.grading"):
        sys.modules[name].__getattr__ = _Module(name).__getattr__
