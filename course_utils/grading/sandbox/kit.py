"""The kit: a folder with everything that a program in a sandbox imports besides Python itself."""

import shutil
import tempfile
from pathlib import Path

import course_utils

PACKAGE = Path(course_utils.__file__).parent
TENSORFLOW_READS = ("/dev/urandom",)


class Kit:
    """A folder of files of course_utils, and a place in it for each package from elsewhere.

    Each wall brings the packages to their places in its own way: `link_packages`,
    `make_places_for_packages`, or not at all where a container's image has them.

    Parameters
    ----------
    modules : tuple of str
        Files and folders within course_utils, which are copied; "." is all of it. The folders that
        lead to them get an empty ``__init__.py``, which imports nothing, in place of their own.
    packages : list of Path
        Other packages: their folders and modules, where they are installed.
    distributions : tuple of str
        What a container's image installs instead of those.
    tensorflow : bool
        Whether TensorFlow is among them; it needs some files of the system.

    Attributes
    ----------
    path : Path
    """

    def __init__(
        self,
        modules: tuple[str, ...],
        packages: list[Path],
        distributions: tuple[str, ...],
        *,
        tensorflow: bool = False,
    ):
        self.modules, self.packages, self.distributions = modules, packages, distributions
        self.tensorflow = tensorflow
        self._folder = tempfile.TemporaryDirectory(prefix="course-grade-")
        self.path = Path(self._folder.name)
        try:
            self._copy_modules()
            self.path.chmod(0o755)
        except BaseException:
            self.close()
            raise

    @property
    def devices(self) -> tuple[str, ...]:
        """Files of /dev that must be readable."""
        return TENSORFLOW_READS if self.tensorflow else ()

    def _copy_modules(self) -> None:
        folders = {parent for name in self.modules for parent in Path("course_utils", name).parents}
        for folder in sorted(folders - {Path()}):
            # Not with parents: if the kit has just been removed, it must not come back.
            (self.path / folder).mkdir()
            (self.path / folder / "__init__.py").touch()
        for name in self.modules:
            source, target = PACKAGE / name, self.path / "course_utils" / name
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__")
                shutil.copytree(source, target, ignore=ignored, dirs_exist_ok=True)
            else:
                shutil.copy(source, target)

    def link_packages(self) -> None:
        """Make each package a link to where it is installed."""
        for package in self.packages:
            (self.path / package.name).symlink_to(package)

    def make_places_for_packages(self) -> None:
        """Make an empty file or folder for each package, over which it can be mounted."""
        for package in self.packages:
            place = self.path / package.name
            if package.is_dir():
                place.mkdir()
            else:
                place.touch()

    def close(self) -> None:
        """Remove the folder."""
        self._folder.cleanup()
