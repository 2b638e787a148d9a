"""One contender's whole life with N clients: five `pulumi` commands, timed, with sipgate's requests counted.

Every life has a folder, a backend and a simulator of its own, so that none meets what another has left.
"""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tools.engine import pulumi, scratch_environment

CONTENDERS = ("floor", "pace", "naive", "ours", "native")
COMMANDS = ("create", "no-op", "update all", "refresh", "destroy")
_PULUMI = {
    "create": ("up", "one"),
    "no-op": ("up", "one"),
    "update all": ("up", "two"),
    "refresh": ("refresh", "two"),
    "destroy": ("destroy", "two"),
}
# The floor's calls, each of which waits as long as sipgate does.
_PACE = "pace"
_CONTENDERS = Path(__file__).resolve().parent / "contenders"


@dataclass(frozen=True)
class Lap:
    """One command of one contender.

    Attributes:
        seconds: From the command's start to its end.
        requests: How many requests of each method sipgate saw.
        handshakes: How many TLS connections were made.
    """

    contender: str
    clients: int
    command: str
    seconds: float
    requests: dict[str, int]
    handshakes: int


def life(
    contender: str,
    clients: int,
    folder: Path,
    engine: Path,
    latency: float,
    *,
    commands: Sequence[str] = COMMANDS,
    options: Sequence[str] = ("--skip-preview",),
    variables: Mapping[str, str] | None = None,
) -> list[Lap]:
    """The commands, one after the other, against a simulator over TLS.

    Args:
        contender: Whose program is run: a module in `contenders`, or `pace`.
        clients: How many it declares.
        folder: Where all of it lives; it must not exist yet.
        engine: The folder of the engine's programs.
        latency: How long sipgate takes for an answer, in seconds.
        commands: Which of `COMMANDS`.
        options: What else each `pulumi` command is given.
        variables: What its environment holds besides.

    Raises:
        RuntimeError: A command failed; its output is the text.
    """
    module, pace = ("floor", latency) if contender == _PACE else (contender, 0.0)
    project = folder / "project"
    project.mkdir(parents=True)
    # A module of its own, so that every contender's provider is stored by name and not by value.
    shutil.copy(_CONTENDERS / f"{module}.py", project)
    shutil.copy(_CONTENDERS / "program.py", project / "__main__.py")
    (project / "Pulumi.yaml").write_text("name: race\nruntime: python\n")
    with Simulator(tls=True, latency=latency) as sipgate:
        authority = folder / "ca.pem"
        authority.write_bytes(sipgate.ca_pem)
        environment = {
            **scratch_environment(folder, engine),
            "REQUESTS_CA_BUNDLE": str(authority),
            "SIPGATE_BASE_URL": sipgate.base_url,
            "SIPGATE_TOKEN_ID": DEMO_TOKEN_ID,
            "SIPGATE_TOKEN": DEMO_TOKEN,
            "BENCHMARK_CLIENTS": str(clients),
            "BENCHMARK_CONTENDER": module,
            "BENCHMARK_PACE": str(pace),
            **(variables or {}),
        }
        pulumi(("stack", "init", "race"), project, environment)
        laps = []
        for command in commands:
            verb, description = _PULUMI[command]
            sipgate.clear_requests()
            handshakes = sipgate.tls_handshakes
            began = time.perf_counter()
            pulumi(
                (verb, "--yes", *options),
                project,
                environment | {"BENCHMARK_DESCRIPTION": description, "BENCHMARK_COMMAND": command},
            )
            laps.append(
                Lap(
                    contender,
                    clients,
                    command,
                    time.perf_counter() - began,
                    dict(Counter(request.method for request in sipgate.requests)),
                    sipgate.tls_handshakes - handshakes,
                )
            )
        return laps
