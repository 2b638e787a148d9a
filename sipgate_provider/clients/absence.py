"""When a 404 means that a client is gone.

A client is gone only if sipgate itself says so and nothing contradicts it. A server at a wrong base URL answers 404 to
everything, and another account really lacks the client. Neither may remove a client from a state. So a 404 counts only
if the account can be listed, does not list the client, and is the client's own account.

Client ids begin with a number (`2556404-0-…`), and sipgate's user info has an account number of the same form. That
both are the same is an inference from sipgate's documentation. It is a reason to distrust a 404, never to delete or
replace anything. Other clients in the list that have the same number also identify the account. If nothing identifies
the account, the client stays in the state. With `sipgate:trustEmptyAccount`, the operator confirms that the account is
the right one and really empty.

sipgate accepts a deletion before it has finished it (202). So a client that is still listed has some seconds to
disappear.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.api.models import OAuthClientState
from sipgate_provider.errors import APIError, PermissionDeniedError, SipgateError, TransportError
from sipgate_provider.http.deadlines import wait
from sipgate_provider.manual import OTHER_ACCOUNT

__all__ = ["AbsenceCheck", "account_number_of", "still_listed"]

_ACCOUNT_NUMBER = re.compile(r"(\d+)-")
_PAUSES = (0.0, 1.0, 2.0, 3.0, 4.0)


def still_listed(api: SipgateAPI, client_ids: set[str]) -> Iterator[set[str]]:
    """Yields those of `client_ids` that the account lists, now and after each pause, while a deletion may take effect.

    Raises:
        SipgateError: The account cannot be listed.
    """
    for pause in _PAUSES:
        if wait(pause):
            return
        client_ids = client_ids & {client.client_id for client in api.list_clients()}
        yield client_ids


class AbsenceCheck:
    """Decides after a 404 whether the client is gone; safe to share between threads."""

    def __init__(self, api: SipgateAPI, *, trust_empty_account: bool = False) -> None:
        self._api = api
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
        listed = self._list(client_id, list_required)
        if any(client.client_id == client_id for client in listed):
            self._wait_until_unlisted(client_id)
        number = account_number_of(client_id)
        others = {account_number_of(client.client_id) for client in listed} - {None}
        if number is None and listed:
            return
        if number is not None:
            if number in others:
                return
            answered = self._api.account_number()
            if answered == number:
                return
            if answered or others:
                raise TransportError(
                    f"Client {client_id} belongs to account {number}, but account "
                    f"{answered or ', '.join(sorted(map(str, others)))} answered (404). Nothing was changed; use a "
                    f"credential of account {number}. See {OTHER_ACCOUNT}."
                )
        if not self._trust_empty_account:
            raise TransportError(
                f"sipgate answered 404 for client {client_id}. The account shows no clients and does not tell "
                "its number, so it may be another account. Nothing was changed; if the account is the right one, set "
                f"SIPGATE_TRUST_EMPTY_ACCOUNT=true for this run. See {OTHER_ACCOUNT}."
            )

    def _list(self, client_id: str, required: bool) -> list[OAuthClientState]:
        try:
            return self._api.list_clients()
        except APIError as error:
            if not required and isinstance(error, PermissionDeniedError):
                return []
            raise TransportError(
                f"sipgate answered 404 for client {client_id}, but the account's clients cannot be listed "
                f"({error.status}), so the client may still exist. Check sipgate:baseUrl."
            ) from None

    def _wait_until_unlisted(self, client_id: str) -> None:
        for left in still_listed(self._api, {client_id}):
            if not left:
                return
        raise SipgateError(
            f"sipgate answered 404 for client {client_id}, but the account still lists it; run again later."
        )


def account_number_of(client_id: str) -> str | None:
    """The number of the client's account, with which its id begins; None where it does not."""
    found = _ACCOUNT_NUMBER.match(client_id)
    return found[1] if found else None
