"""Creates clients so that none is lost, whatever happens to the response.

**Before the first POST** of a deployment, the account is listed once. The list shows which account the credential
belongs to, and later which clients are new. Without the read scope there is no list, and clients are created all the
same.

**A lost response.** A POST without a response may have created a client that no state knows. So the account is listed
again. The client of the lost response was not in the first list, no resource of this deployment manages it, and it
equals what was sent in every property. Equal clients are created one after the other, so that two such responses are
never open at once. If several clients match, none is taken. The search has a deadline of its own, since the POST may
have used all the time of its operation.

**A response that is not the response to this POST** counts as lost: it names a client that existed before, or the one
of another creation, or one that resembles this one in nothing. If the response differs in some property, and the
account has no new client that is equal, sipgate stores other values than it is sent. A warning names the property.

**Another account.** If all clients that this deployment manages belong to another account than the listed clients, the
credential is for the wrong account. A client created there would be lost for the right one, so nothing is created.

**A client that equals the new one** and that no resource of this deployment has named may be left over from a run that
was killed, or another stack manages it, or this run replaces it. Nothing here can tell these apart, and each is
legitimate but the first. So the client is created, and a warning names the other one.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterable

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.api.listing import Listing
from sipgate_provider.api.models import OAuthClientInputs, OAuthClientState
from sipgate_provider.clients.absence import account_number_of
from sipgate_provider.clients.comparison import differing, fingerprint, resemble
from sipgate_provider.errors import (
    APIError,
    PermissionDeniedError,
    SipgateError,
    TransportError,
    may_have_acted,
)
from sipgate_provider.http.deadlines import fresh_deadline, locked

__all__ = ["ClientCreator", "warn_of_other_values"]

_log = logging.getLogger(__name__)

# After a lost response, sipgate may still be creating the client.
_SEARCH_PAUSES = (0.0, 1.0, 3.0)
_SEARCH_SECONDS = 30.0
_SHOWN = 10


class _Before:
    """The account before this deployment's first POST.

    Attributes:
        ids: The ids of its clients.
        accounts: The account numbers in them.
        complete: Whether these are all.
    """

    def __init__(self, listing: Listing) -> None:
        self.ids = listing.ids
        self.accounts = _accounts(self.ids)
        self.complete = listing.complete
        self._by_name: defaultdict[str, list[OAuthClientState]] = defaultdict(list)
        for client in listing:
            self._by_name[client.name].append(client)

    def equal_to(self, inputs: OAuthClientInputs) -> set[str]:
        """The ids of the clients that equal the declared one in every property."""
        wanted = fingerprint(inputs.properties())
        namesakes = self._by_name.get(inputs.name, [])
        return {client.client_id for client in namesakes if _content(client) == wanted}


class ClientCreator:
    """Creates the clients of one deployment in one account; safe to share between threads."""

    def __init__(self, api: SipgateAPI, named: set[str]) -> None:
        """Creates the object without sending anything.

        Args:
            api: The account.
            named: The ids of the clients that resources of this deployment manage, as far as they are known.
        """
        self._api = api
        self._named = named
        self._list_lock = threading.Lock()
        self._listed = False
        self._before: _Before | None = None
        # By the content of each client that this deployment creates.
        self._creations: dict[str, threading.Lock] = {}
        self._unresolved: set[str] = set()
        self._mentioned: set[str] = set()

    def create(self, inputs: OAuthClientInputs) -> OAuthClientState:
        """Creates a client and returns it, also if the response is lost; its secret may be None.

        Raises:
            SipgateError: Nothing was sent or created, or the message says which clients may be the new one.
        """
        wanted = fingerprint(inputs.properties())
        before = self._account_before()
        if before is not None:
            self._refuse_other_account(before)
        lock = self._creations.setdefault(wanted, threading.Lock())
        with locked(lock, "created an equal client"):
            try:
                created = self._post(inputs, wanted, before)
            except SipgateError as error:
                if not may_have_acted(error):
                    raise
                with fresh_deadline(_SEARCH_SECONDS):
                    created = self._find(inputs, wanted, before, error)
            self._named.add(created.client_id)
        if before is not None:
            self._warn_of_equal_clients(created.client_id, before.equal_to(inputs))
        return created

    def _account_before(self) -> _Before | None:
        """The account before this deployment's first POST; None without the read scope."""
        with locked(self._list_lock, "listed the account's clients"):
            if not self._listed:
                try:
                    self._before = _Before(self._api.list_clients())
                except PermissionDeniedError:
                    self._before = None
                except (APIError, TransportError) as error:
                    # Without this list, a lost response would mean a lost client.
                    raise error.followed_by("The client was therefore not created.") from None
                self._listed = True
            return self._before

    def _refuse_other_account(self, before: _Before) -> None:
        managed = frozenset(self._named)
        accounts = _accounts(managed)
        if (
            accounts
            and before.accounts
            and not (accounts & before.accounts or managed & before.ids)
        ):
            raise SipgateError(
                f"Creating the client: nothing was created, because the stack's clients belong to account "
                f"{_listing(accounts)} and the credential to account {_listing(before.accounts)}. Use a "
                f"credential of account {_listing(accounts)}."
            )

    def _post(
        self, inputs: OAuthClientInputs, wanted: str, before: _Before | None
    ) -> OAuthClientState:
        """Sends the POST, and returns the client that it has created.

        Raises:
            SipgateError: The request failed, or its response is not the response to it.
        """
        created = self._api.create_client(inputs)
        content = _content(created)
        existed = before is not None and created.client_id in before.ids
        is_other = content != wanted and (
            content in self._creations or not resemble(created.properties(), inputs.properties())
        )
        if existed or is_other or created.client_id in self._named:
            raise TransportError(
                f"Creating the client: the response is about another client, {created.client_id}."
            )
        if content == wanted:
            return created
        for client in self._equal_clients(wanted, before):
            if client.client_id != created.client_id:
                return client
        warn_of_other_values(created, inputs)
        return created

    def _equal_clients(self, wanted: str, before: _Before | None) -> list[OAuthClientState]:
        """The one new client that equals the one to create, if there is one; never raises, since it may exist."""
        if before is None or not before.complete:
            return []
        try:
            with fresh_deadline(_SEARCH_SECONDS):
                new = self._new_clients(self._api.list_clients(), before)
        except SipgateError:
            return []
        equal = [client for client in new if _content(client) == wanted]
        return equal if len(equal) == 1 else []

    def _find(
        self,
        inputs: OAuthClientInputs,
        wanted: str,
        before: _Before | None,
        error: SipgateError,
    ) -> OAuthClientState:
        """Finds the client that the POST with the lost response has created.

        Raises:
            SipgateError: There is none, or several clients match.
        """
        if before is None:
            raise TransportError(
                f"{error} Whether sipgate created the client is unknown, and without the scope "
                "authorization:oauth2:clients:read the provider cannot look for it. Look in sipgate's console before "
                "you run again."
            ) from None
        has_finished = _has_finished(error)
        for pause in (0.0,) if has_finished else _SEARCH_PAUSES:
            time.sleep(pause)
            try:
                listing = self._api.list_clients()
            except SipgateError as failure:
                self._unresolved.add(wanted)
                raise TransportError(
                    f"{error} Whether sipgate created the client is unknown, because the search for it failed "
                    f"as well ({failure}) Run again: if the client exists, the next run names it."
                ) from None
            new = self._new_clients(listing, before)
            equal = [client for client in new if _content(client) == wanted]
            if equal:
                certain = before.complete and len(equal) == 1 and wanted not in self._unresolved
                if not certain:
                    break
                _log.warning(
                    "%s sipgate created the client nevertheless: it is %s.",
                    error,
                    equal[0].client_id,
                )
                return equal[0]
        self._unresolved.add(wanted)
        # sipgate may have stored other values than were sent, or somebody else has created the client.
        candidates = {
            client.client_id
            for client in new
            if client in equal
            or (
                resemble(client.properties(), inputs.properties())
                and _content(client) not in self._creations
            )
        } | (listing.unreadable.keys() - before.ids)
        if candidates:
            raise TransportError(
                f"{error} Which client it created, if any, is unknown: {_listing(candidates)} is new in the account "
                "and like this one. `sipgate-provider show` prints it, and `sipgate-provider import` takes it over."
            )
        if not (before.complete and listing.complete):
            raise TransportError(
                f"{error} Whether sipgate created the client is unknown, because sipgate shows only a part of the "
                "account's list. Look in sipgate's console before you run again."
            )
        if isinstance(error, APIError) and error.status < 500:  # noqa: PLR2004  RFC 9110, 15.6
            raise error
        result = (
            "was not created" if has_finished else "is not there, so it was probably not created"
        )
        raise error.followed_by(
            f"The provider looked through the account's clients: this one {result}. Run again."
        )

    def _new_clients(self, listing: Listing, before: _Before) -> list[OAuthClientState]:
        return [
            client
            for client in listing
            if client.client_id not in before.ids and client.client_id not in self._named
        ]

    def _warn_of_equal_clients(self, client_id: str, equal: set[str]) -> None:
        """Warns once of each client that the account held before."""
        with self._list_lock:
            others = equal - self._named - self._mentioned
            self._mentioned |= others
        if others:
            _log.warning(
                "Client %s equals %s, which the account held before. `sipgate-provider clients` says who manages "
                "each of them.",
                client_id,
                _listing(others),
            )


def warn_of_other_values(stored: OAuthClientState, inputs: OAuthClientInputs) -> None:
    """Warns of properties that sipgate stores in another form than it was sent."""
    if names := differing(stored.properties(), inputs.properties()):
        _log.warning(
            "sipgate stores another %s for client %s than the program declares, which every refresh will show as a "
            "change. Declare what `sipgate-provider show %s` prints.",
            " and ".join(names),
            stored.client_id,
            stored.client_id,
        )


def _has_finished(error: SipgateError) -> bool:
    """Whether sipgate has certainly finished the request, so that no client can appear later."""
    # After a timeout of something in front of it (408, 502 to 504), sipgate may still be at work.
    return isinstance(error, APIError) and error.status <= 500 and error.status != 408  # noqa: PLR2004


def _content(client: OAuthClientState) -> str:
    return fingerprint(client.properties())


def _accounts(client_ids: Iterable[str]) -> frozenset[str]:
    return frozenset(number for one in client_ids if (number := account_number_of(one)))


def _listing(values: Collection[str]) -> str:
    shown = ", ".join(sorted(values)[:_SHOWN])
    more = len(values) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown
