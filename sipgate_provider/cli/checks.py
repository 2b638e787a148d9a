"""What `doctor` looks at, in the order in which things go wrong: the machine, the project, the credential, sipgate.

A check tells one fact and, where that is not as it should be, what to do about it. "Bad" is what `pulumi up` would
fail at; "doubtful" is what works today. A check that needs an earlier one's success is left out after its failure.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import yaml

from sipgate_provider.accounts import namespace
from sipgate_provider.cli.session import Session
from sipgate_provider.errors import SipgateError
from sipgate_provider.given import KEYS, SECRET_KEYS

__all__ = ["Check", "checks"]

# `pulumi import` takes a dynamic provider's resources from a file since then.
_CLI = (3, 254, 0)
_SDK = (3, 216, 0)
_SECONDS = 60


@dataclass(frozen=True)
class Check:
    """One fact about the set-up.

    Attributes:
        subject: What was looked at: `pulumi`, `credential`.
        state: `good`; `doubtful` where it works but should not stay so; `bad` where `pulumi up` would fail.
        fact: What was found.
        remedy: What to do; empty where all is good.
    """

    subject: str
    state: Literal["good", "doubtful", "bad"]
    fact: str
    remedy: str = ""


def checks(session: Session) -> Iterator[Check]:
    """The checks, one by one as they are done."""
    cli = _cli()
    yield cli
    yield _sdk()
    if session.project_file is not None:
        yield from _environment(session.project_file)
    if cli.state != "bad" or not session.in_project:
        yield from _settings(session)


def _cli() -> Check:
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


def _sdk() -> Check:
    installed = version("pulumi")
    fact = f"pulumi {installed} and sipgate-provider {version('sipgate-provider')} in {sys.prefix}."
    number = _number(installed)
    if number is None or number < _SDK:
        return Check("SDK", "bad", fact, f"pip install 'pulumi>={_text(_SDK)}'")
    return Check("SDK", "good", fact)


def _environment(file: Path) -> Iterator[Check]:
    """Whether the Python that Pulumi will start for this project has the package."""
    document = _project(file)
    runtime = document.get("runtime")
    name, options = (
        (runtime.get("name"), runtime.get("options") or {})
        if isinstance(runtime, dict)
        else (runtime, {})
    )
    if name != "python":
        yield Check(
            "project",
            "bad",
            f"{file} has the runtime {name!r}.",
            "A dynamic provider works in Python programs only; set `runtime: python`.",
        )
        return
    environment = options.get("virtualenv")
    if environment and document.get("main") and not Path(environment).is_absolute():
        yield Check(
            "project",
            "bad",
            f"{file} has both `main:` and a relative `virtualenv:`, which Pulumi looks for in two folders.",
            "Remove `virtualenv:` and activate the environment before `pulumi up`.",
        )
        return
    python = _python(file.parent, environment)
    if python is None:
        yield Check(
            "project",
            "bad",
            f"There is no Python in {environment}."
            if environment
            else "There is no Python on PATH.",
            "Run `pulumi install`, or make the environment and install sipgate-provider into it.",
        )
        return
    found = _output(
        python,
        "-c",
        "import sipgate_provider.provider, sipgate_provider as package; print(package.__version__)",
        cwd=file.parent / str(document.get("main") or ""),
    )
    if not found:
        yield Check(
            "project",
            "bad",
            f"Pulumi would run {python}, which has no sipgate_provider.",
            f"Install it there (`{python} -m pip install sipgate-provider`), or activate the environment that has it.",
        )
        return
    yield Check("project", "good", f"Pulumi runs {python}, which has sipgate_provider {found}.")


def _python(folder: Path, environment: str | None) -> str | None:
    """The Python that Pulumi's language host starts."""
    if environment:
        found = folder / environment / "bin" / "python"
        return str(found) if found.exists() else None
    return shutil.which("python3") or shutil.which("python")


def _project(file: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return document if isinstance(document, dict) else {}


def _settings(session: Session) -> Iterator[Check]:
    if session.in_project:
        try:
            entries = session.stack.entries()
        except SipgateError as error:
            yield Check(
                "stack",
                "bad",
                f"Its configuration cannot be read: {error}",
                "Select a stack (`pulumi stack select`), and see that its passphrase or key can be had.",
            )
            return
        yield from _configuration(session, entries)
    try:
        settings = session.settings
    except SipgateError as error:
        yield Check("credential", "bad", "There is none that can be used.", str(error))
        return
    yield Check("credential", "good", f"It comes from {settings.source}.")
    yield from _sipgate(session)


def _configuration(session: Session, entries: dict[str, dict[str, Any]]) -> Iterator[Check]:
    prefix = namespace(session.account)
    ours = {
        key.partition(":")[2]: entry
        for key, entry in entries.items()
        if key.partition(":")[0] == prefix
    }
    unknown = sorted(set(ours) - set(KEYS))
    clear = sorted(key for key in set(ours) & SECRET_KEYS if not ours[key].get("secret"))
    for key in unknown:
        near = next((known for known in KEYS if known.lower() == key.lower()), None)
        yield Check(
            "stack",
            "doubtful",
            f"{prefix}:{key} is no key of this provider.",
            f"Perhaps {prefix}:{near} is meant." if near else f"Known are {', '.join(KEYS)}.",
        )
    for key in clear:
        yield Check(
            "stack",
            "doubtful",
            f"{prefix}:{key} stands unencrypted in the stack's file.",
            f"`pulumi config set --secret {prefix}:{key}`, and a new one from sipgate if the file was shared.",
        )
    if not unknown and not clear:
        keys = (
            ", ".join(f"{prefix}:{key}" for key in sorted(ours)) or "none of this provider's keys"
        )
        yield Check("stack", "good", f"Its configuration has {keys}.")


def _sipgate(session: Session) -> Iterator[Check]:
    from sipgate_provider.access import access_of  # noqa: PLC0415

    base_url = session.settings.base_url
    try:
        access = access_of(session.api)
    except SipgateError as error:
        yield Check(
            "sipgate",
            "bad",
            f"{base_url} cannot be used: {error}",
            "Check the network, HTTPS_PROXY and NO_PROXY, REQUESTS_CA_BUNDLE, and sipgate:baseUrl.",
        )
        return
    yield Check("sipgate", "good", f"{base_url} answers.")
    if not access.accepted:
        yield Check(
            "credential",
            "bad",
            access.problem,
            "Make a new token at sipgate, or log in anew with `python -m sipgate_provider login`.",
        )
        return
    for scope, there, need in (
        ("read", access.read, "refresh, import, lookups and finding lost clients again"),
        ("write", access.write, "creating, changing and deleting clients"),
    ):
        name = f"authorization:oauth2:clients:{scope}"
        if there:
            yield Check("scope", "good", f"{name} is there.")
        else:
            yield Check(
                "scope",
                "bad",
                f"{name} is missing.",
                f"It is needed for {need}: make a token that has it, for a user who may manage clients.",
            )


def _output(*command: str, cwd: Path | None = None) -> str | None:
    """What the command prints, or None where it fails."""
    try:
        run = subprocess.run(  # noqa: S603  commands of ours
            command,
            check=False,
            cwd=cwd if cwd and cwd.is_dir() else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
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
