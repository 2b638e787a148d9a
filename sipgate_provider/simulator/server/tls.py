"""A certificate for the simulator, by an authority of its own that nobody trusts unasked."""

from __future__ import annotations

import socket
import ssl

import trustme


class Certificates:
    """One authority and one certificate, for this machine's names and the host.

    They last as long as the object, so a simulator that starts again is trusted as before.
    """

    def __init__(self, host: str) -> None:
        self._authority = trustme.CA(organization_name="Simulated sipgate")
        names = {"localhost", "127.0.0.1", "::1", socket.gethostname(), host} - {""}
        self._certificate = self._authority.issue_cert(*sorted(names))

    @property
    def ca_pem(self) -> bytes:
        """The authority's certificate, for callers to trust."""
        return self._authority.cert_pem.bytes()

    def context(self) -> ssl.SSLContext:
        """What a server needs to show the certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._certificate.configure_cert(context)
        return context
