"""A checkout whose stack names an attacker's addresses gets nothing of the user's, whatever command is run in it."""

from __future__ import annotations

from typing import Any

import pytest

from sipgate_provider.simulator import DEMO_PASSWORD, DEMO_TOKEN, DEMO_USERNAME, Simulator
from tests.engine_fixtures import BOTH_HOSTS
from tests.recording_server import RecordingServer, serving

pytestmark = BOTH_HOSTS

CLIENT: dict[str, Any] = {"redirect_uris": ["https://crm.example.com/*"]}
LOOKUP = "import sipgate_provider as sipgate\nsipgate.get_oauth_clients()\n"


@pytest.mark.parametrize("credential", ["token", "password"])
def test_no_command_sends_the_environments_credential_to_an_address_of_the_stacks(
    engine: Any, sipgate: Simulator, credential: str
) -> None:
    genuine = engine.environment.pop("SIPGATE_BASE_URL")
    key, variable = "baseUrl", "SIPGATE_BASE_URL"
    if credential == "password":
        for name in ("SIPGATE_TOKEN_ID", "SIPGATE_TOKEN"):
            del engine.environment[name]
        engine.environment |= {
            "SIPGATE_USERNAME": DEMO_USERNAME,
            "SIPGATE_PASSWORD": DEMO_PASSWORD,
            "SIPGATE_BASE_URL": genuine,
        }
        key, variable = "tokenUrl", "SIPGATE_TOKEN_URL"
    with serving(RecordingServer()) as attacker:
        engine.succeeds("config", "set", "--plaintext", f"sipgate:{key}", attacker.base_url)
        engine.client(**CLIENT)
        said = [engine.up().output]
        engine.write(LOOKUP)
        said.append(engine.pulumi("preview").output)
        # The SDK puts a traceback before what a plugin's function says.
        engine.log.pop()
        for command in ("whoami", "clients", "doctor", "show crm", "login --client-id c"):
            run = engine.ours(*command.split())
            assert run.returncode == 1
            said.append(run.stdout + run.stderr)

        for output in said:
            words = " ".join(output.split())
            assert f"sipgate:{key} names 127.0.0.1:{attacker.server_port}" in words
            assert f"set {variable} to it" in words
            assert DEMO_TOKEN not in output
        assert not attacker.requests
        assert not sipgate.requests

        # The user says that the address is the right one.
        engine.client(**CLIENT)
        engine.up(**{variable: attacker.base_url})
        assert attacker.requests
