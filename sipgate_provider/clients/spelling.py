"""How browsers spell an address. Keycloak compares letter by letter, so no other spelling matches what they send.

They write scheme and host in lower case, leave out the scheme's own port, and put a host that is not in ASCII into
punycode (RFC 3492). Characters that nobody sees are copied along from a web page or a document.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from sipgate_provider.http.addresses import DEFAULT_PORTS

__all__ = ["misspelling"]

_WEB = re.compile(
    r"(?P<scheme>https?)://(?P<user>[^/?#]*@)?(?P<host>[^/?#@]*?)(?P<port>:[0-9*]*)?(?P<rest>[/?#].*|)",
    re.IGNORECASE | re.DOTALL,
)
_ANY_SUBDOMAIN = "*."


def misspelling(address: str) -> str | None:
    """Why browsers never send the address like this, and what to write, if that is so."""
    found = list(_faults(address))
    if not found:
        return None
    plain = _plain(address)
    write = f"write {plain}" if plain else "write its host in punycode (xn--…)"
    return f"{' and '.join(found)}, which no browser sends; {write}"


def _faults(address: str) -> Iterator[str]:
    if hidden := _invisible(address):
        codes = ", ".join(f"U+{ord(character):04X}" for character in sorted(hidden))
        yield f"holds characters that nobody sees ({codes})"
    found = _WEB.fullmatch(_visible(address))
    if found is None:
        return
    if found["scheme"] + found["host"] != (found["scheme"] + found["host"]).lower():
        yield "has capitals in its scheme or host"
    if found["port"] == f":{DEFAULT_PORTS[found['scheme'].lower()]}":
        yield f"names the usual port {found['port'][1:]}"
    if not found["host"].isascii():
        yield "has a host that is not in ASCII"


def _plain(address: str) -> str | None:
    """The address as browsers spell it; None for a host that cannot be encoded."""
    address = _visible(address)
    found = _WEB.fullmatch(address)
    if found is None:
        return address
    scheme = found["scheme"].lower()
    host = _encoded(found["host"].lower())
    port = "" if found["port"] == f":{DEFAULT_PORTS[scheme]}" else found["port"] or ""
    return host and f"{scheme}://{found['user'] or ''}{host}{port}{found['rest']}"


def _encoded(host: str) -> str | None:
    if host.isascii():
        return host
    import idna  # noqa: PLC0415 - hardly any host needs it

    wildcard = _ANY_SUBDOMAIN if host.startswith(_ANY_SUBDOMAIN) else ""
    try:
        return wildcard + idna.encode(host.removeprefix(wildcard), uts46=True).decode()
    except idna.IDNAError:
        return None


def _visible(address: str) -> str:
    return "".join(character for character in address if unicodedata.category(character) != "Cf")


def _invisible(address: str) -> set[str]:
    return {character for character in address if unicodedata.category(character) == "Cf"}
