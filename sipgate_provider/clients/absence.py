"""When a 404 means that a client is gone.

A client is gone only if sipgate itself says so and nothing contradicts it. A server at a wrong base URL answers 404 to
everything, and another account really lacks the client. Neither may remove a client from a state. So a 404 counts only
if the account can be listed, does not list the client, and is the client's own account.

Client ids begin with a number (`2556404-0-…`), and sipgate's user info has an account number of the same form. That
both are the same is an inference from sipgate's documentation. It is a reason to distrust a 404, never to delete or
replace anything. So the account is the client's own if another client in it has the same number or is managed by this
deployment, or if its user info names the number. If nothing shows that, or if sipgate shows only a part of the list,
the client stays in the state. With `sipgate:trustEmptyAccount`, the operator confirms that the account is the right
one.

sipgate accepts a deletion before it has finished it (202). So a client that is still listed has some seconds to
disappear.
"""

from __future__ import annotations

import re

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.api.listing import Listing
from sipgate_provider.errors import APIError, PermissionDeniedError, SipgateError, TransportError
from sipgate_provider.http.deadlines import wait
from sipgate_provider.http.waits import Patience

__all__ = ["AbsenceCheck", "account_number_of"]

_ACCOUNT_NUMBER = re.compile(r"(\d+)-")
_PAUSES = (0.0, 1.0, 2.0, 3.0, 4.0)


class AbsenceCheck:
    """Decides after a 404 whether the client is gone; safe to share between threads."""

    def __init__(
        self, api: SipgateAPI, named: set[str], *, trust_empty_account: bool = False
    ) -> None:
        self._api = api
        self._named = named
        self._trust_empty_account = trust_empty_account

    def confirm(self, client_id: str, *, list_required: bool) -> None:
        """Confirms that the client is gone from its account.

        Args:
            client_id: The client's id.
            list_required: Whether the account has to be listed. A credential that has only the write scope cannot list
                it, but may delete.

        Raises:
            SipgateError: The client may still exist.
        """
        listing = self._list(client_id, list_required)
        last = self._wait_until_unlisted(client_id) if client_id in listing.ids else listing
        if not last.complete:
            raise TransportError(
                f"sipgate answered 404 for client {client_id}, but shows only a part of the account's list, so the "
                "client may still exist. Nothing was changed; run again later."
            )
        number = account_number_of(client_id)
        others = {other for one in listing.ids if (other := account_number_of(one))}
        if (number is not None and number in others) or listing.ids & (self._named - {client_id}):
            return
        if number is not None:
            answered = self._api.account_number()
            if answered == number:
                return
            if answered or others:
                raise TransportError(
                    f"Client {client_id} belongs to account {number}, but account "
                    f"{answered or ', '.join(sorted(others))} answered (404). Nothing was changed; use a credential "
                    f"of account {number}."
                )
        if not self._trust_empty_account:
            raise TransportError(
                f"sipgate answered 404 for client {client_id}, and nothing shows that the account is the client's own, "
                "so it may be another one. Nothing was changed; if the account is the right one, set "
                f"{self._api.variable('trustEmptyAccount')}=true for this run."
            )

    def _list(self, client_id: str, required: bool) -> Listing:
        try:
            return self._api.list_clients()
        except APIError as error:
            if not required and isinstance(error, PermissionDeniedError):
                return Listing()
            raise TransportError(
                f"sipgate answered 404 for client {client_id}, but the account's clients cannot be listed "
                f"({error.status}), so the client may still exist. Check "
                f"{self._api.variable('baseUrl')}."
            ) from None

    def _wait_until_unlisted(self, client_id: str) -> Listing:
        patience = Patience()
        for pause in _PAUSES:
            patience.announce(
                f"sipgate answered 404 for client {client_id}, but still lists it", pause
            )
            if wait(pause):
                break
            listing = self._api.list_clients()
            if client_id not in listing.ids:
                return listing
        raise SipgateError(
            f"sipgate answered 404 for client {client_id}, but the account still lists it; run again later."
        )


def account_number_of(client_id: str) -> str | None:
    """The number of the client's account, with which its id begins; None where it does not."""
    found = _ACCOUNT_NUMBER.match(client_id)
    return found[1] if found else None
