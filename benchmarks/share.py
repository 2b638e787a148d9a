"""What of the time is ours: the processor's time in the provider's calls, inside the plugin, and the plugin's size.

The program's row compares whole programs, this project's with the floor's, since what a declaration costs is spread
over the SDK's tasks.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

from benchmarks.life import CONTENDERS, Conditions, measured, measured_life

CALLS = ("check", "diff", "create", "read", "update", "delete")


@dataclass
class Share:
    """One life of N clients.

    Attributes:
        clients: How many.
        ours: Milliseconds of the processor for a call, by call, without the HTTP library; the first one of each
            command is left out.
        first: Milliseconds for the first call of each command, which imports what all need.
        http: Milliseconds within requests and urllib3 for a call.
        calls: How many calls of each there were.
        plugin: Seconds of the processor in the whole plugin, by command.
        megabytes: The plugin's size at its largest.
        programs: Seconds of the processor in the whole program, by contender and command.
    """

    clients: int
    ours: dict[str, float] = field(default_factory=dict)
    http: dict[str, float] = field(default_factory=dict)
    first: dict[str, float] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    plugin: dict[str, float] = field(default_factory=dict)
    megabytes: float = 0.0
    programs: dict[str, dict[str, float]] = field(default_factory=dict)


def share(conditions: Conditions, engine: Path) -> Share:
    """What a life took in the plugin and in the program."""
    found = Share(conditions.clients)
    for name, contender in (
        ("floor", CONTENDERS["floor"]),
        ("ours", CONTENDERS["ours"]),
        ("measured", measured("ours")),
    ):
        _, lines = measured_life(contender, conditions, engine)
        if contender.measured:
            _add_calls(found, [line for line in lines if line["call"] != "program"])
        else:
            found.programs[name] = {line["command"]: line["process"] for line in lines}
    return found


def _add_calls(found: Share, lines: list[dict[str, object]]) -> None:
    by_call: defaultdict[str, list[dict[str, float]]] = defaultdict(list)
    for line in lines:
        numbers = {name: value for name, value in line.items() if isinstance(value, float | int)}
        command = str(line["command"])
        if command in found.first:
            by_call[str(line["call"])].append(numbers)
        else:
            found.first[command] = 1000 * (numbers["cpu"] - numbers["http"])
        found.plugin[command] = max(numbers["process"], found.plugin.get(command, 0.0))
        found.megabytes = max(found.megabytes, numbers["rss"] / 1e6)
    for call, costs in by_call.items():
        found.ours[call] = 1000 * mean(one["cpu"] - one["http"] for one in costs)
        found.http[call] = 1000 * mean(one["http"] for one in costs)
        found.calls[call] = len(costs)


def table(shares: list[Share]) -> str:
    """The figures as Markdown."""
    lines = [
        "\nOur own share: milliseconds of the processor for a call, and within the HTTP library for it",
        f"| clients | {' | '.join(CALLS)} | plugin, MB at most |",
        "|---|" + "---|" * (len(CALLS) + 1),
    ]
    for one in shares:
        cells = [
            f"{one.ours[call]:.2f} + {one.http[call]:.2f}" if call in one.ours else "none"
            for call in CALLS
        ]
        lines.append(f"| {one.clients} | {' | '.join(cells)} | {one.megabytes:.0f} |")
    commands = list(shares[0].plugin)
    firsts = "; ".join(
        f"{command} {milliseconds:.0f}" for command, milliseconds in shares[-1].first.items()
    )
    lines += [
        f"\nThe first call of each plugin, which imports: {firsts}",
        "\nSeconds of the processor in whole processes",
        f"| clients | process | {' | '.join(commands)} |",
        "|---|---|" + "---|" * len(commands),
    ]
    for one in shares:
        rows = {"plugin": one.plugin} | {
            f"program, {contender}": of for contender, of in one.programs.items()
        }
        for process, of in rows.items():
            cells = [f"{of[command]:.2f}" if command in of else "none" for command in commands]
            lines.append(f"| {one.clients} | {process} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
