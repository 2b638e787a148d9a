"""A sipgate account: who may call, and the OAuth clients that exist.

A client is kept as the JSON object that the API answers, in the API's spelling. The methods are for
the API and for tests alike; what they hand out are copies, and any thread may call them.
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
Thing = TypeVar("Thing")

TEXTS = ("name", "description", "privacyUrl", "termsUrl")
SETS = ("redirectUris", "webOrigins")

# Known to everyone, and of use nowhere but here.
DEMO_TOKEN_ID = "token-SIMULATOR"  # noqa: S105
DEMO_TOKEN = "51391a7e-0000-4000-8000-000000000000"  # noqa: S105
DEMO_USERNAME = "demo@example.com"
DEMO_PASSWORD = "password"  # noqa: S105

# uuid1 would otherwise write the machine's own network address into every id.
_NODE = 0x31B99C83912E


class Account:
    """Users, personal access tokens and clients.

    Args:
        users: Who may log in with a password.
        personal_access_tokens: Which machines may call.
        number: The customer number that every client id starts with.
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
        """An account without clients that anyone can use: `DEMO_TOKEN_ID` and so on, with these scopes or with all."""
        held = frozenset(scopes or {ALL})
        return cls(
            users=[User(DEMO_USERNAME, DEMO_PASSWORD, held)],
            personal_access_tokens=[PersonalAccessToken(DEMO_TOKEN_ID, DEMO_TOKEN, held)],
        )

    def keep_in(self, file: File) -> None:
        """What the file has for this number is here too, and what changes from now on is there.

        Of two clients with one id, the file's counts; of two users or personal access tokens, the
        one that is here: those are declared by whoever makes the account.

        Raises:
            StorageError: The file cannot be written.
        """
        kept = file.account(self.number)
        clients = {one.client_id: one.model_dump(by_alias=True) for one in kept.clients}
        users = {one.username: one for one in kept.users}
        tokens = {one.token_id: one for one in kept.personal_access_tokens}
        with self._lock:
            self._file = file
            self._become(
                {**clients, **self._clients, **clients},
                {**users, **self._users},
                {**tokens, **self._tokens},
            )

    def let_go(self) -> None:
        """What changes from now on is in no file; all that was here still is."""
        with self._lock:
            self._file = None

    def _become(
        self,
        clients: Mapping[str, Client] | None = None,
        users: Mapping[str, User] | None = None,
        tokens: Mapping[str, PersonalAccessToken] | None = None,
    ) -> None:
        """The account has these, and first its file; what is left out stays. The lock is held."""
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
        """The user of that name, in capitals or not, if there is one."""
        with self._lock:
            users = list(self._users.values())
        return next((one for one in users if one.username.lower() == username.lower()), None)

    def personal_access_token(self, token_id: str) -> PersonalAccessToken | None:
        """The personal access token of that id, if there is one."""
        with self._lock:
            return self._tokens.get(token_id)

    def add_user(
        self, username: str, password: str, *scopes: str, may_manage_clients: bool = True
    ) -> User:
        """A user exists whose access tokens have just these scopes."""
        user = User(username, password, frozenset(scopes), may_manage_clients)
        with self._lock:
            self._become(users={**self._users, username: user})
        return user

    def add_personal_access_token(
        self, *scopes: str, may_manage_clients: bool = True
    ) -> PersonalAccessToken:
        """A new personal access token exists, with just these scopes."""
        token_id = f"token-{secrets.token_hex(3).upper()}"
        secret = str(uuid.uuid4())
        token = PersonalAccessToken(token_id, secret, frozenset(scopes), may_manage_clients)
        with self._lock:
            self._become(tokens={**self._tokens, token_id: token})
        return token

    def remove_personal_access_token(self, token_id: str) -> None:
        """That personal access token is no longer accepted.

        Raises:
            KeyError: There is none of that id.
        """
        with self._lock:
            self._become(tokens=_without(self._tokens, token_id))

    def clients(self) -> list[Client]:
        """Every client, oldest first."""
        with self._lock:
            return [copy.deepcopy(client) for client in self._clients.values()]

    def client(self, client_id: str) -> Client:
        """The client of that id.

        Raises:
            KeyError: There is none.
        """
        with self._lock:
            return copy.deepcopy(self._clients[client_id])

    def add_client(self, **fields: Any) -> Client:
        """A client exists with these fields, in the API's spelling; what is left out is empty.

        Raises:
            TypeError: A field is not one of a client's.
        """
        client_id = f"{self.number}-0-{uuid.uuid1(node=_NODE)}"
        blank: Client = {"clientId": client_id, "clientSecret": str(uuid.uuid4())}
        blank |= dict.fromkeys(TEXTS, "") | {name: [] for name in SETS}
        client = _changed(blank, fields)
        with self._lock:
            self._become({**self._clients, client["clientId"]: client})
        return copy.deepcopy(client)

    def alter_client(self, client_id: str, **changes: Any) -> Client:
        """The client has these values now, as if somebody had changed them elsewhere.

        Raises:
            KeyError: There is no client of that id.
            TypeError: A field is not one of a client's.
        """
        with self._lock:
            client = _changed(self._clients[client_id], changes)
            self._become({**self._clients, client_id: client})
        return copy.deepcopy(client)

    def remove_client(self, client_id: str) -> None:
        """The client is gone.

        Raises:
            KeyError: There was none of that id.
        """
        with self._lock:
            self._become(_without(self._clients, client_id))


def _without(things: Mapping[str, Thing], name: str) -> Mapping[str, Thing]:
    rest = dict(things)
    del rest[name]
    return rest


def _changed(client: Client, changes: dict[str, Any]) -> Client:
    if unknown := changes.keys() - client.keys():
        raise TypeError(f"A client has no field {', '.join(sorted(unknown))}.")
    changed = client | copy.deepcopy(changes)
    for name in SETS:
        changed[name] = _as_set(changed[name])
    return changed


def _as_set(values: Iterable[str]) -> list[str]:
    """Without duplicates, in an order that is stable and owes nothing to the order sent."""
    return sorted(set(values), key=lambda value: hashlib.sha256(value.encode()).digest())
