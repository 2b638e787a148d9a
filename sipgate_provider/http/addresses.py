"""Addresses: their origin, and which ones requests may go to: https anywhere, http only on this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["DEFAULT_PORTS", "Origin", "is_loopback", "problem_with_address"]

DEFAULT_PORTS = {"http": 80, "https": 443}
"""The port of each scheme, which a browser leaves out of an address."""
_LONGEST_LABEL = 63  # RFC 1035, 2.3.4
_ANY_SUBDOMAIN = "*."


@dataclass(frozen=True)
class Origin:
    """The origin of an address (RFC 6454, 4), spelled as a browser does.

    Attributes:
        scheme: The scheme, in lower case.
        host: The host, in lower case and in ASCII (IDNA 2008 with UTS 46, as in browsers). Wildcards are kept.
        port: The port; empty for the scheme's own, and `*` for a wildcard.
    """

    scheme: str
    host: str
    port: str

    @classmethod
    def of(cls, address: str) -> Origin | None:
        """The origin of `address`; None where it names no host, or a port that does not exist."""
        try:
            parts = urlsplit(address)
            authority = parts.netloc.rpartition("@")[2]
            any_port = authority.endswith(":*")
            number = None if any_port else parts.port
            host = _ascii((urlsplit(f"//{authority.removesuffix(':*')}").hostname or "").lower())
        except ValueError:
            return None
        if not host:
            return None
        usual = number in {None, DEFAULT_PORTS.get(parts.scheme)}
        return cls(parts.scheme, host, "*" if any_port else "" if usual else str(number))

    @property
    def is_web(self) -> bool:
        """Whether a browser opens pages of this origin."""
        return self.scheme in DEFAULT_PORTS

    def __str__(self) -> str:
        """The origin as a browser sends it: `https://app.example.com:8443`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port else "")


def _ascii(host: str) -> str:
    """The host in ASCII.

    Raises:
        ValueError: It has no form in ASCII.
    """
    if host.isascii():
        return host
    import idna  # noqa: PLC0415 - hardly any host needs it

    wildcard = _ANY_SUBDOMAIN if host.startswith(_ANY_SUBDOMAIN) else ""
    # IDNAError is a ValueError.
    return wildcard + idna.encode(host.removeprefix(wildcard), uts46=True).decode()


def is_loopback(host: str) -> bool:
    """Whether `host` is this machine, regardless of DNS (RFC 6761, 6.3)."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def problem_with_address(address: str, example: str) -> str:
    """Why no credential may be sent to `address`, as the end of a sentence; empty if it may.

    Args:
        address: The address that the user has set.
        example: A valid address, for the message.
    """
    return next(_problems(address, f"write it as in {example}"), "")


def _problems(address: str, advice: str) -> Iterator[str]:
    origin = Origin.of(address)
    if any(character.isspace() or not character.isprintable() for character in address):
        yield f"holds white space; {advice}"
    if any(sign in address for sign in "@?#*"):
        yield "holds a user name, query, fragment or wildcard; keep only scheme, host and path"
    if origin is None or not origin.is_web:
        yield f"is not a web address; {advice}"
        return
    if any(not 0 < len(label) <= _LONGEST_LABEL for label in origin.host.rstrip(".").split(".")):
        yield f"names a host that does not exist; {advice}"
    if origin.scheme == "http" and not is_loopback(origin.host):
        yield "uses http, which would send the credential in clear; use https"
