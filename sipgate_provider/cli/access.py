"""Finds out what a credential may do, without changing anything.

sipgate has no call for that. Listing the clients needs the read scope. Deleting a client that cannot exist needs the
write scope and does nothing: 404 means that the credential has the scope, 403 that it has not.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

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
        account_number: The number of its account; None where sipgate does not tell it.
        problem: The error message, if it is not accepted.
    """

    accepted: bool
    read: bool = False
    write: bool = False
    account_number: str | None = None
    problem: str = ""


def probe_access(api: SipgateAPI) -> Access:
    """Finds out what the credential may do.

    Raises:
        SipgateError: sipgate could not be reached.
    """
    try:
        read = _may_read(api)
        write = _may_write(api)
        number = api.account_number()
    except AuthenticationError as error:
        return Access(accepted=False, problem=str(error))
    return Access(accepted=True, read=read, write=write, account_number=number)


def _may_read(api: SipgateAPI) -> bool:
    try:
        api.list_clients()
    except PermissionDeniedError:
        return False
    return True


def _may_write(api: SipgateAPI) -> bool:
    try:
        api.delete_client(f"0-0-{uuid.uuid4()}")
    except NotFoundError:
        return True
    except PermissionDeniedError:
        return False
    return True
