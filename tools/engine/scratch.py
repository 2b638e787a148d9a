"""Runs the engine in a scratch folder, without reading or changing the user's Pulumi settings."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tools.errors import ToolError

PASSPHRASE = "scratch"  # noqa: S105  it guards made-up secrets in a folder that is soon gone


def scratch_environment(folder: Path, engine: Path) -> dict[str, str]:
    """Returns the environment for engine and programs, with backend and home in `folder`, which must exist."""
    backend = folder / "backend"
    backend.mkdir(exist_ok=True)
    inherited = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("PULUMI_", "SIPGATE_", "PYTHON"))
    }
    interpreter = Path(sys.executable).parent
    return inherited | {
        "PATH": os.pathsep.join((str(interpreter), str(engine), os.environ["PATH"])),
        # The simulator is on this machine, whatever proxy there is for the rest of the world.
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "PULUMI_BACKEND_URL": backend.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        # For every `pulumi-…` package beside ours the engine would fetch a plugin before each command: some hundred
        # megabytes, or 3 s of vain attempts.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }


def pulumi(arguments: tuple[str, ...], project: Path, environment: Mapping[str, str]) -> str:
    """Runs a command of Pulumi's and returns its output without colours. Call it in the main thread.

    Raises:
        ToolError: The command failed. The message is its output.
    """
    # A job in the background ignores it, and so would the engine's children: it waits 5 s for each of those to end.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run = subprocess.run(
        ("pulumi", *arguments, "--non-interactive", "--color=never"),
        check=False,
        cwd=project,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if run.returncode:
        raise ToolError(run.stdout)
    return run.stdout
