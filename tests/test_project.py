"""The files around the code agree with each other, and their commands do what they say."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")


def fenced(language: str) -> list[str]:
    """The contents of the README's code blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def requirements(*extras: str) -> dict[str, Requirement]:
    """Direct requirements of the package with these extras, by canonical name."""
    found = {}
    optional = PYPROJECT["project"]["optional-dependencies"]
    lines = PYPROJECT["project"]["dependencies"] + [
        line for name in extras for line in optional[name]
    ]
    for line in lines:
        requirement = Requirement(line)
        if requirement.name == PYPROJECT["project"]["name"]:
            found |= requirements(*requirement.extras)
        else:
            found[canonicalize_name(requirement.name)] = requirement
    return found


def conda_packages() -> dict[str, Requirement]:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    return {canonicalize_name(Requirement(line).name): Requirement(line) for line in lines}


# Importing


def test_importing_needs_numpy_alone():
    numpys_home = str(Path(np.__file__).parents[1])
    code = f"""
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names | {{"numpy", "course_utils"}}:
            raise ImportError(f"{{name}} is not numpy")

sys.meta_path.insert(0, Blocker())
sys.path += [{numpys_home!r}, {str(ROOT)!r}]
import numpy
before = set(sys.modules)
import course_utils
print(course_utils.profile())
print(sorted({{"tensorflow", "matplotlib", "IPython", "scipy"}} & set(sys.modules)))
"""
    # -I -S: no site-packages, no user folder, no PYTHON* variables.
    environment = {key: value for key, value in os.environ.items() if key != "COURSE_PROFILE"}
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, env=environment
    )
    assert done.stderr == ""
    assert done.stdout.split("\n")[:2] == ["full", "[]"]


# pyproject.toml, environment.yml, requirements.lock


def test_the_package_itself_needs_numpy_alone():
    assert list(requirements()) == ["numpy"]


def test_nothing_is_pinned_or_bounded_above_but_jupyter_book():
    extras = PYPROJECT["project"]["optional-dependencies"]
    bounded = {
        name
        for name, requirement in requirements(*extras).items()
        if any(specifier.operator != ">=" for specifier in requirement.specifier)
    }
    assert bounded == {"jupyter-book"}


def test_environment_yml_has_the_labs_with_the_same_bounds():
    conda = conda_packages()
    assert conda.pop("python").specifier == PYPROJECT["project"]["requires-python"]
    conda.pop("pip")
    everything = requirements(*PYPROJECT["project"]["optional-dependencies"])
    for name, requirement in conda.items():
        assert requirement.specifier == everything[name].specifier, name
    asked = {"jupyter-book", "jupyterlab", "numpy", "tensorflow", "matplotlib", "nbval", "pytest"}
    assert set(conda) >= asked | set(requirements("labs"))


def test_environment_yml_installs_this_package():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert {"pip": ["-e ."]} in environment["dependencies"]


def test_the_lock_file_satisfies_pyproject():
    locked = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").split("\n"):
        if line and not line.startswith("#"):
            requirement = Requirement(line)
            locked.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    for name, requirement in requirements(*PYPROJECT["project"]["optional-dependencies"]).items():
        assert name in locked, f"{name}: see CONTRIBUTING.md for how to renew requirements.lock"
        for version in (next(iter(pin.specifier)).version for pin in locked[name]):
            assert requirement.specifier.contains(version), f"{name} {version}"


# README.md, Makefile, .ci/run


def make(*arguments: str, **variables: str) -> subprocess.CompletedProcess:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=variables.pop("cwd", ROOT),
        capture_output=True,
        text=True,
        env={**environment, **variables},
    )


def commands(text: str) -> list[str]:
    return [line for line in text.split("\n") if line and not line.startswith("#")]


def make_targets_in(text: str) -> list[str]:
    return re.findall(r"(?:^|`)make ([a-z]+)", text, flags=re.MULTILINE)


def test_the_readme_leads_with_the_two_commands():
    first = commands(fenced("bash")[0])
    assert [line.split("#")[0].strip() for line in first] == ["make book", "make test"]


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_exists(document):
    named = make_targets_in((ROOT / document).read_text(encoding="utf-8"))
    assert named
    for target in sorted(set(named)):
        assert make("--dry-run", target).returncode == 0, target


def test_help_lists_every_target():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = set(re.search(r"^\.PHONY: (.*)$", makefile, flags=re.MULTILINE)[1].split())
    listed = set(re.findall(r"^make ([a-z]+) ", make().stdout, flags=re.MULTILINE))
    assert listed == phony - {"help"}


def test_ci_ends_with_the_readmes_test_command():
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert os.access(ROOT / ".ci/run", os.X_OK)
    assert commands(script)[-1].startswith("make test")
    assert "set -euo pipefail" in script


@pytest.mark.parametrize("number", range(len(fenced("python"))))
def test_python_in_the_readme_runs(number):
    done = subprocess.run(
        [sys.executable, "-c", fenced("python")[number]], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    promised = [
        line.partition("# prints: ")[2]
        for line in fenced("python")[number].split("\n")
        if "# prints: " in line
    ]
    assert promised
    for text in promised:
        assert text in done.stdout


def test_files_and_folders_the_readme_names_exist():
    for target in re.findall(r"\]\((?!https?:|#)([^)]+)\)", README):
        assert (ROOT / target).exists(), target
    layout = README.partition("## Layout")[2]
    for target in re.findall(r"^\| `([^`]+)`", layout, flags=re.MULTILINE):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize(
    ("newest", "makes_venv", "installs"),
    [
        (".venv/.installed", False, False),
        ("pyproject.toml", False, True),
        ("requirements.lock", True, True),
        (None, True, True),
    ],
    ids=["up to date", "new pyproject", "new lock", "no venv"],
)
def test_the_environment_is_made_when_it_is_missing_or_stale(
    tmp_path, newest, makes_venv, installs
):
    (tmp_path / "Makefile").write_bytes((ROOT / "Makefile").read_bytes())
    files = ["requirements.lock", "pyproject.toml", ".venv/.locked", ".venv/.installed"]
    for age, name in enumerate(files if newest else files[:2]):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1000 + age, 1000 + age))
    if newest:
        os.utime(tmp_path / newest, (2000, 2000))
    commands = make("--dry-run", "test", cwd=tmp_path).stdout
    assert ("-m venv --clear" in commands) is makes_venv
    assert ("--editable ." in commands) is installs
    assert "-m pytest" in commands


def test_an_old_python_is_refused_with_a_sentence(tmp_path):
    old = tmp_path / "python"
    # Any -c program fails, as the version test would on an old Python.
    old.write_text('#!/bin/sh\n[ "$1" = -c ] && exit 1\necho Python 3.8.1\n')
    old.chmod(0o755)
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    done = make("test", f"PYTHON={old}", cwd=tmp_path)
    assert done.returncode != 0
    assert "Python 3.11, 3.12 or 3.13 is needed" in done.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_ruff_has_nothing_to_say(command):
    done = subprocess.run(
        [sys.executable, "-m", "ruff", *command, "--quiet", "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
