"""One contender's whole life: five `pulumi` commands, timed, with sipgate's requests counted.

Every life has a folder, a backend and a simulator of its own, so that none meets what another has left.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import certifi

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tools.engine import pulumi, scratch_environment

COMMANDS = ("create", "no-op", "update all", "refresh", "destroy")
_PULUMI = {
    "create": ("up", "one"),
    "no-op": ("up", "one"),
    "update all": ("up", "two"),
    "refresh": ("refresh", "two"),
    "destroy": ("destroy", "two"),
}
_MODULES = Path(__file__).resolve().parent / "contenders"


@dataclass(frozen=True)
class Contender:
    """Whose program is run.

    Attributes:
        module: Its module in `contenders`.
        plugin: The name of a native plugin whose program is the same module.
    """

    module: str
    plugin: str | None = None


CONTENDERS = {
    "floor": Contender("floor"),
    "naive": Contender("naive"),
    "ours": Contender("ours"),
    "native": Contender("native"),
    "waiting": Contender("waiting", plugin="waiting"),
}


@dataclass(frozen=True)
class Conditions:
    """What all contenders meet alike.

    Attributes:
        clients: How many clients a program declares.
        latency: How long sipgate takes for an answer, in seconds.
        tls: Whether sipgate is asked over TLS.
    """

    clients: int
    latency: float
    tls: bool = True

    def __str__(self) -> str:
        clients = f"{self.clients} client{'' if self.clients == 1 else 's'}"
        return f"{clients}, {self.latency * 1000:.0f} ms an answer{'' if self.tls else ', without TLS'}"


@dataclass(frozen=True)
class Lap:
    """One command.

    Attributes:
        command: One of `COMMANDS`.
        seconds: From its start to its end.
        requests: How many requests of each method sipgate saw.
        handshakes: How many TLS connections were made.
        state: The bytes of the stack's file after it.
    """

    command: str
    seconds: float
    requests: dict[str, int]
    handshakes: int
    state: int


def life(contender: Contender, conditions: Conditions, engine: Path) -> list[Lap]:
    """The commands, one after the other, against a simulator.

    Args:
        contender: Whose program is run.
        conditions: What it meets.
        engine: The folder of the engine's programs.

    Raises:
        RuntimeError: A command failed; its output is the text.
    """
    with (
        tempfile.TemporaryDirectory(prefix="sipgate-life-") as name,
        Simulator(tls=conditions.tls, latency=conditions.latency) as sipgate,
    ):
        folder = Path(name)
        project = _project(contender, folder)
        environment = {
            **_environment(contender, conditions, folder, engine),
            "SIPGATE_BASE_URL": sipgate.base_url,
        }
        if conditions.tls:
            # The usual bundle and one more authority, since every new connection reads all of it.
            authority = folder / "ca.pem"
            authority.write_bytes(Path(certifi.where()).read_bytes() + sipgate.ca_pem)
            environment["REQUESTS_CA_BUNDLE"] = str(authority)
        pulumi(("stack", "init", "race"), project, environment)
        return [_lap(command, project, environment, sipgate) for command in COMMANDS]


def _project(contender: Contender, folder: Path) -> Path:
    """The project's folder; its provider is in a module, so that it is stored by name and not by value."""
    project = folder / "project"
    shutil.copytree(_MODULES, project, ignore=shutil.ignore_patterns("__pycache__"))
    (project / "program.py").rename(project / "__main__.py")
    settings = "name: race\nruntime: python\n"
    if contender.plugin:
        settings += f"plugins:\n  providers:\n    - name: {contender.plugin}\n      path: bin\n"
        plugin = project / "bin" / f"pulumi-resource-{contender.plugin}"
        plugin.parent.mkdir()
        plugin.write_text(
            f'#!/bin/sh\nexec "{sys.executable}" "{project}/{contender.module}.py" "$@"\n'
        )
        plugin.chmod(0o755)
    (project / "Pulumi.yaml").write_text(settings)
    return project


def _environment(
    contender: Contender, conditions: Conditions, folder: Path, engine: Path
) -> dict[str, str]:
    return {
        **scratch_environment(folder, engine),
        "SIPGATE_TOKEN_ID": DEMO_TOKEN_ID,
        "SIPGATE_TOKEN": DEMO_TOKEN,
        "BENCHMARK_CLIENTS": str(conditions.clients),
        "BENCHMARK_CONTENDER": contender.module,
        "BENCHMARK_PACE": str(conditions.latency),
    }


def _lap(command: str, project: Path, environment: Mapping[str, str], sipgate: Simulator) -> Lap:
    verb, description = _PULUMI[command]
    sipgate.clear_requests()
    handshakes = sipgate.tls_handshakes
    began = time.monotonic()
    pulumi(
        (verb, "--yes", "--skip-preview"),
        project,
        {**environment, "BENCHMARK_DESCRIPTION": description},
    )
    return Lap(
        command,
        time.monotonic() - began,
        dict(Counter(request.method for request in sipgate.requests)),
        sipgate.tls_handshakes - handshakes,
        (project.parent / "backend/.pulumi/stacks/race/race.json").stat().st_size,
    )
