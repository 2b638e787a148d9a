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
_ANY_SUBDOMAIN = re.escape("://*.")
# No browser and no server reads these the way another does.
_AMBIGUOUS = re.compile(r"[\x00-\x20\x7f\\]")
_DECODINGS = 5  # as often as Keycloak does


def is_registered(uri: str, registered: Iterable[str]) -> bool:
    """Whether one of the registered addresses covers this one."""
    registered = list(registered)
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


def _covers(pattern: str, uri: str) -> bool:
    if pattern == "*":
        return uri.startswith(("http://", "https://"))
    open_end = pattern.endswith("*") and "?" not in pattern
    stem = pattern[:-1] if open_end else pattern
    regex = re.escape(stem).replace(_ANY_SUBDOMAIN, r"://[^/?#@:]+\.", 1)
    if not open_end:
        return re.fullmatch(regex, uri) is not None
    address = re.split(r"[?#]", uri, maxsplit=1)[0]
    # `https://example.com/*` is good for `https://example.com` too.
    slashless = regex.removesuffix("/")
    return (
        re.fullmatch(regex + ".*", address, re.DOTALL) is not None
        or re.fullmatch(slashless, address) is not None
    )
