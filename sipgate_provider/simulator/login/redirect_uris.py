"""Whether a browser may be sent to an address, by what the client has registered.

As Keycloak decides it (RedirectUtils): an address equals a registered one, or begins with it where
that ends in `*`, the query left aside. If neither, and it is on `http://localhost` or
`http://127.0.0.1`, the same is asked once more without its port: that is how an application on the
user's machine, which learns its port late (RFC 8252, 7.3), registers `http://127.0.0.1/callback`.
A registered address that names a port is good for that port alone, and `[::1]` has no such rule.

sipgate documents one more wildcard, in front of a host: `https://*.example.com/*`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_LOOPBACK_PORT = re.compile(r"(http://(?:localhost|127\.0\.0\.1)):\d*(?=[/?#]|$)")
_ANY_SUBDOMAIN = "://*."
_DELIMITER = re.compile(r"[/?#@:]")
# No browser and no server reads these the way another does.
_AMBIGUOUS = re.compile(r"[\x00-\x20\x7f\\]")
_DECODINGS = 5  # as often as Keycloak does


def is_registered(uri: str, registered: Iterable[str]) -> bool:
    """Whether one of the registered addresses covers this one."""
    registered = list(registered)
    try:
        urlsplit(uri)
    except ValueError:  # nobody can be sent there, even if it is registered
        return False
    if uri in registered:
        return not _AMBIGUOUS.search(uri)
    comparable = _comparable(uri)
    if comparable is None:
        return False
    without_port = _LOOPBACK_PORT.sub(r"\1", comparable, count=1)
    return any(
        _covers(pattern, candidate)
        for pattern in registered
        for candidate in (comparable, without_port)
    )


def with_parameters(uri: str, parameters: Mapping[str, str], *, in_fragment: bool = False) -> str:
    """The address with these parameters added to its query, or as its fragment."""
    parts = urlsplit(uri)
    if in_fragment:
        return parts._replace(fragment=urlencode(parameters)).geturl()
    query = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in query if name not in parameters]
    return parts._replace(query=urlencode([*kept, *parameters.items()])).geturl()


def _comparable(uri: str) -> str | None:
    """The address decoded, with its host in lower case; None if it tries to look like another."""
    decoded = uri
    for _ in range(_DECODINGS):
        decoded, before = unquote(decoded), decoded
        if decoded == before:
            break
    else:
        return None
    if _AMBIGUOUS.search(uri) or _AMBIGUOUS.search(decoded.replace(" ", "")):
        return None
    try:
        parts = urlsplit(decoded)
    except ValueError:
        return None
    if not parts.scheme or "@" in parts.netloc or {".", ".."} & set(parts.path.split("/")):
        return None
    if "%" in urlsplit(uri).netloc:  # what is decoded to be compared is not decoded to be visited
        return None
    return parts._replace(netloc=parts.netloc.lower()).geturl() if parts.netloc else decoded


def covers(pattern: str, address: str) -> bool:
    """Whether the address is the pattern, in which `*.` in front of the host is any name."""
    before, wildcard, behind = pattern.partition(_ANY_SUBDOMAIN)
    if not wildcard:
        return address == pattern
    start, end = before + "://", "." + behind
    if not (address.startswith(start) and address.endswith(end)):
        return False
    return _is_name(address[len(start) : len(address) - len(end)])


def _covers(pattern: str, uri: str) -> bool:
    if pattern == "*":
        return uri.startswith(("http://", "https://"))
    if not pattern.endswith("*") or "?" in pattern:
        return covers(pattern, uri)
    address = re.split(r"[?#]", uri, maxsplit=1)[0]
    stem = pattern[:-1]
    # `https://example.com/*` is good for `https://example.com` too.
    return _begins(address, stem) or covers(stem.removesuffix("/"), address)


def _begins(address: str, stem: str) -> bool:
    """Whether the address begins with what the stem is a pattern for."""
    before, wildcard, behind = stem.partition(_ANY_SUBDOMAIN)
    if not wildcard:
        return address.startswith(stem)
    start = before + "://"
    if not address.startswith(start):
        return False
    # Found without a regular expression, which takes long where host and pattern are all dots.
    name = _until_delimiter(address[len(start) :])
    end = _until_delimiter("." + behind)
    if end == "." + behind:
        return name.find(end, 1) > 0
    path = behind[len(end) - 1 :]
    return (
        len(name) > len(end)
        and name.endswith(end)
        and address.startswith(path, len(start) + len(name))
    )


def _until_delimiter(text: str) -> str:
    return _DELIMITER.split(text, maxsplit=1)[0]


def _is_name(text: str) -> bool:
    return bool(text) and not _DELIMITER.search(text)
