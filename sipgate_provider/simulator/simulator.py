"""The `Simulator`: a simulated sipgate on a local port, with methods for tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sipgate_provider.simulator.accounts.account import Account
from sipgate_provider.simulator.accounts.accounts import Accounts
from sipgate_provider.simulator.accounts.models import User
from sipgate_provider.simulator.accounts.storage import File
from sipgate_provider.simulator.app import build_app
from sipgate_provider.simulator.clock import Clock
from sipgate_provider.simulator.control.misbehaviour import Misbehaviour, Misbehaviours
from sipgate_provider.simulator.control.request_log import RequestLog, RequestRecord
from sipgate_provider.simulator.login.client_authentication import APP_WEB
from sipgate_provider.simulator.login.realms import SIPGATE_APPS, issuer_at
from sipgate_provider.simulator.login.sessions import Session, Sessions
from sipgate_provider.simulator.login.token_endpoint import TOKEN_PATH
from sipgate_provider.simulator.login.tokens import ACCESS_TOKEN_LIFE, Tokens
from sipgate_provider.simulator.rest.calls import PREFIX
from sipgate_provider.simulator.rest.switches import Switches
from sipgate_provider.simulator.server.server import Server

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from typing_extensions import Self

    from sipgate_provider.simulator.control.faults import Fault
    from sipgate_provider.simulator.server.tls import Certificates


class Simulator:
    """A simulated sipgate on a local port. As a context manager, it runs during the `with` block.

    Attributes:
        account: The account, with its clients and credentials; the first one if there are several.
        accounts: All accounts. A request acts on the account to which its credential belongs.
        clock: The clock by which tokens expire.
        switches: Switches that change every response. They can be set at any time.

    Args:
        account: The account; an empty one with the `DEMO_…` credentials if omitted.
        accounts: Several accounts, instead of `account`.
        host: Address to listen on.
        port: Port to listen on; 0 for any free one.
        latency: Seconds to wait before each response.
        token_life: Lifetime of an access token in seconds.
        allow_remote: Whether to accept a `host` that other machines can reach.
        tls: Whether to serve HTTPS, with a certificate of the simulator's own authority (`ca_pem`).
        file: File that keeps clients, users and personal access tokens. It is locked between `start`
            and `stop`, and only changes made in that time are written to it. Without a file, nothing
            is kept.
        on_request: Called in the server's thread after each request.

    Raises:
        ValueError: Other machines can reach `host` and `allow_remote` is not set, both `account` and
            `accounts` are given, or two accounts have the same number.
    """

    def __init__(
        self,
        account: Account | None = None,
        *,
        accounts: Sequence[Account] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        latency: float = 0.0,
        token_life: float = ACCESS_TOKEN_LIFE,
        allow_remote: bool = False,
        tls: bool = False,
        file: str | os.PathLike[str] | None = None,
        on_request: Callable[[RequestRecord], None] | None = None,
    ) -> None:
        if account and accounts:
            raise ValueError("Pass either account or accounts, not both.")
        known = Accounts(accounts or [account or Account.demo()])
        self.accounts = known.all
        self.account = self.accounts[0]
        self.clock = Clock()
        self.switches = Switches(latency=latency)
        self._sessions = Sessions(self.clock)
        self._tokens = Tokens(self.clock, token_life)
        self._misbehaviours = Misbehaviours()
        self._log = RequestLog()
        app = build_app(
            known,
            self.clock,
            self._sessions,
            self._tokens,
            self.switches,
            self._misbehaviours,
            self._log,
            on_request,
        )
        self._path = file
        self._file: File | None = None
        self._certificates = _certificates(host) if tls else None
        context = self._certificates.context() if self._certificates else None
        self._server = Server(app, host, port, allow_remote=allow_remote, tls=context)

    @property
    def base_url(self) -> str:
        """URL of the REST API, such as `http://127.0.0.1:40123/v2`. With port 0, it is known only after `start`."""
        return self._server.origin + PREFIX

    @property
    def token_url(self) -> str:
        """URL of the token endpoint. With port 0, it is known only after `start`."""
        return self._server.origin + TOKEN_PATH

    @property
    def page_url(self) -> str:
        """URL of the page that shows clients and requests. With port 0, it is known only after `start`."""
        return self._server.origin + "/"

    @property
    def ca_pem(self) -> bytes:
        """Certificate, in PEM format, of the authority that callers must trust.

        Raises:
            ValueError: The simulator serves plain HTTP.
        """
        if self._certificates is None:
            raise ValueError("This simulator serves plain HTTP; create it with tls=True.")
        return self._certificates.ca_pem

    @property
    def tls_handshakes(self) -> int:
        """Number of successful TLS handshakes, one for each connection."""
        return self._server.handshakes

    def start(self) -> Self:
        """Starts listening. After a `stop`, the simulator starts again with the same port and accounts.

        Raises:
            OSError: The port is in use, or using it is not permitted.
            RuntimeError: The simulator is already running.
            StorageError: The file is in use by another simulator, or cannot be used.
        """
        if self._server.running:
            raise RuntimeError("The simulator is already running.")
        try:
            if self._path is not None:
                self._file = File(self._path)
                for account in self.accounts:
                    account.attach(self._file)
            self._server.start()
        except BaseException:
            self._close_file()
            raise
        return self

    def stop(self) -> None:
        """Stops listening, and closes all connections, including those with requests in progress."""
        self._server.stop()
        self._close_file()

    def _close_file(self) -> None:
        if self._file:
            for account in self.accounts:
                account.detach()
            self._file.close()
        self._file = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def issue_access_token(self, *scopes: str, life: float | None = None) -> str:
        """Issues an access token for `account` without a log-in.

        Args:
            scopes: The scopes of the token.
            life: Lifetime in seconds; `token_life` if omitted.
        """
        held, issuer = frozenset(scopes), issuer_at(self._server.origin, SIPGATE_APPS)
        log_in = self._session(held).client_session(APP_WEB)
        return self._tokens.issue_access(log_in, held, issuer, life).value

    def issue_refresh_token(self, *scopes: str, client_id: str = APP_WEB) -> str:
        """Issues a refresh token for `account` without a log-in.

        Args:
            scopes: The scopes of the token.
            client_id: The client that can use the token.
        """
        held = frozenset(scopes)
        return self._tokens.issue_refresh(self._session(held).client_session(client_id), held).value

    def _session(self, scopes: frozenset[str]) -> Session:
        return self._sessions.begin(self.account, User("issued@example.com", "", scopes))

    def end_access_tokens(self) -> None:
        """Revokes all access tokens. Refresh tokens stay valid."""
        self._tokens.end_access_tokens()

    def misbehave(
        self, fault: Fault, *, method: str | None = None, path: str = "", times: int | None = 1
    ) -> Misbehaviour:
        """Applies a fault to the next requests that match.

        Args:
            fault: The fault.
            method: Method of the requests; None for any.
            path: Regular expression to search for in the path of the requests, including requests to
                the token endpoint.
            times: Number of requests to affect; None for all until `behave`.

        Returns:
            An object whose `hits` is the number of requests affected so far.
        """
        misbehaviour = Misbehaviour(fault, method, re.compile(path), times)
        self._misbehaviours.add(misbehaviour)
        return misbehaviour

    def behave(self) -> None:
        """Removes all faults. The switches do not change."""
        self._misbehaviours.clear()

    @property
    def requests(self) -> list[RequestRecord]:
        """The latest requests, 20,000 at most, oldest first. Each is listed before its caller gets the response."""
        return self._log.records()

    def count(self, method: str | None = None, path: str = "") -> int:
        """Returns the number of logged requests that match.

        Args:
            method: Method of the requests; None for any.
            path: Regular expression to search for in the path of the requests.
        """
        return len(self._log.matching(method, re.compile(path)))

    def clear_requests(self) -> None:
        """Clears the log of requests."""
        self._log.clear()


def _certificates(host: str) -> Certificates:
    # A simulator without TLS does not need this module's dependencies.
    from sipgate_provider.simulator.server.tls import Certificates  # noqa: PLC0415

    return Certificates(host)
