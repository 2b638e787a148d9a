"""What Pulumi starts of a project: Pulumi is asked, and none of its rules is repeated here.

`pulumi about` names the Python of the program, and the plugins that the program needs. `pulumi plugin ls --project`
lists those that the engine finds, wherever they are. The provider of a Python program runs in a process of its own,
which a script of Pulumi's starts, and which may find another Python. The script does not tell which one, so it runs
here with a stand-in for the module that it starts.

Each of these may start something of the project, which gets no credential.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sipgate_provider.cli.machine import output, run, without_credentials
from sipgate_provider.scrubbing import one_line

__all__ = ["ask", "python_of_provider", "reasons"]

_STARTS_PROVIDER = "pulumi-resource-pulumi-python"
_LENGTH = 300


def ask(folder: Path, *arguments: str) -> dict[str, Any]:
    """What a command of Pulumi's prints as JSON, as the attribute `found` if it is a list; empty if it fails.

    It uses an empty backend, for which it needs neither a log-in nor the network.
    """
    with tempfile.TemporaryDirectory() as backend:
        printed = output(
            *("pulumi", *arguments, "--json", "--non-interactive"),
            cwd=folder,
            environment=without_credentials()
            | {
                "PULUMI_BACKEND_URL": Path(backend).as_uri(),
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            },
        )
    with contextlib.suppress(ValueError):
        found = json.loads(printed or "")
        return found if isinstance(found, dict) else {"found": found}
    return {}


def reasons(about: dict[str, Any]) -> str:
    """Pulumi's reasons for what it does not say, as the end of a sentence; the empty backend has no stack."""
    errors = [str(one) for one in about.get("errors") or [] if "current stack" not in str(one)]
    return f": {one_line('; '.join(dict.fromkeys(errors)), length=_LENGTH)}" if errors else ""


def python_of_provider(folder: Path, options: Mapping[str, Any]) -> tuple[str, str]:
    """The Python that Pulumi's script starts the provider with, or else why it starts none; one of both is empty."""
    beside = Path(shutil.which("pulumi") or "").resolve().parent
    script = shutil.which(_STARTS_PROVIDER) or shutil.which(_STARTS_PROVIDER, path=beside)
    if script is None:
        return "", ""
    with tempfile.TemporaryDirectory() as stand_in:
        package = Path(stand_in) / "pulumi"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "dynamic.py").write_text("import sys\nprint(sys.executable)\n")
        environment = without_credentials()
        path = filter(None, (stand_in, environment.get("PYTHONPATH")))
        environment["PYTHONPATH"] = os.pathsep.join(path)
        # As the engine does.
        for name, value in options.items():
            environment[f"PULUMI_RUNTIME_{name.upper()}"] = (
                str(value).lower() if isinstance(value, bool) else str(value)
            )
        done = run(script, cwd=folder, environment=environment)
    if done is None:
        return "", f"{script} does not run."
    lines = done.stdout.split("\n")
    if done.returncode == 0 and lines[0]:
        return lines[0], ""
    return "", one_line(done.stderr.strip().partition("\n")[0], length=_LENGTH)
