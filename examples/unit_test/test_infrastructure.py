"""Run with `pytest`: mocks answer in place of the engine and of sipgate."""

from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks

PORTAL = {
    "clientId": "2556404-0-portal",
    "clientSecret": "a mock's",
    "name": "Portal",
    "redirectUris": ["https://portal.example.com/logged-out"],
}


class Mocks(mocks.Mocks):
    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """What sipgate would answer: an id and a secret beside the inputs."""
        return f"2556404-0-{args.name}", {**args.inputs, "clientSecret": "a mock's"}

    def call(self, args: mocks.MockCallArgs) -> dict[str, Any]:  # type: ignore[override]
        """The lookups are `sipgate:index:getOAuthClient` and `sipgate:index:getOAuthClients`, on either host."""
        assert args.token == "sipgate:index:getOAuthClient"
        assert args.args == {"name": "Portal"}
        return PORTAL


@pytest.fixture(autouse=True)
def mocked() -> None:
    mocks.set_mocks(Mocks(), project="sipgate-unit-test", stack="prod", preview=False)


@pulumi.runtime.test  # type: ignore[untyped-decorator]
def test_a_client_comes_back_to_its_own_domain_and_to_the_portal() -> pulumi.Output[None]:
    from infrastructure import declare

    crm = declare("prod")["crm"]

    def check(found: list[Any]) -> None:
        assert found == [
            "crm",
            "Managed by Pulumi: sipgate-unit-test/prod",
            ["https://crm.example.com/*", "https://portal.example.com/logged-out"],
        ]

    return pulumi.Output.all(crm.name, crm.description, crm.redirect_uris).apply(check)


@pulumi.runtime.test  # type: ignore[untyped-decorator]
def test_each_application_has_a_client_of_its_own() -> pulumi.Output[None]:
    from infrastructure import declare

    def check(ids: list[str]) -> None:
        assert ids == ["2556404-0-crm", "2556404-0-helpdesk"]

    return pulumi.Output.all(*(client.client_id for client in declare("dev").values())).apply(check)
