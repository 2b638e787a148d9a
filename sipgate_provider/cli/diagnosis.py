"""The result of one check of `doctor`: a fact, and what to do if something is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Diagnosis"]


@dataclass(frozen=True)
class Diagnosis:
    """One fact about the set-up.

    Attributes:
        subject: The subject of the check: `pulumi`, `credential`.
        state: `good`; `doubtful` if it works but should change; `bad` if `pulumi up` would fail.
        fact: What the check has found.
        remedy: What to do; empty if nothing is wrong.
    """

    subject: str
    state: Literal["good", "doubtful", "bad"]
    fact: str
    remedy: str = ""
