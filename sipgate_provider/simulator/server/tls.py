"""A certificate for the simulator, issued by its own authority, which callers do not trust by default."""

from __future__ import annotations

import socket
import ssl

import trustme


class Certificates:
    """An authority and a certificate for the names of this machine and the host.

    They do not change during the lifetime of the object, so a restarted simulator is still trusted.
    """

    def __init__(self, host: str) -> None:
        self._authority = trustme.CA(organization_name="Simulated sipgate")
        names = {"localhost", "127.0.0.1", "::1", socket.gethostname(), host} - {""}
        self._certificate = self._authority.issue_cert(*sorted(names))

    @property
    def ca_pem(self) -> bytes:
        """The authority's certificate in PEM format, for callers to trust."""
        return self._authority.cert_pem.bytes()

    def context(self) -> ssl.SSLContext:
        """Returns a server-side TLS context with the certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._certificate.configure_cert(context)
        return context
