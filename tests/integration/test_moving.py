"""A client moves to another stack or into a component: its id stays, and nothing is sent that changes it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from sipgate_provider.simulator import DEMO_TOKEN_ID, Simulator
from tests.engine_fixtures import BOTH_HOSTS
from tests.engine_stack import Engine

CRM = """
import pulumi
import sipgate_provider as sipgate
sipgate.OAuthClient(
    "crm", redirect_uris=["https://crm.example.com/*"], description="d", opts=pulumi.ResourceOptions(protect=True)
)
"""
OTHER = """
import sipgate_provider as sipgate
sipgate.OAuthClient("other", redirect_uris=["https://other.example.com/*"], description="d")
"""
OUT_OF_A_COMPONENT = """
import pulumi
import sipgate_provider as sipgate
sipgate.OAuthClient(
    "crm",
    redirect_uris=["https://crm.example.com/*"],
    description="d",
    opts=pulumi.ResourceOptions(
        protect=True, aliases=[pulumi.Alias(parent="urn:pulumi:prod::trial::trial:index:App::app")]
    ),
)
"""
IN_A_COMPONENT = """
import pulumi
import sipgate_provider as sipgate


class App(pulumi.ComponentResource):
    def __init__(self):
        super().__init__("trial:index:App", "app")
        sipgate.OAuthClient(
            "crm",
            redirect_uris=["https://crm.example.com/*"],
            description="d",
            opts=pulumi.ResourceOptions(
                parent=self, protect=True, aliases=[pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)]
            ),
        )


App()
"""


@pytest.fixture
def crm(engine: Engine, sipgate: Simulator) -> Iterator[str]:
    """The URN of the client in stack `trial`; nothing may change a client at sipgate afterwards."""
    engine.write(CRM)
    engine.succeeds("up", "--yes", "--skip-preview")
    (resource,) = engine.resources()
    yield resource["urn"]
    clients = [client for client in sipgate.account.clients() if client["name"] == "crm"]
    assert [client["clientId"] for client in clients] == [resource["id"]]
    assert not {request.method for request in sipgate.requests} & {"PUT", "DELETE"}


@BOTH_HOSTS
def test_a_client_moves_to_a_stack_that_has_none_yet(engine: Engine, crm: str) -> None:
    engine.succeeds("stack", "init", "prod")

    engine.succeeds("state", "move", "--source", "trial", "--dest", "prod", crm, "--yes")

    assert "2 unchanged" in engine.succeeds("up", "--yes", "--skip-preview", "--stack", "prod")
    engine.write("")
    engine.succeeds("up", "--yes", "--skip-preview", "--stack", "trial")


@BOTH_HOSTS
def test_a_stack_of_another_configuration_imports_what_the_old_one_has_forgotten(
    engine: Engine, crm: str
) -> None:
    engine.succeeds("stack", "init", "prod")
    engine.succeeds("config", "set", "sipgate:tokenId", DEMO_TOKEN_ID)
    engine.write(OTHER)
    engine.succeeds("up", "--yes", "--skip-preview")
    move = ("state", "move", "--source", "trial", "--dest", "prod", crm, "--yes")
    assert "already exists in destination stack" in engine.pulumi(*move).output

    engine.succeeds("state", "delete", "--stack", "trial", "--force", "--yes", crm)
    engine.succeeds("stack", "select", "prod")
    listed = engine.ours("clients", "--unmanaged", "--all-stacks").stdout
    client_id = listed.split("\t")[1]
    done = engine.ours("import", f"crm={client_id}")

    assert done.returncode == 0, done.stderr
    engine.write(OTHER + done.stdout)
    assert "3 unchanged" in engine.succeeds("up", "--yes", "--skip-preview")


@BOTH_HOSTS
@pytest.mark.usefixtures("crm")
def test_a_client_moves_into_a_component(engine: Engine) -> None:
    engine.write(IN_A_COMPONENT)

    up = engine.succeeds("up", "--yes", "--skip-preview")

    assert "+ 1 created" in up
    assert "2 unchanged" in up
    done = engine.ours("import", "--all")
    assert "Keep these declarations in your program" in done.stderr
    assert done.stdout == ""


@pytest.fixture
def in_a_component(engine: Engine, crm: str) -> str:
    """The URN of that client after it has moved into a component; stack `prod` is new and selected."""
    engine.write(IN_A_COMPONENT)
    engine.succeeds("up", "--yes", "--skip-preview")
    (resource,) = engine.resources()
    engine.succeeds("stack", "init", "prod")
    assert crm != resource["urn"]
    urn: str = resource["urn"]
    return urn


@BOTH_HOSTS
def test_a_client_moves_to_another_stack_with_its_component_and_out_of_it(
    engine: Engine, in_a_component: str
) -> None:
    stacks = ("--source", "trial", "--dest", "prod")

    engine.succeeds("state", "move", *stacks, "--include-parents", in_a_component, "--yes")

    assert "3 unchanged" in engine.succeeds("up", "--yes", "--skip-preview")
    engine.write(OUT_OF_A_COMPONENT)
    out = engine.succeeds("up", "--yes", "--skip-preview")
    assert "- 1 deleted" in out
    assert "2 unchanged" in out


@BOTH_HOSTS
def test_the_preview_refuses_to_replace_a_client_that_has_left_its_component_behind(
    engine: Engine, in_a_component: str
) -> None:
    engine.succeeds("state", "move", "--source", "trial", "--dest", "prod", in_a_component, "--yes")
    engine.write(re.sub(r", aliases=.*]", "", IN_A_COMPONENT))

    refused = engine.pulumi("preview")

    assert refused.code != 0
    assert "cannot be deleted" in refused.output
