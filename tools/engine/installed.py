"""An engine that is there: a folder of programs, what version it is, and whether it works."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from tools.engine import pins
from tools.engine.errors import UnavailableError
from tools.engine.process import answer

if TYPE_CHECKING:
    from collections.abc import Sequence


def on_path() -> Path:
    """The folder of the user's own `pulumi`, if it is new enough and has its Python host.

    Raises:
        UnavailableError: There is none that will do; the message says why.
    """
    found = shutil.which("pulumi")
    if found is None:
        raise UnavailableError("there is no `pulumi` on PATH")
    folder = Path(found).absolute().parent
    version = version_of(folder)
    if version < pins.MINIMUM:
        raise UnavailableError(
            f"{found} is version {_dotted(version)}, older than the {_dotted(pins.MINIMUM)}"
            " that `pulumi import --file` needs; update it to have it used"
        )
    search = os.pathsep.join([str(folder), os.environ.get("PATH", os.defpath)])
    missing = [name for name in pins.PYTHON_HOST if not shutil.which(name, path=search)]
    if missing:
        raise UnavailableError(f"{found} lacks {', '.join(missing)} beside it or on PATH")
    return folder


def require(folder: Path, programs: Sequence[str]) -> None:
    """Holds when a folder has all these programs and its `pulumi` runs, in the pinned version.

    Raises:
        UnavailableError: It does not hold; the message says what is wrong.
    """
    missing = [name for name in programs if not os.access(folder / name, os.X_OK)]
    if missing:
        raise UnavailableError(f"{', '.join(missing)} missing in {folder}")
    version = _dotted(version_of(folder))
    if version != pins.VERSION:
        raise UnavailableError(f"{folder} holds version {version} instead of {pins.VERSION}")


def version_of(folder: Path) -> tuple[int, ...]:
    """What the `pulumi` of a folder says its version is.

    Raises:
        UnavailableError: It does not run, or says something else.
    """
    pulumi = folder / "pulumi"
    # It would ask the network whether there is a newer one.
    said = answer([pulumi, "version"], env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"})
    match = re.search(r"v?(\d+)\.(\d+)\.(\d+)", said)
    if match is None:
        raise UnavailableError(f"`{pulumi} version` answers {said.strip()!r}")
    return tuple(int(part) for part in match.groups())


def _dotted(version: Sequence[int]) -> str:
    return ".".join(str(part) for part in version)
