"""What the engine's own settings win back for users: this project's programs under each of them, side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.life import CONTENDERS, Conditions, life

COMMANDS = ("create", "no-op", "update all", "destroy")


@dataclass(frozen=True)
class Setting:
    """One way to run `pulumi`.

    Attributes:
        label: What the table calls it.
        options: What each command is given.
        variables: What its environment holds.
        contender: Whose program is run.
    """

    label: str
    options: tuple[str, ...] = ("--skip-preview",)
    variables: dict[str, str] = field(default_factory=dict)
    contender: str = "ours"


_NO_CHECKPOINTS = {"PULUMI_SKIP_CHECKPOINTS": "true", "PULUMI_EXPERIMENTAL": "true"}
SETTINGS = (
    Setting("with its preview", ()),
    Setting("--skip-preview (all that follow too)"),
    Setting("--parallel 4", ("--skip-preview", "--parallel", "4")),
    Setting("--parallel 16", ("--skip-preview", "--parallel", "16")),
    Setting("PULUMI_DIY_BACKEND_GZIP", variables={"PULUMI_DIY_BACKEND_GZIP": "true"}),
    Setting(
        "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS",
        variables={"PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS": "true"},
    ),
    Setting("PULUMI_SKIP_CHECKPOINTS", variables=_NO_CHECKPOINTS),
    Setting("native", contender="native"),
    Setting("native, --parallel 16", ("--skip-preview", "--parallel", "16"), contender="native"),
    Setting("native, PULUMI_SKIP_CHECKPOINTS", variables=_NO_CHECKPOINTS, contender="native"),
)


def settings(
    conditions: Conditions, rounds: int, engine: Path
) -> dict[str, dict[str, list[float]]]:
    """Seconds by setting and command, with the settings interleaved."""
    found: dict[str, dict[str, list[float]]] = {
        setting.label: {command: [] for command in COMMANDS} for setting in SETTINGS
    }
    for _ in range(rounds):
        for setting in SETTINGS:
            laps = life(
                CONTENDERS[setting.contender],
                conditions,
                engine,
                commands=COMMANDS,
                options=setting.options,
                variables=setting.variables,
            )
            for lap in laps:
                found[setting.label][lap.command].append(lap.seconds)
    return found


def table(conditions: Conditions, found: dict[str, dict[str, list[float]]]) -> str:
    """The figures as Markdown."""
    lines = [
        f"\nThe engine's settings, {conditions}: median seconds (least to most)",
        f"| | {' | '.join(COMMANDS)} |",
        "|---|" + "---|" * len(COMMANDS),
    ]
    for label, times in found.items():
        cells = [
            f"{median(times[command]):.2f} ({min(times[command]):.2f} to {max(times[command]):.2f})"
            for command in COMMANDS
        ]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
