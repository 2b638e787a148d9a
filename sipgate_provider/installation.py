"""The command that installs this package or one of its extras, for messages.

Nobody has published the package's name, so whoever does decides what `pip install sipgate-provider` runs. A message
therefore names what the running installation was made from, which pip and uv write down (PEP 610), or the checkout. An
environment of uv has no pip.
"""

from __future__ import annotations

import json
import shlex
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

__all__ = ["installing"]

_NAME = "sipgate-provider"


def installing(*, extra: str = "", package: str | None = None, python: str = sys.executable) -> str:
    """The command that installs this package with an extra, or another package, for an interpreter."""
    environment = Path(python).parent.parent / "pyvenv.cfg"
    try:
        of_uv = any(line.startswith("uv =") for line in environment.read_text().splitlines())
    except (OSError, ValueError):
        of_uv = False
    wanted = (package,) if package else _source(extra)
    command = (
        ("uv", "pip", "install", "--python", python) if of_uv else (python, "-m", "pip", "install")
    )
    return shlex.join((*command, *wanted))


def _source(extra: str) -> tuple[str, ...]:
    """What pip installs in order to have what is installed now, with an extra."""
    extras = f"[{extra}]" if extra else ""
    try:
        direct = json.loads(distribution(_NAME).read_text("direct_url.json") or "{}")
        url = urlsplit(direct.get("url", ""))
    except (PackageNotFoundError, ValueError):
        direct, url = {}, urlsplit("")
    place = Path(url2pathname(url.path))
    if url.scheme == "file" and place.exists():
        editable = direct.get("dir_info", {}).get("editable")
        return (*(("--editable",) if editable else ()), f"{place}{extras}")
    if url.scheme == "https" and not (url.query or url.username):
        version_control = direct.get("vcs_info", {})
        if version_control:
            found = (
                f"{version_control.get('vcs')}+{url.geturl()}@{version_control.get('commit_id')}"
            )
        else:
            found = url.geturl()
        return (f"{_NAME}{extras} @ {found}",)
    return (f"/path/to/the/checkout{extras}",)
