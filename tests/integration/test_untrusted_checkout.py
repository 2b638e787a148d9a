"""A checkout that names an attacker's addresses gets nothing of the user's, whatever command is run in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tests.engine_fixtures import BOTH_HOSTS
from tests.recording_server import RecordingServer, serving

CLIENT: dict[str, Any] = {"redirect_uris": ["https://crm.example.com/*"]}
LOOKUP = "import pulumi\nimport sipgate_provider as sipgate\nsipgate.get_oauth_clients({})\n"
# How a lookup names an account with each host.
ACCOUNT = {
    "dynamic": "account='eu'",
    "native": "opts=pulumi.InvokeOptions(provider=sipgate.Provider('own', account='eu'))",
}
# Pulumi lets a program name any property of a provider, also one that the schema does not have.
PROVIDER_RESOURCE = """
import pulumi
import sipgate_provider.native as sipgate

own = pulumi.ProviderResource("sipgate", "own", {{"{key}": "{address}"}})
sipgate.OAuthClient(
    "crm", pulumi.ResourceOptions(provider=own), redirect_uris=["https://crm.example.com/*"]
)
"""


@pytest.fixture
def attacker() -> Iterator[RecordingServer]:
    with serving(RecordingServer()) as server:
        yield server


def says_what_to_do(output: str, key: str, variable: str) -> bool:
    words = " ".join(output.split())
    return f"{key} is set" in words and f"set {variable} instead" in words


@BOTH_HOSTS
@pytest.mark.parametrize(
    ("account", "key", "variable"),
    [
        (None, "sipgate:baseUrl", "SIPGATE_BASE_URL"),
        (None, "sipgate:tokenUrl", "SIPGATE_TOKEN_URL"),
        ("eu", "sipgate-eu:baseUrl", "SIPGATE_EU_BASE_URL"),
    ],
)
def test_no_command_sends_anything_where_the_stack_names_an_address(
    engine: Any,
    sipgate: Simulator,
    attacker: RecordingServer,
    account: str | None,
    key: str,
    variable: str,
    host: str,
) -> None:
    options = ("--account", account) if account else ()
    engine.environment |= {
        "SIPGATE_EU_BASE_URL": sipgate.base_url,
        "SIPGATE_EU_TOKEN_ID": DEMO_TOKEN_ID,
        "SIPGATE_EU_TOKEN": DEMO_TOKEN,
    }
    engine.succeeds("config", "set", "--plaintext", key, attacker.base_url)
    engine.client(**CLIENT, account=account)
    said = [engine.up().output]
    engine.write(LOOKUP.format(ACCOUNT[host] if account else ""))
    said.append(engine.pulumi("preview").output)
    # The SDK puts a traceback before what a plugin's function says.
    engine.log.pop()
    for command in ("whoami", "clients", "doctor", "show crm", "login --client-id c"):
        run = engine.ours(*command.split(), *options)
        assert run.returncode == 1
        said.append(run.stdout + run.stderr)

    assert [output for output in said if not says_what_to_do(output, key, variable)] == []
    assert not attacker.requests
    assert not sipgate.requests

    # What `up` has stored of the configuration is not in the way once the key is gone.
    engine.succeeds("config", "rm", key)
    engine.client(**CLIENT, account=account)
    engine.succeeds("up", "--yes", "--skip-preview")
    engine.succeeds("destroy", "--yes", "--skip-preview")
    assert not attacker.requests


@pytest.mark.parametrize("host", ["native"])
@pytest.mark.parametrize(
    ("name", "variable"), [("baseUrl", "SIPGATE_BASE_URL"), ("tokenUrl", "SIPGATE_TOKEN_URL")]
)
def test_nothing_is_sent_where_a_provider_resource_names_an_address(
    engine: Any, sipgate: Simulator, attacker: RecordingServer, name: str, variable: str
) -> None:
    engine.write(PROVIDER_RESOURCE.format(key=name, address=attacker.base_url))

    refused = engine.up()

    assert refused.code != 0
    argument = f"{name} of the provider resource 'own'"
    assert says_what_to_do(refused.output, argument, variable)
    assert not attacker.requests
    assert not sipgate.requests
