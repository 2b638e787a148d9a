"""Whether a request was meant for this simulator, by the name that its Host header has for it.

A web page anywhere can give its own name the address 127.0.0.1 and then call the simulator as if it
were that page's server (DNS rebinding). Its requests still carry its name.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send


class OwnHostsOnly:
    """Answers 421 to a request for any other host.

    Args:
        app: What answers the others.
        host: The name or address that the simulator was told to listen on.
    """

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The request is answered, or refused."""
        if self._is_own(_name(Headers(scope=scope).get("host", "")), scope["server"][0]):
            await self._app(scope, receive, send)
            return
        said = "This is the simulator's own page. It is only found under the simulator's own host."
        await PlainTextResponse(said, 421)(scope, receive, send)

    def _is_own(self, name: str, listening_on: str) -> bool:
        if name in {"localhost", self._host}:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or address == ipaddress.ip_address(listening_on)


def _name(host: str) -> str:
    """The host without its port and, of an IPv6 address, without the brackets; "" if unusable."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
