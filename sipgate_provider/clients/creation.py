"""Creating clients so that none is lost or doubled, whatever happens to the response.

**A lost response.** A POST that is not answered may have created a client that no state knows. The account's list is
compared with the one taken before this deployment's first POST: the client that is new, that no other POST of ours
was answered with, and that equals what was sent in every property is the one. Equal clients are created one after the
other, so that never two such responses are open at once. Where more than one client could be meant, none is taken.
The search has time of its own, since a POST may use up all the time that its operation has.

**An interrupted run.** A process that is killed cannot compare. So a client that already equals the one to create,
and that no resource of this deployment manages, may be what an interrupted run left over; another stack may manage it
as well. Creating a second one is refused. `sipgate:allowDuplicateClients` turns the refusal into a
warning. Clients whose description names their stack never equal another stack's.

**Another account.** Where the clients that this deployment has named are all of another account than those that are
listed, the credential is the other account's. A client created there would be lost to whoever uses the right one.

**A deletion under way.** sipgate accepts a deletion before it is done (202), so an equal client may be about to vanish.
It is given some seconds to do so before creation is refused.

Without the read scope nothing can be looked up: clients are created as anybody would create them, and a lost response
is an error that says so. No message recommends deleting a client: another stack may manage it, or another creation
may have made it a moment ago.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections import defaultdict

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.api.models import OAuthClientInputs, OAuthClientState
from sipgate_provider.clients.absence import account_number_of, still_listed
from sipgate_provider.clients.comparison import fingerprint
from sipgate_provider.clients.inventory import ManagedClients
from sipgate_provider.clients.ownership import owner_of
from sipgate_provider.errors import (
    APIError,
    PermissionDeniedError,
    SipgateError,
    TransportError,
    may_have_acted,
)
from sipgate_provider.http.deadlines import fresh_deadline
from sipgate_provider.manual import DUPLICATE_CLIENTS, OTHER_ACCOUNT

__all__ = ["ClientCreator"]

_log = logging.getLogger(__name__)

# A resource that manages an equal client may be registered a moment after this one.
_NAMING_SECONDS = 2.0
# A response that broke off may be about a client that sipgate is still creating.
_SEARCH_PAUSES = (0.0, 1.0, 3.0)
_SEARCH_SECONDS = 30.0
# The engine then names the resource's own client to nobody before the new one is created.
_UNLESS_FORCED = ", unless this run replaces a resource by --replace or a taint"


class ClientCreator:
    """Creates the clients of one deployment in one account; safe to share between threads."""

    def __init__(
        self, api: SipgateAPI, managed: ManagedClients, *, allow_duplicates: bool = False
    ) -> None:
        self._api = api
        self._managed = managed
        self._allow_duplicates = allow_duplicates
        self._lock = threading.Lock()
        self._one_at_a_time: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._listed = False
        self._before: list[OAuthClientState] | None = None
        self._vanished: set[str] = set()
        self._unresolved: set[str] = set()

    def create(self, inputs: OAuthClientInputs) -> OAuthClientState:
        """The client that sipgate has created, found again if need be; its secret may be None.

        Raises:
            SipgateError: Nothing was sent, nothing was created, or the text says which clients it may be.
        """
        wanted = fingerprint(inputs.properties())
        before = self._clients_before(inputs)
        if before is not None:
            self._refuse_other_account(inputs, before)
            self._refuse_equal_client(inputs, wanted, before)
        with self._lock:
            one_at_a_time = self._one_at_a_time[wanted]
        with one_at_a_time, self._managed.creation(wanted):
            try:
                created = self._post(inputs, before)
            except SipgateError as error:
                if not may_have_acted(error):
                    raise
                with fresh_deadline(_SEARCH_SECONDS):
                    created = self._recover_lost_create(inputs, wanted, before, error)
            self._managed.add(created.client_id)
            return created

    def _clients_before(self, inputs: OAuthClientInputs) -> list[OAuthClientState] | None:
        """The account's clients before this deployment's first POST, or None where they may not be read."""
        with self._lock:
            if not self._listed:
                try:
                    self._before = self._api.list_clients()
                except PermissionDeniedError:
                    self._before = None
                except (APIError, TransportError) as error:
                    # Without this list a lost response would mean a lost client.
                    raise error.followed_by(
                        f"Client {inputs.name!r} was therefore not created."
                    ) from None
                self._listed = True
            return self._before

    def _refuse_other_account(
        self, inputs: OAuthClientInputs, before: list[OAuthClientState]
    ) -> None:
        managed, listed = self._managed.ids(), {client.client_id for client in before}
        ours, theirs = (
            {number for one in ids if (number := account_number_of(one))}
            for ids in (managed, listed)
        )
        if ours and theirs and not ours & theirs and not managed & listed:
            raise SipgateError(
                f"Creating client {inputs.name!r}: nothing was created, because the stack's clients belong to "
                "account "
                f"{_listing(ours)} and the credential to account {_listing(theirs)}. Use a credential of account "
                f"{_listing(ours)}; see {OTHER_ACCOUNT}."
            )

    def _refuse_equal_client(
        self, inputs: OAuthClientInputs, wanted: str, before: list[OAuthClientState]
    ) -> None:
        equal = {client.client_id for client in before if _content(client) == wanted}
        unmanaged, replacing = self._managed.find_unmanaged(
            equal - self._vanished, wanted, _NAMING_SECONDS
        )
        if not unmanaged:
            return
        if self._allow_duplicates:
            _log.warning(
                "The account already holds %s, equal to client %r in every property; "
                "sipgate:allowDuplicateClients lets another one be created. See %s.",
                _listing(unmanaged),
                inputs.name,
                DUPLICATE_CLIENTS,
            )
            return
        with self._managed.idle():
            unmanaged = self._not_vanishing(unmanaged)
        if len(unmanaged) <= replacing:
            return
        if replacing:
            likely = "An earlier replacement of this resource was probably not finished"
        elif owner := owner_of(inputs.description):
            likely = f"An interrupted run of {owner} probably left it over{_UNLESS_FORCED}"
        else:
            likely = f"Another stack probably manages it{_UNLESS_FORCED}"
        raise SipgateError(
            f"Creating client {inputs.name!r}: nothing was created, because the account already holds "
            f"{_listing(unmanaged)}, equal in every property. {likely}; see "
            f"{DUPLICATE_CLIENTS}."
        )

    def _not_vanishing(self, client_ids: set[str]) -> set[str]:
        """Those of `client_ids` that the account still holds after the time that a deletion may take."""
        left = client_ids
        with contextlib.suppress(SipgateError):
            for listed in still_listed(self._api, client_ids):
                left = {client_id for client_id in listed if client_id not in self._managed}
                if not left:
                    break
        self._vanished |= client_ids - left
        return left

    def _post(
        self, inputs: OAuthClientInputs, before: list[OAuthClientState] | None
    ) -> OAuthClientState:
        created = self._api.create_client(inputs)
        existed = {client.client_id for client in before or ()}
        if created.client_id in existed or created.client_id in self._managed:
            raise TransportError(
                f"Creating client {inputs.name!r}: the response is about client {created.client_id}, which existed "
                "before."
            )
        return created

    def _recover_lost_create(
        self,
        inputs: OAuthClientInputs,
        wanted: str,
        before: list[OAuthClientState] | None,
        error: SipgateError,
    ) -> OAuthClientState:
        """The client that the lost response was about.

        Raises:
            SipgateError: There is none, or more than one could be it.
        """
        if before is None:
            raise TransportError(
                f"{error} Whether sipgate created the client is unknown, and without the scope "
                "authorization:oauth2:clients:read the provider cannot look for it. Look in sipgate's console before "
                f"you run again; see {DUPLICATE_CLIENTS}."
            ) from None
        known = {client.client_id for client in before}
        for pause in _SEARCH_PAUSES:
            time.sleep(pause)
            try:
                listed = self._api.list_clients()
            except SipgateError as failure:
                self._unresolved.add(wanted)
                raise TransportError(
                    f"{error} Whether sipgate created the client is unknown, because the search for it failed "
                    "as well "
                    f"({failure}) Run again: if the client exists, the next run names it."
                ) from None
            new = [
                client
                for client in listed
                if client.client_id not in known and client.client_id not in self._managed
            ]
            equal = [client for client in new if _content(client) == wanted]
            if equal:
                return self._only_one(equal, wanted, error)
            if _certainly_over(error):
                break
        self._unresolved.add(wanted)
        namesakes = [
            client
            for client in new
            if client.name == inputs.name and not self._managed.is_creating(_content(client))
        ]
        if namesakes:
            # sipgate may have stored other values than were sent, or somebody else has created it.
            raise self._ambiguous(namesakes, error)
        found = (
            "was not created"
            if _certainly_over(error)
            else "is not there, so it was probably not created"
        )
        raise error.followed_by(
            f"The provider looked through the account's clients: this one {found}. Run again."
        )

    def _only_one(
        self, equal: list[OAuthClientState], wanted: str, error: SipgateError
    ) -> OAuthClientState:
        """The one client that can be meant.

        Raises:
            SipgateError: It could be another's: there are several, or an equal one was sought in vain before.
        """
        if len(equal) > 1 or wanted in self._unresolved:
            self._unresolved.add(wanted)
            raise self._ambiguous(equal, error)
        _log.warning(
            "%s sipgate created the client nevertheless: it is %s.", error, equal[0].client_id
        )
        return equal[0]

    @staticmethod
    def _ambiguous(candidates: list[OAuthClientState], error: SipgateError) -> TransportError:
        ids = {client.client_id for client in candidates}
        return TransportError(
            f"{error} Which client it created, if any, is unknown: {_listing(ids)} is new in the account and "
            "like this one. "
            f"What to do: see {DUPLICATE_CLIENTS}."
        )


def _certainly_over(error: SipgateError) -> bool:
    """Whether sipgate itself has finished with the request, so that nothing can appear later."""
    return isinstance(error, APIError) and error.status == 500  # noqa: PLR2004  RFC 9110, 15.6.1


def _content(client: OAuthClientState) -> str:
    return fingerprint(client.properties())


def _listing(words: set[str]) -> str:
    return ", ".join(sorted(words))
