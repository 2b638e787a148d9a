"""The account that a plugin's process speaks to, connected at the first call that needs it.

Settings are resolved late: a check or a diff needs no credential, and a missing one should not stop a preview that
has nothing to ask. What is wrong with them is said once; the calls that wait behind say that they were not tried.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from sipgate_provider.clients.inventory import ManagedClients
from sipgate_provider.errors import ConfigurationError

if TYPE_CHECKING:
    from sipgate_provider.api.calls import SipgateAPI
    from sipgate_provider.clients.lifecycle import Lifecycle

__all__ = ["LazyAccount"]


class LazyAccount:
    """One account's API and lifecycle, made once for all threads."""

    def __init__(
        self,
        configured: Callable[[str], object],
        managed: ManagedClients,
        account: str | None = None,
    ) -> None:
        """Nothing is read yet.

        Args:
            configured: As `Settings.resolve` has it.
            managed: Which clients this deployment's resources manage.
            account: Which account's settings are meant; None is the usual ones.
        """
        self._configured = configured
        self._managed = managed
        self._account = account
        self._lock = threading.Lock()
        self._opened: tuple[SipgateAPI, Lifecycle] | None = None
        self._failed = False

    def api(self) -> SipgateAPI:
        """The account's API.

        Raises:
            ConfigurationError: The settings name no account that can be reached.
        """
        return self._open()[0]

    def lifecycle(self) -> Lifecycle:
        """The steps of a client's life in the account.

        Raises:
            ConfigurationError: The settings name no account that can be reached.
        """
        return self._open()[1]

    def _open(self) -> tuple[SipgateAPI, Lifecycle]:
        from sipgate_provider.api.calls import SipgateAPI
        from sipgate_provider.clients.lifecycle import Lifecycle
        from sipgate_provider.settings.settings import Settings

        with self._lock:
            if self._opened is None:
                if self._failed:
                    raise ConfigurationError(
                        "Not tried: there is no usable credential; another error of this run says why."
                    )
                try:
                    settings = Settings.resolve(self._configured, os.environ, self._account)
                except ConfigurationError:
                    self._failed = True
                    raise
                api = SipgateAPI(settings)
                self._opened = (
                    api,
                    Lifecycle(
                        api,
                        self._managed,
                        allow_duplicate_clients=settings.allow_duplicate_clients,
                        trust_empty_account=settings.trust_empty_account,
                        stored_credential=settings.stored_credential,
                    ),
                )
            return self._opened
