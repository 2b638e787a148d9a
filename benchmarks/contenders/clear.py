"""The usual provider with clients' secrets in clear in the state, as many write it: what encrypting them costs."""

from __future__ import annotations

from naive import OAuthClient, OAuthClientProvider, properties  # type: ignore[import-not-found]  # beside it in the project


def declare(name: str, description: str, redirect_uris: list[str]) -> None:
    OAuthClient(OAuthClientProvider(), name, properties(name, description, redirect_uris))
