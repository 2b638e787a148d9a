"""The packages that are published, built from what git would have, and environments with them in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.engine_stack import ROOT


@dataclass(frozen=True)
class Built:
    """The two packages, and the files that they were built from."""

    files: frozenset[str]
    sdist: Path
    wheel: Path


@dataclass(frozen=True)
class Environment:
    """A virtual environment without anything of the checkout."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin/python")

    @property
    def script(self) -> str:
        return str(self.folder / "bin/sipgate-provider")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Runs a program in the environment's own folder, where no module of the checkout lies."""
        return subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )


def uv(*arguments: str | Path) -> None:
    subprocess.run(
        (sys.executable, "-m", "uv", "--quiet", "--system-certs", *arguments),
        check=True,
        timeout=280,
    )


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean checkout, as it would be if everything here were committed now.

    An unpacked sdist has no git and is one already.
    """
    if not (ROOT / ".git").exists():
        return ROOT
    folder = tmp_path_factory.mktemp("clean") / "checkout"
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        # What was deleted and not committed yet is still listed.
        if (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def built(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sdist, and the wheel that was built from it."""
    files = frozenset(
        path.relative_to(checkout).as_posix() for path in checkout.rglob("*") if path.is_file()
    )
    dist = tmp_path_factory.mktemp("dist")
    uv("build", "--out-dir", dist, checkout)
    (sdist,), (wheel,) = dist.glob("*.tar.gz"), dist.glob("*.whl")
    return Built(files, sdist, wheel)


@pytest.fixture(scope="session")
def environment(
    built: Built, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Environment]:
    """Environments into which the wheel was installed, each with one extra or, by "", with none."""
    made: dict[str, Environment] = {}

    def make(extra: str) -> Environment:
        if extra not in made:
            made[extra] = Environment(tmp_path_factory.mktemp(extra or "alone") / "venv")
            uv("venv", "--python", sys.executable, made[extra].folder)
            wanted = f"sipgate-provider{f'[{extra}]' if extra else ''} @ {built.wheel.as_uri()}"
            uv("pip", "install", "--python", made[extra].python, wanted)
        return made[extra]

    return make
