"""The account's list of clients, as far as it can be believed.

No paging of sipgate's list is documented. If the response says all the same that there is more, the list is incomplete:
a client that it lacks may exist. A client with a property of a wrong type is left out, so that it stops nothing but its
own reading; its id is known all the same. A list that names a client twice, or holds anything without an id, is no list
of clients.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from sipgate_provider.api.models import CLIENT_ID, OAuthClientState, problems
from sipgate_provider.http.response import Response

__all__ = ["Listing", "UnreadableListError"]

_PARTIAL_CONTENT = 206


class UnreadableListError(Exception):
    """The response is no list of clients; the message says where it is not."""


class Listing(list[OAuthClientState]):
    """The clients that sipgate lists, in its order.

    Attributes:
        unreadable: The ids of those that cannot be read, each with the property that has a wrong type.
        complete: Whether these are all; False where the response says that there are more.
    """

    def __init__(
        self,
        clients: Iterable[OAuthClientState] = (),
        unreadable: Mapping[str, str] | None = None,
        *,
        complete: bool = True,
    ) -> None:
        super().__init__(clients)
        self.unreadable = dict(unreadable or {})
        self.complete = complete

    @classmethod
    def of(cls, response: Response) -> Listing:
        """Reads the list in a response.

        Raises:
            UnreadableListError: There is none.
        """
        document = response.json()
        entries = document.get("data") if isinstance(document, dict) else None
        if not isinstance(document, dict) or not isinstance(entries, list):
            raise UnreadableListError("data")
        complete = response.status != _PARTIAL_CONTENT and not _says_more(
            document, len(entries), response.headers.get("Link", "")
        )
        clients: dict[str, OAuthClientState] = {}
        unreadable: dict[str, str] = {}
        for index, entry in enumerate(entries):
            # A long list is read piece by piece, so that it is not held twice.
            entries[index] = None
            client_id = entry.get("clientId") if isinstance(entry, dict) else None
            if not isinstance(client_id, str) or not CLIENT_ID.fullmatch(client_id):
                raise UnreadableListError(f"data[{index}].clientId")
            if client_id in clients or client_id in unreadable:
                raise UnreadableListError("it names a client twice")
            try:
                clients[client_id] = OAuthClientState.from_response(entry)
            except ValidationError as error:
                unreadable[client_id] = next(problems(error))[0]
        return cls(clients.values(), unreadable, complete=complete)

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all clients in the list, readable or not."""
        return frozenset((*(client.client_id for client in self), *self.unreadable))


def _says_more(document: dict[str, object], count: int, link: str) -> bool:
    total = document.get("totalCount")
    return (
        document.get("hasMore") is True
        or (isinstance(total, int) and total > count)
        # RFC 8288, 3.3
        or 'rel="next"' in link.replace("rel=next", 'rel="next"')
    )
