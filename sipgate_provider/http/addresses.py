"""Addresses: their origin, and which ones requests may go to: https anywhere, http only on this machine."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Origin", "is_loopback", "problem_with_address"]

# A browser leaves the scheme's own port out.
_USUAL_PORTS = {"http": "80", "https": "443"}
_LONGEST_LABEL = 63  # RFC 1035, 2.3.4
_LONGEST_HOST = 253
_HIGHEST_PORT = 65535
_ANY_SUBDOMAIN = "*."
_AUTHORITY = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)")
_HOST_AND_PORT = re.compile(r"(?:\[([^\[\]]*)\]|([^:\[\]]*))(?::(?:0*(\d{1,5})|(\*)|))?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# WHATWG URL, 3.1, without what the patterns above exclude.
_FORBIDDEN = re.compile(r"[\x00-\x20%<>@\\^|\x7f]")


@dataclass(frozen=True)
class Origin:
    """The origin of an address (RFC 6454, 4), spelled as a browser does.

    No other module parses or writes one, so two addresses of the same origin are always seen to be the same.

    Attributes:
        scheme: The scheme, in lower case.
        host: The host, in lower case and in ASCII (IDNA 2008 with UTS 46, as in browsers), and IPv4 addresses as four
            decimal numbers. Wildcards are kept.
        port: The port; empty for the scheme's own, and `*` for a wildcard.
    """

    scheme: str
    host: str
    port: str

    @classmethod
    def of(cls, address: str) -> Origin | None:
        """The origin of `address`; None where it names no host, or a host or port that cannot exist."""
        found = _AUTHORITY.match(address)
        parts = found and _HOST_AND_PORT.fullmatch(found[2].rpartition("@")[2])
        if not found or not parts:
            return None
        scheme = found[1].lower()
        ipv6, name, number, any_port = parts.groups()
        try:
            host = str(ipaddress.IPv6Address(ipv6)) if name is None else _name(name.lower())
        except ValueError:
            return None
        if not host or _FORBIDDEN.search(host) or int(number or 0) > _HIGHEST_PORT:
            return None
        port = "" if number is None else str(int(number))
        return cls(scheme, host, any_port or ("" if port == _USUAL_PORTS.get(scheme) else port))

    @property
    def is_web(self) -> bool:
        """Whether a browser opens pages of this origin."""
        return self.scheme in _USUAL_PORTS

    def __str__(self) -> str:
        """The origin as a browser sends it: `https://app.example.com:8443`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port else "")


def _name(host: str) -> str:
    """The host in ASCII, and as four decimal numbers if a browser takes it for an IPv4 address (WHATWG URL, 3.5).

    Raises:
        ValueError: It has no such form.
    """
    host = _ascii(host)
    labels = host.removesuffix(".").rpartition(".")
    if not _NUMBER.fullmatch(labels[2]):
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host.removesuffix(".")))
    except OSError:
        raise ValueError from None


def _ascii(host: str) -> str:
    """The host in ASCII.

    Raises:
        ValueError: It has no form in ASCII.
    """
    if host.isascii():
        return host
    # Encoding takes time that grows with the square of the length.
    if len(host) > _LONGEST_HOST:
        raise ValueError
    import idna  # noqa: PLC0415 - hardly any host needs it

    wildcard = _ANY_SUBDOMAIN if host.startswith(_ANY_SUBDOMAIN) else ""
    # IDNAError is a ValueError.
    return wildcard + idna.encode(host.removeprefix(wildcard), uts46=True).decode()


def is_loopback(host: str) -> bool:
    """Whether `host`, in lower case, is this machine: `localhost` or a loopback IP address.

    `app.localhost` is not, since resolvers need not keep such a name on this machine.
    """
    if host == "localhost":
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
