"""The race: every contender's whole life in each round, until the ratios of their times are known well enough."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.intervals import LEAST_ROUNDS, Interval
from benchmarks.life import COMMANDS, CONTENDERS, Conditions, Lap, life

# Whose ratio the tables show, and for whose sake there are more rounds.
PAIRS = (
    ("ours", "naive"),
    ("ours", "floor"),
    ("native", "naive"),
    ("native", "waiting"),
)


@dataclass
class Race:
    """What the rounds under the same conditions took: by contender, the laps of each round."""

    conditions: Conditions
    rounds: dict[str, list[list[Lap]]] = field(default_factory=dict)

    def laps(self, contender: str, command: str) -> list[Lap]:
        """The laps of one command, in the order of the rounds."""
        return [lap for laps in self.rounds[contender] for lap in laps if lap.command == command]

    def seconds(self, contender: str, command: str) -> list[float]:
        """How long the command took in each round."""
        return [lap.seconds for lap in self.laps(contender, command)]

    def intervals(self) -> dict[tuple[str, str], dict[str, Interval]]:
        """By pair of contenders and command, the ratio of their times."""
        return {
            (one, other): {
                command: Interval.of(self.seconds(one, command), self.seconds(other, command))
                for command in COMMANDS
            }
            for one, other in PAIRS
            if one in self.rounds and other in self.rounds
        }

    @property
    def settled(self) -> bool:
        """Whether all intervals are narrow enough."""
        return all(interval.narrow for of in self.intervals().values() for interval in of.values())

    def document(self) -> Iterator[dict[str, object]]:
        """Every lap as a flat object."""
        for contender, rounds in self.rounds.items():
            for number, laps in enumerate(rounds, 1):
                for lap in laps:
                    yield {
                        "contender": contender,
                        "round": number,
                        **asdict(self.conditions),
                        **asdict(lap),
                    }


def race(
    conditions: Conditions,
    contenders: Sequence[str],
    most_rounds: int,
    engine: Path,
    tell: Callable[[str], None],
) -> Race:
    """Rounds until all intervals are narrow enough, at least `LEAST_ROUNDS` and at most `most_rounds`.

    Args:
        conditions: What all contenders meet.
        contenders: Their names.
        most_rounds: The limit.
        engine: The folder of the engine's programs.
        tell: Is given a line of progress.
    """
    running = Race(conditions, {contender: [] for contender in contenders})
    for number in range(most_rounds):
        # Another one is first each time: a machine may be slower after a pause, or after much work.
        first = number % len(contenders)
        for contender in (*contenders[first:], *contenders[:first]):
            tell(f"{conditions}: round {number + 1} of at most {most_rounds}, {contender} …")
            running.rounds[contender].append(life(CONTENDERS[contender], conditions, engine))
        if number + 1 >= LEAST_ROUNDS and running.settled:
            break
    return running


def table(running: Race) -> str:
    """Medians in seconds with the spread, the requests of a round, and the ratios, as Markdown."""
    rounds = len(next(iter(running.rounds.values())))
    lines = [
        f"\n{running.conditions}: median seconds of {rounds} rounds (least to most)",
        f"| | {' | '.join(COMMANDS)} | state, bytes a client |",
        "|---|" + "---|" * (len(COMMANDS) + 1),
    ]
    for contender in running.rounds:
        times = [running.seconds(contender, command) for command in COMMANDS]
        shown = [f"{median(of):.2f} ({min(of):.2f} to {max(of):.2f})" for of in times]
        size = max(lap.state for lap in running.laps(contender, "create"))
        shown.append(f"{size / running.conditions.clients:.0f}")
        lines.append(f"| {contender} | {' | '.join(shown)} |")
        sent = [_sent(running.laps(contender, command)) for command in COMMANDS]
        if any(running.laps(contender, command)[0].requests for command in COMMANDS):
            lines.append(f"| {contender}: requests | {' | '.join(sent)} | |")
    if rounds >= LEAST_ROUNDS and (pairs := running.intervals()):
        lines += [
            f"\n{running.conditions}: ratio of the times (95 % confidence interval)",
            f"| | {' | '.join(COMMANDS)} |",
            "|---|" + "---|" * len(COMMANDS),
        ]
        for (one, other), of in pairs.items():
            lines.append(f"| {one} / {other} | {' | '.join(map(str, of.values()))} |")
    return "\n".join(lines) + "\n"


def _sent(laps: Sequence[Lap]) -> str:
    """What sipgate saw: the same in every round, or it is said."""
    seen = {tuple(sorted(lap.requests.items())) for lap in laps}
    told = " or ".join(
        ", ".join(f"{count} {method}" for method, count in requests) or "none"
        for requests in sorted(seen)
    )
    return f"{told}; {max(lap.handshakes for lap in laps)} TLS"
