"""What a declared client may not be, and what it had better not be. Plain Python, so that a program can ask too.

Refused is only what can never work. sipgate documents simple wildcards, as a whole first label of the host
(`https://*.example.com/*`) and at the end (`http://example.com/*`); the service is Keycloak underneath, which takes
a `*` in a path for the character itself, and registers no redirect URI that Java cannot read or that is a script. The
wildcard in the host is sipgate's own, and how far it reaches is not documented; so other forms of it are warnings, not
errors. What works but is risky, and what may or may not match, is a warning. sipgate's own scripts register origins
with ports and even paths, so those are warnings too.

What the state holds already is not refused: sipgate has taken it, and a stricter version of this package must not
stop a stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from sipgate_provider.clients.redirect_uris import SCRIPTS, parameters_of_responses, unregistrable
from sipgate_provider.clients.spelling import misspelling
from sipgate_provider.http.addresses import is_loopback

__all__ = ["Finding", "errors", "refused_ignore", "warnings"]

_ENTRY = re.compile(r"(redirect_?uris|web_?origins)\[", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
# Keycloak's "any origin", unwise, and "the origins of the redirect URIs".
_ANY = "*"
_OF_REDIRECTS = "+"
# A wildcard at the very end, behind the host: `http://localhost:*`.
_ANY_PORT = ":*"
_WRITE_IT_OUT = "write it out, as in https://app.example.com/*"


@dataclass(frozen=True)
class Finding:
    """What was found at one property: `redirectUris[0]` and the words for it."""

    path: str
    reason: str

    @property
    def property(self) -> str:
        """The property's name without an index."""
        return self.path.partition("[")[0]


def errors(properties: Mapping[str, object]) -> list[Finding]:
    """What can never work among `properties` (in the API's spelling)."""
    found = []
    name = properties.get("name")
    if isinstance(name, str) and not name.strip():
        found.append(Finding("name", "must not be empty"))
    if properties.get("redirectUris") == []:
        found.append(Finding("redirectUris", "must hold at least one entry"))
    for path, value in _addresses(properties):
        reason = _error(path, value)
        if reason:
            found.append(Finding(path, reason))
    return found


def warnings(properties: Mapping[str, object]) -> list[Finding]:
    """What works, or may work, but is risky among `properties`; silent about what `errors` names."""
    return [
        Finding(path, words)
        for path, value in _addresses(properties)
        if not _error(path, value)
        for words in _warnings(path, value)
    ]


def refused_ignore(paths: Iterable[str]) -> str | None:
    """Why the changes that a program wants ignored cannot be, or None.

    The entries of a set have no place of their own. The engine ignores by index, so after somebody else has added or
    removed an entry it would put another one in place of a declared one.
    """
    for path in paths:
        if _ENTRY.match(path):
            return (
                f"ignore_changes cannot name {path}: redirect URIs and origins are sets, whose entries have no fixed "
                "place; name the whole property instead."
            )
    return None


def _addresses(properties: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name in ("redirectUris", "webOrigins"):
        values = properties.get(name)
        for index, value in enumerate(values if isinstance(values, list | tuple) else ()):
            if isinstance(value, str):
                yield f"{name}[{index}]", value
    for name in ("privacyUrl", "termsUrl"):
        value = properties.get(name)
        if isinstance(value, str) and value:
            yield name, value


def _error(path: str, value: str) -> str | None:
    """Why this address can never work, or None."""
    redirect, origin = path.startswith("redirectUris"), path.startswith("webOrigins")
    if (redirect and value == _ANY) or (origin and value in {_ANY, _OF_REDIRECTS}):
        return None
    return next(_errors(value, redirect=redirect, origin=origin), None)


def _errors(value: str, *, redirect: bool, origin: bool) -> Iterator[str]:
    """What stands in the way, the first thing first; only that one is certain to be right."""
    if any(character.isspace() for character in value):
        yield "holds white space; an address has none"
    scheme, separator, rest = value.partition(":")
    if not (separator and _SCHEME.fullmatch(scheme)) or _is_host(scheme, rest):
        yield f"has no scheme; {_WRITE_IT_OUT}"
    if "#" in value and (redirect or origin):
        what = "a redirect URI" if redirect else "an origin"
        yield f"has a fragment, which {what} may not have; leave out # and what follows"
    web = scheme.lower() in {"http", "https"}
    if rest in {"", "//"} or (web and not rest.startswith("//")):
        yield f"names no host; {_WRITE_IT_OUT}"
    if scheme.lower() in SCRIPTS:
        yield f"has the scheme {scheme}, which runs code; use https, as in https://app.example.com/*"
    if redirect:
        yield from unregistrable(rest)
    parts = _split(value)
    if web and (parts is None or not _host(parts)):
        yield f"names no host, or a port that cannot be; {_WRITE_IT_OUT}"
    if redirect and "*" in value and "?" in value:
        yield "has a wildcard beside a query, where it cannot match; leave out one of them"
    _, slash, tail = value.partition("://")[2].partition("/")
    if redirect and slash and "*" in tail[:-1]:
        yield (
            "has a wildcard inside the path, where it cannot match; put it at the end, "
            "as in https://app.example.com/*"
        )


def _is_host(scheme: str, rest: str) -> bool:
    """Whether what stands before the colon is a host, and behind it a port."""
    return "//" not in rest and (
        scheme.lower() == "localhost" or (bool(rest) and rest[0] in "0123456789*")
    )


def _warnings(path: str, value: str) -> Iterator[str]:
    if path.endswith("Url"):
        return
    origin = path.startswith("webOrigins")
    if value == _ANY:
        yield (
            "lets the pages of any site call the API with this client's tokens; list the origins that need it"
            if origin
            else "lets a log-in end at any address; list the addresses that need it"
        )
        return
    if said := misspelling(value):
        yield said
    if not origin and (names := parameters_of_responses(value)):
        yield (
            f"has the parameter {names[0]}, which sipgate's responses have too; newer versions of its log-in refuse "
            "such a redirect URI"
        )
    parts = _split(value)
    if parts is None or parts.scheme not in {"http", "https"}:
        return
    host = _host(parts)
    if parts.scheme == "http" and not is_loopback(host):
        yield "uses plain http, so whoever is on the way can read what is sent there; use https"
    if _covers_foreign_hosts(host):
        yield (
            "covers hosts of anybody; name the host, or put the wildcard in front of a domain of your own, "
            "as in https://*.example.com" + ("" if origin else "/*")
        )
    elif "*" in host.removeprefix("*."):
        yield (
            "has a wildcard that sipgate does not document and that may never match; "
            "a whole first label works, as in https://*.example.com" + ("" if origin else "/*")
        )
    if origin and (parts.path or parts.query):
        yield "has a path, which no browser sends as an origin; leave out what follows the host and port"


def _covers_foreign_hosts(host: str) -> bool:
    """`*`, `*.com`, and `example.com*`, which also begins `example.com.evil.org`."""
    ends_open = host.endswith("*")
    under_no_domain = host.startswith("*.") and "." not in host.removeprefix("*.")
    return ends_open or (under_no_domain and not is_loopback(host.removeprefix("*.")))


def _host(parts: SplitResult) -> str:
    """The host, a wildcard in it included; a wildcard in place of the port is no part of it."""
    if parts.netloc.endswith(_ANY_PORT):
        return parts.netloc.rpartition("@")[2].removesuffix(_ANY_PORT).strip("[]").lower()
    return parts.hostname or ""


def _split(value: str) -> SplitResult | None:
    """The parts, or None where they make no address."""
    try:
        parts = urlsplit(value)
        if not value.endswith(_ANY_PORT):
            _ = parts.port
    except ValueError:
        return None
    return parts
