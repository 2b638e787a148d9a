"""Where the engine comes from, and the check that a folder has a complete engine that works."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from tools import cache, requirement
from tools.engine import pins
from tools.errors import ToolError, UnsuitableError
from tools.process import answer

# Pulumi's installer puts it there. Shells that were open before do not have that folder on PATH.
_INSTALLED = Path("~/.pulumi/bin")
_SPACE = 5_000_000_000  # 4.1 GB in the end, and the linker's temporary files


def locate() -> Path:
    """Returns the folder of an engine that works, to be put first on PATH.

    Raises:
        ToolError: None was found and none could be installed.
    """
    entry = place()
    return requirement.Requirement(
        entry.key,
        "engine",
        f"Install Pulumi {_dotted(pins.MINIMUM)} or newer and put it on PATH"
        " (https://www.pulumi.com/docs/install)",
        {
            "`pulumi` on PATH": lambda: _users_own("on PATH", None),
            "Pulumi's installer": lambda: _users_own("in ~/.pulumi/bin", _INSTALLED.expanduser()),
            "the cache": entry.find,
        },
        {
            "Pulumi's official release": lambda: entry.fill(_download),
            "a build from Go modules": lambda: entry.fill(_build),
        },
    ).locate()


def place() -> cache.Entry:
    """Returns the cache entry of the pinned engine for this platform."""
    return cache.Entry(pins.key(), _require)


def _download(stage: Path) -> None:
    # Imported here, since an existing engine does not need it.
    from tools.engine import official  # noqa: PLC0415

    official.install(stage)


def _build(stage: Path) -> None:
    """Builds all programs of the engine from their Go modules."""
    from tools.compiling import Compiler  # noqa: PLC0415  likewise

    compiler = Compiler.get(place().work, space=_SPACE, what="the engine", takes="5 minutes")
    folder = stage / "bin"
    folder.mkdir()
    for binary in pins.BINARIES:
        compiler.compile(binary, folder)
    host = folder / pins.PYTHON_HOST[0]
    host.rename(stage / host.name)
    (folder / pins.PYTHON_OPTIONS.name).rename(host)
    sdk = compiler.source_of(pins.SDK, pins.BINARIES[0])
    for script in pins.SCRIPTS:
        copy = Path(shutil.copy(sdk / script, folder))
        copy.chmod(0o755)  # a module contains no file modes


def _users_own(where: str, place: Path | None) -> Path:
    """Returns the folder of the user's own `pulumi` if it is new enough and has its Python host.

    Args:
        where: Where to search, in words.
        place: The folder to search; PATH if None.
    """
    found = shutil.which("pulumi", path=place)
    if found is None:
        raise ToolError(f"there is no `pulumi` {where}")
    folder = Path(found).absolute().parent
    try:
        version = _version_of(folder)
    except ToolError as reason:
        raise UnsuitableError(str(reason)) from reason
    if version < pins.MINIMUM:
        raise UnsuitableError(
            f"{found} is version {_dotted(version)}, older than the {_dotted(pins.MINIMUM)}"
            " that `pulumi import --file` needs; update it to use it"
        )
    search = os.pathsep.join([str(folder), os.environ.get("PATH", os.defpath)])
    missing = [name for name in pins.PYTHON_HOST if not shutil.which(name, path=search)]
    if missing:
        raise UnsuitableError(f"{found} lacks {', '.join(missing)} beside it or on PATH")
    return folder


def _require(folder: Path) -> None:
    """Raises ToolError unless the folder has all programs, and its `pulumi` runs in the pinned version."""
    missing = [name for name in pins.PROGRAMS if not os.access(folder / name, os.X_OK)]
    if missing:
        raise ToolError(f"{', '.join(missing)} missing in {folder}")
    version = _dotted(_version_of(folder))
    if version != pins.VERSION:
        raise ToolError(f"{folder} contains version {version} instead of {pins.VERSION}")


def _version_of(folder: Path) -> tuple[int, ...]:
    pulumi = folder / "pulumi"
    # By default it asks the network for a newer version.
    said = answer([pulumi, "version"], env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"})
    match = re.search(r"v?(\d+)\.(\d+)\.(\d+)", said)
    if match is None:
        raise ToolError(f"`{pulumi} version` prints {said.strip()!r}")
    return tuple(int(part) for part in match.groups())


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
