"""The race as a picture: a panel for each number of clients, a group of bars for each command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.race import COMMANDS, Lap

_COLOURS = {
    "floor": "#9aa5b1",
    "pace": "#c9ced6",
    "naive": "#d98032",
    "ours": "#1f6fb2",
    "native": "#2f8f5b",
}
_LABELS = {
    "floor": "engine alone",
    "pace": "four threads that wait",
    "naive": "usual provider",
    "ours": "this provider",
    "native": "this provider, native",
}


def draw(laps: Sequence[Lap], latency: float, file: Path) -> None:
    """The medians as bars with lines from the least to the most, written to `file`."""
    counts = sorted({lap.clients for lap in laps})
    contenders = list(dict.fromkeys(lap.contender for lap in laps))
    with mpl.rc_context({"font.size": 9, "svg.hashsalt": "sipgate", "svg.fonttype": "none"}):
        figure = Figure(figsize=(4.6 * len(counts), 3.6), layout="constrained")
        panels = figure.subplots(1, len(counts), squeeze=False)[0]
        for panel, clients in zip(panels, counts, strict=True):
            for place, contender in enumerate(contenders):
                times = [
                    [
                        lap.seconds
                        for lap in laps
                        if (lap.clients, lap.contender, lap.command)
                        == (clients, contender, command)
                    ]
                    for command in COMMANDS
                ]
                medians = [median(of) for of in times]
                panel.bar(
                    [
                        index + (place - (len(contenders) - 1) / 2) * 0.8 / len(contenders)
                        for index in range(len(COMMANDS))
                    ],
                    medians,
                    0.8 / len(contenders),
                    yerr=[
                        [middle - min(of) for middle, of in zip(medians, times, strict=True)],
                        [max(of) - middle for middle, of in zip(medians, times, strict=True)],
                    ],
                    color=_COLOURS[contender],
                    label=_LABELS[contender],
                    ecolor="#444444",
                    capsize=2,
                )
            panel.set_title(f"{clients:,} client{'' if clients == 1 else 's'}")
            panel.set_xticks(range(len(COMMANDS)), COMMANDS)
            panel.spines[["top", "right"]].set_visible(False)
            panel.grid(axis="y", color="#dddddd")
            panel.set_axisbelow(True)
        panels[0].set_ylabel("seconds")
        figure.legend(
            *panels[0].get_legend_handles_labels(),
            loc="outside lower center",
            ncols=len(contenders),
        )
        figure.suptitle(
            f"Whole pulumi commands, {latency * 1000:.0f} ms for each of sipgate's answers; less is better"
        )
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(
            file,
            dpi=110,
            facecolor="white",
            metadata={"Date": None} if file.suffix == ".svg" else None,
        )
