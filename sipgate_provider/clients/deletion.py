"""Deletes a client, and believes only what says so.

sipgate accepts a deletion with 202 and without a body, and may finish it later. Any other success, such as an error
document with status 200, may be from something in front of sipgate. Then the client itself is asked for during some
seconds, and a 404 counts no more than after any other request.
"""

from __future__ import annotations

from sipgate_provider.api.calls import SipgateAPI
from sipgate_provider.errors import NotFoundError, SipgateError, TransportError
from sipgate_provider.http.deadlines import wait
from sipgate_provider.http.waits import Patience

__all__ = ["delete_client"]

_PAUSES = (1.0, 2.0, 3.0, 0.0)


def delete_client(api: SipgateAPI, client_id: str) -> None:
    """Deletes the client.

    Raises:
        NotFoundError: The account does not have it.
        SipgateError: It still exists, or that is unknown.
    """
    if api.delete_client(client_id):
        return
    problem = f"Deleting client {client_id}: the response does not say that sipgate has accepted it"
    patience = Patience()
    for pause in _PAUSES:
        try:
            api.get_client(client_id)
        except NotFoundError:
            # Something in front of sipgate may have written this response as well.
            raise
        except SipgateError as error:
            raise TransportError(f"{problem}, and the client cannot be read. {error}") from None
        patience.announce(f"Client {client_id} still exists after its deletion", pause)
        if wait(pause):
            break
    raise TransportError(f"{problem}, and the client still exists; check any proxy, and run again.")
