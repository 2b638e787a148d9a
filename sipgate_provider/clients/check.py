"""Check: completes and validates what a program declares. Nothing is sent.

Properties are mappings in the API's spelling. What a preview cannot know yet is taken to be good and left alone. What
the state holds already is never refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from msgspec import ValidationError

from sipgate_provider.api.models import OAuthClientInputs, misshapen
from sipgate_provider.api.properties import SETS
from sipgate_provider.clients.comparison import values_equal
from sipgate_provider.clients.rules import Finding, errors

__all__ = ["Checked", "check"]

# Stands in for what a preview does not know yet; it is valid wherever it is put.
_NOT_YET_KNOWN = "https://not-yet-known"


@dataclass(frozen=True)
class Checked:
    """The inputs with defaults and without duplicates, or why there are none."""

    inputs: dict[str, object]
    failures: tuple[Finding, ...] = ()


def check(
    news: Mapping[str, object],
    olds: Mapping[str, object] | None = None,
    *,
    unknown: Collection[str] = (),
    defaults: Mapping[str, object] | None = None,
) -> Checked:
    """The declared properties, completed and validated; nothing is sent.

    Args:
        news: The properties that are known.
        olds: The inputs of the last deployment, if there was one; what they hold already is not refused.
        unknown: Names of properties that a preview cannot know yet; they are taken to be good.
        defaults: The values of properties that the program leaves out, where they depend on the resource.
    """
    properties = dict(defaults or {})
    properties |= {name: value for name, value in news.items() if value is not None}
    properties |= {name: [_NOT_YET_KNOWN] if name in SETS else _NOT_YET_KNOWN for name in unknown}
    try:
        document = OAuthClientInputs.from_properties(properties).properties()
    except ValidationError:
        return Checked(dict(news), tuple(Finding(*found) for found in misshapen(properties)))
    known = {name: value for name, value in document.items() if name not in unknown}
    held = olds or {}
    return Checked(
        known,
        tuple(finding for finding in errors(known) if not _is_stored(finding, known, held)),
    )


def _is_stored(finding: Finding, known: Mapping[str, object], held: Mapping[str, object]) -> bool:
    """Whether the state has the value that was found: of a list, the entry alone."""
    name, _, index = finding.path.partition("[")
    new, old = known[name], held.get(name)
    if index and isinstance(new, list) and isinstance(old, list | tuple):
        return new[int(index.rstrip("]"))] in old
    return values_equal(name, old, new)
