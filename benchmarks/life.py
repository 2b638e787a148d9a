"""One contender's whole life: five `pulumi` commands, timed, with sipgate's requests counted.

Every life has a folder, a backend and a simulator of its own, so that none meets what another has left.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
        waits: Whether its calls wait as long as sipgate takes, instead of asking it.
        plugin: The name of a native plugin whose program is the same module.
        measured: Whose provider the module measures.
    """

    module: str
    waits: bool = False
    plugin: str | None = None
    measured: str = ""


CONTENDERS = {
    "floor": Contender("floor"),
    "pace": Contender("floor", waits=True),
    "clear": Contender("clear"),
    "naive": Contender("naive"),
    "ours": Contender("ours"),
    "native": Contender("native"),
    "native-pace": Contender("waiting", waits=True, plugin="waiting"),
}
MEASURABLE = ("naive", "ours", "native")


def measured(name: str) -> Contender:
    """The contender of that name, one of `MEASURABLE`, with its calls written down."""
    return Contender("measured", plugin="sipgate" if name == "native" else None, measured=name)


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
        began: When it started, in seconds of the machine's monotonic clock.
        seconds: From its start to its end.
        requests: How many requests of each method sipgate saw.
        handshakes: How many TLS connections were made.
        state: The bytes of the stack's file after it.
    """

    command: str
    began: float
    seconds: float
    requests: dict[str, int]
    handshakes: int
    state: int


def life(
    contender: Contender,
    conditions: Conditions,
    engine: Path,
    *,
    commands: Sequence[str] = COMMANDS,
    options: Sequence[str] = ("--skip-preview",),
    variables: Mapping[str, str] | None = None,
) -> list[Lap]:
    """The commands, one after the other, against a simulator.

    Args:
        contender: Whose program is run.
        conditions: What it meets.
        engine: The folder of the engine's programs.
        commands: Which of `COMMANDS`.
        options: What else each `pulumi` command is given.
        variables: What its environment holds besides.

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
            **(variables or {}),
        }
        if conditions.tls:
            # The usual bundle and one more authority, since every new connection reads all of it.
            authority = folder / "ca.pem"
            authority.write_bytes(Path(certifi.where()).read_bytes() + sipgate.ca_pem)
            environment["REQUESTS_CA_BUNDLE"] = str(authority)
        pulumi(("stack", "init", "race"), project, environment)
        return [_lap(command, options, project, environment, sipgate) for command in commands]


def measured_life(
    contender: Contender, conditions: Conditions, engine: Path, commands: Sequence[str] = COMMANDS
) -> tuple[list[Lap], list[dict[str, Any]]]:
    """The commands, and what the program and a measured provider wrote down of each call."""
    with tempfile.TemporaryDirectory(prefix="sipgate-calls-") as folder:
        file = Path(folder) / "calls.jsonl"
        laps = life(
            contender,
            conditions,
            engine,
            commands=commands,
            variables={"BENCHMARK_CALLS": str(file)},
        )
        return laps, [json.loads(line) for line in file.read_text().splitlines()]


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
        "BENCHMARK_MEASURED": contender.measured,
        "BENCHMARK_PACE": str(conditions.latency if contender.waits else 0.0),
    }


def _lap(
    command: str,
    options: Sequence[str],
    project: Path,
    environment: Mapping[str, str],
    sipgate: Simulator,
) -> Lap:
    verb, description = _PULUMI[command]
    sipgate.clear_requests()
    handshakes = sipgate.tls_handshakes
    began = time.monotonic()
    pulumi(
        (verb, "--yes", *options),
        project,
        {**environment, "BENCHMARK_DESCRIPTION": description, "BENCHMARK_COMMAND": command},
    )
    return Lap(
        command,
        began,
        time.monotonic() - began,
        dict(Counter(request.method for request in sipgate.requests)),
        sipgate.tls_handshakes - handshakes,
        _state(project.parent / "backend/.pulumi/stacks/race").stat().st_size,
    )


def _state(folder: Path) -> Path:
    """The stack's file, which may be packed."""
    (file,) = (file for name in ("race.json", "race.json.gz") if (file := folder / name).exists())
    return file
