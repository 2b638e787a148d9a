"""This project's native plugin, as a user writes it."""

from __future__ import annotations

import sipgate_provider.native as sipgate


def declare(name: str, description: str, redirect_uris: list[str]) -> None:
    sipgate.OAuthClient(name, description=description, redirect_uris=redirect_uris)
