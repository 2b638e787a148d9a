"""Translates the engine's calls to `sipgate_provider.clients` and back, and decides nothing.

Errors: a `SipgateError` is written for the user, who sees only its message. Any other exception is a bug of ours. Its
traceback goes to stderr, which the engine shows.

Secrets: this process receives and returns them marked. Outs are secret where the inputs were, and a client's secret
always is, whatever SDK the program uses.

If a preview does not know the settings yet, the engine does not call this provider at all. A preview shows what an
update would return, except a new client's id and secret.
"""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import proto
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from sipgate_provider import type_tokens as tokens
from sipgate_provider._version import __version__
from sipgate_provider.api.properties import WRITABLE
from sipgate_provider.clients.account import LazyAccount
from sipgate_provider.clients.check import check
from sipgate_provider.clients.diff import Kind, changes
from sipgate_provider.clients.findings import warnings
from sipgate_provider.clients.owner import default_description
from sipgate_provider.clients.rules import refused_ignore
from sipgate_provider.errors import ConfigurationError, SipgateError
from sipgate_provider.http import USUAL_CONNECTIONS
from sipgate_provider.plugin.log import about
from sipgate_provider.plugin.values import UNKNOWN, Properties, struct
from sipgate_provider.plugin.workers import Workers
from sipgate_provider.setting_names import SettingNames, namespace
from sipgate_provider.settings.sources import SECRET_KEYS, RawSettings, checked_account

if TYPE_CHECKING:
    from sipgate_provider.api.models import OAuthClientState

__all__ = ["Servicer"]

_ACCOUNT = "account"
_SECRET = "clientSecret"  # noqa: S105  the property's name
_KINDS = {
    Kind.ADD: proto.PropertyDiff.ADD,
    Kind.DELETE: proto.PropertyDiff.DELETE,
    Kind.UPDATE: proto.PropertyDiff.UPDATE,
}

Request = TypeVar("Request")
Response = TypeVar("Response")
Context: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"


def _user_errors(
    method: Callable[[Servicer, Request, Context], Awaitable[Response]],
) -> Callable[[Servicer, Request, Context], Awaitable[Response]]:
    """Makes the method report errors to the user as plain messages."""

    @functools.wraps(method)
    async def wrapper(self: Servicer, request: Request, context: Context) -> Response:
        about.set(getattr(request, "urn", ""))
        try:
            return await method(self, request, context)
        except SipgateError as error:
            await context.abort(grpc.StatusCode.UNKNOWN, str(error))
            raise  # `abort` has raised
        except Exception as error:
            sys.stderr.write(traceback.format_exc())
            sys.stderr.flush()
            await context.abort(
                grpc.StatusCode.INTERNAL,
                f"Unexpected error in the sipgate provider; please report it: {type(error).__name__}.",
            )
            raise

    return wrapper


class Servicer(ResourceProviderServicer):
    """One provider of a program: an account, its settings and its clients."""

    def __init__(self, warn: Callable[[str, str], Awaitable[None]]) -> None:
        """Creates the object, which `Configure` completes.

        Args:
            warn: Shows the user a warning about the resource with a URN.
        """
        self._warn = warn
        self._named: set[str] = set()
        self._account: str | None = None
        self._connection: LazyAccount | None = None
        self._workers: Workers | None = None
        self._stopped = False
        self._unusable = ConfigurationError("The provider was used before it was configured.")

    async def Handshake(  # noqa: N802  the protocol's names, here and below
        self, _request: proto.ProviderHandshakeRequest, _context: Context
    ) -> proto.ProviderHandshakeResponse:
        """Returns the features that this provider supports."""
        return proto.ProviderHandshakeResponse(accept_secrets=True)

    async def GetPluginInfo(self, _request: Empty, _context: Context) -> proto.PluginInfo:  # noqa: N802
        """Returns the version."""
        return proto.PluginInfo(version=__version__)

    async def GetSchema(  # noqa: N802
        self, _request: proto.GetSchemaRequest, _context: Context
    ) -> proto.GetSchemaResponse:
        """Returns the package's schema."""
        # A run that changes nothing does not import pydantic.
        from sipgate_provider.plugin.schema import text

        return proto.GetSchemaResponse(schema=text())

    async def CheckConfig(  # noqa: N802
        self, request: proto.CheckRequest, _context: Context
    ) -> proto.CheckResponse:
        """Returns the settings with every credential as a secret; the first call that uses them reports errors.

        The account is always included, empty for the usual one: settings without it are those of another host.
        """
        news = Properties.of(request.news)
        settings = {_ACCOUNT: "", **news.known, **news.unknown}
        return proto.CheckResponse(inputs=struct(settings, news.secret | SECRET_KEYS))

    async def DiffConfig(  # noqa: N802
        self, request: proto.DiffRequest, _context: Context
    ) -> proto.DiffResponse:
        """Says which settings differ; another account replaces the provider.

        The engine then replaces each of its clients, and deletes the old ones through the provider that created them.
        If the clients come from the dynamic host, Diff compares their accounts.
        """
        olds, news = Properties.of(request.olds).known, Properties.of(request.news)
        differing = sorted(
            name
            for name in {*olds, *news.known, *news.unknown}
            if name in news.unknown or olds.get(name) != news.known.get(name)
        )
        return proto.DiffResponse(
            changes=_diff_changes(differing),
            diffs=differing,
            replaces=[_ACCOUNT] if _ACCOUNT in olds and _ACCOUNT in differing else [],
        )

    async def Configure(  # noqa: N802
        self, request: proto.ConfigureRequest, _context: Context
    ) -> proto.ConfigureResponse:
        """Stores the settings; the first call that needs them reports errors."""
        settings = Properties.of(request.args).known

        def configured(key: str) -> object:
            return settings.get(key.rpartition(":")[2])

        self._workers = self._connection = None
        # The user would see an error raised here as the program's own, with a traceback.
        try:
            self._account = checked_account(settings[_ACCOUNT]) if settings.get(_ACCOUNT) else None
            names = SettingNames(self._account, _provider_resource(request, self._account))
            self._workers = Workers(_limit(RawSettings.read(configured, os.environ, names)))
            if self._stopped:
                self._workers.cancel()
            self._connection = LazyAccount(configured, self._named, self._account, names.provider)
        except ConfigurationError as error:
            self._unusable = error
        return proto.ConfigureResponse(acceptSecrets=True, supportsPreview=True)

    @_user_errors
    async def Check(  # noqa: N802
        self, request: proto.CheckRequest, _context: Context
    ) -> proto.CheckResponse:
        """Completes and validates the properties that a program declares."""
        olds, news = Properties.of(request.olds), Properties.of(request.news)
        stack, project, _, name = request.urn.removeprefix("urn:pulumi:").split("::", 3)
        declared = check(
            news.known,
            olds.known,
            unknown=news.unknown,
            defaults={
                "name": request.name or name,
                "description": default_description(project, stack),
            },
        )
        if not declared.failures:
            for finding in warnings(declared.inputs):
                await self._warn(f"{finding}.", request.urn)
        return proto.CheckResponse(
            inputs=struct({**declared.inputs, **news.unknown}, news.secret),
            failures=[
                proto.CheckFailure(property=failure.name, reason=failure.reason)
                for failure in declared.failures
            ],
        )

    @_user_errors
    async def Diff(  # noqa: N802
        self, request: proto.DiffRequest, _context: Context
    ) -> proto.DiffResponse:
        """Says which properties and elements of lists would change; another account replaces a client."""
        if reason := refused_ignore(request.ignoreChanges):
            raise ConfigurationError(reason)
        olds, news = Properties.of(request.olds), Properties.of(request.news)
        if olds.known.get(_ACCOUNT) != self._account:
            return proto.DiffResponse(
                changes=proto.DiffResponse.DIFF_SOME,
                diffs=[_ACCOUNT],
                replaces=[_ACCOUNT],
                hasDetailedDiff=True,
                detailedDiff={_ACCOUNT: proto.PropertyDiff(kind=proto.PropertyDiff.UPDATE_REPLACE)},
            )
        self._named.add(request.id)
        changed = changes(olds.known, news.known, unknown=news.unknown)
        # An update fetches a secret that is missing in the state.
        differing = sorted({change.property for change in changed}) or (
            [] if olds.known.get(_SECRET) else [_SECRET]
        )
        return proto.DiffResponse(
            changes=_diff_changes(differing),
            diffs=differing,
            stables=["clientId"],
            hasDetailedDiff=bool(changed),
            detailedDiff={
                change.path: proto.PropertyDiff(kind=_KINDS[change.kind]) for change in changed
            },
        )

    @_user_errors
    async def Create(  # noqa: N802
        self, request: proto.CreateRequest, _context: Context
    ) -> proto.CreateResponse:
        """Creates a client."""
        news = Properties.of(request.properties)
        if request.preview:
            outs = {**news.known, **news.unknown, "clientId": UNKNOWN, _SECRET: UNKNOWN}
            return proto.CreateResponse(properties=self._outs(outs, news))
        outs = await self._run(
            lambda connection: connection.lifecycle().create(news.known), request.timeout
        )
        return proto.CreateResponse(id=str(outs["clientId"]), properties=self._outs(outs, news))

    @_user_errors
    async def Read(  # noqa: N802
        self, request: proto.ReadRequest, _context: Context
    ) -> proto.ReadResponse:
        """Reads a client for a refresh or an import; an empty id says that it is gone."""
        olds = Properties.of(request.properties)
        outs = await self._run(
            lambda connection: connection.lifecycle().read(request.id, olds.known)
        )
        if outs is None:
            return proto.ReadResponse()
        return proto.ReadResponse(
            id=request.id,
            properties=self._outs(outs, olds),
            inputs=struct(
                {name: outs[name] for name in WRITABLE},
                Properties.of(request.inputs).secret | olds.secret,
            ),
        )

    @_user_errors
    async def Update(  # noqa: N802
        self, request: proto.UpdateRequest, _context: Context
    ) -> proto.UpdateResponse:
        """Updates a client if it differs."""
        olds, news = Properties.of(request.olds), Properties.of(request.news)
        if request.preview:
            outs = {
                **news.known,
                **news.unknown,
                "clientId": request.id,
                _SECRET: olds.known.get(_SECRET) or UNKNOWN,
            }
        else:
            outs = await self._run(
                lambda connection: connection.lifecycle().update(
                    request.id, olds.known, news.known
                ),
                request.timeout,
            )
        return proto.UpdateResponse(properties=self._outs(outs, news))

    @_user_errors
    async def Delete(self, request: proto.DeleteRequest, _context: Context) -> Empty:  # noqa: N802
        """Deletes a client."""
        await self._run(
            lambda connection: connection.lifecycle().delete(request.id), request.timeout
        )
        return Empty()

    @_user_errors
    async def Invoke(  # noqa: N802
        self, request: proto.InvokeRequest, _context: Context
    ) -> proto.InvokeResponse:
        """Looks up clients that the program does not manage."""
        from sipgate_provider.clients.search import find_client, find_clients

        arguments = Properties.of(request.args).known
        for key, value in arguments.items():
            if not isinstance(value, str):
                raise ConfigurationError(f"{key} is not text; write it in quotes.")
        name = arguments.get("name")
        if request.tok == tokens.GET_CLIENT:
            client_id = arguments.get("clientId")
            found = await self._run(
                lambda connection: find_client(connection.api(), client_id, name)
            )
            answer = struct(found.properties(), [_SECRET])
        elif request.tok == tokens.GET_CLIENTS:
            clients = await self._run(lambda connection: find_clients(connection.api(), name))
            answer = struct({"clients": [_with_marked_secret(client) for client in clients]})
        else:
            raise SipgateError(f"{request.tok} is no function of this provider.")
        response = proto.InvokeResponse()
        getattr(response, "return").CopyFrom(answer)
        return response

    async def Cancel(self, _request: Empty, _context: Context) -> Empty:  # noqa: N802
        """Cancels the run; running requests are finished."""
        self.stop()
        return Empty()

    def stop(self) -> None:
        """Cancels the run."""
        self._stopped = True
        if self._workers:
            self._workers.cancel()

    async def Attach(self, _request: proto.PluginAttach, _context: Context) -> Empty:  # noqa: N802
        """Accepts an engine that attaches to a running plugin; its address is not needed."""
        return Empty()

    def _outs(self, outs: Mapping[str, Any], declared: Properties) -> Struct:
        """The outs with their account, which another host or provider compares."""
        return struct({**outs, _ACCOUNT: self._account}, declared.secret | {_SECRET})

    async def _run(self, call: Callable[[LazyAccount], Response], seconds: float = 0) -> Response:
        if self._workers is None or self._connection is None:
            raise self._unusable
        return await self._workers.run(functools.partial(call, self._connection), seconds)


def _limit(raw: RawSettings) -> int:
    """How many calls to sipgate may run at once."""
    if "parallel" not in raw.values:
        return USUAL_CONNECTIONS
    # A run that changes nothing does not import pydantic.
    from sipgate_provider.settings.values import Values

    return Values.of(raw).parallel


def _provider_resource(request: proto.ConfigureRequest, account: str | None) -> str | None:
    """The name of the provider resource that the program has given its settings; None where it has not.

    The engine's own providers, and that of a resource's `account`, have the settings of the stack's configuration.
    """
    # An older engine or SDK does not tell the name.
    name = getattr(request, "name", "")
    engines_own = not name or name == "default" or name.startswith("default_")
    return None if engines_own or name == namespace(account) else name


def _diff_changes(differing: list[str]) -> proto.DiffResponse.DiffChanges.ValueType:
    return proto.DiffResponse.DIFF_SOME if differing else proto.DiffResponse.DIFF_NONE


def _with_marked_secret(client: OAuthClientState) -> dict[str, Any]:
    """A client for a list, in which only the client secret is marked as secret."""
    marked: dict[str, Any] = MessageToDict(struct(client.properties(), [_SECRET]))
    return marked
