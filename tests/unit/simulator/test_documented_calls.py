"""The commands of sipgate's page "Managing third-party clients", run unchanged with the genuine curl.

Replaced are only what the page leaves to the reader, in <> and {}, and the address of sipgate.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from sipgate_provider.simulator import DEMO_PASSWORD, DEMO_USERNAME, Simulator

LOG_IN = r"""curl \
--request POST \
--header 'Content-Type: application/x-www-form-urlencoded' \
--header 'Accept: application/json' \
--data-urlencode "client_id=sipgate-app-web" \
--data-urlencode "grant_type=password" \
--data-urlencode "username=<your_sipgate_email>" \
--data-urlencode "password=<your_sipgate_password>" \
https://api.sipgate.com/login/sipgate-apps/protocol/openid-connect/token
"""
CREATE = r"""curl \
--request POST \
--header "Content-Type: application/json" \
--header "Authorization: Bearer <access_token>" \
--url https://api.sipgate.com/v2/authorization/oauth2/clients \
--data '{ "name": "Example name", "description": "Example description", "redirectUris": [ "https://*.example.com/*" ], "webOrigins": [ "https://*.example.com" ]}'
"""  # noqa: E501
LIST = r"""curl \
--request GET \
--header "Authorization: Bearer <access_token>" \
--url https://api.sipgate.com/v2/authorization/oauth2/clients
"""
READ = r"""curl \
--request GET \
--header "Authorization: Bearer <access_token>" \
--url https://api.sipgate.com/v2/authorization/oauth2/clients/{clientId}
"""
UPDATE = r"""curl \
--request PUT \
--header "Content-Type: application/json" \
--header "Authorization: Bearer <access_token>" \
--url https://api.sipgate.com/v2/authorization/oauth2/clients/{clientId} \
--data '{ "name": "Example name", "description": "Example description", "redirectUris": [ "https://*.example.com/*" ], "webOrigins": [ "https://*.example.com" ]}'
"""  # noqa: E501
DELETE = r"""curl \
--request DELETE \
--header "Authorization: Bearer <access_token>" \
--url https://api.sipgate.com/v2/authorization/oauth2/clients/{clientId}
"""

FIELDS = {
    "name": "Example name",
    "description": "Example description",
    "redirectUris": ["https://*.example.com/*"],
    "webOrigins": ["https://*.example.com"],
}

Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(sipgate: Simulator) -> Run:
    """Runs a command of the page, and returns the status and the body of the response."""

    def curl(command: str, token: str = "", client_id: str = "") -> tuple[int, str]:
        for blank, filled in (
            ("https://api.sipgate.com", sipgate.page_url.rstrip("/")),
            ("<your_sipgate_email>", DEMO_USERNAME),
            ("<your_sipgate_password>", DEMO_PASSWORD),
            ("<access_token>", token),
            ("{clientId}", client_id),
        ):
            command = command.replace(blank, filled)
        command = command.replace("curl ", r"curl --silent --write-out '\n%{http_code}' ", 1)
        ran = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, timeout=20, check=True
        )
        body, _, status = ran.stdout.rpartition("\n")
        return int(status), body

    return curl


@pytest.fixture
def token(run: Run) -> str:
    status, body = run(LOG_IN)
    answer: dict[str, Any] = json.loads(body)
    assert (status, answer["token_type"].lower()) == (200, "bearer")
    access_token: str = answer["access_token"]
    return access_token


def test_a_client_goes_through_its_whole_life_by_the_pages_own_commands(
    run: Run, token: str
) -> None:
    status, body = run(CREATE, token)
    client = json.loads(body)
    blank = {"privacyUrl": "", "termsUrl": ""}
    made = {name: client[name] for name in ("clientId", "clientSecret")}
    assert (status, client) == (200, FIELDS | blank | made)

    status, body = run(LIST, token)
    assert (status, json.loads(body)) == (200, {"data": [client]})

    status, body = run(READ, token, client["clientId"])
    assert (status, json.loads(body)) == (200, client)

    status, body = run(UPDATE, token, client["clientId"])
    assert (status, json.loads(body)) == (200, client)

    assert run(DELETE, token, client["clientId"]) == (202, "")
    assert run(READ, token, client["clientId"])[0] == 404


def test_an_update_by_the_pages_command_empties_the_urls_that_it_leaves_out(
    run: Run, token: str, sipgate: Simulator
) -> None:
    client = sipgate.account.add_client(privacyUrl="https://example.com/privacy")

    run(UPDATE, token, client["clientId"])

    assert sipgate.account.client(client["clientId"])["privacyUrl"] == ""


@pytest.mark.parametrize("command", [CREATE, UPDATE])
def test_a_simulator_as_strict_as_the_rest_description_refuses_them_and_logs_why(
    run: Run, token: str, sipgate: Simulator, command: str
) -> None:
    client = sipgate.account.add_client()
    sipgate.switches.require_all_fields = True

    assert run(command, token, client["clientId"]) == (500, "")
    assert "privacyUrl" in sipgate.requests[-1].reason
    assert sipgate.account.clients() == [client]
