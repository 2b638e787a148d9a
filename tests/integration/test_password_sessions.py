"""A deployment by user name and password leaves no session behind at sipgate, on either host."""

from __future__ import annotations

import time
from typing import Any

from sipgate_provider.simulator import DEMO_PASSWORD, DEMO_USERNAME, Simulator
from tests.engine_fixtures import BOTH_HOSTS

pytestmark = BOTH_HOSTS


def test_each_command_ends_the_session_that_it_began(engine: Any, sipgate: Simulator) -> None:
    engine.environment |= {
        "SIPGATE_TOKEN_ID": "",
        "SIPGATE_TOKEN": "",
        "SIPGATE_USERNAME": DEMO_USERNAME,
        "SIPGATE_PASSWORD": DEMO_PASSWORD,
    }
    engine.write(
        "import pulumi\nimport sipgate_provider as sipgate\n"
        "sipgate.OAuthClient('crm', redirect_uris=['https://crm.example.com/*'])\n"
    )

    for command in ("up", "refresh", "destroy"):
        sipgate.clear_requests()
        engine.succeeds(command, "--yes", "--skip-preview")
        begun = sipgate.count("POST", "token$")
        assert begun >= 1
        # The engine does not wait for the plugin, which ends the session on its way out.
        deadline = time.monotonic() + 5
        while sipgate.count("POST", "logout") < begun and time.monotonic() < deadline:
            time.sleep(0.05)
        ended = [request.status for request in sipgate.requests if "logout" in request.path]
        assert ended == [204] * begun
