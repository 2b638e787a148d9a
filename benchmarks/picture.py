"""The race and the trace as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.life import COMMANDS
from benchmarks.race import Race
from benchmarks.trace import Trace

_COLOURS = {
    "floor": "#9aa5b1",
    "pace": "#c9ced6",
    "clear": "#e6b98f",
    "naive": "#d98032",
    "ours": "#1f6fb2",
    "native": "#2f8f5b",
    "native-pace": "#a5d3b9",
}
_LABELS = {
    "floor": "engine alone",
    "pace": "four threads that wait",
    "clear": "usual provider, secrets in clear",
    "naive": "usual provider",
    "ours": "this provider",
    "native": "this provider, native",
    "native-pace": "ten threads that wait",
}
_BEFORE, _NETWORK, _AFTER = "#d98032", "#1f6fb2", "#2f8f5b"
_STYLE: Any = {"font.size": 9, "svg.hashsalt": "sipgate", "svg.fonttype": "none"}


def draw_race(races: Sequence[Race], file: Path) -> None:
    """A panel for each race, a group of bars for each command; lines go from the least to the most."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(max(7.0, 4.6 * len(races)), 3.6), layout="constrained")
        panels = figure.subplots(1, len(races), squeeze=False)[0]
        for panel, one in zip(panels, races, strict=True):
            width = 0.8 / len(one.rounds)
            for place, contender in enumerate(one.rounds):
                times = [one.seconds(contender, command) for command in COMMANDS]
                medians = [median(of) for of in times]
                panel.bar(
                    [
                        index + (place - (len(one.rounds) - 1) / 2) * width
                        for index in range(len(COMMANDS))
                    ],
                    medians,
                    width,
                    yerr=[
                        [middle - min(of) for middle, of in zip(medians, times, strict=True)],
                        [max(of) - middle for middle, of in zip(medians, times, strict=True)],
                    ],
                    color=_COLOURS[contender],
                    label=_LABELS[contender],
                    ecolor="#444444",
                    capsize=2,
                )
            panel.set_title(str(one.conditions))
            panel.set_xticks(range(len(COMMANDS)), COMMANDS)
            panel.spines[["top", "right"]].set_visible(False)
            panel.grid(axis="y", color="#dddddd")
            panel.set_axisbelow(True)
        panels[0].set_ylabel("seconds")
        figure.legend(
            *panels[0].get_legend_handles_labels(),
            loc="outside lower center",
            ncols=len(races[0].rounds),
        )
        figure.suptitle("Whole pulumi commands; less is better")
        _save(figure, file)


def draw_trace(traces: Sequence[Trace], file: Path) -> None:
    """A panel for each contender, a line for each thread."""
    with mpl.rc_context(_STYLE):
        lines = sum(len(one.threads) for one in traces)
        figure = Figure(figsize=(11, 1.2 * len(traces) + 0.16 * lines + 0.6), layout="constrained")
        panels = figure.subplots(
            len(traces),
            1,
            squeeze=False,
            sharex=True,
            height_ratios=[3 + len(one.threads) for one in traces],
        )[:, 0]
        for panel, one in zip(panels, traces, strict=True):
            for call in one.calls:
                spans = [
                    (_BEFORE, call.began, call.sent),
                    (_AFTER, call.answered, call.ended),
                    *((_NETWORK, left, came) for _, left, came in call.requests),
                ]
                for colour, begin, end in spans:
                    panel.barh(
                        call.thread,
                        end - begin,
                        left=begin,
                        height=0.8,
                        color=colour,
                        edgecolor="white",
                        linewidth=0.3,
                    )
            panel.set_title(f"{_LABELS[one.contender]}: {one.seconds:.2f} s", loc="left")
            panel.set_yticks([])
            panel.invert_yaxis()
            panel.spines[["top", "right", "left"]].set_visible(False)
        panels[-1].set_xlabel("seconds since the start of pulumi up")
        for colour, label in (
            (_BEFORE, "before the POST leaves"),
            (_NETWORK, "waiting for sipgate"),
            (_AFTER, "after the response"),
        ):
            panels[0].barh(0, 0, color=colour, label=label)
        figure.legend(loc="outside lower center", ncols=3)
        figure.suptitle(f"One creation, {traces[0].conditions}; white: the thread has no call")
        _save(figure, file)


def _save(figure: Figure, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(
        file,
        dpi=110,
        facecolor="white",
        metadata={"Date": None} if file.suffix == ".svg" else None,
    )
