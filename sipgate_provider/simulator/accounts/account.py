"""A sipgate account: its users, personal access tokens and OAuth clients.

A client is stored as the JSON object that the API returns, with the API's field names. Both the API
and tests call the methods. They return copies and are thread-safe.
"""

from __future__ import annotations

import copy
import hashlib
import secrets
import threading
import uuid
from typing import TYPE_CHECKING, Any, TypeVar

from sipgate_provider.simulator.accounts.models import (
    PersonalAccessToken,
    StoredAccount,
    StoredClient,
    User,
)
from sipgate_provider.simulator.scopes import ALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sipgate_provider.simulator.accounts.storage import File

Client = dict[str, Any]
T = TypeVar("T")

TEXTS = ("name", "description", "privacyUrl", "termsUrl")
SETS = ("redirectUris", "webOrigins")

# These are public, and useless at sipgate itself.
DEMO_TOKEN_ID = "token-SIMULATOR"  # noqa: S105
DEMO_TOKEN = "51391a7e-0000-4000-8000-000000000000"  # noqa: S105
DEMO_USERNAME = "demo@example.com"
DEMO_PASSWORD = "password"  # noqa: S105

# uuid1 would otherwise put this machine's hardware address into every id.
_NODE = 0x31B99C83912E


class Account:
    """A sipgate account with its users, personal access tokens and OAuth clients.

    Args:
        users: Users who can log in with a password.
        personal_access_tokens: Credentials that machines can use.
        number: Customer number; every client id starts with it.
    """

    def __init__(
        self,
        *,
        users: Iterable[User] = (),
        personal_access_tokens: Iterable[PersonalAccessToken] = (),
        number: int = 2556404,
    ) -> None:
        self.number = number
        self._users: Mapping[str, User] = {user.username: user for user in users}
        self._tokens: Mapping[str, PersonalAccessToken] = {
            token.token_id: token for token in personal_access_tokens
        }
        self._clients: Mapping[str, Client] = {}
        self._file: File | None = None
        self._lock = threading.Lock()

    @classmethod
    def demo(cls, *scopes: str) -> Account:
        """Returns an account without clients that has the public `DEMO_…` credentials.

        Args:
            scopes: The scopes of these credentials; all if omitted.
        """
        held = frozenset(scopes or {ALL})
        return cls(
            users=[User(DEMO_USERNAME, DEMO_PASSWORD, held)],
            personal_access_tokens=[PersonalAccessToken(DEMO_TOKEN_ID, DEMO_TOKEN, held)],
        )

    def attach(self, file: File) -> None:
        """Loads the account of this number from the file, and writes later changes to it.

        A client of the file replaces one with the same id. Users and personal access tokens are
        the other way round: the code that creates the account declares them, so the file's do not
        replace them.

        Raises:
            StorageError: The file cannot be written.
        """
        kept = file.account(self.number)
        clients = {one.client_id: one.model_dump(by_alias=True) for one in kept.clients}
        users = {one.username: one for one in kept.users}
        tokens = {one.token_id: one for one in kept.personal_access_tokens}
        with self._lock:
            self._file = file
            self._replace(
                {**clients, **self._clients, **clients},
                {**users, **self._users},
                {**tokens, **self._tokens},
            )

    def detach(self) -> None:
        """Stops writing changes to the file. The account itself stays as it is."""
        with self._lock:
            self._file = None

    def _replace(
        self,
        clients: Mapping[str, Client] | None = None,
        users: Mapping[str, User] | None = None,
        tokens: Mapping[str, PersonalAccessToken] | None = None,
    ) -> None:
        """Replaces what is given, first in the file. The caller must hold the lock."""
        clients = self._clients if clients is None else clients
        users = self._users if users is None else users
        tokens = self._tokens if tokens is None else tokens
        if self._file:
            stored = StoredAccount(
                number=self.number,
                clients=[StoredClient.model_validate(client) for client in clients.values()],
                users=list(users.values()),
                personal_access_tokens=list(tokens.values()),
            )
            self._file.save(stored)
        self._clients, self._users, self._tokens = clients, users, tokens

    def user(self, username: str) -> User | None:
        """Returns the user with this name, ignoring case, or None."""
        with self._lock:
            users = list(self._users.values())
        return next((one for one in users if one.username.lower() == username.lower()), None)

    def personal_access_token(self, token_id: str) -> PersonalAccessToken | None:
        """Returns the personal access token with this id, or None."""
        with self._lock:
            return self._tokens.get(token_id)

    def add_user(
        self, username: str, password: str, *scopes: str, may_manage_clients: bool = True
    ) -> User:
        """Adds a user. Their access tokens get at most these scopes."""
        user = User(username, password, frozenset(scopes), may_manage_clients)
        with self._lock:
            self._replace(users={**self._users, username: user})
        return user

    def add_personal_access_token(
        self, *scopes: str, may_manage_clients: bool = True
    ) -> PersonalAccessToken:
        """Creates a personal access token with exactly these scopes."""
        token_id = f"token-{secrets.token_hex(3).upper()}"
        secret = str(uuid.uuid4())
        token = PersonalAccessToken(token_id, secret, frozenset(scopes), may_manage_clients)
        with self._lock:
            self._replace(tokens={**self._tokens, token_id: token})
        return token

    def remove_personal_access_token(self, token_id: str) -> None:
        """Removes a personal access token; requests with it are then refused.

        Raises:
            KeyError: There is no personal access token with this id.
        """
        with self._lock:
            self._replace(tokens=_without(self._tokens, token_id))

    def clients(self) -> list[Client]:
        """Returns all clients, oldest first."""
        with self._lock:
            return [copy.deepcopy(client) for client in self._clients.values()]

    def client(self, client_id: str) -> Client:
        """Returns the client with this id.

        Raises:
            KeyError: There is no client with this id.
        """
        with self._lock:
            return copy.deepcopy(self._clients[client_id])

    def add_client(self, **fields: Any) -> Client:
        """Adds a client with these fields, named as in the API; omitted ones are empty.

        Raises:
            TypeError: A client has no such field.
        """
        client_id = f"{self.number}-0-{uuid.uuid1(node=_NODE)}"
        blank: Client = {"clientId": client_id, "clientSecret": str(uuid.uuid4())}
        blank |= dict.fromkeys(TEXTS, "") | {name: [] for name in SETS}
        client = _changed(blank, fields)
        with self._lock:
            self._replace({**self._clients, client["clientId"]: client})
        return copy.deepcopy(client)

    def alter_client(self, client_id: str, **changes: Any) -> Client:
        """Changes fields of a client, as if somebody had changed them outside the program.

        Raises:
            KeyError: There is no client with this id.
            TypeError: A client has no such field.
        """
        with self._lock:
            client = _changed(self._clients[client_id], changes)
            self._replace({**self._clients, client_id: client})
        return copy.deepcopy(client)

    def remove_client(self, client_id: str) -> None:
        """Removes the client.

        Raises:
            KeyError: There is no client with this id.
        """
        with self._lock:
            self._replace(_without(self._clients, client_id))


def _without(mapping: Mapping[str, T], key: str) -> Mapping[str, T]:
    rest = dict(mapping)
    del rest[key]
    return rest


def _changed(client: Client, changes: dict[str, Any]) -> Client:
    if unknown := changes.keys() - client.keys():
        raise TypeError(f"A client has no field {', '.join(sorted(unknown))}.")
    changed = client | copy.deepcopy(changes)
    for name in SETS:
        changed[name] = _as_set(changed[name])
    return changed


def _as_set(values: Iterable[str]) -> list[str]:
    """Removes duplicates, and returns the rest in a stable order that does not depend on the given one."""
    return sorted(set(values), key=lambda value: hashlib.sha256(value.encode()).digest())
