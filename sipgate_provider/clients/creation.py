"""Creates clients so that none is lost, whatever happens to the response.

**A lost response.** A POST without a response may have created a client that no state knows, so the provider looks for
it (`lost_response`). Equal clients are created one after the other, so that two such responses are never open at once.

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
from collections.abc import Mapping

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.api.models import OAuthClientInputs, OAuthClientState
from sipgate_provider.clients.account_before import AccountBefore, FirstList, accounts_of
from sipgate_provider.clients.comparison import differing, fingerprint, resemble
from sipgate_provider.clients.lost_response import SearchAfterLoss, listed
from sipgate_provider.errors import SipgateError, TransportError, may_have_acted
from sipgate_provider.http.deadlines import locked

__all__ = ["ClientCreator", "warn_of_other_values"]

_log = logging.getLogger(__name__)


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
        self._list = FirstList(api)
        # By the content of each client that this deployment creates.
        self._creations: dict[str, threading.Lock] = {}
        self._search = SearchAfterLoss(api, named, self._creations.keys())
        self._mentioned: set[str] = set()
        self._mentioning = threading.Lock()

    def create(self, inputs: OAuthClientInputs) -> OAuthClientState:
        """Creates a client and returns it, also if the response is lost; its secret may be None.

        Raises:
            SipgateError: Nothing was sent or created, or the message says which clients may be the new one.
        """
        before = self._list.account()
        if before is not None:
            self._refuse_other_account(before)
        wanted = fingerprint(inputs.properties())
        lock = self._creations.setdefault(wanted, threading.Lock())
        with locked(lock, "created an equal client"):
            try:
                created = self._post(inputs, wanted, before)
            except SipgateError as error:
                if not may_have_acted(error):
                    raise
                created = self._search.find(inputs, before, error)
            self._named.add(created.client_id)
        if before is not None:
            self._warn_of_equal_clients(created.client_id, before.equal_to(inputs))
        return created

    def _refuse_other_account(self, before: AccountBefore) -> None:
        managed = frozenset(self._named)
        accounts = accounts_of(managed)
        if (
            accounts
            and before.accounts
            and not (accounts & before.accounts or managed & before.ids)
        ):
            raise SipgateError(
                f"Creating the client: nothing was created, because the stack's clients belong to account "
                f"{listed(accounts)} and the credential to account {listed(before.accounts)}. Use a credential of "
                f"account {listed(accounts)}."
            )

    def _post(
        self, inputs: OAuthClientInputs, wanted: str, before: AccountBefore | None
    ) -> OAuthClientState:
        """Sends the POST, and returns the client that it has created.

        Raises:
            SipgateError: The request failed, or its response is not the response to it.
        """
        created = self._api.create_client(inputs)
        stored = created.stored(inputs.properties())
        content = fingerprint(stored)
        existed = before is not None and created.client_id in before.ids
        is_other = content != wanted and (
            content in self._creations or not resemble(stored, inputs.properties())
        )
        if existed or is_other or created.client_id in self._named:
            raise TransportError(
                f"Creating the client: the response is about another client, {created.client_id}."
            )
        if content != wanted:
            if equal := self._search.equal_client(inputs, before):
                return equal
            warn_of_other_values(created.client_id, stored, inputs)
        return created

    def _warn_of_equal_clients(self, client_id: str, equal: set[str]) -> None:
        """Warns once of each client that the account held before."""
        with self._mentioning:
            others = equal - self._named - self._mentioned
            self._mentioned |= others
        if others:
            _log.warning(
                "Client %s equals %s, which the account held before. `sipgate-provider clients` says who manages "
                "each of them.",
                client_id,
                listed(others),
            )


def warn_of_other_values(
    client_id: str, stored: Mapping[str, object], inputs: OAuthClientInputs
) -> None:
    """Warns of properties that sipgate stores in another form than it was sent."""
    if names := differing(stored, inputs.properties()):
        _log.warning(
            "sipgate stores another %s for client %s than the program declares, which every refresh will show as a "
            "change. Declare what `sipgate-provider show %s` prints.",
            " and ".join(names),
            client_id,
            client_id,
        )
