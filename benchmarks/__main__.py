"""Measures whole `pulumi` commands: what the engine costs, the usual provider, and ours.

Every round runs all contenders one after the other, so that what else the machine does meets each alike; figures are
medians of the rounds with their spread, and only those of one run may be compared. `make bench` runs it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.race import COMMANDS, CONTENDERS, Lap, life  # noqa: E402
from tools.engine import locate  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the race and prints its table; progress goes to stderr."""
    given = _parser().parse_args(arguments)
    engine = locate()
    laps: list[Lap] = []
    for clients in given.clients:
        for number in range(1, given.rounds + 1):
            for contender in CONTENDERS:
                sys.stderr.write(f"{clients} clients, round {number}, {contender} …\n")
                with tempfile.TemporaryDirectory(prefix="sipgate-race-") as folder:
                    laps += life(contender, clients, Path(folder) / "race", engine, given.latency)
    sys.stdout.write(table(laps, given.latency))
    if given.json:
        given.json.write_text(json.dumps(document(laps, given.latency), indent=2) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python benchmarks", description=__doc__)
    parser.add_argument(
        "--clients",
        type=lambda text: [int(part) for part in text.split(",")],
        default=[1, 100],
        metavar="N,N",
        help="how many clients a stack declares (default: 1,100)",
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds for each (default: 5)")
    parser.add_argument(
        "--latency",
        type=float,
        default=0.1,
        metavar="SECONDS",
        help="how long sipgate takes for an answer (default: 0.1)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    return parser


def machine() -> dict[str, object]:
    """What the figures depend on."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "pulumi": version("pulumi"),
    }


def document(laps: Sequence[Lap], latency: float) -> dict[str, object]:
    """All figures, for programs."""
    return {"machine": machine(), "latency": latency, "laps": [vars(lap) for lap in laps]}


def table(laps: Sequence[Lap], latency: float) -> str:
    """Medians in seconds with the spread, and the requests of one round, as Markdown."""
    facts = ", ".join(f"{key} {value}" for key, value in machine().items())
    lines = [f"{facts}; {latency * 1000:.0f} ms per answer, over TLS\n"]
    for clients in sorted({lap.clients for lap in laps}):
        lines += [
            f"\n{clients} clients: median seconds (least to most)",
            f"| | {' | '.join(COMMANDS)} |",
            "|---|" + "---|" * len(COMMANDS),
        ]
        for contender in CONTENDERS:
            of = {
                command: [
                    lap
                    for lap in laps
                    if (lap.contender, lap.clients, lap.command) == (contender, clients, command)
                ]
                for command in COMMANDS
            }
            times = [[lap.seconds for lap in of[command]] for command in COMMANDS]
            shown = [f"{statistics.median(t):.2f} ({min(t):.2f} to {max(t):.2f})" for t in times]
            lines.append(f"| {contender} | {' | '.join(shown)} |")
            sent = [_sent(of[command][-1]) for command in COMMANDS]
            lines.append(f"| {contender}: requests | {' | '.join(sent)} |")
    return "\n".join(lines) + "\n"


def _sent(lap: Lap) -> str:
    requests = ", ".join(f"{count} {method}" for method, count in sorted(lap.requests.items()))
    return f"{requests or 'none'}; {lap.handshakes} TLS"


if __name__ == "__main__":
    sys.exit(main())
