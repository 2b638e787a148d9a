"""What `doctor` looks at on the machine: Pulumi's command line and SDK, and the Python that Pulumi would start."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from sipgate_provider.cli.check import Check
from sipgate_provider.cli.project import read_project, runtime_of

__all__ = ["command_line", "program_environment", "sdk"]

# `pulumi import` takes a dynamic provider's resources from a file since then.
_CLI = (3, 254, 0)
_PLUGIN = "pulumi-resource-sipgate"
_SDK = (3, 216, 0)
_SECONDS = 60


def command_line() -> Check:
    """Whether there is a `pulumi` that runs and is new enough."""
    found = shutil.which("pulumi")
    if found is None:
        return Check(
            "pulumi",
            "bad",
            "The `pulumi` command is not on PATH.",
            "Install it: https://www.pulumi.com/docs/install/",
        )
    said = _output(found, "version")
    number = _number(said or "")
    if number is None:
        return Check("pulumi", "bad", f"{found} does not run.", "Install it anew.")
    fact = f"Version {_text(number)}, {found}."
    if number < _CLI:
        return Check(
            "pulumi",
            "doubtful",
            fact,
            f"`import` needs {_text(_CLI)} or newer; update it.",
        )
    return Check("pulumi", "good", fact)


def sdk() -> Check:
    """Whether the SDK is new enough."""
    installed = version("pulumi")
    fact = f"pulumi {installed} and sipgate-provider {version('sipgate-provider')} in {sys.prefix}."
    number = _number(installed)
    if number is None or number < _SDK:
        return Check("SDK", "bad", fact, f"pip install 'pulumi>={_text(_SDK)}'")
    return Check("SDK", "good", fact)


def program_environment(file: Path) -> Check:
    """Whether the Python that Pulumi will start for this project has the package."""
    document = read_project(file)
    name, options = runtime_of(document)
    if name != "python":
        return _plugin(file, name)
    environment = options.get("virtualenv")
    if environment and document.get("main") and not Path(environment).is_absolute():
        return Check(
            "project",
            "bad",
            f"{file} has both `main:` and a relative `virtualenv:`, which Pulumi looks for in two folders.",
            "Remove `virtualenv:` and activate the environment before `pulumi up`.",
        )
    python = _python(file.parent, environment)
    if python is None:
        return Check(
            "project",
            "bad",
            f"There is no Python in {environment}."
            if environment
            else "There is no Python on PATH.",
            "Run `pulumi install`, or make the environment and install sipgate-provider into it.",
        )
    found = _output(
        python,
        "-c",
        "import sipgate_provider.provider, sipgate_provider as package; print(package.__version__)",
        cwd=file.parent / str(document.get("main") or ""),
    )
    if not found:
        return Check(
            "project",
            "bad",
            f"Pulumi would run {python}, which has no sipgate_provider.",
            f"Install it there (`{python} -m pip install sipgate-provider`), or activate the environment that has it.",
        )
    return Check("project", "good", f"Pulumi runs {python}, which has sipgate_provider {found}.")


def _plugin(file: Path, runtime: str) -> Check:
    """Whether Pulumi finds the native plugin, which serves programs in every language."""
    named = (read_project(file).get("plugins") or {}).get("providers") or []
    folders = [file.parent / str(one.get("path")) for one in named if one.get("name") == "sipgate"]
    found = next(
        filter(None, (shutil.which(_PLUGIN, path=folder) for folder in (*folders, None))), None
    )
    if found is None:
        return Check(
            "project",
            "bad",
            f"{file} has the runtime {runtime!r}, and there is no {_PLUGIN}.",
            "Activate the environment that has sipgate-provider, or name its bin folder in Pulumi.yaml under "
            "plugins.providers.",
        )
    return Check("project", "good", f"Pulumi runs {found}, which serves {runtime} programs.")


def _python(folder: Path, environment: str | None) -> str | None:
    """The Python that Pulumi's language host starts."""
    if environment:
        found = folder / environment / "bin" / "python"
        return str(found) if found.exists() else None
    return shutil.which("python3") or shutil.which("python")


def _output(*command: str, cwd: Path | None = None) -> str | None:
    """What the command prints, or None where it fails."""
    try:
        run = subprocess.run(  # noqa: S603  commands of ours
            command,
            check=False,
            cwd=cwd if cwd and cwd.is_dir() else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return run.stdout.strip() if run.returncode == 0 else None


def _number(said: str) -> tuple[int, int, int] | None:
    match = re.search(r"(\d+)\.(\d+)\.(\d+)", said)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def _text(number: tuple[int, ...]) -> str:
    return ".".join(map(str, number))
