"""What is installed is what is meant: three packages with their data, from pinned packages."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PACKAGES = ("timebank", "web/timebank_web", "cli/timebank_cli")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def python(*arguments: str, cwd: Path) -> str:
    """Run Python isolated, so that neither the checkout nor the environment is on its path."""
    command = [sys.executable, "-I", *arguments]
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


class Packed(NamedTuple):
    sources: set[str]
    wheel: set[str]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """The files of the packages, and those in a wheel made of them."""
    # Built from a copy, because building leaves its traces among the sources.
    checkout = tmp_path_factory.mktemp("checkout")
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, checkout)
    sources = set()
    for package in PACKAGES:
        left_out = shutil.ignore_patterns("__pycache__", ".*")
        copy = Path(shutil.copytree(ROOT / package, checkout / package, ignore=left_out))
        sources |= {
            str(path.relative_to(copy.parent)) for path in copy.rglob("*") if path.is_file()
        }
    wheels = tmp_path_factory.mktemp("wheels")
    build = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    python(*build, "--wheel-dir", str(wheels), str(checkout), cwd=wheels)
    (path,) = wheels.iterdir()
    with zipfile.ZipFile(path) as archive:
        return Packed(sources, set(archive.namelist()))


def test_the_wheel_holds_three_packages_and_its_own_description(packed: Packed) -> None:
    tops = {name.split("/")[0] for name in packed.wheel if ".dist-info/" not in name}
    assert tops == {"timebank", "timebank_web", "timebank_cli"}


def test_every_file_of_a_package_is_in_the_wheel(packed: Packed) -> None:
    assert packed.sources - packed.wheel == set()


def test_the_wheel_carries_the_licence(packed: Packed) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in packed.wheel)


@pytest.mark.parametrize("name", ["timebank", "timebank_web", "timebank_cli"])
def test_a_package_can_be_imported_from_anywhere(name: str, tmp_path: Path) -> None:
    python("-c", f"import {name}", cwd=tmp_path)


@pytest.mark.parametrize("name", ["web", "cli", "tests", "deploy"])
def test_a_folder_of_the_checkout_is_no_package(name: str, tmp_path: Path) -> None:
    found = "import importlib.util, sys; print(importlib.util.find_spec(sys.argv[1]))"
    assert python("-c", found, name, cwd=tmp_path).strip() == "None"


def test_the_command_tells_its_version(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("timebank")), "--version"]
    run = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert re.search(r"\d+\.\d+\.\d+", run.stdout)


def test_the_installed_packages_fit_together(tmp_path: Path) -> None:
    python("-m", "pip", "check", cwd=tmp_path)


def pins(name: str) -> dict[str, list[Requirement]]:
    """Package name to its pins; several where the version differs per Python version."""
    found: dict[str, list[Requirement]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = Requirement(line.removesuffix("\\"))
            found.setdefault(requirement.name, []).append(requirement)
    return found


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", "requirements-bench.txt"]
)
def test_a_pinned_package_has_a_version_and_a_hash_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    blocks = re.split(r"^(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE), flags=re.M)
    blocks = [block for block in blocks if block.strip()]
    assert blocks
    assert all(re.match(r"[a-z0-9.\-]+(\[\w+\])?==", block) for block in blocks)
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text


@pytest.mark.parametrize(
    ("name", "groups"),
    [("requirements.txt", ["build"]), ("requirements-dev.txt", ["build", "dev"])],
)
def test_the_pins_are_those_of_the_project(name: str, groups: list[str]) -> None:
    pinned = pins(name)
    wanted = PYPROJECT["project"]["dependencies"] + PYPROJECT["build-system"]["requires"]
    for group in groups:
        wanted += PYPROJECT["dependency-groups"][group]
    for requirement in map(Requirement, wanted):
        for pin in pinned[requirement.name]:
            (version,) = (specifier.version for specifier in pin.specifier)
            assert requirement.specifier.contains(version), f"{requirement}: make lock"


def test_development_runs_on_the_packages_that_members_run_on() -> None:
    # The versions: where a package is wanted may be wider in development.
    development = pins("requirements-dev.txt")
    for name, pinned in pins("requirements.txt").items():
        assert {pin.specifier for pin in development[name]} == {pin.specifier for pin in pinned}
