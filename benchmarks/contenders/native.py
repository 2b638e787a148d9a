"""This project's native plugin, as a user writes it."""

from __future__ import annotations

import os

import sipgate_provider.native as sipgate


def declare() -> None:
    for number in range(int(os.environ["BENCHMARK_CLIENTS"])):
        name = f"client-{number}"
        sipgate.OAuthClient(
            name,
            description=os.environ["BENCHMARK_DESCRIPTION"],
            redirect_uris=[f"https://{name}.example.com/*"],
        )
