"""What the settings of one account are called in messages.

A named account has keys of its own: `eu` has `sipgate-eu:token` and `SIPGATE_EU_TOKEN`. With the native plugin, a
program may also give the settings to a provider resource, as its arguments. Whoever reads a message should find the
name that is in front of them. So everything that writes messages about settings has the account's `SettingNames`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["USUAL_NAMES", "SettingNames", "environment_variable", "namespace"]


def namespace(account: str | None) -> str:
    """The namespace of the account's keys in the stack configuration."""
    return f"sipgate-{account}" if account else "sipgate"


def environment_variable(account: str | None, key: str) -> str:
    """The environment variable for a key such as `tokenId`."""
    parts = ["SIPGATE", *(account.split("-") if account else ()), re.sub("([A-Z])", r"_\1", key)]
    return "_".join(parts).upper()


@dataclass(frozen=True)
class SettingNames:
    """The names of one account's settings.

    Attributes:
        account: The name of the account; None for the usual one.
        provider: The name of the provider resource whose arguments are the settings; None where the stack's
            configuration has them.
    """

    account: str | None = None
    provider: str | None = None

    def key(self, key: str) -> str:
        """Where the setting is without the environment: `sipgate:token`, or an argument of the provider resource.

        What a provider resource for a named account is not given comes from the stack's configuration.
        """
        configured = f"{namespace(self.account)}:{key}"
        if self.provider is None:
            return configured
        argument = f"{key} of the provider resource {self.provider!r}"
        return f"{argument} or {configured}" if self.account else argument

    def variable(self, key: str) -> str:
        """The setting's environment variable."""
        return environment_variable(self.account, key)

    def both(self, key: str) -> str:
        """Both names of the setting: `sipgate:token (SIPGATE_TOKEN)`."""
        return f"{self.key(key)} ({self.variable(key)})"

    @property
    def login(self) -> str:
        """The command that logs in to the account, for a message."""
        return f"`sipgate-provider login{f' --account {self.account}' if self.account else ''}`"


USUAL_NAMES = SettingNames()
"""The names without an account of one's own."""
