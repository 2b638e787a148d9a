"""Finds the client of a POST whose response was lost.

The account is listed again. The client was not in the list before the first POST, no resource of this deployment
manages it, and it equals what was sent in every property. If several clients match, none is taken, and the error names
them. So does the error for a client that merely resembles the declared one: sipgate may store other values than it is
sent, and somebody else may have created the client.

The search has a deadline of its own, since the POST may have used all the time of its operation.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Collection

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.api.listing import Listing
from sipgate_provider.api.models import OAuthClientInputs, OAuthClientState
from sipgate_provider.clients.account_before import AccountBefore
from sipgate_provider.clients.comparison import fingerprint, resemble
from sipgate_provider.errors import APIError, SipgateError, TransportError
from sipgate_provider.http.deadlines import fresh_deadline

__all__ = ["SearchAfterLoss", "listed"]

_log = logging.getLogger(__name__)

# sipgate may still be creating the client.
_SEARCH_PAUSES = (0.0, 1.0, 3.0)
_SEARCH_SECONDS = 30.0
_SHOWN = 10
_INTERNAL_ERROR = 500
_REQUEST_TIMEOUT = 408


class SearchAfterLoss:
    """Looks for the clients of one deployment whose responses were lost; safe to share between threads."""

    def __init__(self, api: SipgateAPI, named: set[str], creations: Collection[str]) -> None:
        """Creates the object without sending anything.

        Args:
            api: The account.
            named: The ids of the clients that resources of this deployment manage, as far as they are known.
            creations: The contents of the clients that this deployment creates.
        """
        self._api = api
        self._named = named
        self._creations = creations
        # Contents that were sought in vain: a client that appears late may be the one of an earlier POST.
        self._unresolved: set[str] = set()

    def find(
        self, inputs: OAuthClientInputs, before: AccountBefore | None, error: SipgateError
    ) -> OAuthClientState:
        """Finds the client that the POST for `inputs`, which ended in `error`, has created.

        Raises:
            SipgateError: There is none, or several clients match.
        """
        if before is None:
            raise TransportError(
                f"{error} Whether sipgate created the client is unknown, and without the scope "
                "authorization:oauth2:clients:read the provider cannot look for it. Look in sipgate's console before "
                "you run again."
            ) from None
        wanted = fingerprint(inputs.properties())
        with fresh_deadline(_SEARCH_SECONDS):
            listing, equal = self._search(wanted, before, error)
        if len(equal) == 1 and before.complete and wanted not in self._unresolved:
            _log.warning(
                "%s sipgate created the client nevertheless: it is %s.", error, equal[0].client_id
            )
            return equal[0]
        self._unresolved.add(wanted)
        raise self._failure(inputs, before, listing, equal, error)

    def equal_client(
        self, inputs: OAuthClientInputs, before: AccountBefore | None
    ) -> OAuthClientState | None:
        """The only new client that equals the declared one; never raises, since the client exists."""
        if before is None or not before.complete:
            return None
        wanted = fingerprint(inputs.properties())
        try:
            with fresh_deadline(_SEARCH_SECONDS):
                new = self._new(self._api.list_clients(), before)
        except SipgateError:
            return None
        equal = [client for client in new if fingerprint(client.properties()) == wanted]
        return equal[0] if len(equal) == 1 else None

    def _search(
        self, wanted: str, before: AccountBefore, error: SipgateError
    ) -> tuple[Listing, list[OAuthClientState]]:
        """The last list, and the new clients in it with the wanted content."""
        for pause in (0.0,) if _has_finished(error) else _SEARCH_PAUSES:
            time.sleep(pause)
            try:
                listing = self._api.list_clients()
            except SipgateError as failure:
                self._unresolved.add(wanted)
                raise TransportError(
                    f"{error} Whether sipgate created the client is unknown, because the search for it failed "
                    f"as well ({failure}) Run again: if the client exists, the next run names it."
                ) from None
            new = self._new(listing, before)
            equal = [client for client in new if fingerprint(client.properties()) == wanted]
            if equal:
                break
        return listing, equal

    def _failure(
        self,
        inputs: OAuthClientInputs,
        before: AccountBefore,
        listing: Listing,
        equal: list[OAuthClientState],
        error: SipgateError,
    ) -> SipgateError:
        candidates = {client.client_id for client in equal}
        candidates |= listing.unreadable.keys() - before.ids
        candidates |= {
            client.client_id
            for client in self._new(listing, before)
            if resemble(client.properties(), inputs.properties())
            and fingerprint(client.properties()) not in self._creations
        }
        if candidates:
            return TransportError(
                f"{error} Which client it created, if any, is unknown: {listed(candidates)} is new in the account "
                "and like this one. `sipgate-provider show` prints it, and `sipgate-provider import` takes it over."
            )
        if not (before.complete and listing.complete):
            return TransportError(
                f"{error} Whether sipgate created the client is unknown, because sipgate shows only a part of the "
                "account's list. Look in sipgate's console before you run again."
            )
        if isinstance(error, APIError) and error.status < _INTERNAL_ERROR:
            # A refusal after all.
            return error
        result = (
            "was not created"
            if _has_finished(error)
            else "is not there, so it was probably not created"
        )
        return error.followed_by(
            f"The provider looked through the account's clients: this one {result}. Run again."
        )

    def _new(self, listing: Listing, before: AccountBefore) -> list[OAuthClientState]:
        # A list may mask secrets, so the secret is left to be read from the client itself.
        return [
            client.model_copy(update={"client_secret": None})
            for client in listing
            if client.client_id not in before.ids and client.client_id not in self._named
        ]


def listed(values: Collection[str]) -> str:
    """The values for a message, at most ten of them."""
    shown = ", ".join(sorted(values)[:_SHOWN])
    more = len(values) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _has_finished(error: SipgateError) -> bool:
    """Whether sipgate has certainly finished the request, so that no client can appear later."""
    # After a timeout of something in front of it (408, 502 to 504), sipgate may still be at work.
    return (
        isinstance(error, APIError)
        and error.status <= _INTERNAL_ERROR
        and error.status != _REQUEST_TIMEOUT
    )
