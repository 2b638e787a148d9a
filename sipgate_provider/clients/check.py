"""Check: completes and validates the properties that a program declares, without sending anything.

Properties are mappings with the API's names. Values that a preview cannot know yet count as valid and stay as they are.
Values that the state already holds are never rejected.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sipgate_provider.api.properties import SETS, WRITABLE
from sipgate_provider.clients.comparison import values_equal
from sipgate_provider.clients.findings import Finding, errors

__all__ = ["Checked", "check"]

_ENTRY = re.compile(rf"({'|'.join(SETS)})\[([0-9]+)\]")
# Stands for a value that a preview does not know yet; valid for every property.
_NOT_YET_KNOWN = "https://not-yet-known"


@dataclass(frozen=True)
class Checked:
    """The inputs, with defaults and without duplicates, and what is wrong with them."""

    inputs: dict[str, object]
    failures: tuple[Finding, ...] = ()


def check(
    news: Mapping[str, object],
    olds: Mapping[str, object] | None = None,
    *,
    unknown: Collection[str] = (),
    defaults: Mapping[str, object] | None = None,
) -> Checked:
    """Completes and validates the declared properties.

    Args:
        news: The known properties.
        olds: The inputs of the last deployment, if there was one; their values are not rejected.
        unknown: The names of properties that a preview cannot know yet; they count as valid.
        defaults: The defaults that depend on the resource, for properties that the program leaves out.
    """
    properties = dict(defaults or {})
    properties |= {name: value for name, value in news.items() if value is not None}
    if not unknown and olds and _is_unchanged(properties, olds):
        return Checked(_completed(properties))
    properties |= {name: [_NOT_YET_KNOWN] if name in SETS else _NOT_YET_KNOWN for name in unknown}
    return _validated(news, properties, olds or {}, unknown)


def _is_unchanged(properties: Mapping[str, object], olds: Mapping[str, object]) -> bool:
    """Whether the last deployment has already checked the same client."""
    return properties.keys() <= set(WRITABLE) and all(
        values_equal(name, properties.get(name, _empty(name)), olds.get(name)) for name in WRITABLE
    )


def _completed(properties: Mapping[str, object]) -> dict[str, object]:
    """All properties of a client: empty where left out, and sets without duplicates."""
    completed = {name: properties.get(name, _empty(name)) for name in WRITABLE}
    for name in SETS:
        entries = completed[name]
        if isinstance(entries, list):
            completed[name] = list(dict.fromkeys(entries))
    return completed


def _empty(name: str) -> object:
    """The value of a property that the program leaves out."""
    return [] if name in SETS else ""


def _validated(
    news: Mapping[str, object],
    properties: Mapping[str, object],
    olds: Mapping[str, object],
    unknown: Collection[str],
) -> Checked:
    # A run that changes nothing does not import pydantic.
    from pydantic import ValidationError

    from sipgate_provider.api.models import OAuthClientInputs, problems

    try:
        document = OAuthClientInputs.from_properties(properties).properties()
    except ValidationError as error:
        return Checked(dict(news), tuple(_problem(*found) for found in problems(error)))
    known = {name: value for name, value in document.items() if name not in unknown}
    failures = [finding for finding in errors(known) if not _is_stored(finding, known, olds)]
    return Checked(known, tuple(failures))


def _problem(path: str, words: str) -> Finding:
    found = _ENTRY.fullmatch(path)
    if not found:
        return Finding(path, words)
    entry = int(found[2])
    return Finding(found[1], f"entry {entry + 1} {words}", entry)


def _is_stored(finding: Finding, known: Mapping[str, object], olds: Mapping[str, object]) -> bool:
    """Whether the state already holds the rejected value, or the rejected entry of a list."""
    new, old = known[finding.name], olds.get(finding.name)
    if finding.entry is not None and isinstance(new, list) and isinstance(old, list | tuple):
        return new[finding.entry] in old
    return values_equal(finding.name, old, new)
