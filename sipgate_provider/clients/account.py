"""The account of a plugin's process, set up at the first call that needs it.

Settings are resolved late: check and diff need no credential, and a missing one should not stop a preview that sends no
request. The first call reports what is wrong with the settings. Later calls report that they were not tried.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from sipgate_provider.errors import ConfigurationError, StackConfigurationError

if TYPE_CHECKING:
    from sipgate_provider.api.calls import SipgateAPI
    from sipgate_provider.clients.lifecycle import Lifecycle

__all__ = ["LazyAccount"]


class LazyAccount:
    """The API and the lifecycle of an account, created once for all threads."""

    def __init__(
        self,
        configured: Callable[[str], object],
        named: set[str],
        account: str | None = None,
        provider: str | None = None,
    ) -> None:
        """Creates the object without reading anything.

        Args:
            configured: Looks up a key in the stack configuration, as for `Settings.resolve`.
            named: The ids of the clients that this deployment's resources manage, as far as they are known.
            account: The account whose settings to use; None for the usual ones.
            provider: The name of the provider resource that has the settings; None for the stack's configuration.
        """
        self._configured = configured
        self._named = named
        self._account = account
        self._provider = provider
        self._lock = threading.Lock()
        self._opened: tuple[SipgateAPI, Lifecycle] | None = None
        self._failed = False

    def api(self) -> SipgateAPI:
        """The account's API.

        Raises:
            ConfigurationError: The settings are missing or wrong.
        """
        return self._open()[0]

    def lifecycle(self) -> Lifecycle:
        """The lifecycle of clients in the account.

        Raises:
            ConfigurationError: The settings are missing or wrong.
        """
        return self._open()[1]

    def _open(self) -> tuple[SipgateAPI, Lifecycle]:
        from sipgate_provider.api.calls import SipgateAPI
        from sipgate_provider.clients.lifecycle import Lifecycle
        from sipgate_provider.settings.settings import LAST_RUN, Settings

        with self._lock:
            if self._opened is None:
                if self._failed:
                    raise ConfigurationError(
                        "Not tried: the settings cannot be used; another error of this run says why."
                    )
                try:
                    settings = Settings.resolve(
                        self._configured, os.environ, self._account, self._provider
                    )
                    api = SipgateAPI(settings)
                except ConfigurationError as error:
                    self._failed = True
                    if isinstance(error, StackConfigurationError):
                        raise error.followed_by(LAST_RUN) from None
                    raise
                self._opened = (
                    api,
                    Lifecycle(
                        api,
                        self._named,
                        trust_empty_account=settings.trust_empty_account,
                        stored_credential=settings.stored_credential,
                    ),
                )
            return self._opened
