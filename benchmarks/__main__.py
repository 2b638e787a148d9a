"""Measures whole `pulumi` commands: what the engine costs, the usual provider, and ours.

Contenders: `floor` is a dynamic provider whose calls do nothing, `pace` one whose calls only wait as long as sipgate
takes, which no dynamic provider can beat; `naive` is the usual one, `ours` this project's, `native` its plugin.

Parts: `race` times every contender's whole life with N clients and counts the requests that sipgate sees; `startup`
what importing adds; `share` what of the plugin's time and size is ours; `settings` what the engine's own settings
change. Without a name all are run. Figures are medians of the rounds with their spread, and only those of one run
may be compared: every round runs all contenders one after the other, so that what else the machine does meets each
alike. `make bench` runs it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import settings, share, startup  # noqa: E402
from benchmarks.race import COMMANDS, CONTENDERS, Lap, life  # noqa: E402
from tools.engine import locate  # noqa: E402

PARTS = ("startup", "race", "share", "settings")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the parts and prints their tables; progress goes to stderr."""
    given = _parser().parse_args(arguments)
    # A job in the background ignores it, and so would the engine's children: it waits 5 s for each of those to end.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    parts = given.parts or PARTS
    engine = locate()
    document: dict[str, object] = {"machine": machine(engine), "latency": given.latency}
    _show(", ".join(f"{key} {value}" for key, value in machine(engine).items()))
    if "startup" in parts:
        started, imported = startup.startup(given.rounds * 4), startup.imports()
        document["startup"] = started
        _show(startup.table(started, imported))
    if "race" in parts:
        laps = race(given.clients, given.rounds, engine, given.latency, given.contenders)
        document["race"] = [vars(lap) for lap in laps]
        _show(table(laps, given.latency))
        if given.picture:
            from benchmarks.picture import draw  # noqa: PLC0415  it takes a second

            draw(laps, given.latency, given.picture)
    if "share" in parts:
        shares = []
        for clients in given.clients:
            _say(f"{clients} clients, our own share …")
            shares.append(share.share(clients, engine, given.latency))
        document["share"] = [vars(one) for one in shares]
        _show(share.table(shares))
    if "settings" in parts:
        for clients in given.clients:
            _say(f"{clients} clients under {len(settings.SETTINGS)} settings …")
            found = settings.settings(clients, given.rounds, engine, given.latency)
            document[f"settings, {clients} clients"] = found
            _show(settings.table(clients, found))
    if given.json:
        given.json.write_text(json.dumps(document, indent=2) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", type=_part, metavar="PART", help=", ".join(PARTS))
    parser.add_argument(
        "--clients",
        type=lambda text: [int(part) for part in text.split(",")],
        default=[1, 100],
        metavar="N,N",
        help="how many clients a stack declares (default: 1,100)",
    )
    parser.add_argument(
        "--contenders",
        type=_contenders,
        default=CONTENDERS,
        metavar="NAME,NAME",
        help=f"who takes part in the race (default: {','.join(CONTENDERS)})",
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
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the race (svg or png)")
    return parser


def _part(name: str) -> str:
    return _one_of(PARTS, name)


def _contenders(text: str) -> tuple[str, ...]:
    return tuple(_one_of(CONTENDERS, name) for name in text.split(","))


def _one_of(known: Sequence[str], name: str) -> str:
    if name not in known:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
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


def race(
    counts: Sequence[int],
    rounds: int,
    engine: Path,
    latency: float,
    contenders: Sequence[str],
) -> list[Lap]:
    """All laps of these contenders."""
    laps: list[Lap] = []
    for clients in counts:
        for number in range(1, rounds + 1):
            for contender in contenders:
                _say(f"{clients} clients, round {number} of {rounds}, {contender} …")
                with tempfile.TemporaryDirectory(prefix="sipgate-race-") as folder:
                    laps += life(contender, clients, Path(folder) / "race", engine, latency)
    return laps


def table(laps: Sequence[Lap], latency: float) -> str:
    """Medians in seconds with the spread, and the requests of one round, as Markdown."""
    lines = [f"\nWhole commands, {latency * 1000:.0f} ms per answer, over TLS"]
    contenders = list(dict.fromkeys(lap.contender for lap in laps))
    for clients in sorted({lap.clients for lap in laps}):
        rounds = len([lap for lap in laps if lap.clients == clients]) // (
            len(contenders) * len(COMMANDS)
        )
        lines += [
            f"\n{clients} clients: median seconds of {rounds} (least to most)",
            f"| | {' | '.join(COMMANDS)} |",
            "|---|" + "---|" * len(COMMANDS),
        ]
        for contender in contenders:
            of = {
                command: [
                    lap
                    for lap in laps
                    if (lap.contender, lap.clients, lap.command) == (contender, clients, command)
                ]
                for command in COMMANDS
            }
            times = [[lap.seconds for lap in of[command]] for command in COMMANDS]
            shown = [f"{median(t):.2f} ({min(t):.2f} to {max(t):.2f})" for t in times]
            lines.append(f"| {contender} | {' | '.join(shown)} |")
            if any(lap.requests for laps_of in of.values() for lap in laps_of):
                sent = [_sent(of[command]) for command in COMMANDS]
                lines.append(f"| {contender}: requests | {' | '.join(sent)} |")
    return "\n".join(lines) + "\n"


def _sent(laps: Sequence[Lap]) -> str:
    """What sipgate saw: the same in every round, or it is said."""
    seen = {tuple(sorted(lap.requests.items())) for lap in laps}
    told = " or ".join(
        ", ".join(f"{count} {method}" for method, count in requests) or "none"
        for requests in sorted(seen)
    )
    return f"{told}; {max(lap.handshakes for lap in laps)} TLS"


def _show(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
