"""What is asked, what was seen, and whether sipgate's documentation and the simulator agree with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest
import requests

from tests.contract.sipgate import Sipgate, Target

__all__ = ["Contract", "Report", "Row"]

Observe = Callable[[Sipgate], Any]
_WIDEST = 90
_UNUSABLE = "no usable answer"
_NO_ANSWER = (requests.RequestException, ValueError, LookupError, TypeError)


@dataclass
class Row:
    """One fact.

    Attributes:
        fact: What is asked.
        source: Where in sipgate's documentation, or Keycloak's behaviour, it stands.
        verdict: `holds`, `broken` (also where no usable answer came), `observed` (the documentation is silent) or
            `not asked`.
        seen: What was seen, or why it was not asked.
        simulator: What the simulator does; None where it is the simulator that is asked.
    """

    fact: str
    source: str
    verdict: str
    seen: str
    simulator: str | None = None

    @property
    def simulator_agrees(self) -> bool | None:
        """Whether the simulator does the same; None where that was not asked."""
        return None if self.simulator is None else self.simulator == self.seen


@dataclass
class Report:
    """All facts that were asked, in their order."""

    rows: list[Row] = field(default_factory=list)

    def lines(self) -> list[str]:
        """A table for a reader."""
        agrees = {True: "agrees", None: ""}
        cells: list[tuple[str, ...]] = [("Verdict", "Fact", "Seen", "Simulator", "Source")]
        for row in self.rows:
            simulator = agrees.get(row.simulator_agrees, f"DIFFERS: {row.simulator}")
            cells.append((row.verdict, row.fact, row.seen, simulator, row.source))
        cells = [tuple(map(_short, line)) for line in cells]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        return [
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in cells
        ]

    def json(self) -> str:
        """The same for programs."""
        rows = [asdict(row) | {"simulator_agrees": row.simulator_agrees} for row in self.rows]
        return json.dumps({"facts": rows}, indent=2, ensure_ascii=False) + "\n"


class Contract:
    """Asks one fact of sipgate, and, where that is not the simulator, of the simulator as well."""

    def __init__(
        self, report: Report, fact: str, sipgate: Sipgate, simulator: Sipgate | None
    ) -> None:
        self._report = report
        self._fact = fact.removeprefix("observe ")
        self._observes = self._fact != fact
        self._sipgate = sipgate
        self._simulator = simulator

    @property
    def target(self) -> Target:
        """Where it is asked, and who asks."""
        return self._sipgate.target

    def documented(self, source: str, observe: Observe, *expected: Any) -> None:
        """What is seen is one of the values that the source allows.

        Args:
            source: Where it stands.
            observe: Asks.
            expected: What may be seen.
        """
        assert not self._observes, "a name with `observe` is for what no source says"
        row = self._row(source, observe)
        row.verdict = "holds" if row.seen in map(_text, expected) else "broken"
        assert row.verdict == "holds", f"{row.fact}: {row.seen}, documented: {expected}"

    def observed(self, source: str, observe: Observe) -> None:
        """What is seen is in the report; no source says what it should be, but something has to be seen."""
        assert self._observes, "name it `test_observe_…`: it does not fail, whatever is seen"
        row = self._row(source, observe)
        row.verdict = "broken" if row.seen.startswith(_UNUSABLE) else "observed"
        assert row.verdict == "observed", f"{row.fact}: {row.seen}"

    def needs(self, source: str, credential: object, variables: str) -> None:
        """Skips the fact, and says so in the report, where a credential for it is missing."""
        if credential is None:
            reason = f"needs {variables}"
            self._report.rows.append(Row(self._fact, source, "not asked", reason))
            pytest.skip(reason)

    def _row(self, source: str, observe: Observe) -> Row:
        row = Row(self._fact, source, "broken", "no answer")
        self._report.rows.append(row)
        row.seen = _seen(observe, self._sipgate)
        if self._simulator:
            row.simulator = _seen(observe, self._simulator)
        return row


def _seen(observe: Observe, sipgate: Sipgate) -> str:
    try:
        return _text(observe(sipgate))
    except _NO_ANSWER as error:
        return f"{_UNUSABLE} ({type(error).__name__})"


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value)) or "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value) or "empty"


def _short(cell: str) -> str:
    return cell if len(cell) <= _WIDEST else cell[: _WIDEST - 1] + "…"
