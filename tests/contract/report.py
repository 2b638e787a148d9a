"""The report: the facts, the observations, and whether sipgate's documentation and the simulator agree with them."""

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
    """A fact and its observation.

    Attributes:
        fact: The fact.
        source: Where sipgate documents it, or that it is Keycloak's behaviour.
        verdict: `holds`, `broken` (also if there was no usable response), `observed` (sipgate does not document it) or
            `not asked`.
        seen: The observation, or why there is none.
        simulator: The simulator's behaviour; None if the simulator itself is observed.
    """

    fact: str
    source: str
    verdict: str
    seen: str
    simulator: str | None = None

    @property
    def simulator_agrees(self) -> bool | None:
        """Whether the simulator behaves the same; None if it was not compared."""
        return None if self.simulator is None else self.simulator == self.seen


@dataclass
class Report:
    """All observed facts, in order."""

    rows: list[Row] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Returns the report as the lines of a table."""
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
        """Returns the report as JSON."""
        rows = [asdict(row) | {"simulator_agrees": row.simulator_agrees} for row in self.rows]
        return json.dumps({"facts": rows}, indent=2, ensure_ascii=False) + "\n"


class Contract:
    """Checks a fact on sipgate and, unless that is the simulator, compares it with the simulator."""

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
        """The target of the requests, with its credentials."""
        return self._sipgate.target

    def documented(self, source: str, observe: Observe, *expected: Any) -> None:
        """Checks that the observation is one of the documented values.

        Args:
            source: Where they are documented.
            observe: Makes the observation.
            expected: The documented values.
        """
        assert not self._observes, "a name with `observe` is for what no source says"
        row = self._row(source, observe)
        row.verdict = "holds" if row.seen in map(_text, expected) else "broken"
        assert row.verdict == "holds", f"{row.fact}: {row.seen}, documented: {expected}"

    def observed(self, source: str, observe: Observe) -> None:
        """Reports an observation for which no value is documented. It fails only without a usable response."""
        assert self._observes, "name it `test_observe_…`: it does not fail, whatever is seen"
        row = self._row(source, observe)
        row.verdict = "broken" if row.seen.startswith(_UNUSABLE) else "observed"
        assert row.verdict == "observed", f"{row.fact}: {row.seen}"

    def needs(self, source: str, credential: object, variables: str) -> None:
        """Skips the fact, and reports that, if a credential is missing."""
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
