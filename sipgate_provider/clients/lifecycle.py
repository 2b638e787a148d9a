"""What each step of a client's life means: create, read, update, delete. Check and diff have modules of their own.

No Pulumi here: a host translates its own properties into these and back, and decides nothing. Properties are
mappings in the API's spelling; `outs` are the inputs, `clientId` and `clientSecret`.

The rules:

- Nothing replaces a client; every input is rewritten in place, and only where something differs, since rewriting
  an OAuth client for nothing breaks log-ins in flight.
- Outs repeat what the program declared, in its order. `redirectUris` and `webOrigins` are sets at sipgate, and the
  order that comes back is not the order sent. What somebody else has added comes last, so that a preview shows just
  that.
- Once sipgate has accepted a POST nothing raises: the engine would take that for "not created" and lose a live
  client. A secret that cannot be had then is fetched by the next `pulumi up`. How a client is created, and found
  again where the response is lost, is in `creation`.
- A step has one deadline for all its requests; what became of a request is asked in time of its own.
- A credential that sipgate refuses is reported once: what comes after it in the same deployment is not tried, which
  also keeps an account from being locked. A credential from the stack configuration is the one of the last
  `pulumi up` where the engine runs no program, and the error says so.
- A client is gone only if sipgate itself says so; when a 404 counts is in `absence`.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Mapping
from typing import Concatenate, ParamSpec, TypeVar

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.api.models import OAuthClientInputs
from sipgate_provider.api.properties import WRITABLE
from sipgate_provider.clients.absence import AbsenceCheck
from sipgate_provider.clients.comparison import in_order_of, inputs_differ
from sipgate_provider.clients.creation import ClientCreator
from sipgate_provider.clients.inventory import ClientList, ManagedClients
from sipgate_provider.errors import (
    AuthenticationError,
    NotFoundError,
    SipgateError,
    may_have_acted,
)
from sipgate_provider.http.deadlines import deadline, fresh_deadline
from sipgate_provider.manual import ROTATED_CREDENTIAL

__all__ = ["Lifecycle"]

_log = logging.getLogger(__name__)

_LOOKING_SECONDS = 30.0
_ROTATED = (
    "If you have changed it since the last `pulumi up`: `pulumi refresh` and `pulumi destroy` still use that run's, "
    f"so run `pulumi up` first or add `--run-program`. See {ROTATED_CREDENTIAL}."
)

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")


def _step(
    method: Callable[Concatenate[Lifecycle, Parameters], Returned],
) -> Callable[Concatenate[Lifecycle, Parameters], Returned]:
    """The method within one deadline, and not tried once the credential is refused."""

    @functools.wraps(method)
    def step(self: Lifecycle, /, *given: Parameters.args, **named: Parameters.kwargs) -> Returned:
        if self._refused:
            raise _not_tried()
        try:
            with self._managed.call(), deadline():
                return method(self, *given, **named)
        except AuthenticationError as error:
            # Several threads may meet the same refusal; the first one tells it.
            if self._refused:
                raise _not_tried() from None
            self._refused = True
            if self._stored_credential:
                raise error.followed_by(_ROTATED) from None
            raise

    return step


def _not_tried() -> SipgateError:
    return SipgateError(
        "Not tried: sipgate refused the credential; another error of this run says why."
    )


class Lifecycle:
    """The steps that speak to sipgate, over one account; safe to share between threads."""

    def __init__(
        self,
        api: SipgateAPI,
        managed: ManagedClients | None = None,
        *,
        allow_duplicate_clients: bool = False,
        trust_empty_account: bool = False,
        stored_credential: bool = False,
    ) -> None:
        """Nothing is sent.

        Args:
            api: The account.
            managed: Which clients this deployment's resources manage.
            allow_duplicate_clients: Whether a client may be created that equals an existing one in every property.
            trust_empty_account: Whether a client is gone if an account without clients does not know it, though
                nothing tells that it is the client's account.
            stored_credential: Whether the engine hands over the credential, and so may have kept it from an earlier
                deployment.
        """
        self._api = api
        self._managed = managed or ManagedClients()
        self._snapshot = ClientList(api)
        self._creator = ClientCreator(api, self._managed, allow_duplicates=allow_duplicate_clients)
        self._absence = AbsenceCheck(api, trust_empty_account=trust_empty_account)
        self._stored_credential = stored_credential
        self._refused = False

    @_step
    def create(self, news: Mapping[str, object]) -> dict[str, object]:
        """The outs of a client that now exists at sipgate.

        Raises:
            SipgateError: No client was made, or the text says which client may be left over.
        """
        inputs = OAuthClientInputs.from_properties(news)
        made = self._creator.create(inputs)
        secret = made.client_secret or self._secret(made.client_id)
        return _outs(made.client_id, secret, inputs.properties())

    @_step
    def read(self, client_id: str, olds: Mapping[str, object]) -> dict[str, object] | None:
        """The outs as sipgate has them now, or None if the client is gone.

        Args:
            client_id: Which client.
            olds: What the state holds; its order is kept where the values mean the same. Without a `clientId` nobody
                has read the client before, and that there is none is an error.

        Raises:
            SipgateError: It could not be read, for any reason but that it is gone.
        """
        self._managed.add(client_id)
        try:
            found = self._snapshot.client(client_id)
        except NotFoundError:
            if not olds.get("clientId"):
                # A program asks for a client that it does not manage; the engine would take "gone" for an answer.
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
        """The outs after sipgate has what the program declares; sends a PUT only if something differs.

        Raises:
            SipgateError: The client is as it was, or it is unknown whether it changed; the next run sends it again.
        """
        inputs = OAuthClientInputs.from_properties(news)
        declared = inputs.properties()
        self._managed.add(client_id)
        answered = None
        if inputs_differ(olds, declared):
            self._snapshot.forget(client_id)
            answered = self._rewritten(client_id, inputs)
        secret = answered or olds.get("clientSecret") or self._secret(client_id)
        return _outs(client_id, secret, declared)

    @_step
    def delete(self, client_id: str) -> None:
        """The client is gone from sipgate; that it was gone before is fine.

        Raises:
            SipgateError: It is still there, or that is unknown.
        """
        self._managed.add(client_id)
        self._snapshot.forget(client_id)
        try:
            self._api.delete_client(client_id)
        except NotFoundError:
            self._absence.confirm(client_id, list_required=False)

    def _rewritten(self, client_id: str, inputs: OAuthClientInputs) -> str | None:
        """The secret in the response to the PUT; None too where the response is lost but the change is in place."""
        try:
            return self._api.update_client(client_id, inputs).client_secret
        except NotFoundError:
            # What to do depends on whose account it is.
            self._absence.confirm(client_id, list_required=False)
            raise
        except SipgateError as error:
            if not may_have_acted(error):
                raise
            try:
                with fresh_deadline(_LOOKING_SECONDS):
                    live = self._api.get_client(client_id)
            except SipgateError:
                raise error from None
            if inputs_differ(live.properties(), inputs.properties()):
                raise
            return live.client_secret

    def _secret(self, client_id: str) -> str | None:
        """The secret of a client that certainly exists, or None and a warning; it never raises."""
        why = "the response lacks it"
        try:
            with fresh_deadline(_LOOKING_SECONDS):
                secret = self._api.get_client(client_id).client_secret
        except SipgateError as error:
            secret, why = None, str(error)
        except Exception as error:  # noqa: BLE001  a raise here would lose a live client
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
