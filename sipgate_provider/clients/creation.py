"""Creates clients so that none is lost or duplicated, whatever happens to the response.

**A lost response.** A POST without a response may have created a client that no state knows. The account's list is
compared with the list from before this deployment's first POST. The client of the lost response is new, is not in the
response to another POST of this deployment, and equals what was sent in every property. Equal clients are created one
after the other, so that two such responses are never open at once. If several clients match, none is taken. The search
has a deadline of its own, since the POST may have used all the time of its operation.

**An interrupted run.** A process that is killed cannot compare. If a client already equals the one to create, and no
resource of this deployment manages it, an interrupted run may have left it over, or another stack may manage it. So the
creation is refused. `sipgate:allowDuplicateClients` turns the refusal into a warning. Clients whose description names
their stack never equal another stack's.

**Another account.** If all clients of this deployment belong to another account than the listed clients, the credential
is for the wrong account. A client created there would be lost for the right account.

**A deletion in progress.** sipgate accepts a deletion before it has finished it (202), so an equal client may be about
to disappear. It has some seconds to do so before the creation is refused.

The list costs every deployment that creates a client the time of one response, before its first POST. It is not taken
beside that POST: the duplicate would then exist before the list could show that it is one. Nor is it taken earlier, in
check: a preview runs check as well, and sends nothing.

Without the read scope, the provider cannot list clients: it creates them without these checks, and reports a lost
response as an error. No message recommends deleting a client: another stack may manage it, or another creation may have
created it a moment ago.
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
# After a lost response, sipgate may still be creating the client.
_SEARCH_PAUSES = (0.0, 1.0, 3.0)
_SEARCH_SECONDS = 30.0
# The engine then does not mention the resource's own client before it creates the new one.
_UNLESS_FORCED = ", unless this run replaces a resource by --replace or a taint"


class _Before:
    """The account's clients before this deployment's first POST, indexed once for all creations.

    Attributes:
        ids: Their ids.
        accounts: The numbers of the accounts in them.
        is_own_account: Whether a client of this deployment is known to be in this account.
    """

    def __init__(self, clients: list[OAuthClientState]) -> None:
        self.ids = {client.client_id for client in clients}
        self.accounts = {number for one in self.ids if (number := account_number_of(one))}
        self.is_own_account = False
        self._by_content: defaultdict[str, set[str]] = defaultdict(set)
        for client in clients:
            self._by_content[_content(client)].add(client.client_id)

    def equal_to(self, content: str) -> set[str]:
        """The ids of the clients with this content."""
        return self._by_content.get(content, set())


class ClientCreator:
    """Creates the clients of one deployment in one account; safe to share between threads."""

    def __init__(
        self, api: SipgateAPI, managed: ManagedClients, *, allow_duplicates: bool = False
    ) -> None:
        self._api = api
        self._managed = managed
        self._allow_duplicates = allow_duplicates
        self._lock = threading.Lock()
        self._creation_locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._listed = False
        self._before: _Before | None = None
        self._deleted: set[str] = set()
        self._unresolved: set[str] = set()

    def create(self, inputs: OAuthClientInputs) -> OAuthClientState:
        """Creates a client and returns it, also if the response is lost; its secret may be None.

        Raises:
            SipgateError: Nothing was sent or created, or the message says which clients may be the new one.
        """
        wanted = fingerprint(inputs.properties())
        before = self._clients_before(inputs)
        if before is not None:
            self._refuse_other_account(inputs, before)
            self._refuse_equal_client(inputs, wanted, before)
        with self._lock:
            creation_lock = self._creation_locks[wanted]
        with creation_lock, self._managed.creation(wanted):
            try:
                created = self._post(inputs, before)
            except SipgateError as error:
                if not may_have_acted(error):
                    raise
                with fresh_deadline(_SEARCH_SECONDS):
                    created = self._recover_lost_create(inputs, wanted, before, error)
            self._managed.add(created.client_id)
            return created

    def _clients_before(self, inputs: OAuthClientInputs) -> _Before | None:
        """The account's clients before this deployment's first POST; None without the read scope."""
        with self._lock:
            if not self._listed:
                try:
                    self._before = _Before(self._api.list_clients())
                except PermissionDeniedError:
                    self._before = None
                except (APIError, TransportError) as error:
                    # Without this list, a lost response would mean a lost client.
                    raise error.followed_by(
                        f"Client {inputs.name!r} was therefore not created."
                    ) from None
                self._listed = True
            return self._before

    def _refuse_other_account(self, inputs: OAuthClientInputs, before: _Before) -> None:
        # Once a client of the stack is in the credential's account, this cannot change.
        if before.is_own_account or not before.accounts:
            return
        managed = self._managed.ids()
        stack_accounts = {number for one in managed if (number := account_number_of(one))}
        if stack_accounts & before.accounts or managed & before.ids:
            before.is_own_account = True
        elif stack_accounts:
            raise SipgateError(
                f"Creating client {inputs.name!r}: nothing was created, because the stack's clients belong to account "
                f"{_listing(stack_accounts)} and the credential to account {_listing(before.accounts)}. Use a "
                f"credential of account {_listing(stack_accounts)}; see {OTHER_ACCOUNT}."
            )

    def _refuse_equal_client(self, inputs: OAuthClientInputs, wanted: str, before: _Before) -> None:
        unmanaged, replacing = self._managed.find_unmanaged(
            before.equal_to(wanted) - self._deleted, wanted, _NAMING_SECONDS
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
            unmanaged = self._still_listed(unmanaged)
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

    def _still_listed(self, client_ids: set[str]) -> set[str]:
        """Those of `client_ids` that the account still lists after the time that a deletion may take."""
        remaining = client_ids
        with contextlib.suppress(SipgateError):
            for listed in still_listed(self._api, client_ids):
                remaining = {client_id for client_id in listed if client_id not in self._managed}
                if not remaining:
                    break
        self._deleted |= client_ids - remaining
        return remaining

    def _post(self, inputs: OAuthClientInputs, before: _Before | None) -> OAuthClientState:
        created = self._api.create_client(inputs)
        existed = before is not None and created.client_id in before.ids
        if existed or created.client_id in self._managed:
            raise TransportError(
                f"Creating client {inputs.name!r}: the response is about client {created.client_id}, which existed "
                "before."
            )
        return created

    def _recover_lost_create(
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
                f"you run again; see {DUPLICATE_CLIENTS}."
            ) from None
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
                if client.client_id not in before.ids and client.client_id not in self._managed
            ]
            equal = [client for client in new if _content(client) == wanted]
            if equal:
                return self._only_one(equal, wanted, error)
            if _has_finished(error):
                break
        self._unresolved.add(wanted)
        namesakes = [
            client
            for client in new
            if client.name == inputs.name and not self._managed.is_creating(_content(client))
        ]
        if namesakes:
            # sipgate may have stored other values than were sent, or somebody else has created the client.
            raise self._ambiguous(namesakes, error)
        result = (
            "was not created"
            if _has_finished(error)
            else "is not there, so it was probably not created"
        )
        raise error.followed_by(
            f"The provider looked through the account's clients: this one {result}. Run again."
        )

    def _only_one(
        self, equal: list[OAuthClientState], wanted: str, error: SipgateError
    ) -> OAuthClientState:
        """Returns the only client in `equal`.

        Raises:
            SipgateError: There are several, or an earlier search for an equal client has failed.
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


def _has_finished(error: SipgateError) -> bool:
    """Whether sipgate has certainly finished the request, so that no client can appear later."""
    return isinstance(error, APIError) and error.status == 500  # noqa: PLR2004  RFC 9110, 15.6.1


def _content(client: OAuthClientState) -> str:
    return fingerprint(client.properties())


def _listing(values: set[str]) -> str:
    return ", ".join(sorted(values))
