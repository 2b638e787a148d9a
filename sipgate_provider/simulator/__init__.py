"""A simulated sipgate for tests and experiments. Nothing leaves the machine.

    with Simulator() as sipgate:
        url = f"{sipgate.base_url}/authorization/oauth2/clients"
        requests.get(url, auth=(DEMO_TOKEN_ID, DEMO_TOKEN), timeout=5)

It follows sipgate's documentation and imports nothing from the provider, so that the two cannot share
a misspelt field name. It needs the extra `simulator`.
"""

from __future__ import annotations

from sipgate_provider.simulator.accounts.account import (
    DEMO_PASSWORD,
    DEMO_TOKEN,
    DEMO_TOKEN_ID,
    DEMO_USERNAME,
    Account,
)
from sipgate_provider.simulator.accounts.models import PersonalAccessToken, User
from sipgate_provider.simulator.accounts.storage import StorageError
from sipgate_provider.simulator.control.faults import Answer, Delay, Fault, Reset, Stall, Truncate
from sipgate_provider.simulator.control.misbehaviour import Misbehaviour
from sipgate_provider.simulator.control.request_log import RequestRecord
from sipgate_provider.simulator.scopes import ALL, READ, WRITE
from sipgate_provider.simulator.simulator import Simulator

__all__ = [
    "ALL",
    "DEMO_PASSWORD",
    "DEMO_TOKEN",
    "DEMO_TOKEN_ID",
    "DEMO_USERNAME",
    "READ",
    "WRITE",
    "Account",
    "Answer",
    "Delay",
    "Fault",
    "Misbehaviour",
    "PersonalAccessToken",
    "RequestRecord",
    "Reset",
    "Simulator",
    "Stall",
    "StorageError",
    "Truncate",
    "User",
]
