"""The manual's check for drift, as its job for CI runs it."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from sipgate_provider.simulator import READ, Simulator
from tests.engine_fixtures import BOTH_HOSTS
from tests.engine_stack import ROOT

pytestmark = BOTH_HOSTS

CHANGED = 7


@pytest.fixture
def check() -> str:
    """The shell script of the job that the manual shows."""
    page = (ROOT / "docs/guides/teams_and_ci.md").read_text()
    (job,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    script: str = yaml.safe_load(job)["jobs"]["drift"]["steps"][-1]["run"]
    return script


def test_the_check_tells_drift_from_agreement_and_from_its_own_failure(
    engine: Any, sipgate: Simulator, check: str
) -> None:
    def run(**variables: str) -> tuple[int, str]:
        done = engine.runs(("bash", "-e", "-c", check), {"STACK": "trial", **variables})
        return done.returncode, done.stdout

    engine.client(redirect_uris=["https://crm.example.com/*"], description="ours")
    engine.succeeds("up", "--yes", "--skip-preview")
    before = engine.resources()
    sipgate.clear_requests()
    # The manual says that the read scope is enough.
    reader = sipgate.account.add_personal_access_token(READ)
    engine.environment |= {"SIPGATE_TOKEN_ID": reader.token_id, "SIPGATE_TOKEN": reader.token}

    agreement = run()
    failure = run(SIPGATE_TOKEN="refused")
    (client,) = sipgate.account.clients()
    sipgate.account.alter_client(client["clientId"], description="theirs")
    drift = run()
    sipgate.account.remove_client(client["clientId"])
    sipgate.account.add_client(name="other")
    gone = run()

    assert agreement[0] == 0, agreement[1]
    assert "No drift." in agreement[1]
    assert failure[0] not in {0, CHANGED}
    assert "The check failed." in failure[1]
    assert drift[0] == CHANGED
    assert '"theirs" => "ours"' in drift[1]
    assert gone[0] == CHANGED
    assert engine.resources() == before
    assert {request.method for request in sipgate.requests} == {"GET"}
