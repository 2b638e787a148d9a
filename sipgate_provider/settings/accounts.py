"""Accounts in one program: how `account="eu"` turns into the names of settings. Plain Python, for programs too."""

from __future__ import annotations

import re

from sipgate_provider.errors import ConfigurationError

__all__ = ["checked", "namespace", "variable"]

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# SIPGATE_ACCESS_TOKEN and SIPGATE_REFRESH_TOKEN would be two keys at once.
_AMBIGUOUS = frozenset({"access", "refresh"})


def checked(account: str) -> str:
    """The name of an account, if it can be one.

    Raises:
        ConfigurationError: It cannot; the text says what can.
    """
    if not _NAME.fullmatch(str(account)) or account in _AMBIGUOUS:
        raise ConfigurationError(
            f"{account!r} cannot be the name of an account; use lower case letters, digits and hyphens, "
            "as in 'eu', but neither 'access' nor 'refresh'."
        )
    return account


def namespace(account: str | None) -> str:
    """The namespace of the account's keys in the stack configuration."""
    return f"sipgate-{account}" if account else "sipgate"


def variable(account: str | None, key: str) -> str:
    """The environment variable for a key such as `tokenId`."""
    words = ["SIPGATE", *(account.split("-") if account else ()), re.sub("([A-Z])", r"_\1", key)]
    return "_".join(words).upper()
