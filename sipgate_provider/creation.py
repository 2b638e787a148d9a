"""Making clients so that none is lost or doubled, whatever happens to the answer.

A POST whose answer is lost may have made a client that no state knows. It is found again by comparing the account's
list with the one taken before this deployment's first POST: what is new, was not answered to another POST of ours
and equals what was sent in every property is the client. Clients that equal each other are made one after the
other, so that never two such answers are open at once; where more than one client could be meant, none is taken.

A process that is killed cannot compare. So the same list is looked at before a POST as well: a client that already
equals what is about to be made, and that no resource of this deployment has named, may be what a killed run left
over (or what a resource renamed without an alias is about to be replaced by). Making another would double it, so
that is refused, with the ways to go on; `sipgate:allowEqualClients` says that equal clients are meant, and turns the
refusal into a warning. A namesake that is not equal may be left over as well, from before the program was edited;
names need not be unique, so that is a warning too.

A credential without the read scope cannot look: it creates as anybody would, and a lost answer is told as such.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict

from sipgate_provider.accounts import namespace
from sipgate_provider.api import SipgateAPI
from sipgate_provider.errors import (
    APIError,
    PermissionDeniedError,
    SipgateError,
    TransportError,
    may_have_acted,
)
from sipgate_provider.models import OAuthClientInputs, OAuthClientState, content
from sipgate_provider.named import NamedClients

__all__ = ["Creations"]

_log = logging.getLogger(__name__)

# A resource that names an equal client may be diffed a moment after this one is created.
_NAMING_SECONDS = 2.0
# An answer that broke off may be about a client that sipgate is still making.
_LOOKS_AFTER_SECONDS = (0.0, 1.0, 3.0)


class Creations:
    """The clients that one deployment makes in one account; safe to share between threads."""

    def __init__(
        self,
        api: SipgateAPI,
        named: NamedClients,
        *,
        allow_equal: bool = False,
        account: str | None = None,
        importing: str | None = None,
    ) -> None:
        self._api = api
        self._named = named
        self._allow_equal = allow_equal
        self._account = account
        self._importing = importing
        self._lock = threading.Lock()
        self._one_at_a_time: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._looked = False
        self._before: list[OAuthClientState] | None = None
        self._open: set[str] = set()

    def make(self, inputs: OAuthClientInputs) -> OAuthClientState:
        """The client that sipgate has made, if need be found again by comparing; its secret may be None.

        Raises:
            SipgateError: Nothing was sent, nothing was made, or the text says which clients might be it.
        """
        declared = content(inputs.bag())
        with self._lock:
            one_at_a_time = self._one_at_a_time[declared]
        with one_at_a_time:
            before = self._clients_before(inputs)
            if before is not None:
                self._refuse_to_double(inputs, declared, before)
                self._point_out_namesakes(inputs, declared, before)
            try:
                made = self._api.create_client(inputs)
            except SipgateError as error:
                if not may_have_acted(error):
                    raise
                made = self._found_again(inputs, declared, before, error)
            self._named.add(made.client_id)
            return made

    def _clients_before(self, inputs: OAuthClientInputs) -> list[OAuthClientState] | None:
        """The account's clients before this deployment's first POST, or None where they may not be read."""
        with self._lock:
            if not self._looked:
                try:
                    self._before = self._api.list_clients()
                except PermissionDeniedError:
                    self._before = None
                except (APIError, TransportError) as error:
                    # Without this list a lost answer would mean a lost client.
                    raise error.followed_by(
                        f"Client {inputs.name!r} was therefore not created."
                    ) from None
                self._looked = True
            return self._before

    def _refuse_to_double(
        self, inputs: OAuthClientInputs, declared: str, before: list[OAuthClientState]
    ) -> None:
        equals = {client.client_id for client in before if _content(client) == declared}
        strangers, standing = self._named.strangers(equals, declared, _NAMING_SECONDS)
        if not strangers:
            return
        if self._allow_equal:
            _log.warning(
                "The account already holds %s, equal to client %r in every property, and no resource of this run has "
                "named it; if an interrupted run left it over, take it in or delete it: %s, %s.",
                _listed(strangers),
                inputs.name,
                self._import(strangers),
                self._delete(strangers),
            )
            return
        replaced = (
            "One of them belongs to the resource that is being replaced: if an earlier replacement was not finished, "
            "first run `pulumi up` with its trigger unchanged. "
            if standing
            else ""
        )
        raise SipgateError(
            f"Creating client {inputs.name!r}: the account already holds {_listed(strangers)}, equal in every "
            f"property, and nothing was created. {replaced}If an interrupted run left it over, take it in with "
            f"{self._import(strangers)} or delete it with {self._delete(strangers)}; if the resource was renamed, "
            "give it `aliases`; if another resource has it that this run has not reached yet (`--target`, "
            "`depends_on`), let that one come first; if a second equal client is meant, "
            f"`pulumi config set {namespace(self._account)}:allowEqualClients true`."
        )

    def _point_out_namesakes(
        self, inputs: OAuthClientInputs, declared: str, before: list[OAuthClientState]
    ) -> None:
        namesakes = {
            client.client_id
            for client in before
            if client.name == inputs.name and _content(client) != declared
        }
        unnamed = self._named.unnamed(namesakes, _NAMING_SECONDS) if namesakes else set()
        if unnamed:
            _log.warning(
                "The account already holds %s of the name %r, and no resource of this run has named it. If an "
                "interrupted run left it over, take it in with %s or delete it with %s.",
                _listed(unnamed),
                inputs.name,
                self._import(unnamed),
                self._delete(unnamed),
            )

    def _import(self, client_ids: set[str]) -> str:
        if self._importing:
            return f"`{self._importing} <resource> {_the_one(client_ids)}`"
        return self._command("import", client_ids, "<resource>=")

    def _delete(self, client_ids: set[str]) -> str:
        return self._command("delete", client_ids)

    def _command(self, name: str, client_ids: set[str], before_id: str = "") -> str:
        """What to type about the one client, or about whichever of several it is."""
        account = f" --account {self._account}" if self._account else ""
        return f"`python -m sipgate_provider {name}{account} {before_id}{_the_one(client_ids)}`"

    def _found_again(
        self,
        inputs: OAuthClientInputs,
        declared: str,
        before: list[OAuthClientState] | None,
        error: SipgateError,
    ) -> OAuthClientState:
        """The client that the lost answer was about.

        Raises:
            SipgateError: There is none, or more than one could be it.
        """
        if before is None:
            raise TransportError(
                f"{error} Whether sipgate made the client is not known, and the credential lacks the scope "
                "authorization:oauth2:clients:read to look for it: look before you run again, and delete what is "
                "left over."
            ) from None
        known = {client.client_id for client in before}
        for pause in _LOOKS_AFTER_SECONDS:
            time.sleep(pause)
            try:
                listed = self._api.list_clients()
            except SipgateError as failure:
                self._open.add(declared)
                raise TransportError(
                    f"{error} Whether sipgate made the client is not known, since looking for it failed as well "
                    f"({failure}) Run again: if it exists, the next run names it."
                ) from None
            new = [
                client
                for client in listed
                if client.client_id not in known and client.client_id not in self._named
            ]
            equals = [client for client in new if _content(client) == declared]
            if equals:
                return self._the_only(equals, declared, error)
            if _certainly_over(error):
                break
        self._open.add(declared)
        namesakes = [client for client in new if client.name == inputs.name]
        if namesakes:
            # sipgate may have stored other values than were sent, or somebody else has made it.
            raise self._untold(namesakes, error)
        found = (
            "was not made"
            if _certainly_over(error)
            else "was not found there, and so was hardly made"
        )
        raise error.followed_by(
            f"The account's clients were looked through: it {found}. Run again; should it still appear, that run "
            "names it."
        )

    def _the_only(
        self, equals: list[OAuthClientState], declared: str, error: SipgateError
    ) -> OAuthClientState:
        """The one client that can be meant.

        Raises:
            SipgateError: It could be another's: there are several, or an equal one was sought in vain before.
        """
        if len(equals) > 1 or declared in self._open:
            self._open.add(declared)
            raise self._untold(equals, error)
        _log.warning(
            "%s The client was made nevertheless, and is found again as %s.",
            error,
            equals[0].client_id,
        )
        return equals[0]

    def _untold(self, candidates: list[OAuthClientState], error: SipgateError) -> TransportError:
        ids = {client.client_id for client in candidates}
        return TransportError(
            f"{error} Which client it made, if any, cannot be told; new in the account, and like it: {_listed(ids)}. "
            f"Take in what is yours with {self._import(ids)}, and delete what is left over with {self._delete(ids)}."
        )


def _certainly_over(error: SipgateError) -> bool:
    """Whether sipgate itself has finished with the request, so that nothing can appear later."""
    return isinstance(error, APIError) and error.status == 500  # noqa: PLR2004  RFC 9110, 15.6.1


def _content(client: OAuthClientState) -> str:
    return content(client.bag())


def _listed(client_ids: set[str]) -> str:
    return ", ".join(sorted(client_ids))


def _the_one(client_ids: set[str]) -> str:
    return min(client_ids) if len(client_ids) == 1 else "<clientId>"
