"""One finding of `doctor`.

A check tells one fact and, where that is not as it should be, what to do about it. "Bad" is what `pulumi up` would
fail at; "doubtful" is what works today.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Check"]


@dataclass(frozen=True)
class Check:
    """One fact about the set-up.

    Attributes:
        subject: What was looked at: `pulumi`, `credential`.
        state: `good`; `doubtful` where it works but should not stay so; `bad` where `pulumi up` would fail.
        fact: What was found.
        remedy: What to do; empty where all is good.
    """

    subject: str
    state: Literal["good", "doubtful", "bad"]
    fact: str
    remedy: str = ""
