"""Making clients so that none is lost or doubled, whatever happens to the answer.

A POST whose answer is lost may have made a client that no state knows. It is found again by comparing the account's
list with the one taken before this deployment's first POST: what is new, was not answered to another POST of ours
and equals what was sent in every property is the client. Clients that equal each other are made one after the
other, so that never two such answers are open at once; where more than one client could be meant, none is taken.

A process that is killed cannot compare. So the same list is looked at before a POST as well: a client that already
equals what is about to be made, and that no resource of this deployment has named, may be what a killed run left
over (or what a resource renamed without an alias is about to be replaced by). Making another would double it, so
that is refused, with the ways to go on; `sipgate:allowEqualClients` says that equal clients are meant.

A credential without the read scope cannot look: it creates as anybody would, and a lost answer is told as such.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict

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

    def __init__(self, api: SipgateAPI, named: NamedClients, *, allow_equal: bool = False) -> None:
        self._api = api
        self._named = named
        self._allow_equal = allow_equal
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
        declared = content(inputs.model_dump(by_alias=True))
        with self._lock:
            one_at_a_time = self._one_at_a_time[declared]
        with one_at_a_time:
            before = self._clients_before(inputs)
            if before is not None and not self._allow_equal:
                self._refuse_to_double(inputs, declared, before)
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
        strangers = self._named.strangers(equals, declared, _NAMING_SECONDS)
        if strangers:
            raise SipgateError(
                f"Creating client {inputs.name!r}: the account already holds {_listed(strangers)}, equal in every "
                "property, and nothing was created. If an interrupted run left it over, take it in with "
                f"`python -m sipgate_provider import <resource>={min(strangers)}` or delete it with "
                f"`python -m sipgate_provider delete {min(strangers)}`; if the resource was renamed, give it "
                "`aliases`; if a second equal client is meant, `pulumi config set sipgate:allowEqualClients true`."
            )

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
        namesakes = {client.client_id for client in new if client.name == inputs.name}
        hint = f" Of that name, but not equal, is new: {_listed(namesakes)}." if namesakes else ""
        raise error.followed_by(
            f"The account's list does not hold the client, so it was not made.{hint} Run again; "
            "should it still appear, that run names it."
        )

    def _the_only(
        self, equals: list[OAuthClientState], declared: str, error: SipgateError
    ) -> OAuthClientState:
        """The one client that can be meant.

        Raises:
            SipgateError: It could be another's: there are several, or an equal one was sought in vain before.
        """
        ids = {client.client_id for client in equals}
        if len(equals) > 1 or declared in self._open:
            self._open.add(declared)
            raise TransportError(
                f"{error} Which client it made cannot be told, since equal ones are new in the account: "
                f"{_listed(ids)}. Take in what is yours with `python -m sipgate_provider import <resource>=<id>`, "
                "and delete what is left over with `python -m sipgate_provider delete <id>`."
            ) from None
        _log.warning(
            "%s The client was made nevertheless, and is found again as %s.",
            error,
            equals[0].client_id,
        )
        return equals[0]


def _certainly_over(error: SipgateError) -> bool:
    """Whether sipgate itself has finished with the request, so that nothing can appear later."""
    return isinstance(error, APIError) and error.status == 500  # noqa: PLR2004  RFC 9110, 15.6.1


def _content(client: OAuthClientState) -> str:
    return content(client.model_dump(by_alias=True))


def _listed(client_ids: set[str]) -> str:
    return ", ".join(sorted(client_ids))
