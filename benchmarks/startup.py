"""What importing this package adds to a program's start, and what its first call adds to the plugin's."""

from __future__ import annotations

import statistics
import subprocess
import sys

_STEPS = {
    "import pulumi": "import pulumi, pulumi.dynamic",
    "import sipgate_provider, in the program": "import sipgate_provider; sipgate_provider.OAuthClient",
    "first check, in the plugin": (
        "p = sipgate_provider.provider.OAuthClientProvider(); "
        "p.check({}, {'name': 'crm', 'redirectUris': ['https://a/']})"
    ),
    "first request, in the plugin": "import sipgate_provider.clients.lifecycle",
}
_PROGRAM = "import time\nticks = [time.perf_counter()]\n" + "".join(
    f"{step}\nticks.append(time.perf_counter())\n" for step in _STEPS.values()
)
_PROGRAM += "print(*(after - before for before, after in zip(ticks, ticks[1:])))"
_UNWANTED = ("requests", "urllib3", "pydantic")


def startup(rounds: int) -> dict[str, list[float]]:
    """Milliseconds that each step adds, in `rounds` processes of their own after one that does not count."""
    measured: dict[str, list[float]] = {step: [] for step in _STEPS}
    for number in range(rounds + 1):
        run = subprocess.run(
            (sys.executable, "-c", _PROGRAM), check=True, capture_output=True, text=True
        )
        if number:
            for step, seconds in zip(_STEPS, run.stdout.split(), strict=True):
                measured[step].append(1000 * float(seconds))
    return measured


def imports() -> list[tuple[str, float]]:
    """What the import in the program loads beside pulumi: module and milliseconds with all below it (-X importtime)."""
    steps = (
        _STEPS["import pulumi"],
        "import sys; print('#', file=sys.stderr)",
        _STEPS["import sipgate_provider, in the program"],
    )
    run = subprocess.run(
        (sys.executable, "-X", "importtime", "-c", "\n".join(steps)),
        check=True,
        capture_output=True,
        text=True,
    )
    added = run.stderr.partition("#\n")[2].splitlines()
    rows = [line.removeprefix("import time:").split("|") for line in added]
    return [(name.rstrip(), int(total) / 1000) for _, total, name in rows]


def table(measured: dict[str, list[float]], imported: list[tuple[str, float]]) -> str:
    """The figures as Markdown."""
    lines = [
        "\nStart: median milliseconds that each step adds (least to most)",
        "| | ms |",
        "|---|---|",
    ]
    for step, times in measured.items():
        lines.append(
            f"| {step} | {statistics.median(times):.1f} ({min(times):.1f} to {max(times):.1f}) |"
        )
    loaded = {name.strip().partition(".")[0] for name, _ in imported}
    found = sorted(loaded & set(_UNWANTED))
    lines += [
        f"\nOf {', '.join(_UNWANTED)} the program's import loads: {', '.join(found) or 'none'}.",
        "What it loads (python -X importtime, milliseconds with what is below):\n",
        *(f"    {milliseconds:6.1f}  {name}" for name, milliseconds in imported),
    ]
    return "\n".join(lines) + "\n"
