"""Measures whole `pulumi` commands: what the engine costs, the usual provider, and ours.

Contenders: `floor` is a dynamic provider whose calls do nothing, `pace` one whose calls only wait as long as sipgate
takes, which no dynamic provider can beat; `naive` is the usual one, `clear` the same without encrypted secrets, `ours`
this project's, `native` its plugin, and `native-pace` a plugin with ten threads that only wait.

Parts: `race` times every contender's whole life and counts the requests that sipgate sees, in rounds that go on until
the ratios of the times are known to 6 %, or for `--rounds`; `trace` shows one creation call by call; `startup` what
importing adds; `share` what of the plugin's time and size is ours; `settings` what the engine's own settings change.
Without a name all are run. Figures are medians with their spread, and only those of one run may be compared: every
round runs all contenders one after the other, so that what else the machine does meets each alike. `make bench` runs
it.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import race, settings, share, startup, trace  # noqa: E402
from benchmarks.intervals import LEAST_ROUNDS  # noqa: E402
from benchmarks.life import CONTENDERS, MEASURABLE, Conditions  # noqa: E402
from tools.engine import locate  # noqa: E402

Item = TypeVar("Item")


@dataclass(frozen=True)
class Run:
    """What the command line asks for."""

    given: argparse.Namespace
    engine: Path
    courses: Sequence[Conditions]

    def startup(self) -> object:
        """What importing adds."""
        started, imported = startup.startup(4 * LEAST_ROUNDS), startup.imports()
        _show(startup.table(started, imported))
        return started

    def race(self) -> object:
        """Whole lives of the contenders."""
        races = []
        for conditions in self.courses:
            races.append(
                race.race(conditions, self.given.contenders, self.given.rounds, self.engine, _say)
            )
            _show(race.table(races[-1]))
        if self.given.picture:
            from benchmarks import picture  # noqa: PLC0415  it takes a second

            picture.draw_race(races, self.given.picture)
        return [lap for one in races for lap in one.document()]

    def trace(self) -> object:
        """One creation of several clients, call by call."""
        found = []
        for conditions in (one for one in self.courses if one.clients > 1):
            _say(f"{conditions}: one creation …")
            traces = [
                trace.trace(contender, conditions, self.engine)
                for contender in self.given.contenders
                if contender in MEASURABLE
            ]
            _show(trace.table(traces))
            found += traces
            if self.given.trace_picture:
                from benchmarks import picture  # noqa: PLC0415

                picture.draw_trace(traces, self.given.trace_picture)
        return [asdict(one) for one in found]

    def share(self) -> object:
        """What of the plugin's time and size is ours."""
        shares = []
        for conditions in self.courses:
            _say(f"{conditions}: our own share …")
            shares.append(share.share(conditions, self.engine))
        _show(share.table(shares))
        return [vars(one) for one in shares]

    def settings(self) -> object:
        """What the engine's own settings change."""
        every = {}
        for conditions in self.courses:
            _say(f"{conditions}: {len(settings.SETTINGS)} settings …")
            rounds = min(self.given.rounds, LEAST_ROUNDS)
            found = settings.settings(conditions, rounds, self.engine)
            _show(settings.table(conditions, found))
            every[str(conditions)] = found
        return every


PARTS = {
    "startup": Run.startup,
    "race": Run.race,
    "trace": Run.trace,
    "share": Run.share,
    "settings": Run.settings,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the parts and prints their tables; progress goes to stderr."""
    given = _parser().parse_args(arguments)
    engine = locate()
    run = Run(
        given,
        engine,
        [
            Conditions(clients, latency, tls=not given.http)
            for clients in given.clients
            for latency in given.latency
        ],
    )
    found = machine(engine)
    _show(", ".join(f"{key} {value}" for key, value in found.items()))
    document: dict[str, object] = {"machine": found}
    for name, part in PARTS.items():
        if not given.parts or name in given.parts:
            document[name] = part(run)
    if given.json:
        given.json.write_text(json.dumps(document, indent=2) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "parts", nargs="*", type=_one_of(tuple(PARTS)), metavar="PART", help=", ".join(PARTS)
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
        type=_several(_one_of(tuple(CONTENDERS))),
        default=list(CONTENDERS),
        metavar="NAME,NAME",
        help=f"who takes part in race and trace (default: {','.join(CONTENDERS)})",
    )
    parser.add_argument(
        "--rounds",
        type=int,
        default=12,
        metavar="N",
        help=f"rounds at most (default: 12); from {LEAST_ROUNDS} on fewer if the ratios are known well enough",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to FILE")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw the race (svg or png)")
    parser.add_argument(
        "--trace-picture", type=Path, metavar="FILE", help="draw the last trace (svg or png)"
    )
    return parser


def _several(item: Callable[[str], Item]) -> Callable[[str], list[Item]]:
    def parse(text: str) -> list[Item]:
        return [item(part) for part in text.split(",")]

    return parse


def _one_of(known: Sequence[str]) -> Callable[[str], str]:
    def parse(name: str) -> str:
        if name not in known:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(known)}")
        return name

    return parse


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
