"""The dynamic host: what the Pulumi engine calls, translated to `lifecycle` and back.

The provider object is pickled by reference into every resource's `__provider`, and the engine calls it in a process of
its own. So this class's dotted path is in users' states and frozen; the object holds nothing at all when pickled;
and the core is imported only in that process, which keeps a program as quick to start as one without the provider.

The SDK turns every exception into a whole traceback. A `SipgateError` is written for the user, who gets that
sentence and nothing else: it is raised again under a type without a module, with the traceback's length set to
nothing. Any other exception is a fault of ours, keeps its traceback, and gives the length back.

An account by name is all that an object may hold: it says which settings to read, and settings are read in the
plugin. The account is a property of the resource too, since a client cannot move to another account: a change of it
replaces the client, and the preview says why.
"""

from __future__ import annotations

import base64
import functools
import pickle
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

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

from sipgate_provider.clients.account import LazyAccount
from sipgate_provider.clients.inventory import ManagedClients
from sipgate_provider.errors import SipgateError
from sipgate_provider.shadowing import shadowing_imported

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
        self._managed = ManagedClients()
        self._connection = LazyAccount(self._configured, self._managed, account)

    def __reduce__(self) -> tuple[type[OAuthClientProvider], tuple[str, ...]]:
        """Nothing but the class's name and the account's reaches the state, the same under every version of Python."""
        return OAuthClientProvider, (self._account,) if self._account else ()

    def configure(self, req: ConfigureRequest) -> None:
        """Keeps the stack configuration; missing credentials are complained of at the first call that needs them."""
        self._config = req.config

    def check(self, _olds: dict[str, Any], news: dict[str, Any]) -> CheckResult:
        """Completes and validates what a program declares."""
        from sipgate_provider.clients.check import check
        from sipgate_provider.clients.comparison import fingerprint

        if _olds and _olds.get(_ACCOUNT) == self._account:
            self._managed.expect(fingerprint(_olds))
        known, unknown = _split(news)
        checked = check(known, _olds, unknown=unknown)
        failures = [CheckFailure(failure.path, failure.reason) for failure in checked.failures]
        return CheckResult({**checked.inputs, **unknown, **self._mark}, failures)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """Says whether an update is due; nothing but another account replaces a client."""
        from sipgate_provider.clients.comparison import fingerprint
        from sipgate_provider.clients.diff import diff

        if _olds.get(_ACCOUNT) != self._account:
            return DiffResult(changes=True, replaces=[_ACCOUNT])
        self._managed.add(_id, fingerprint(_olds))
        if _PROVIDER not in _olds:
            # The native plugin's state: the engine finds this provider in it for reads and deletions only after an
            # update, which sends nothing where nothing differs.
            return DiffResult(changes=True, replaces=[])
        known, unknown = _split(_news)
        return DiffResult(changes=diff(_olds, known, unknown=unknown), replaces=[])

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Creates a client."""
        with self._lifecycle() as lifecycle:
            outs = lifecycle.create(_split(props)[0])
        return CreateResult(str(outs["clientId"]), outs | self._mark)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """Reads a client; an empty id says that it is gone."""
        from sipgate_provider.api.properties import WRITABLE

        with self._lifecycle() as lifecycle:
            outs = lifecycle.read(id_, _split(props)[0])
        if outs is None:
            return ReadResult("", {})
        inputs = {name: outs[name] for name in WRITABLE}
        return ReadResult(id_, outs | self._mark, inputs | self._mark)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        """Rewrites a client where it differs."""
        with self._lifecycle() as lifecycle:
            outs = lifecycle.update(_id, _olds, _split(_news)[0])
        return UpdateResult(outs | self._mark)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Deletes a client."""
        with self._lifecycle() as lifecycle:
            lifecycle.delete(_id)

    @contextmanager
    def _lifecycle(self) -> Iterator[Lifecycle]:
        """The account's lifecycle; errors leave the block as sentences."""
        with _user_errors():
            yield self._connection.lifecycle()

    @property
    def _mark(self) -> dict[str, Any]:
        return _marked(self._account)

    def _configured(self, key: str) -> object:
        return self._config.get(key) if self._config else None


@functools.cache
def stored(account: str | None = None) -> str:
    """What stands in a resource's `__provider`: the same as the SDK's own function makes of the provider."""
    # The protocol is part of the frozen string; Python's default changes.
    return base64.b64encode(pickle.dumps(OAuthClientProvider(account), protocol=4)).decode()


def host_properties(account: str | None = None) -> dict[str, str]:
    """What a resource has besides the client's own properties, so that this host serves it."""
    return {_PROVIDER: stored(account), **_marked(account)}


def _marked(account: str | None) -> dict[str, str]:
    return {_ACCOUNT: account} if account else {}


def _split(properties: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The properties that are known, and those that hold anything unknown at any depth."""
    known: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    for name, value in properties.items():
        if name not in {_PROVIDER, _ACCOUNT}:
            (unknown if contains_unknowns(value) else known)[name] = value
    return known, unknown


@contextmanager
def _user_errors() -> Iterator[None]:
    """Lets a `SipgateError` out as its sentence alone."""
    try:
        yield
    except SipgateError as error:
        _raise_sentence(str(error))
    except Exception:
        if files := shadowing_imported():
            _raise_sentence(
                f"{', '.join(files)} shadows a module of the same name that the provider needs. Rename it."
            )
        sys.tracebacklimit = 1000
        raise


def _raise_sentence(sentence: str) -> NoReturn:
    sys.tracebacklimit = 0
    shown = type("SipgateError", (Exception,), {"__module__": "builtins"})
    raise shown(sentence) from None
