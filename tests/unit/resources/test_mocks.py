"""A program's unit test: Pulumi's mocks answer for resources and lookups, and nothing reaches sipgate."""

from __future__ import annotations

import re
from types import ModuleType
from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

import sipgate_provider
from sipgate_provider import native
from sipgate_provider.simulator import DEMO_TOKEN, DEMO_TOKEN_ID, Simulator
from tests.engine_stack import ROOT

CRM: dict[str, Any] = {
    "clientId": "2556404-0-crm",
    "clientSecret": "of the mock",
    "name": "CRM",
    "description": "",
    "redirectUris": ["https://crm.example.com/*"],
    "webOrigins": [],
    "privacyUrl": "",
    "termsUrl": "",
}
BOTH = pytest.mark.parametrize(
    "sipgate_module", [sipgate_provider, native], ids=["dynamic", "native"]
)


class Mocks(mocks.Mocks):
    """Answers every lookup, and writes down what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return "2556404-0-new", {**args.inputs, "clientSecret": "new"}

    def call(self, args: mocks.MockCallArgs) -> dict[str, Any]:  # type: ignore[override]
        self.asked.append((args.token, args.args))
        return {"clients": [CRM]} if args.token.endswith("Clients") else CRM


@pytest.fixture
def mocked(sipgate: Simulator, monkeypatch: pytest.MonkeyPatch) -> Mocks:
    """Mocks in place of the engine, beside a credential that would reach a real account."""
    monkeypatch.setenv("SIPGATE_BASE_URL", sipgate.base_url)
    monkeypatch.setenv("SIPGATE_TOKEN_ID", DEMO_TOKEN_ID)
    monkeypatch.setenv("SIPGATE_TOKEN", DEMO_TOKEN)
    mock = Mocks()
    mocks.set_mocks(mock, project="crm", stack="test", preview=False)
    return mock


@BOTH
def test_lookups_are_answered_by_the_mocks_and_send_nothing(
    mocked: Mocks, sipgate: Simulator, sipgate_module: ModuleType
) -> None:
    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def check() -> pulumi.Output[Any]:
        one = sipgate_module.get_oauth_client(name="CRM")
        (listed,) = sipgate_module.get_oauth_clients(name="C*")
        later = sipgate_module.get_oauth_client_output(name=pulumi.Output.from_input("CRM"))
        several = sipgate_module.get_oauth_clients_output()
        assert one.client_id == listed.client_id == CRM["clientId"]
        assert one.redirect_uris == CRM["redirectUris"]

        def compare(found: Any) -> None:
            assert found[0].name == found[1][0].name == "CRM"
            assert found[2] == CRM["clientSecret"]

        return pulumi.Output.all(later, several, one.client_secret).apply(compare)

    check()

    assert ("sipgate:index:getOAuthClient", {"name": "CRM"}) in mocked.asked
    assert ("sipgate:index:getOAuthClients", {"name": "C*"}) in mocked.asked
    assert not sipgate.requests


@BOTH
def test_a_resource_has_its_defaults_under_mocks(
    mocked: Mocks, sipgate: Simulator, sipgate_module: ModuleType
) -> None:
    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def check() -> pulumi.Output[Any]:
        nothing = pulumi.Output.from_input(None)
        crm = sipgate_module.OAuthClient(
            "crm", name=nothing, description=nothing, redirect_uris=["https://crm.example.com/*"]
        )

        def compare(found: Any) -> None:
            assert found == ["crm", "Managed by Pulumi: crm/test", "2556404-0-new"]

        return pulumi.Output.all(crm.name, crm.description, crm.client_id).apply(compare)

    check()

    assert not mocked.asked
    assert not sipgate.requests


@pytest.mark.usefixtures("mocked")
@pytest.mark.parametrize("page", ["resource", "lookups", "native"])
def test_every_example_of_the_reference_runs(sipgate: Simulator, page: str) -> None:
    text = (ROOT / f"docs/reference/{page}.md").read_text()
    code = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    # A signature names types, as no call does.
    examples = [one for one in code if not re.search(r"^(\w+\.)*\w+\(.*\w: ", one, re.DOTALL)]
    known = {"pulumi": pulumi, "sipgate": sipgate_provider}

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def check() -> None:
        for example in examples:
            exec(example, known)

    check()

    assert examples
    assert len(examples) < len(code)
    assert not sipgate.requests
