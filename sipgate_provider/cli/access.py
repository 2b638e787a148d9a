"""Finds out what a credential may do, without changing anything.

sipgate has no call for that. Listing the clients needs the read scope. Deleting a client that cannot exist needs the
write scope and does nothing: 404 means that the credential has the scope, 403 that it has not.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.errors import AuthenticationError, NotFoundError, PermissionDeniedError

__all__ = ["Access", "probe_access"]


@dataclass(frozen=True)
class Access:
    """Whether sipgate accepts the credential, and what it may do with clients.

    Attributes:
        accepted: Whether the credential is valid.
        read: Whether clients may be read.
        write: Whether clients may be created, changed and deleted.
        refusals: Sipgate's reasons for refusing either, by scope (`read`, `write`); empty where it gives none.
        account_number: The number of its account; None where sipgate does not tell it.
        problem: The error message, if it is not accepted.
    """

    accepted: bool
    read: bool = False
    write: bool = False
    refusals: Mapping[str, str] = field(default_factory=dict)
    account_number: str | None = None
    problem: str = ""


def probe_access(api: SipgateAPI) -> Access:
    """Finds out what the credential may do.

    Raises:
        SipgateError: sipgate could not be reached.
    """
    try:
        refusals = {
            scope: reason
            for scope, probe in (("read", _read), ("write", _write))
            if (reason := _refusal(api, probe)) is not None
        }
        number = api.account_number()
    except AuthenticationError as error:
        return Access(accepted=False, problem=str(error))
    return Access(
        accepted=True,
        read="read" not in refusals,
        write="write" not in refusals,
        refusals=refusals,
        account_number=number,
    )


def _refusal(api: SipgateAPI, probe: Callable[[SipgateAPI], None]) -> str | None:
    """Why sipgate refuses, empty where it gives no reason; None if it does not refuse."""
    try:
        probe(api)
    except PermissionDeniedError as error:
        return error.detail
    return None


def _read(api: SipgateAPI) -> None:
    api.list_clients()


def _write(api: SipgateAPI) -> None:
    with contextlib.suppress(NotFoundError):
        api.delete_client(f"0-0-{uuid.uuid4()}")
