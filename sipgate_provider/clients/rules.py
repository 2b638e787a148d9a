"""The rules for what a program declares. Plain Python, so that a program can ask too.

An error is a value that sipgate's log-in, a Keycloak, does not register as a redirect URI, or a link that nobody can
open. Everything else is at most a warning: Keycloak registers any web origin, and redirect URIs that can hardly be
meant, such as one without a scheme; sipgate's own scripts register origins with ports and even with paths. There are
warnings of what is risky, of what Keycloak never matches, and of what no browser sends.

sipgate documents two wildcards: a whole first label of the host (`https://*.example.com/*`), and one at the end
(`http://example.com/*`). The one in the host is sipgate's own, and how far it reaches is not documented. To Keycloak,
a `*` inside a path is the character itself.

A browser writes scheme and host in lower case, leaves out the scheme's own port, and puts a host that is not in ASCII
into punycode (RFC 3492). Keycloak compares letter by letter, so another spelling does not match what a browser sends.

A finding never contains a value, since that may be secret. What the state already holds is not rejected: sipgate has
accepted it, and a stricter version of this package must not stop a stack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sipgate_provider.clients.address_parts import AddressParts
from sipgate_provider.scrubbing import one_line

__all__ = ["Finding", "errors", "refused_ignore", "warnings"]


class _Rule(NamedTuple):
    """A rule for addresses.

    Attributes:
        properties: The properties whose addresses it is for.
        applies: What is wrong; False or empty if nothing is.
        words: What to do and why, with {} for what `applies` has found.
    """

    properties: frozenset[str]
    applies: Callable[[AddressParts], str | bool]
    words: str


_REDIRECTS = frozenset({"redirectUris"})
_ORIGINS = frozenset({"webOrigins"})
_LINKS = frozenset({"privacyUrl", "termsUrl"})

_NO_BLANKS = "leave out white space and control characters, which no address contains"
_SCHEME = "write the scheme, as in https://app.example.com"
_HOST = "write the host, as in https://app.example.com"
_HOST_AND_PORT = "write a host and a port that can exist, as in https://app.example.com:8443"

# Only the first error of a value is reported, since it may be the cause of the others.
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
        "leave out what follows the host and port, which no browser sends as an origin",
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
        AddressParts.has_international_host,
        "write the host in punycode (xn--…), as browsers do",
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
    """What was found at a property, such as `redirectUris[0]`, in words that begin in lower case."""

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


def errors(properties: Mapping[str, object]) -> list[Finding]:
    """What can never work among `properties` (in the API's spelling)."""
    found = []
    name = properties.get("name")
    if isinstance(name, str) and not name.strip():
        found.append(Finding("name", "write a name, which people see when they log in"))
    if properties.get("redirectUris") == []:
        found.append(Finding("redirectUris", "list at least one address"))
    for path, address in _addresses(properties):
        found += list(_errors(path, address))[:1]
    return found


def warnings(properties: Mapping[str, object]) -> list[Finding]:
    """What is risky or may not work among `properties`; of a value that `errors` names, nothing."""
    return [
        finding
        for path, address in _addresses(properties)
        if not any(_errors(path, address))
        for finding in _found(_WARNINGS, path, address)
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


def _addresses(properties: Mapping[str, object]) -> Iterator[tuple[str, AddressParts]]:
    for name in sorted(_REDIRECTS | _ORIGINS):
        values = properties.get(name)
        for index, value in enumerate(values if isinstance(values, list | tuple) else ()):
            # `+` stands for the origins of the redirect URIs.
            if isinstance(value, str) and (name, value) != ("webOrigins", "+"):
                yield f"{name}[{index}]", AddressParts.of(value)
    for name in sorted(_LINKS):
        value = properties.get(name)
        if isinstance(value, str) and value:
            yield name, AddressParts.of(value)


def _errors(path: str, address: AddressParts) -> Iterator[Finding]:
    if not (path.startswith("redirectUris") and address.is_path_of_log_in):
        yield from _found(_ERRORS, path, address)


def _found(rules: Iterable[_Rule], path: str, address: AddressParts) -> Iterator[Finding]:
    name = path.partition("[")[0]
    for rule in rules:
        if name in rule.properties and (found := rule.applies(address)):
            yield Finding(path, rule.words.format(found))
