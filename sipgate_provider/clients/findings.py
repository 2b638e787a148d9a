"""Applies the rules to what a program declares. Programs can call `errors` and `warnings` themselves.

A finding never contains a value, since that may be secret. It names the property, whose value the engine shows if it is
not secret, and counts the entries of a list from 1. Values that the state already holds are not rejected (`check`):
sipgate has accepted them, and a stricter version of this package must not stop a stack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sipgate_provider.api.properties import SETS, WRITABLE
from sipgate_provider.clients import rules
from sipgate_provider.clients.address_parts import AddressParts

__all__ = ["Finding", "errors", "warnings"]


@dataclass(frozen=True)
class Finding:
    """An error or a warning about a property.

    Attributes:
        name: The property, in the API's spelling.
        reason: What to do, beginning in lower case.
        entry: The index of the entry that it is about; None if it is about the whole property.
    """

    name: str
    reason: str
    entry: int | None = None

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


def errors(properties: Mapping[str, object]) -> list[Finding]:
    """Returns the errors in the properties, which have the API's names: at most one for each value."""
    found = []
    if properties.get("redirectUris") == []:
        found.append(Finding("redirectUris", "list at least one address"))
    for value in _values(properties):
        # Only the first, since it may be the cause of the others.
        found += list(value.errors())[:1]
    return found


def warnings(properties: Mapping[str, object]) -> list[Finding]:
    """Returns the warnings about the properties, except about values with an error."""
    return [
        finding
        for value in _values(properties)
        if not any(value.errors())
        for finding in value.warnings()
    ]


@dataclass(frozen=True)
class _Value:
    """The value of a property, or an entry of its list."""

    name: str
    text: str
    entry: int | None = None

    def errors(self) -> Iterator[Finding]:
        yield from self._found(rules.TEXT_ERRORS, self.text)
        address = self._address()
        if address and not (self.name in rules.REDIRECTS and address.is_path_of_log_in):
            yield from self._found(rules.ADDRESS_ERRORS, address)

    def warnings(self) -> Iterator[Finding]:
        yield from self._found(rules.TEXT_WARNINGS, self.text)
        if address := self._address():
            yield from self._found(rules.ADDRESS_WARNINGS, address)

    def _address(self) -> AddressParts | None:
        # `+` stands for the origins of the redirect URIs, and an empty link for none.
        without = (
            ("+",) if self.name in rules.ORIGINS else ("",) if self.name in rules.LINKS else ()
        )
        is_none = self.name in rules.LABELS or self.text in without
        return None if is_none else AddressParts.of(self.text)

    def _found(
        self, table: Iterable[rules.Rule[rules.Subject]], subject: rules.Subject
    ) -> Iterator[Finding]:
        for rule in table:
            if self.name in rule.properties and (found := rule.applies(subject)):
                words = rule.words.format(found)
                where = "" if self.entry is None else f"in entry {self.entry + 1}, "
                yield Finding(self.name, where + words, self.entry)


def _values(properties: Mapping[str, object]) -> Iterator[_Value]:
    for name in WRITABLE:
        value = properties.get(name)
        if isinstance(value, str):
            yield _Value(name, value)
        elif name in SETS and isinstance(value, list | tuple):
            for index, entry in enumerate(value):
                if isinstance(entry, str):
                    yield _Value(name, entry, index)
