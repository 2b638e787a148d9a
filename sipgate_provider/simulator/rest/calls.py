"""The six endpoints for OAuth clients, and the one that returns the caller's account.

A request is checked in this order, which sipgate does not document: credential (401), scope (403),
Content-Type (415), client (404), body (500).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sipgate_provider.simulator.accounts.models import ClientFields, problem
from sipgate_provider.simulator.rest.authentication import authenticate, authorized_account
from sipgate_provider.simulator.rest.errors import Refusal
from sipgate_provider.simulator.scopes import READ, WRITE

if TYPE_CHECKING:
    from sipgate_provider.simulator.accounts.account import Account, Client
    from sipgate_provider.simulator.accounts.accounts import Accounts
    from sipgate_provider.simulator.login.tokens import Tokens
    from sipgate_provider.simulator.rest.deletions import Deletions
    from sipgate_provider.simulator.rest.switches import Switches

Endpoint = Callable[[Request], Awaitable[Response]]

PREFIX = "/v2"
CLIENTS = f"{PREFIX}/authorization/oauth2/clients"
USERINFO = f"{PREFIX}/authorization/userinfo"


class ClientsAPI:
    """The endpoints. Each acts on the account to which the credential belongs."""

    def __init__(
        self, accounts: Accounts, tokens: Tokens, switches: Switches, deletions: Deletions
    ) -> None:
        self._accounts = accounts
        self._tokens = tokens
        self._switches = switches
        self._deletions = deletions

    def routes(self) -> list[Route]:
        """Returns the routes of the endpoints."""
        one = CLIENTS + "/{client_id}"
        return [
            _route(CLIENTS, GET=self.list_all, POST=self.create),
            _route(one, GET=self.read, PUT=self.update, DELETE=self.delete),
            _route(f"{one}/gdpr", GET=self.gdpr),
            _route(USERINFO, GET=self.userinfo),
        ]

    async def list_all(self, request: Request) -> Response:
        """200 with all clients."""
        account = self._authorize(request, READ)
        without_secret = self._switches.list_without_secret or self._switches.get_without_secret
        clients = account.clients() + self._deletions.pending(account)
        return JSONResponse({"data": [self._shown(client, without_secret) for client in clients]})

    async def create(self, request: Request) -> Response:
        """Creates a client; 200 with the new client."""
        account = self._authorize(request, WRITE)
        _require_json(request)
        client = account.add_client(**await self._fields(request))
        return JSONResponse(self._shown(client, self._switches.post_without_secret))

    async def read(self, request: Request) -> Response:
        """200 with the client."""
        account = self._authorize(request, READ)
        client = self._deletions.find(account, _client_id(request)) or _find(account, request)
        return JSONResponse(self._shown(client, self._switches.get_without_secret))

    async def update(self, request: Request) -> Response:
        """Replaces the fields of the client; 200 with the changed client. Its id and secret do not change."""
        account = self._authorize(request, WRITE)
        _require_json(request)
        client_id = _find(account, request)["clientId"]
        fields = await self._fields(request)
        try:
            client = account.alter_client(client_id, **fields)
        except KeyError:
            raise _no_such_client() from None
        return JSONResponse(self._shown(client, self._switches.put_without_secret))

    async def delete(self, request: Request) -> Response:
        """Deletes the client, at once unless `deletion_seconds` is set; 202 without a body."""
        account = self._authorize(request, WRITE)
        client_id = _client_id(request)
        if not self._deletions.find(account, client_id):
            try:
                self._deletions.begin(account, client_id, self._switches.deletion_seconds)
            except KeyError:
                raise _no_such_client() from None
        return Response(status_code=202)

    async def gdpr(self, request: Request) -> Response:
        """200 with the privacy and terms URLs. It needs no credential."""
        client = self._accounts.client(_client_id(request))
        if client is None:
            raise _no_such_client()
        return JSONResponse({name: client[name] for name in ("privacyUrl", "termsUrl")})

    async def userinfo(self, request: Request) -> Response:
        """200 with the account to which the credential belongs, whatever its scopes."""
        if self._switches.userinfo_missing:
            raise HTTPException(404)
        header = request.headers.get("authorization", "")
        account = authenticate(header, self._accounts, self._tokens).account
        return JSONResponse(
            {
                "sub": "w0",
                "domain": "sipgate.de",
                "masterSipId": str(account.number),
                "locale": "de_DE",
            }
        )

    def _authorize(self, request: Request, scope: str) -> Account:
        header = request.headers.get("authorization", "")
        return authorized_account(scope, header, self._accounts, self._tokens)

    async def _fields(self, request: Request) -> dict[str, Any]:
        """Returns the six fields of the body.

        Raises:
            Refusal: 500, sipgate's response to an invalid body.
        """
        try:
            fields = ClientFields.model_validate_json(await request.body())
        except ValidationError as error:
            where, what = problem(error)
            raise _invalid(where, what) from None
        if self._switches.require_all_fields:
            for name, field in ClientFields.model_fields.items():
                if name not in fields.model_fields_set:
                    raise _invalid(field.alias or name, "Field required (require_all_fields)")
        return fields.model_dump(by_alias=True)

    def _shown(self, client: Client, without_secret: bool) -> Client:
        hidden = {"clientSecret"} if without_secret else set()
        shown = {name: value for name, value in client.items() if name not in hidden}
        return shown | self._switches.extra_fields


def _find(account: Account, request: Request) -> Client:
    try:
        return account.client(_client_id(request))
    except KeyError:
        raise _no_such_client() from None


def _client_id(request: Request) -> str:
    client_id: str = request.path_params["client_id"]
    return client_id


def _no_such_client() -> Refusal:
    return Refusal(404, "There is no such client.", "/clientId")


def _route(path: str, **endpoints: Endpoint) -> Route:
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await endpoints[method](request)

    return Route(path, endpoint, methods=list(endpoints))


def _require_json(request: Request) -> None:
    media_type = request.headers.get("content-type", "").partition(";")[0]
    if media_type.strip().lower() != "application/json":
        raise Refusal(415, "The Content-Type must be application/json.")


def _invalid(where: str, what: str) -> Refusal:
    field = f"{where}: " if where else ""
    return Refusal(500, f"The body is invalid: {field}{what}.", f"/{where.replace('.', '/')}")
