"""The simulator as a whole: sipgate on a local port, and what tests ask of it."""

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
    """sipgate on a local port, for as long as the `with` block lasts.

    Attributes:
        account: Its clients and who may call; of several accounts, the first.
        accounts: Every account. A request acts on the one that its credential belongs to.
        clock: What tokens expire by.
        switches: How every answer differs from the usual; can be changed while it runs.

    Args:
        account: The account; without, an empty one with the `DEMO_…` credentials.
        accounts: Several accounts, in place of one.
        host: Where to listen.
        port: 0 takes a free port.
        latency: Seconds before each answer.
        token_life: Seconds that an access token lives.
        allow_remote: Whether `host` may be one that other machines can reach.
        tls: Whether it speaks HTTPS, with a certificate by an authority of its own: `ca_pem`.
        file: Where clients, users and personal access tokens are kept; without, they are gone when
            it ends. It belongs to this simulator from `start` to `stop`: only what changes then is
            in it.
        on_request: Called, in the server's thread, with each request that is over.

    Raises:
        ValueError: Other machines can reach `host`, and `allow_remote` is not set; or both
            `account` and `accounts` are given, or two accounts have the same number.
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
            raise ValueError("Give account or accounts, not both.")
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
        """Where the REST API is, such as `http://127.0.0.1:40123/v2`; known once started."""
        return self._server.origin + PREFIX

    @property
    def token_url(self) -> str:
        """Where the token endpoint is; known once started."""
        return self._server.origin + TOKEN_PATH

    @property
    def page_url(self) -> str:
        """Where a browser sees clients and requests; known once started."""
        return self._server.origin + "/"

    @property
    def ca_pem(self) -> bytes:
        """The certificate, in PEM, of the authority that callers have to trust.

        Raises:
            ValueError: It speaks plain HTTP.
        """
        if self._certificates is None:
            raise ValueError("This simulator speaks plain HTTP; make it with tls=True.")
        return self._certificates.ca_pem

    @property
    def tls_handshakes(self) -> int:
        """How many TLS handshakes have come to a good end: one for each connection."""
        return self._server.handshakes

    def start(self) -> Self:
        """It listens. After a `stop` it can be started again: same port, same account.

        Raises:
            OSError: The port is in use, or may not be used.
            RuntimeError: It is running already.
            StorageError: The file is in use by another simulator, or cannot be used.
        """
        if self._server.running:
            raise RuntimeError("The simulator is running already.")
        try:
            if self._path is not None:
                self._file = File(self._path)
                for account in self.accounts:
                    account.keep_in(self._file)
            self._server.start()
        except BaseException:
            self._let_go()
            raise
        return self

    def stop(self) -> None:
        """It is gone from the port, and requests in flight are cut off."""
        self._server.stop()
        self._let_go()

    def _let_go(self) -> None:
        if self._file:
            for account in self.accounts:
                account.let_go()
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
        """An access token to `account` with just these scopes, for `life` seconds or as usual."""
        held, issuer = frozenset(scopes), issuer_at(self._server.origin, SIPGATE_APPS)
        log_in = self._session(held).of_client(APP_WEB)
        return self._tokens.issue_access(log_in, held, issuer, life).value

    def issue_refresh_token(self, *scopes: str, client_id: str = APP_WEB) -> str:
        """A refresh token with just these scopes, as a log-in through that client would yield."""
        held = frozenset(scopes)
        return self._tokens.issue_refresh(self._session(held).of_client(client_id), held).value

    def _session(self, scopes: frozenset[str]) -> Session:
        return self._sessions.begin(self.account, User("issued@example.com", "", scopes))

    def end_access_tokens(self) -> None:
        """No access token issued so far is accepted any longer; refresh tokens still are."""
        self._tokens.end_access_tokens()

    def misbehave(
        self, fault: Fault, *, method: str | None = None, path: str = "", times: int | None = 1
    ) -> Misbehaviour:
        """The next requests that fit meet the fault.

        Args:
            fault: What goes wrong with them.
            method: Their method; None is any.
            path: A regex that is found in their path; the token endpoint's requests count too.
            times: How many of them; None is all, until `behave`.

        Returns:
            What was ordered; its `hits` says how many requests have met it.
        """
        misbehaviour = Misbehaviour(fault, method, re.compile(path), times)
        self._misbehaviours.add(misbehaviour)
        return misbehaviour

    def behave(self) -> None:
        """No request meets a fault any longer. The switches stay as they are."""
        self._misbehaviours.clear()

    @property
    def requests(self) -> list[RequestRecord]:
        """The latest requests, oldest first; one whose answer has arrived is in it.

        No more than 20,000 are kept, here and for `count`.
        """
        return self._log.records()

    def count(self, method: str | None = None, path: str = "") -> int:
        """How many requests had that method (None: any) and a path in which the regex is found."""
        return len(self._log.matching(method, re.compile(path)))

    def clear_requests(self) -> None:
        """The requests so far are forgotten."""
        self._log.clear()


def _certificates(host: str) -> Certificates:
    # Without TLS, nothing of it is loaded.
    from sipgate_provider.simulator.server.tls import Certificates  # noqa: PLC0415

    return Certificates(host)
