"""The rules for what a program declares. Plain Python, so that a program can ask too.

An error is a value that sipgate's log-in, a Keycloak, does not register as a redirect URI, a link that nobody can open,
a name that nobody can read, or Pulumi's own text for an Output. Everything else is at most a warning: Keycloak
registers any web origin, and redirect URIs that can hardly be meant, such as one without a scheme; sipgate's own
scripts register origins with ports and even with paths. There are warnings of what is risky, of what Keycloak never
matches, and of what no browser sends or opens.

sipgate documents two wildcards: a whole first label of the host (`https://*.example.com/*`), and one at the end
(`http://example.com/*`). The one in the host is sipgate's own, and how far it reaches is not documented. To Keycloak,
a `*` inside a path is the character itself.

A browser writes scheme and host in lower case, leaves out the scheme's own port, resolves the path's dots, encodes what
is not in ASCII, and puts such a host into punycode (RFC 3492). Keycloak compares letter by letter, so another spelling
does not match what a browser sends.

A finding never contains a value, since that may be secret. It names the property, whose value the engine shows beside
it if it is not secret, and counts the entries of a list from 1. What the state already holds is not rejected: sipgate
has accepted it, and a stricter version of this package must not stop a stack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from sipgate_provider.api.properties import SETS, WRITABLE
from sipgate_provider.clients import text
from sipgate_provider.clients.address_parts import AddressParts
from sipgate_provider.scrubbing import one_line

__all__ = ["Finding", "errors", "refused_ignore", "warnings"]


Subject = TypeVar("Subject")


@dataclass(frozen=True)
class _Rule(Generic[Subject]):
    """A rule for texts, or for addresses in their parts.

    Attributes:
        properties: The properties that it is for.
        applies: What is wrong; False or empty if nothing is.
        words: What to do and why, with {} for what `applies` has found.
    """

    properties: frozenset[str]
    applies: Callable[[Subject], str | bool]
    words: str


_NAME = frozenset({"name"})
_LABELS = frozenset({"name", "description"})
_REDIRECTS = frozenset({"redirectUris"})
_ORIGINS = frozenset({"webOrigins"})
_LINKS = frozenset({"privacyUrl", "termsUrl"})

_NO_BLANKS = "leave out white space and control characters, which no address contains"
_SCHEME = "write the scheme, as in https://app.example.com"
_HOST = "write the host, as in https://app.example.com"
_HOST_AND_PORT = "write a host and a port that can exist, as in https://app.example.com:8443"

# Only the first error of a value is reported, since it may be the cause of the others.
_TEXT_ERRORS = (
    _Rule(
        _LABELS | _REDIRECTS | _ORIGINS | _LINKS,
        text.is_of_output,
        "build it with apply, Output.format, pulumi.interpolate or pulumi.Sprintf, since it contains Pulumi's own text "
        "in place of an Output's value",
    ),
    _Rule(_NAME, text.is_blank, "write a name, which people see when they log in"),
    _Rule(_LABELS, text.has_control_character, "leave out control characters, which no page shows"),
)
_TEXT_WARNINGS = (
    _Rule(
        _LABELS,
        text.has_outer_white_space,
        "leave out the white space at the beginning or end; in YAML, a block that begins with |- or >- ends without a "
        "line break",
    ),
    _Rule(
        _LABELS,
        text.has_break,
        "write it on one line, since pages show line breaks and tabs as blanks",
    ),
    _Rule(_LABELS, text.invisible_characters, "leave out the invisible characters {}"),
)
_ERRORS = (
    _Rule(_REDIRECTS | _LINKS, AddressParts.has_blank, _NO_BLANKS),
    _Rule(_REDIRECTS | _LINKS, AddressParts.has_impossible_scheme, _SCHEME),
    _Rule(_LINKS, AddressParts.lacks_scheme, _SCHEME),
    _Rule(_LINKS, AddressParts.has_host_as_scheme, _SCHEME),
    _Rule(
        _REDIRECTS | _LINKS,
        AddressParts.script,
        "use https, since an address with the scheme {} runs code",
    ),
    _Rule(_REDIRECTS | _LINKS, AddressParts.ends_behind_scheme, _HOST),
    _Rule(_LINKS, AddressParts.lacks_host, _HOST),
    _Rule(_LINKS, AddressParts.has_impossible_host, _HOST_AND_PORT),
    _Rule(
        _REDIRECTS,
        AddressParts.has_fragment,
        "leave out # and what follows, which a redirect URI cannot have",
    ),
    _Rule(
        _REDIRECTS,
        AddressParts.illegal_sign,
        "write {}, which an address contains only encoded",
    ),
    _Rule(
        _REDIRECTS,
        AddressParts.has_misplaced_bracket,
        "put nothing but an IPv6 address into brackets, and no wildcard behind it, as in http://[::1]/*",
    ),
)
_WARNINGS = (
    _Rule(_ORIGINS, AddressParts.has_blank, _NO_BLANKS),
    _Rule(_ORIGINS, AddressParts.has_impossible_scheme, _SCHEME),
    _Rule(_REDIRECTS | _ORIGINS, AddressParts.lacks_scheme, _SCHEME),
    _Rule(
        _REDIRECTS | _ORIGINS,
        AddressParts.has_host_as_scheme,
        "write the scheme if this is a host with a port, as in https://app.example.com:8443",
    ),
    _Rule(_ORIGINS, AddressParts.ends_behind_scheme, _HOST),
    _Rule(_REDIRECTS | _ORIGINS, AddressParts.lacks_host, _HOST),
    _Rule(_REDIRECTS | _ORIGINS, AddressParts.has_impossible_host, _HOST_AND_PORT),
    _Rule(
        _ORIGINS,
        AddressParts.has_more_than_origin,
        "write scheme, host and port alone, since a browser sends nothing else as an origin",
    ),
    # What a browser spells differently.
    _Rule(
        _REDIRECTS | _ORIGINS,
        AddressParts.invisible_characters,
        "leave out the invisible characters {}, which no browser sends",
    ),
    _Rule(
        _REDIRECTS | _ORIGINS,
        AddressParts.has_capital_scheme,
        "write the scheme in lower case, as browsers do",
    ),
    _Rule(
        _REDIRECTS | _ORIGINS,
        AddressParts.has_capital_host,
        "write the host in lower case, as browsers do",
    ),
    _Rule(
        _REDIRECTS | _ORIGINS,
        AddressParts.has_usual_port,
        "leave out the scheme's usual port, as browsers do",
    ),
    _Rule(
        _REDIRECTS | _ORIGINS,
        AddressParts.has_empty_port,
        "leave out the colon behind the host, as browsers do",
    ),
    _Rule(
        _REDIRECTS | _ORIGINS,
        AddressParts.has_padded_port,
        "write the port without the zeros at its beginning, as browsers do",
    ),
    _Rule(
        _REDIRECTS | _ORIGINS,
        AddressParts.has_other_ip_address,
        "write the IP address as browsers do, as in 127.0.0.1 or [::1]",
    ),
    _Rule(
        _REDIRECTS | _ORIGINS,
        AddressParts.has_international_host,
        "write the host in punycode (xn--…), as browsers do",
    ),
    _Rule(
        _REDIRECTS,
        AddressParts.has_dots,
        "write the path without . and .. between its slashes, as browsers do",
    ),
    _Rule(
        _REDIRECTS,
        AddressParts.has_international_path,
        "encode what is not in ASCII (%C3%A4 for ä), as browsers do",
    ),
    # What no browser opens.
    _Rule(
        _REDIRECTS | _ORIGINS | _LINKS,
        AddressParts.local_scheme,
        "use https, since no browser goes from a page to an address with the scheme {}",
    ),
    # What Keycloak never matches.
    _Rule(
        _REDIRECTS,
        AddressParts.has_wildcard_beside_query,
        "leave out the query or the wildcard, which matches nothing beside a query",
    ),
    _Rule(
        _REDIRECTS,
        AddressParts.has_wildcard_inside,
        "put the wildcard at the end, as in https://app.example.com/*, since it matches nothing inside",
    ),
    _Rule(
        _REDIRECTS,
        AddressParts.parameter_of_responses,
        "leave out the parameter {}, which sipgate's responses have too: newer versions of its log-in refuse it",
    ),
    _Rule(
        _REDIRECTS | _ORIGINS,
        AddressParts.has_undocumented_wildcard,
        "put the wildcard in place of the first label, as in https://*.example.com, since sipgate documents no other",
    ),
    _Rule(
        _ORIGINS,
        AddressParts.has_any_port,
        "write the port, since sipgate documents no wildcard for it",
    ),
    # What is risky.
    _Rule(
        _REDIRECTS,
        AddressParts.covers_everything,
        "list the addresses that need it, since this one lets a log-in end at any address",
    ),
    _Rule(
        _ORIGINS,
        AddressParts.covers_everything,
        "list the origins that need it, since this one lets the pages of any site use this client's tokens",
    ),
    _Rule(
        _REDIRECTS | _ORIGINS,
        AddressParts.covers_foreign_hosts,
        "name the host, or put the wildcard before a domain of your own, as in https://*.example.com: this one covers "
        "hosts of anybody",
    ),
    _Rule(
        _REDIRECTS | _ORIGINS,
        AddressParts.is_readable_on_the_way,
        "use https, since anybody on the way can read what is sent over plain http",
    ),
)


@dataclass(frozen=True)
class Finding:
    """What was found at a property.

    Attributes:
        name: The property, in the API's spelling.
        reason: What to do, in words that begin in lower case.
        entry: The index of the value in a list; None for a property that is no list.
    """

    name: str
    reason: str
    entry: int | None = None

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


def errors(properties: Mapping[str, object]) -> list[Finding]:
    """What can never work among `properties` (in the API's spelling)."""
    found = []
    if properties.get("redirectUris") == []:
        found.append(Finding("redirectUris", "list at least one address"))
    for value in _values(properties):
        found += list(value.errors())[:1]
    return found


def warnings(properties: Mapping[str, object]) -> list[Finding]:
    """What is risky or may not work among `properties`; of a value that `errors` names, nothing."""
    return [
        finding
        for value in _values(properties)
        if not any(value.errors())
        for finding in value.warnings()
    ]


def refused_ignore(paths: Iterable[str]) -> str | None:
    """Why the changes that a program wants ignored cannot be, or None.

    The engine ignores an entry by its index, but the entries of a set have no fixed place. After somebody else has
    added or removed one, the engine would replace a declared entry with another one. Pulumi's paths name an entry in
    many ways, and only a plain name surely names a whole property. It may be another resource's: some programs set
    the option for all of theirs.
    """
    for path in paths:
        if not path.isidentifier():
            return (
                f"Changes of {one_line(path)} cannot be ignored, since that is not the plain name of a property and "
                "the entries of a list have no fixed place. Name the whole property, as in redirectUris."
            )
    return None


@dataclass(frozen=True)
class _Value:
    """A text of a property, or of an entry of its list."""

    name: str
    text: str
    entry: int | None = None

    def errors(self) -> Iterator[Finding]:
        yield from self._found(_TEXT_ERRORS, self.text)
        address = self._address()
        if address and not (self.name in _REDIRECTS and address.is_path_of_log_in):
            yield from self._found(_ERRORS, address)

    def warnings(self) -> Iterator[Finding]:
        yield from self._found(_TEXT_WARNINGS, self.text)
        if address := self._address():
            yield from self._found(_WARNINGS, address)

    def _address(self) -> AddressParts | None:
        # `+` stands for the origins of the redirect URIs, and an empty link for none.
        without = ("+",) if self.name in _ORIGINS else ("",) if self.name in _LINKS else ()
        is_none = self.name in _LABELS or self.text in without
        return None if is_none else AddressParts.of(self.text)

    def _found(self, rules: Iterable[_Rule[Subject]], subject: Subject) -> Iterator[Finding]:
        for rule in rules:
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
