"""Addresses that requests may go to: https anywhere, http only on this machine."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

__all__ = ["DEFAULT_PORTS", "is_loopback", "problem_with_address"]

DEFAULT_PORTS = {"http": 80, "https": 443}
"""The port of each scheme, which a browser leaves out of an address."""
_LONGEST_LABEL = 63  # RFC 1035, 2.3.4


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
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        yield f"is not an address; {advice}"
        return
    if any(character.isspace() or not character.isprintable() for character in address):
        yield f"holds white space; {advice}"
    if any(sign in address for sign in "@?#"):
        yield "holds a user name, query or fragment; keep only scheme, host and path"
    if not host or parts.scheme not in {"http", "https"}:
        yield f"is not a web address; {advice}"
    if any(not 0 < len(label) <= _LONGEST_LABEL for label in host.rstrip(".").split(".")):
        yield f"names a host that cannot be; {advice}"
    if parts.scheme == "http" and not is_loopback(host):
        yield "uses http, which would send the credential in clear; use https"
