"""The manual's jobs for CI: preview, deployment and the check for drift, as they run on the engine."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from sipgate_provider.simulator import READ, Simulator
from tests.engine_fixtures import BOTH_HOSTS
from tests.engine_stack import ROOT

pytestmark = BOTH_HOSTS

CHANGED = 7


def jobs() -> list[dict[str, Any]]:
    """The workflow and the pipeline that preview and deploy, and the workflow that finds drift."""
    page = (ROOT / "docs/guides/teams_and_ci.md").read_text()
    return [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)]


def on_github() -> tuple[str, str]:
    *_, preview, deploy = jobs()[0]["jobs"]["pulumi"]["steps"]
    return preview["run"], deploy["run"]


def on_gitlab() -> tuple[str, str]:
    pipeline = jobs()[1]
    return pipeline["preview"]["script"][0], pipeline["deploy"]["script"][0]


@pytest.fixture
def check() -> str:
    script: str = jobs()[2]["jobs"]["drift"]["steps"][-1]["run"]
    return script


@pytest.mark.parametrize("on", [on_github, on_gitlab])
def test_a_pull_request_shows_what_its_merge_deploys_and_sends_nothing(
    engine: Any, sipgate: Simulator, on: Callable[[], tuple[str, str]]
) -> None:
    preview, deploy = on()
    engine.client(redirect_uris=["https://crm.example.com/*"])

    shown = engine.runs(("bash", "-e", "-c", preview), {"STACK": "trial"})
    assert shown.returncode == 0, shown.stdout
    assert "https://crm.example.com/*" in shown.stdout
    assert not sipgate.requests
    deployed = engine.runs(("bash", "-e", "-c", deploy), {"STACK": "trial"})

    assert deployed.returncode == 0, deployed.stdout
    (client,) = sipgate.account.clients()
    assert client["redirectUris"] == ["https://crm.example.com/*"]


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
