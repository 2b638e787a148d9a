"""The dynamic host: translates the Pulumi engine's calls to `lifecycle` and back.

The provider object is pickled by reference into every resource's `__provider`, and the engine calls it in a process of
its own. So the dotted path of this class is part of users' states, and frozen. Only that process imports the core, so
a program starts as quickly as one without the provider.

The pickled object contains at most the name of an account, which says which settings the plugin reads. The account is a
property of the resource, too: a client cannot move to another account, so a change replaces the client, and the preview
says why.
"""

from __future__ import annotations

import base64
import functools
import gc
import pickle
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    ConfigureRequest,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import contains_unknowns

from sipgate_provider import dynamic_host
from sipgate_provider.clients.account import LazyAccount
from sipgate_provider.http.deadlines import cancellable

if TYPE_CHECKING:
    from pulumi.dynamic.config import Config

    from sipgate_provider.clients.lifecycle import Lifecycle

__all__ = ["OAuthClientProvider", "host_properties", "stored"]

# The engine's own key among the properties.
_PROVIDER = "__provider"
_ACCOUNT = "account"


class OAuthClientProvider(ResourceProvider):
    """Creates, reads, updates and deletes OAuth clients for the Pulumi engine."""

    serialize_as_secret_always = False

    def __init__(self, account: str | None = None) -> None:
        super().__init__()
        self._account = account
        self._config: Config | None = None
        self._named: set[str] = set()
        self._connection = LazyAccount(self._configured, self._named, account)

    def __reduce__(self) -> tuple[type[OAuthClientProvider], tuple[str, ...]]:
        """Pickles only the names of class and account, so that the state is equal under all versions of Python."""
        return OAuthClientProvider, (self._account,) if self._account else ()

    def configure(self, req: ConfigureRequest) -> None:
        """Stores the stack configuration; the first call that needs a credential reports a missing one."""
        self._config = req.config
        dynamic_host.adapt()
        # Otherwise the garbage collector would go through all of Pulumi's modules while pydantic and requests are
        # imported, which takes a fifth of that time.
        gc.freeze()

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Completes and validates the properties that a program declares."""
        from sipgate_provider.clients.check import check

        known, unknown = _split(news)
        checked = check(known, _olds, unknown=unknown)
        failures = [CheckFailure(failure.name, failure.reason) for failure in checked.failures]
        return CheckResult({**checked.inputs, **unknown, **self._own_account}, failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Says whether an update is due; only another account replaces a client."""
        from sipgate_provider.clients.diff import diff

        if _olds.get(_ACCOUNT) != self._account:
            return DiffResult(changes=True, replaces=[_ACCOUNT])
        self._named.add(_id)
        if _PROVIDER not in _olds:
            # The native plugin wrote this state. The engine needs an update to find this provider in it for reads and
            # deletions. The update sends nothing if nothing differs.
            return DiffResult(changes=True, replaces=[])
        known, unknown = _split(_news)
        return DiffResult(changes=diff(_olds, known, unknown=unknown), replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Creates a client."""
        with self._lifecycle() as lifecycle:
            outs = lifecycle.create(_split(props)[0])
        return CreateResult(str(outs["clientId"]), outs | self._own_account)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Reads a client; an empty id says that it is gone."""
        from sipgate_provider.api.properties import WRITABLE

        with self._lifecycle() as lifecycle:
            outs = lifecycle.read(id_, _split(props)[0])
        if outs is None:
            return ReadResult("", {})
        inputs = {name: outs[name] for name in WRITABLE}
        return ReadResult(id_, outs | self._own_account, inputs | self._own_account)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Updates a client if it differs."""
        with self._lifecycle() as lifecycle:
            outs = lifecycle.update(_id, _olds, _split(_news)[0])
        return UpdateResult(outs | self._own_account)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Deletes a client."""
        with self._lifecycle() as lifecycle:
            lifecycle.delete(_id)

    @contextmanager
    def _lifecycle(self) -> Iterator[Lifecycle]:
        """Provides the account's lifecycle, whose waits end when the run is cancelled."""
        with cancellable(dynamic_host.cancelled):
            yield self._connection.lifecycle()

    @property
    def _own_account(self) -> dict[str, Any]:
        return _account_property(self._account)

    def _configured(self, key: str) -> object:
        return self._config.get(key) if self._config else None


@functools.cache
def stored(account: str | None = None) -> str:
    """The value of a resource's `__provider`, equal to what the SDK's own function makes of the provider."""
    # The protocol is part of the frozen string; Python's default changes.
    return base64.b64encode(pickle.dumps(OAuthClientProvider(account), protocol=4)).decode()


def host_properties(account: str | None = None) -> dict[str, str]:
    """The properties, besides the client's own, by which the engine finds this host."""
    return {_PROVIDER: stored(account), **_account_property(account)}


def _account_property(account: str | None) -> dict[str, str]:
    return {_ACCOUNT: account} if account else {}


def _split(properties: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Splits properties into known ones and those that contain anything unknown, at any depth."""
    known: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for name, value in properties.items():
        if name not in {_PROVIDER, _ACCOUNT}:
            (unknown if contains_unknowns(value) else known)[name] = value
    return known, unknown
