"""The lifecycle of a client: create, read, update and delete. Check and diff have modules of their own.

This module does not import Pulumi: a host translates its own properties to these and back, and decides nothing.
Properties are mappings with the API's names; `outs` are the inputs, `clientId` and `clientSecret`.

The rules:

- No change replaces a client. Every input changes in place, and only if something differs, since a needless update of
  an OAuth client breaks log-ins in progress.
- Outs repeat what the program declared, in its order. `redirectUris` and `webOrigins` are sets at sipgate, which
  returns them in another order. Entries that somebody else has added come last, so that a preview shows only those.
- Once sipgate has accepted a POST, nothing raises: the engine would take an exception for "not created" and lose a
  live client. The next `pulumi up` fetches a secret that could not be read. `creation` creates clients, and finds them
  again after a lost response.
- A step has one deadline for all its requests. Finding out what a request has done has a deadline of its own.
- A rejected credential is reported once. Later steps of the same deployment are not tried, so that the account is not
  locked. If the engine does not run the program, a credential from the stack configuration is that of the last
  `pulumi up`, and the error says so.
- A client is gone only if sipgate itself says so; `absence` decides when a 404 counts.
"""

from __future__ import annotations

import contextlib
import functools
import logging
from collections.abc import Callable, Mapping
from typing import Concatenate, ParamSpec, TypeVar

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.api.models import OAuthClientInputs, OAuthClientState
from sipgate_provider.api.properties import WRITABLE
from sipgate_provider.clients.absence import AbsenceCheck
from sipgate_provider.clients.client_list import ClientList
from sipgate_provider.clients.comparison import differing, in_order_of
from sipgate_provider.clients.creation import ClientCreator, warn_of_other_values
from sipgate_provider.clients.deletion import delete_client
from sipgate_provider.errors import (
    AuthenticationError,
    NotFoundError,
    PermissionDeniedError,
    SipgateError,
    may_have_acted,
)
from sipgate_provider.http.deadlines import deadline, fresh_deadline
from sipgate_provider.settings.settings import LAST_RUN

__all__ = ["Lifecycle"]

_log = logging.getLogger(__name__)

_CHECK_SECONDS = 30.0
Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")


def _step(
    method: Callable[Concatenate[Lifecycle, Parameters], Returned],
) -> Callable[Concatenate[Lifecycle, Parameters], Returned]:
    """Gives the method one deadline, and does not call it once the credential is rejected."""

    @functools.wraps(method)
    def step(self: Lifecycle, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Returned:
        if self._refused:
            raise _not_tried()
        try:
            with deadline():
                return method(self, *args, **kwargs)
        except AuthenticationError as error:
            # Several threads may get the same error; only the first one reports it.
            if self._refused:
                raise _not_tried() from None
            self._refused = True
            if self._stored_credential:
                raise error.followed_by(LAST_RUN) from None
            raise

    return step


def _not_tried() -> SipgateError:
    return SipgateError(
        "Not tried: sipgate refused the credential; another error of this run says why."
    )


class Lifecycle:
    """The steps that send requests, for one account; safe to share between threads."""

    def __init__(
        self,
        api: SipgateAPI,
        named: set[str] | None = None,
        *,
        trust_empty_account: bool = False,
        stored_credential: bool = False,
    ) -> None:
        """Creates the object without sending anything.

        Args:
            api: The account.
            named: The ids of the clients that this deployment's resources manage, as far as the engine has named them.
            trust_empty_account: Whether a client is gone if an account without clients does not know it, though
                nothing shows that it is the client's account.
            stored_credential: Whether the credential comes from the engine, which may have stored it in an earlier
                deployment.
        """
        self._api = api
        self._named = set() if named is None else named
        self._clients = ClientList(api)
        self._creator = ClientCreator(api, self._named)
        self._absence = AbsenceCheck(api, self._named, trust_empty_account=trust_empty_account)
        self._stored_credential = stored_credential
        self._refused = False

    @_step
    def create(self, news: Mapping[str, object]) -> dict[str, object]:
        """Creates a client and returns its outs.

        Raises:
            SipgateError: No client was created, or the message says which client may be left over.
        """
        inputs = OAuthClientInputs.from_properties(news)
        created = self._creator.create(inputs)
        secret = created.client_secret or self._secret(created.client_id)
        return _outs(created.client_id, secret, inputs.properties())

    @_step
    def read(self, client_id: str, olds: Mapping[str, object]) -> dict[str, object] | None:
        """Reads a client and returns its outs; None if it is gone.

        Args:
            client_id: The client's id.
            olds: The properties in the state, whose order is kept if the values mean the same. Without a `clientId`,
                the client has not been read before, so it need not be one of the stack, and a missing client is an
                error.

        Raises:
            SipgateError: The client could not be read for another reason than that it is gone.
        """
        if olds.get("clientId"):
            self._named.add(client_id)
        try:
            found = self._clients.client(client_id, olds)
        except NotFoundError:
            if not olds.get("clientId"):
                with contextlib.suppress(PermissionDeniedError):
                    self._api.list_clients()
                # A program reads a client that it does not manage. The engine would accept that it is gone.
                raise SipgateError(
                    f"Reading client {client_id}: the account has no client of that id; check the id, and that the "
                    "credential is for the right account."
                ) from None
            self._absence.confirm(client_id, list_required=True)
            return None
        live = found.properties()
        inputs = {name: in_order_of(olds.get(name), name, live[name]) for name in WRITABLE}
        return _outs(client_id, found.client_secret or olds.get("clientSecret"), inputs)

    @_step
    def update(
        self, client_id: str, olds: Mapping[str, object], news: Mapping[str, object]
    ) -> dict[str, object]:
        """Updates a client and returns its outs; sends a PUT only if something differs.

        Raises:
            SipgateError: The client is unchanged, or whether it has changed is unknown; the next run tries again.
        """
        inputs = OAuthClientInputs.from_properties(news)
        declared = inputs.properties()
        self._named.add(client_id)
        if differing(olds, declared):
            self._clients.forget(client_id)
            self._send_update(client_id, inputs)
        # An update never changes the secret.
        secret = olds.get("clientSecret") or self._secret(client_id)
        return _outs(client_id, secret, declared)

    @_step
    def delete(self, client_id: str) -> None:
        """Deletes a client; one that is gone already is fine.

        Raises:
            SipgateError: The client still exists, or that is unknown.
        """
        self._named.add(client_id)
        self._clients.forget(client_id)
        try:
            delete_client(self._api, client_id)
        except NotFoundError:
            self._absence.confirm(client_id, list_required=False)

    def _send_update(self, client_id: str, inputs: OAuthClientInputs) -> None:
        """Updates the client, also if the response is lost."""
        stored: OAuthClientState | None
        try:
            stored = self._api.update_client(client_id, inputs)
        except NotFoundError:
            # In another account, this raises an error that says so.
            self._absence.confirm(client_id, list_required=False)
            raise SipgateError(
                f"Updating client {client_id}: the account no longer has it. If it was deleted outside Pulumi, "
                "`pulumi up --refresh` creates it again."
            ) from None
        except SipgateError as error:
            if not may_have_acted(error):
                raise
            stored = self._stored(client_id)
            if stored is None or differing(stored.properties(), inputs.properties()):
                raise
        sent = inputs.properties()
        if differing(stored.stored(sent), sent):
            # The response may be an older one; the client itself says what sipgate stores.
            stored = self._stored(client_id) or stored
            warn_of_other_values(client_id, stored.stored(sent), inputs)

    def _stored(self, client_id: str) -> OAuthClientState | None:
        """The client as sipgate stores it; None if it cannot be read."""
        try:
            with fresh_deadline(_CHECK_SECONDS):
                return self._api.get_client(client_id)
        except SipgateError:
            return None

    def _secret(self, client_id: str) -> str | None:
        """The secret of a client that certainly exists, or None after a warning; never raises."""
        why = "the response lacks it"
        try:
            with fresh_deadline(_CHECK_SECONDS):
                secret = self._api.get_client(client_id).client_secret
        except SipgateError as error:
            secret, why = None, str(error)
        except Exception as error:  # noqa: BLE001  an exception here would lose a live client
            secret, why = None, f"an unexpected {type(error).__name__}."
        if secret is None:
            _log.warning(
                "Client %s exists, but its secret could not be read: %s "
                "The next `pulumi up` tries again.",
                client_id,
                why,
            )
        return secret


def _outs(client_id: str, secret: object, inputs: Mapping[str, object]) -> dict[str, object]:
    return {"clientId": client_id, "clientSecret": secret, **inputs}
