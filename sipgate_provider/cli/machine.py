"""The checks of the machine: Pulumi's command line, its SDK, and its connections on this machine.

Whatever runs of a project gets no credential: neither its interpreter nor its modules need one to be looked at. Any
variable may hold a credential, so these processes get only the variables that are known to hold none: those that choose
an interpreter, a folder or a language.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from sipgate_provider.cli.diagnosis import Diagnosis
from sipgate_provider.installation import installing

__all__ = ["command_line", "output", "own_connections", "run", "sdk", "without_credentials"]

# The first version in which `pulumi import` accepts a dynamic provider's resources from a file.
_CLI = (3, 254, 0)
_SDK = (3, 216, 0)
_SECONDS = 60
_HARMLESS = re.compile(
    "PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TERM|TMPDIR|TMP|TEMP|XDG_[A-Z]+_(HOME|DIRS?)"
    "|(DY)?LD_LIBRARY_PATH|VIRTUAL_ENV|CONDA_(PREFIX|DEFAULT_ENV)|PYTHON[A-Z]+|PYENV_(ROOT|VERSION)"
    "|UV_(PROJECT_ENVIRONMENT|PYTHON|CACHE_DIR)|POETRY_(VIRTUALENVS_[A-Z_]+|CACHE_DIR|HOME)"
    "|PULUMI_(HOME|PYTHON_CMD|IGNORE_AMBIENT_PLUGINS)|NVM_(DIR|BIN)|NODE_PATH|GOPATH|GOROOT|JAVA_HOME|DOTNET_ROOT"
)
# The only spellings that gRPC for Python reads. gRPC for Go never sends loopback to a proxy.
_GRPC_PROXIES = ("grpc_proxy", "https_proxy", "http_proxy")
# Connects as Pulumi's processes do, since gRPC itself decides for which hosts it uses a proxy.
_CONNECT = """
import grpc
from concurrent.futures import ThreadPoolExecutor
server = grpc.server(ThreadPoolExecutor(1))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
    grpc.channel_ready_future(channel).result(timeout=5)
server.stop(None)
"""


def command_line() -> Diagnosis:
    """Checks that `pulumi` is installed, runs and is new enough."""
    found = shutil.which("pulumi")
    if found is None:
        return Diagnosis(
            "pulumi",
            "bad",
            "The `pulumi` command is not on PATH.",
            "Install it: https://www.pulumi.com/docs/install/",
        )
    number = _number(output(found, "version") or "")
    if number is None:
        return Diagnosis("pulumi", "bad", f"{found} does not run.", "Install it anew.")
    fact = f"Version {_text(number)}, {found}."
    if number < _CLI:
        return Diagnosis(
            "pulumi",
            "doubtful",
            fact,
            f"`import` needs {_text(_CLI)} or newer; update it.",
        )
    return Diagnosis("pulumi", "good", fact)


def sdk() -> Diagnosis:
    """Checks that the SDK is new enough."""
    installed = version("pulumi")
    fact = f"pulumi {installed} and sipgate-provider {version('sipgate-provider')} in {sys.prefix}."
    number = _number(installed)
    if number is None or number < _SDK:
        return Diagnosis("SDK", "bad", fact, installing(package=f"pulumi>={_text(_SDK)}"))
    return Diagnosis("SDK", "good", fact)


def own_connections() -> Diagnosis | None:
    """Checks that Pulumi's own connections bypass the proxy; None if no proxy is set."""
    proxy = next((name for name in _GRPC_PROXIES if os.environ.get(name)), None)
    if proxy is None:
        return None
    # Python searches the current folder first, so this runs in a folder without modules.
    if output(sys.executable, "-c", _CONNECT, cwd=Path(sys.prefix)) is not None:
        return Diagnosis(
            "proxy", "good", f"Pulumi's own connections on this machine bypass {proxy}."
        )
    return Diagnosis(
        "proxy",
        "bad",
        f"Pulumi's own connections on this machine go to the proxy that {proxy} names.",
        "Set `no_proxy=127.0.0.1,localhost`, in lower case: gRPC, which Pulumi uses, does not read NO_PROXY.",
    )


def without_credentials() -> dict[str, str]:
    """The variables of this environment that hold no credential."""
    return {name: value for name, value in os.environ.items() if _HARMLESS.fullmatch(name)}


def output(
    *command: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> str | None:
    """The command's output; None if it fails."""
    done = run(*command, cwd=cwd, environment=environment)
    return done.stdout.strip() if done is not None and done.returncode == 0 else None


def run(
    *command: str, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str] | None:
    """Runs the command to its end; None if it cannot be run or does not end.

    Args:
        command: The program and its arguments.
        cwd: Where to run it; here if it is no folder.
        environment: Its variables; by default those of this process.
    """
    try:
        return subprocess.run(  # noqa: S603  commands of ours
            command,
            check=False,
            cwd=cwd if cwd and cwd.is_dir() else None,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def _number(text: str) -> tuple[int, int, int] | None:
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _text(number: tuple[int, ...]) -> str:
    return ".".join(map(str, number))
