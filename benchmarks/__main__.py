"""Races whole `pulumi` commands: what the engine costs, the usual provider, and ours.

Contenders: `floor` is a dynamic provider whose calls do nothing, `naive` the usual one, `ours` this project's, `native`
its plugin, and `waiting` a plugin with ten threads that only wait as long as sipgate takes.

Every contender goes through its whole life in each round, and the requests that sipgate sees are counted. Rounds go on
until the ratios of the times are known to 6 %, or for `--rounds`. Figures are medians with their spread, and only those
of one run may be compared: every round runs all contenders one after the other, so that what else the machine does
meets each alike. `make bench` runs it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.intervals import LEAST_ROUNDS
from benchmarks.life import CONTENDERS, Conditions
from benchmarks.race import race, table
from tools.engine import locate

Item = TypeVar("Item")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the races and prints their tables; progress goes to stderr."""
    given = _parser().parse_args(arguments)
    engine = locate()
    found = machine(engine)
    _show(", ".join(f"{key} {value}" for key, value in found.items()))
    laps: list[dict[str, object]] = []
    for clients in given.clients:
        for latency in given.latency:
            conditions = Conditions(clients, latency, tls=not given.http)
            run = race(conditions, given.contenders, given.rounds, engine, _say)
            _show(table(run))
            laps += run.document()
    if given.json:
        given.json.write_text(json.dumps({"machine": found, "race": laps}, indent=2) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--clients",
        type=_several(int),
        default=[1, 100],
        metavar="N,N",
        help="how many clients a stack declares (default: 1,100)",
    )
    parser.add_argument(
        "--latency",
        type=_several(float),
        default=[0.1],
        metavar="SECONDS,SECONDS",
        help="how long sipgate takes for an answer (default: 0.1)",
    )
    parser.add_argument(
        "--http",
        action="store_true",
        help="ask sipgate without TLS, which costs the usual provider a handshake a request",
    )
    parser.add_argument(
        "--contenders",
        type=_several(_contender),
        default=list(CONTENDERS),
        metavar="NAME,NAME",
        help=f"who takes part (default: {','.join(CONTENDERS)})",
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=12,
        metavar="N",
        help=f"rounds at most (default: 12); from {LEAST_ROUNDS} on fewer if the ratios are known well enough",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    return parser


def _several(item: Callable[[str], Item]) -> Callable[[str], list[Item]]:
    def parse(text: str) -> list[Item]:
        return [item(part) for part in text.split(",")]

    return parse


def _contender(name: str) -> str:
    if name not in CONTENDERS:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(CONTENDERS)}")
    return name


def machine(engine: Path) -> dict[str, object]:
    """What the figures depend on."""
    told = subprocess.run(
        (engine / "pulumi", "version"), check=True, capture_output=True, text=True
    )
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "pulumi SDK": version("pulumi"),
        "engine": told.stdout.strip(),
    }


def _show(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
