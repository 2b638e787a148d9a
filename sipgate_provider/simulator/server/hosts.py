"""Whether a request was meant for this simulator, by the name that its Host header has for it.

A web page anywhere can give its own name the address 127.0.0.1 and then call the simulator as if it
were that page's server (DNS rebinding). Its requests still carry its name. So every path is answered
under the simulator's own names alone: those of loopback, the address that the request came in on, this
machine's name, and the one it was told to listen on. Over TLS any name is answered: a browser has checked it
against the certificate before it sent the request.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_HOST = re.compile(r"(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9._-]{1,253}))(?::[0-9]{1,5})?")


class OwnHostsOnly:
    """Answers 421 to a request for any other host.

    Args:
        app: What answers the others.
        host: The name or address that the simulator was told to listen on.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._names = {"localhost", host.lower(), socket.gethostname().lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request is answered, or refused."""
        if scope.get("scheme") == "https" or self._is_own(
            _name(Headers(scope=scope).get("host", "")), scope["server"][0]
        ):
            await self._app(scope, receive, send)
            return
        said = (
            "The simulator is not found under this host. Its option --host adds the one it names."
        )
        await PlainTextResponse(said, 421)(scope, receive, send)

    def _is_own(self, name: str, listening_on: str) -> bool:
        # No name below localhost is anybody's on another machine (RFC 6761, 6.3).
        if name in self._names or name.endswith(".localhost"):
            return bool(name)
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or address == _address(listening_on)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The address, without its zone; an IPv4 one that an IPv6 socket has another form for is that."""
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _name(host: str) -> str:
    """The host without its port and, of an IPv6 address, without the brackets; "" if unusable."""
    found = _HOST.fullmatch(host.lower())
    return (found[1] or found[2]) if found else ""
